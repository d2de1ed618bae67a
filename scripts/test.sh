#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, runs every test, and ends with one line: N passed, N failed, and how
# many were skipped if any were. A skipped test is not a passed one. Exits 0 only if nothing failed and
# something ran.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# preset and the ctest arguments that choose its tests. The host preset has no sanitizers: it runs what
# cannot run under them (valgrind).
runs=("host-asan" "os" "host -L valgrind")

passed=0 failed=0 skipped=0
scripts/setup.sh || {
    echo "0 passed, 1 failed"
    exit 1
}
mkdir -p build
for run in "${runs[@]}"; do
    read -r preset selection <<<"$run"
    echo "== $preset"
    if ! scripts/build.sh "$preset"; then
        echo "test: preset $preset does not build" >&2
        failed=$((failed + 1))
        continue
    fi
    report=$PWD/build/$preset/junit.xml
    rm -f "$report"
    # shellcheck disable=SC2086 # the selection is words
    ctest --test-dir "build/$preset" $selection -j "$(nproc)" --output-on-failure --output-junit "$report"
    # Why a test was skipped is its first line: "left out: ..." or "skipped: ...".
    sed -n -E 's/.*<system-out>((left out|skipped): )/\1/p' "$report"
    read -r p f s <<<"$(scripts/junit-count.sh "$report")"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done

line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line+=", $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
