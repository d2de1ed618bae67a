#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the interoperation tests with an independent implementation of Noise. Here a skip is a failure:
# what the tests need has just been installed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
scripts/setup.sh interop && scripts/build.sh host-asan || exit 1
report=$PWD/build/host-asan/interop.xml
rm -f "$report"
ctest --test-dir build/host-asan -L interop --output-on-failure --output-junit "$report"
read -r passed failed skipped <<<"$(scripts/junit-count.sh "$report")"
echo "$passed passed, $((failed + skipped)) failed"
[ "$passed" -gt 0 ] && [ $((failed + skipped)) -eq 0 ]
