#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Counts the tests of a ctest JUnit report: prints "passed failed skipped". Skipped is only what a test
# said of itself (its skip return code); a test that could not be started has failed, and so has a
# report that is missing or cut off.
# usage: scripts/junit-count.sh REPORT
if [ ! -f "$1" ]; then
    echo "0 1 0"
    exit
fi
awk '
    function add() { if (state == "run") passed++; else if (state == "skip") skipped++; else if (state != "") failed++; state = "" }
    /<testcase / { add(); state = ($0 ~ /status="run"/) ? "run" : "fail" }
    /<skipped message="SKIP_RETURN_CODE=/ { state = "skip" }
    /<\/testsuite>/ { add(); whole = 1 }
    END { if (!whole) { add(); failed++ } print passed + 0, failed + 0, skipped + 0 }
' "$1"
