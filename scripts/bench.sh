#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds a preset and runs its benchmarks one after the other.
# usage: scripts/bench.sh host|os
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh
scripts/build.sh "$1"
# ctest puts "N: " before each line of a test's output, and its own lines around it.
ctest --test-dir "build/$1" -C bench -L bench --verbose | sed -n -e 's/^[0-9]*: //p' -e '/\*\*\*/p' -e '/No tests/p'
exit "${PIPESTATUS[0]}"
