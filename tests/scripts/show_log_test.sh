#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/show-log.awk: banner left out, repeated lines once, parts in order, the sum at the end.
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
out=$(printf '%s\r\n' 'OpenSBI v1.1' 'kernel: up' 'SELFTEST: net ping ok' 'dsoftbusd: handshake: message 1 read' \
    'dsoftbusd: auth ok' 'SELFTEST: dsoftbus case flood begin' 'dsoftbusd: session refused reason=x' \
    'dsoftbusd: session refused reason=x' 'dsoftbusd: session refused reason=x' 'SELFTEST: dsoftbus reject flood ok' \
    'SELFTEST: end' | "$DSB_ROOT/scripts/show-log.awk")
want='
-- boot
kernel: up

-- network, from processes of their own
SELFTEST: net ping ok

-- a session: Noise XK, then the identity bound to the key, then application records
dsoftbusd: handshake: message 1 read
dsoftbusd: auth ok

-- adversaries: each against the real dsoftbusd
SELFTEST: dsoftbus case flood begin
dsoftbusd: session refused reason=x
   (3 times)
SELFTEST: dsoftbus reject flood ok

-- end
SELFTEST: end

1 sessions authenticated, 1 adversarial cases held off'
diff <(echo "$want") <(echo "$out")
