#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may include whom (docs/architecture.md): prints every include that breaks the rules, exits 1 if
# there is one, or if a folder of source/, userspace/ or include/ has no rule.
# usage: scripts/check-includes.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

# folder, or what its files' names begin with : first folders of quoted includes (its own is always allowed) : angle includes, as a pattern.
# Standard headers without an operating system behind them are allowed everywhere.
rules='
include/abi                     :                                    :
include/proto                   : abi proto                          :
source/kernel                   : abi                                :
source/init                     : abi proto rt                       :
source/services/rngd            : abi proto rt virtio                :
source/services/netstackd       : abi proto rt virtio rng            : (lwip|netif)/.*
source/services/dsoftbusd       : abi proto rt netfacade rng dsoftbus:
source/apps/selftest-client     : abi proto rt netfacade rng dsoftbus noise :
source/apps/kernel-test         : abi proto rt                       :
userspace/rt                    : abi rt                             :
userspace/virtio                : abi rt virtio                      :
userspace/rng                   : abi proto rt rng                   :
userspace/netfacade             : abi proto rt netfacade             :
userspace/noise                 : noise                              :
userspace/noise/crypto_         : noise                              : (sodium/.*|blake2)\.h
userspace/dsoftbus              : dsoftbus noise                     :
userspace/linux                 : dsoftbus noise linux               : .*
'
standard='(assert|errno|inttypes|limits|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string)\.h'

# The longest folder of the rules that a file lies in.
{ find source userspace include -name '*.[chS]' 2>/dev/null || true; } | sort | while read -r file; do
    awk -v file="$file" -v standard="^($standard)$" -v rules="$rules" '
        BEGIN {
            row_count = split(rules, rows, "\n")
            for (i = 1; i <= row_count; i++) {
                split(rows[i], field, ":")
                folder = field[1]; gsub(/ /, "", folder)
                prefix = folder (folder ~ /_$/ ? "" : "/")
                if (folder != "" && index(file, prefix) == 1 && length(folder) > length(best)) {
                    best = folder; quoted = " " field[2] " "; angle = field[3]; gsub(/ /, "", angle)
                }
            }
            if (best == "") { print file ": no include rule for its folder"; exit }
            own = best; sub(/.*\//, "", own)
        }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, part, "\""); name = part[2]; top = name; sub(/\/.*/, "", top)
            if (name ~ /\.\./) { print file ":" FNR ": " name " (no .. in an include)"; next }
            if (name !~ /\// || top == own || index(quoted, " " top " ")) next
            # A folder below the own one.
            if ((getline line < (best "/" name)) >= 0) { close(best "/" name); next }
            print file ":" FNR ": " name " (" best " may not include it)"
        }
        /^[ \t]*#[ \t]*include[ \t]*</ {
            name = $0; sub(/.*</, "", name); sub(/>.*/, "", name)
            if (name ~ standard || (angle != "" && name ~ ("^(" angle ")$"))) next
            print file ":" FNR ": <" name "> (" best " may not include it)"
        }
    ' "$file"
done | { ! grep . >&2; }
