#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The network's figures on the machine: instructions under -icount (exact, the whole machine's), the
# ping's round trip without it (the host's time), and where the instructions of a stream go.
# docs/figures.md says what each means and what bounds it.
# usage: bench/net.sh BUILD_FOLDER [counts]      counts: those under -icount alone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export KERNEL=$1/images/net-bench/kernel.elf
log=$(mktemp)
trap 'rm -f "$log"' EXIT

boot() { # profile
    PROFILE=$1 UART_LOG=$log scripts/qemu-test.sh >"$log.said" 2>&1 || { cat "$log.said"; rm -f "$log.said"; exit 1; }
    rm -f "$log.said"
}
boot net-bench
echo "least, median, most of 21 batches:"
tr -d '\r' <"$log" | sed -n 's/^bench: //p' | grep -v '^ping'
[ "${2:-}" != counts ] || exit 0
boot net-bench-wire
tr -d '\r' <"$log" | sed -n 's/^bench: ping/ping/p'
bench/net_shares.py "$KERNEL" "$1"
