#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/junit-count.sh: what counts as passed, failed, skipped.
# usage: junit_count_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

whole='<testsuite>
	<testcase name="a" status="run">
	</testcase>
	<testcase name="b" status="fail">
		<failure message=""/>
	</testcase>
	<testcase name="c" status="notrun">
		<skipped message="SKIP_RETURN_CODE=77"/>
	</testcase>
	<testcase name="d" status="notrun">
		<skipped message="Unable to find executable"/>
	</testcase>
	<testcase name="e" status="disabled">
	</testcase>
	<testcase name="f" status="run">
	</testcase>
</testsuite>'

expect() { # counts
    local got
    got=$("$DSB_ROOT/scripts/junit-count.sh" "$dir/report.xml")
    [ "$got" = "$1" ] || {
        echo "expected '$1', got '$got'" >&2
        exit 1
    }
}
case $1 in
all-states) echo "$whole" >"$dir/report.xml"; expect "2 3 1" ;;
missing-report) expect "0 1 0" ;;
cut-report) echo "$whole" | head -n 3 >"$dir/report.xml"; expect "1 1 0" ;;
empty-report) : >"$dir/report.xml"; expect "0 1 0" ;;
*) exit 2 ;;
esac
