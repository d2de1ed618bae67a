#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# PROFILE=deterministic of scripts/qemu-test.sh with a stand-in for QEMU whose log depends on its entropy file as each case
# says.
# usage: reproducible_test.sh CASE
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/harness_tree.sh"
dir=${dir:?}
echo "deterministic | deterministic | rng icount" >"$dir/tests/os/profiles"
printf 'order kernel: up\nend SELFTEST: end\n' >"$dir/tests/os/markers/deterministic.txt"

# The stand-in: takes the entropy file out of its arguments, counts its starts.
qemu_prints() { # what comes between the first and the last marker
    cat >"$dir/qemu" <<Q
#!/bin/bash
file=\$(tr ' ' '\n' <<<"\$*" | sed -n 's/.*filename=//p')
hash=\$(sha256sum <"\$file" | head -c 8)
echo . >>$dir/starts
start=\$(wc -l <$dir/starts)
echo "OpenSBI, start \$start"
echo "kernel: up"
$1
echo "SELFTEST: end"
Q
    chmod +x "$dir/qemu"
}
expect() { # exit code, text
    local code=0 out
    out=$(PROFILE=deterministic KERNEL=$dir/kernel.elf QEMU=$dir/qemu "$dir/scripts/qemu-test.sh" 2>&1) || code=$?
    [ "$code" -eq "$1" ] && [[ $out == *"$2"* ]] || { echo "exit $code '$out', not $1 '$2'" >&2; exit 1; }
}
case $1 in
same) qemu_prints 'echo "SELFTEST: fingerprint $hash"'; expect 0 "other entropy changes the fingerprint alone" ;;
differs) qemu_prints 'echo "SELFTEST: fingerprint $hash"; echo "took $start"'; expect 1 "two boots with the same entropy differ" ;;
entropy-not-used) qemu_prints 'echo "SELFTEST: fingerprint 00000000"'; expect 1 "must change the fingerprint line" ;;
changes-more) qemu_prints 'echo "SELFTEST: fingerprint $hash"; echo "port $hash"'; expect 1 "must change the fingerprint line" ;;
fails) qemu_prints 'echo "kernel: panic: x"'; expect 16 "kernel panic" ;;
*) exit 2 ;;
esac
