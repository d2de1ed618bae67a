#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a bare rv64 program in QEMU until it turns the machine off.
# usage: run.sh ELF EXPECTED   prints what it printed; fails unless its last line matches EXPECTED (a regular
# expression for the whole line). RV64_SECONDS (60) bounds the run. Instructions are counted exactly.
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$(dirname "$0")/../os/boot/machine.py" --devices icount --timeout "${RV64_SECONDS:-60}" --log "$log" "$1" || {
    cat "$log"
    echo "rv64: QEMU did not end by itself" >&2
    exit 1
}
out=$(tr -d '\r' <"$log")
echo "$out"
grep -Eqx "$2" <<<"$(tail -n 1 <<<"$out")" || {
    echo "rv64: the last line is not '$2'" >&2
    exit 1
}
