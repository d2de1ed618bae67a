#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/coverage-lines.awk on a short listing.
# usage: coverage_lines_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/listing" <<'L'
/root/lib/noise/a.c:
    1|      4|static int one(int x)
    2|      4|{
    3|      4|    if (x)
    4|      0|        return 1;
    5|  1.2k|    return 2;
    6|       |    /* 0 in a comment */
    7|      4|}
    8|      4|int two(void)
    9|      3|        return 1;
L
expect() { # exit code, text
    local code=0 out
    out=$("$DSB_ROOT/scripts/coverage-lines.awk" -v root=/root/ "$dir/list" "$dir/listing") || code=$?
    [ "$code" -eq "$1" ] && [[ $out == *"$2"* ]] || { echo "exit $code '$out', not $1 '$2'" >&2; exit 1; }
}
case $1 in
unlisted) echo '# nothing' >"$dir/list"; expect 1 'lib/noise/a.c:4: not reached: return 1; (in one)' ;;
listed) echo 'lib/noise/a.c | one | return 1; | cannot be' >"$dir/list"; expect 0 '1 unreached with a reason' ;;
other-function) echo 'lib/noise/a.c | two | return 1; | cannot be' >"$dir/list"; expect 1 'a.c:4: not reached' ;;
reached-after-all) echo 'lib/noise/a.c | two | return 1; | x' >"$dir/list"; expect 1 'reached, or gone' ;;
bad-row) echo 'lib/noise/a.c | return 1;' >"$dir/list"; expect 1 'FILE | FUNCTION | LINE | REASON' ;;
nothing-measured) : >"$dir/listing"; echo '#' >"$dir/list"; expect 1 '0 lines reached of 0' ;;
*) exit 2 ;;
esac
