#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's figures in instructions, and where those of a 64 byte round trip go: docs/figures.md
# says what they mean. Boots the image twice; fails when the boots differ or an aim is missed.
# usage: bench/kernel.sh BUILD_FOLDER [counts]      counts: without where they go
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
image=$1/images/bench-kernel/kernel.elf
timeout_s=60
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT

boot() { # log of the console, further options of the machine...
    local log=$1
    shift
    tests/os/boot/machine.py --devices icount --timeout "$timeout_s" --log "$log" "$@" "$image" || {
        tail -n 5 "$log"
        echo "bench-kernel: the run did not end"
        exit 1
    }
    grep -q "^bench: end" "$log" || { tail -n 5 "$log"; echo "bench-kernel: the run failed"; exit 1; }
}

# Aims, as the beginning of the line and the largest median.
aims='null system call (number 0, refused)|150
call and reply, 0 bytes|480
call and reply, 64 bytes|580
kernel entry to init: ready|10000000'

boot "$run/log"
boot "$run/again"
grep '^bench: .*|' "$run/log" | tr -d '\r' | sed 's/^bench: //' >"$run/figures"
grep '^bench: .*|' "$run/again" | tr -d '\r' | sed 's/^bench: //' | cmp -s - "$run/figures" || {
    diff "$run/log" "$run/again" || true
    echo "bench-kernel: two boots differ"
    exit 1
}
awk -F' *[|] *' -v aims="$aims" '
    BEGIN {
        count = split(aims, line, "\n")
        for (i = 1; i <= count; i++) { split(line[i], part, "|"); aim[part[1]] = part[2] }
        printf "%-60s %9s %9s %9s %9s\n", "instructions, user and kernel (two equal boots)", "median", "min", "max", "aim"
    }
    {
        printf "%-60s %9d %9d %9d %9s\n", $1, $2, $3, $4, $1 in aim ? aim[$1] : ""
        if ($1 in aim && $2 + 0 > aim[$1] + 0) { missed = 1; print "MISSED: " $1 }
    }
    END { exit missed }' "$run/figures"
[ "${2:-}" != counts ] || exit 0
scripts/check-kernel.sh "$image"

# Every instruction of user and kernel, one line each; counted per function from one hand-over to the
# second next, of which the last complete round is shown.
mkfifo "$run/trace"
awk '
    function count(name) { now[name]++ }
    /^Trace/ {
        split($0, part, "/")
        name = $0 ~ /\]$/ ? "other" : $NF
        if (name == "hand_over" && (start == "" || part[2] == start) && ++seen % 2 == 0) {
            start = part[2]
            delete last
            for (key in now) { last[key] = now[key] }
            delete now
        }
        count(part[2] ~ /^0000/ ? "user code" : name)
    }
    END { for (key in last) print last[key], key }' "$run/trace" >"$run/profile" &
awk_pid=$!
boot "$run/traced" --trace "$run/trace" --trace-of 0x10000..0x1ffff,0xffffffc080200000..0xffffffc08020ffff
wait "$awk_pid"
echo
echo "where a round trip of 64 bytes goes"
sort -k1,1nr -k2 "$run/profile" | awk '{ total += $1; printf "%6d  %s\n", $1, $2 " " $3 } END { printf "%6d  all\n", total }'
