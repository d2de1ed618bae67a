#!/usr/bin/awk -f
# SPDX-License-Identifier: Apache-2.0
# Compares llvm-cov's listing with the list of lines that may stay unreached.
# usage: coverage-lines.awk -v root=FOLDER/ tests/coverage.txt LISTING
# A row of the list is "FILE | FUNCTION | TEXT OF THE LINE | REASON".
FNR == NR {
    if ($0 ~ /^#/ || $0 !~ /\|/) next
    if (split($0, field, / \| /) != 4) { print FILENAME ":" FNR ": FILE | FUNCTION | LINE | REASON"; failed = 1; next }
    reason[field[1] SUBSEP field[2] SUBSEP field[3]] = field[4]
    next
}
/^\/.*:$/ { file = substr($0, 1, length($0) - 1); sub("^" root, "", file); function_name = ""; next }
match($0, /^ *[0-9]+\| *[0-9.]*[kMGTE]?\|/) {
    split($0, part, "|")
    number = part[1] + 0; count = part[2]; gsub(/ /, "", count)
    text = substr($0, RLENGTH + 1)
    if (text ~ /^[a-z].*\(/ && text !~ /;$/) { function_name = text; sub(/\(.*/, "", function_name); sub(/.*[ *]/, "", function_name) }
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    if (count == "" || text ~ /^[{}]*;?$/ || text ~ /^#/ || (file, number) in line_seen) next
    line_seen[file, number] = 1
    total++
    if (count != "0") { reached++; next }
    key = file SUBSEP function_name SUBSEP text
    if (key in reason) { excused++; used[key] = 1; next }
    print file ":" number ": not reached: " text " (in " function_name ")"
    failed = 1
}
END {
    for (key in reason)
        if (!(key in used)) { split(key, k, SUBSEP); print "tests/coverage.txt: reached, or gone: " k[1] " | " k[2] " | " k[3]; failed = 1 }
    print reached + 0 " lines reached of " total + 0 ", " excused + 0 " unreached with a reason"
    exit failed || !total
}
