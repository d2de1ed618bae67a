#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Noise library's figures, as tables in Markdown. `make bench` and `make bench-os` call it.
# usage: bench/noise.sh host|os BUILD_DIR
#   host  rates beside libsodium alone and, where Go is installed, flynn/noise, in the same run
#   os    instructions on rv64imac (repeatable), stack, state and code sizes
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mode=$1
build=$2

bench_host() {
    local flynn=$build/tests/interop/flynn status=0
    tests/interop/build_flynn.sh "$flynn" || status=$?
    case $status in
    0) "$build/tests/noise/noise-bench" "$flynn" ;;
    77) "$build/tests/noise/noise-bench" ;;
    *) exit "$status" ;;
    esac
}

bench_os() {
    local elf=$build/tests/rv64/rv64-bench archive=$build/lib/noise/libnoise.a
    tests/rv64/run.sh "$elf" "done 1" | awk '
        /^[a-z0-9-]+ [0-9]+$/ { v[$1] = $2 }
        function row(name, value) { printf "| %s | %s |\n", name, value }
        END {
            print "| rv64imac, -icount shift=0 | |\n|---|---|"
            row("X25519, base point, instructions", v["x25519-base"])
            row("X25519, instructions", v["x25519"])
            row("handshake, initiator, instructions", v["handshake-initiator"])
            row("handshake, responder, instructions", v["handshake-responder"])
            row("handshake, both sides, instructions (at most 4800000)", v["handshake-both"])
            row("of these, 6 X25519 and 2 base point", 6 * v["x25519"] + 2 * v["x25519-base"])
            split("64 1024 16384 65519", sizes, " ")
            for (i = 1; i <= 4; i++) {
                s = sizes[i]
                row("seal " s " bytes, instructions per byte", sprintf("%.1f", v["seal-" s] / s))
                row("open " s " bytes, instructions per byte", sprintf("%.1f", v["open-" s] / s))
            }
            row("stack high-water of a handshake call, bytes", v["stack-initiator"] > v["stack-responder"] ? v["stack-initiator"] : v["stack-responder"])
            row("stack high-water of seal and open, bytes", v["stack-open"] > v["stack-seal"] ? v["stack-open"] : v["stack-seal"])
            row("handshake state, bytes", v["state-handshake"])
            row("transport state, bytes", v["state-transport"])
            if (!v["done"] || v["handshake-both"] > 4800000) exit 1
        }'
    riscv64-unknown-elf-size --format=berkeley --totals "$archive" |
        awk '/TOTALS/ { printf "| libnoise.a, text and rodata, bytes | %d |\n", $1 }'
    riscv64-unknown-elf-size --format=sysv "$elf" |
        awk '$1 == ".text" || $1 == ".rodata" { printf "| bare program with libsodium and libb2, %s, bytes | %d |\n", $1, $2 }'
}

case $mode in
host) bench_host ;;
os) bench_os ;;
*)
    echo "usage: bench/noise.sh host|os BUILD_DIR" >&2
    exit 2
    ;;
esac
