#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two boots with the same entropy file give the same log from the kernel's first line on, byte for byte;
# a boot with another entropy file changes exactly one line, the fingerprint of the ping's random bytes.
# usage: scripts/deterministic-test.sh     (KERNEL as in qemu-test.sh)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p build/run
run=$(mktemp -d build/run/reproducible.XXXXXX)

# Far more than a boot reads: QEMU spins for ever when the file is used up.
entropy_bytes=1048576
entropy() { # name: the same bytes each time, from a small generator that is only meant to look irregular
    python3 -c 'import random, sys
sys.stdout.buffer.write(random.Random(sys.argv[1]).randbytes(int(sys.argv[2])))' "$1" $entropy_bytes
}
boot() { # log, entropy file
    PROFILE=deterministic RUN_UNTIL_MARKER=1 RNG_FILE=$run/$2 UART_LOG=$run/$1 scripts/qemu-test.sh
    sed -n '/^kernel: up/,$p' "$run/$1" >"$run/$1.kernel"
}
entropy one >"$run/one"
entropy two >"$run/two"
boot first one
boot again one
boot other two

if ! cmp "$run/first.kernel" "$run/again.kernel"; then
    diff "$run/first.kernel" "$run/again.kernel" | head -n 20 || true
    echo "deterministic: two boots with the same entropy differ"
    exit 1
fi
changed=$(diff "$run/first.kernel" "$run/other.kernel" | grep '^[<>]' || true)
if [ "$(grep -c '^<' <<<"$changed")" -ne 1 ] || [ "$(grep -c '^>' <<<"$changed")" -ne 1 ] ||
    [ "$(grep -c 'fingerprint' <<<"$changed")" -ne 2 ]; then
    echo "$changed"
    echo "deterministic: other entropy must change the fingerprint line and no other"
    exit 1
fi
rm -f "$run/one" "$run/two"
echo "deterministic: two boots the same in $(wc -l <"$run/first.kernel") lines, other entropy changes the fingerprint alone"
