#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The network's figures on the machine: instructions under -icount (exact, the whole machine's), the
# ping's round trip without it (the host's time), and where the instructions of a stream go.
# docs/bench-net.md says what each means and what bounds it.
# Environment: KERNEL, BUILD: image and build folder, when they are built already (ctest sets both).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -z "${KERNEL:-}" ]; then
    scripts/setup.sh
    scripts/build.sh os image_net-bench
    BUILD=build/os
    KERNEL=$BUILD/images/net-bench/kernel.elf
fi
export KERNEL
log=$(mktemp)
trap 'rm -f "$log"' EXIT

PROFILE=net-bench UART_LOG=$log scripts/qemu-test.sh
echo "least, median, most of 21 batches:"
sed -n 's/^bench: //p' "$log" | grep -v '^ping'
PROFILE=net-bench-wire UART_LOG=$log scripts/qemu-test.sh
sed -n 's/^bench: ping/ping/p' "$log"
scripts/bench-net-shares.py "$KERNEL" "$BUILD"
