#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for FUZZ_SECONDS (10) each, from a copy of its committed corpus; ends with one
# line "N passed, N failed". A crashing input is kept under build/fuzz/crashes/.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
seconds=${FUZZ_SECONDS:-10}
scripts/setup.sh fuzz && scripts/build.sh fuzz || exit 1
mkdir -p build/fuzz/crashes

run_one() { # executable
    local name corpus log count
    name=$(basename "$1")
    corpus=$(mktemp -d)
    log=build/fuzz/crashes/$name.log
    [ -d "tests/fuzz/corpus/$name" ] && cp -r "tests/fuzz/corpus/$name/." "$corpus"
    if "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crashes/$name-" "$corpus" >"$log" 2>&1; then
        count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        if [ "${count:-0}" -eq 0 ]; then
            echo "$name: FAILED, nothing was run, see $log"
        else
            echo "$name: $count inputs"
            rm -f "$log"
        fi
    else
        echo "$name: FAILED, see $log"
    fi
    rm -rf "$corpus"
}
export -f run_one
export seconds

find build/fuzz/fuzz -maxdepth 1 -type f -executable | sort |
    xargs -r -P "$(nproc)" -I{} bash -c 'run_one {}' | tee build/fuzz/result
failed=$(grep -c FAILED build/fuzz/result)
total=$(wc -l <build/fuzz/result)
echo "$((total - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$total" -gt 0 ]
