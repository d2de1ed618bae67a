#!/usr/bin/awk -f
# SPDX-License-Identifier: Apache-2.0
# The machine's log for a person, as it grows: from the kernel's first line on, in parts, a line that comes
# many times in a row once, and at the end what came of it all.
function part(name) { if (!(name in shown)) { shown[name] = 1; print "\n-- " name; fflush() } }
function repeats() { if (count > 1) print "   (" count " times)"; count = 0 }

{ sub(/\r$/, "") }
/^kernel: up$/ { part("boot") }
!("boot" in shown) { next }
$0 == last { count++; next }
{ repeats(); last = $0; count = 1 }
/^SELFTEST: net / { part("network, from processes of their own") }
/^dsoftbusd: handshake: / { part("a session: Noise XK, then the identity bound to the key, then application records") }
/^SELFTEST: dsoftbus case .* begin$/ { part("adversaries: each against the real dsoftbusd") }
/^SELFTEST: end$/ { part("end") }
/^dsoftbusd: auth ok$/ { sessions++ }
/^SELFTEST: dsoftbus reject .* ok$/ { cases++ }
{ print; fflush() }
END {
    repeats()
    print "\n" sessions + 0 " sessions authenticated, " cases + 0 " adversarial cases held off"
}
