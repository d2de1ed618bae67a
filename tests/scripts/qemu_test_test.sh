#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/qemu-test.sh with a stand-in for QEMU that prints a recorded log, hangs, or will not die.
# usage: qemu_test_test.sh CASE
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/harness_tree.sh"
dir=${dir:?}
echo "default | default | rng net" >"$dir/tests/os/profiles"
printf 'order kernel: up\norder init: ready\nend SELFTEST: end\n' >"$dir/tests/os/markers/default.txt"

qemu_prints() { # body of the stand-in
    { echo '#!/bin/bash'; echo "echo \$\$ >>$dir/pids; echo \"\$@\" >>$dir/arguments"; cat; } >"$dir/qemu"
    chmod +x "$dir/qemu"
}
run() { # exit code expected, text expected in the output
    local code=0
    out=$(KERNEL=$dir/kernel.elf QEMU=$dir/qemu "$dir/scripts/qemu-test.sh" 2>&1) || code=$?
    if [ "$code" -ne "$1" ] || [[ $out != *"$2"* ]]; then
        printf '%s\nexit %s, not %s with "%s"\n' "$out" "$code" "$1" "$2" >&2
        exit 1
    fi
}
none_left() { # every stand-in that was started is gone
    local pid
    while read -r pid; do
        ! kill -0 "$pid" 2>/dev/null || { echo "process $pid is still there" >&2; exit 1; }
    done <"$dir/pids"
}
wait_for() { # file
    until [ -e "$1" ]; do sleep 0.05; done
}
whole='echo "kernel: up"; echo "init: ready"; echo "SELFTEST: end"'

case $1 in
passes) qemu_prints <<<"$whole"; run 0 "passed: 3 markers"; none_left
    grep -q 'rng-random.*/dev/urandom' "$dir/arguments" && grep -q 'restrict=on' "$dir/arguments" ;;
passes-without-power-off) qemu_prints <<<"$whole; sleep 60"; run 0 "passed"; none_left ;;
no-boot) qemu_prints <<<'echo "OpenSBI"'; run 10 "QEMU ended before" ;;
no-boot-hang) export RUN_TIMEOUT=1s; qemu_prints <<<'sleep 60'; run 10 "no boot within 1 s"; none_left ;;
no-such-emulator) rm -f "$dir/qemu"; run 10 "QEMU says" ;;
hang) export RUN_TIMEOUT=1s; qemu_prints <<<'echo "kernel: up"; sleep 60'; run 11 "waiting for: init: ready"; none_left ;;
ends-early) qemu_prints <<<'echo "kernel: up"; echo "init: ready"'; run 18 "ended before: SELFTEST: end" ;;
panic) qemu_prints <<<'echo "kernel: up"; echo "kernel: panic: x"; sleep 60'; run 16 "kernel panic"; none_left ;;
death) qemu_prints <<<'echo "kernel: up"; echo "kernel: process rngd died: x"; sleep 60'; run 17 "rngd died"; none_left ;;
shows-end-of-log) qemu_prints <<<'echo "kernel: up"; echo "the last words"'; run 18 "the last words" ;;
ignores-term) qemu_prints <<<"trap '' TERM; $whole; while :; do read -t 1 -r _ <> <(:) || :; done"
    run 0 passed; none_left ;;
shows-log) export SHOW=1; qemu_prints <<<"$whole"; run 0 "-- boot"; [[ $out == *"SELFTEST: end"*passed* ]] ;;
until-text) export RUN_UNTIL_MARKER="init: ready"; qemu_prints <<<'echo "kernel: up"; echo "init: ready"; sleep 60'
    run 0 passed; none_left ;;
uart-log) export UART_LOG=$dir/own.log; qemu_prints <<<"$whole"; run 0 "$dir/own.log"; grep -q 'SELFTEST: end' "$dir/own.log" ;;
side-by-side) qemu_prints <<<"echo 'kernel: up'; sleep 1; echo 'init: ready'; sleep 1; echo 'SELFTEST: end'"
    run 0 passed & first=$!
    run 0 passed; wait $first; none_left
    [ "$(ls -d "$dir"/build/run/default.* | wc -l)" -eq 2 ] ;;
one-fails-beside) # a failing run must not end its neighbour
    qemu_prints <<<"echo 'kernel: up'; [ -e $dir/bad ] && { echo 'kernel: panic: x'; sleep 60; }; touch $dir/good; sleep 2; echo 'init: ready'; echo 'SELFTEST: end'"
    run 0 passed & first=$!
    wait_for "$dir/good"; touch "$dir/bad"; run 16 panic; wait $first; none_left ;;
interrupt) # by Ctrl-C or TERM, within a second, also when the emulator does not listen
    for signal in INT TERM; do
        rm -f "$dir/deaf"
        qemu_prints <<<"trap '' TERM INT; echo 'kernel: up'; touch $dir/deaf; while :; do read -t 1 -r _ <> <(:) || :; done"
        (set -m; KERNEL=$dir/kernel.elf QEMU=$dir/qemu exec "$dir/scripts/qemu-test.sh" >"$dir/out" 2>&1) & pid=$!
        wait_for "$dir/deaf"; begin_ms=$(date +%s%3N); kill -$signal $pid; code=0; wait $pid || code=$?
        took_ms=$(($(date +%s%3N) - begin_ms))
        [ $code -eq 130 ]; grep -q interrupted "$dir/out"; none_left
        [ $took_ms -lt 1000 ] || { echo "took $took_ms ms" >&2; exit 1; }
    done ;;
unknown-profile) export PROFILE=nothing; run 2 "PROFILE=nothing: none of default" ;;
names-what-was-given) qemu_prints <<<"$whole"; run 0 "KERNEL=$dir/kernel.elf, QEMU=$dir/qemu)" ;;
timeout-with-zeros) # decimal, whatever it begins with
    export RUN_TIMEOUT=01s; qemu_prints <<<'echo "kernel: up"; sleep 60'; run 11 "time is up (1 s)"
    export RUN_TIMEOUT=08; qemu_prints <<<"$whole"; run 0 passed
    export RUN_TIMEOUT=090s; run 0 passed
    export RUN_TIMEOUT=000m; qemu_prints <<<'sleep 60'; run 10 "no boot within 0 s"
    export RUN_TIMEOUT=01m; qemu_prints <<<"sleep 2; $whole"; run 0 passed ;;
panic-behind-the-end) qemu_prints <<<"$whole; sleep 0.5; echo 'kernel: panic: late'"; run 16 "panic: late" ;;
bad-quota) export RNG_QUOTA=much; sed -i 's/rng net/slow-rng/' "$dir/tests/os/profiles"; run 2 "'much': bytes/milliseconds" ;;
until-end) export RUN_UNTIL_MARKER="SELFTEST: end"; echo 'count 2 never' >>"$dir/tests/os/markers/default.txt"
    qemu_prints <<<"$whole"; run 12 "missing marker: never" ;;
bad-timeout) export RUN_TIMEOUT=soon; run 2 "RUN_TIMEOUT=soon" ;;
*) exit 2 ;;
esac
