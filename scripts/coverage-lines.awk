#!/usr/bin/awk -f
# Compares llvm-cov's listing with the list of lines that may stay unreached.
# usage: coverage-lines.awk -v root=FOLDER/ tests/coverage.txt LISTING
# A row of the list is "FILE | TEXT OF THE LINE | REASON"; the text may stand in the file several times.
FNR == NR {
    if ($0 ~ /^#/ || $0 !~ /\|/) next
    split($0, field, / \| /)
    reason[field[1] SUBSEP field[2]] = field[3]
    next
}
/^\/.*:$/ { file = substr($0, 1, length($0) - 1); sub("^" root, "", file); next }
match($0, /^ *[0-9]+\| *[0-9.]+[kMGTE]?\|/) {
    split($0, part, "|")
    text = substr($0, RLENGTH + 1); gsub(/^[ \t]+|[ \t]+$/, "", text)
    key = file SUBSEP text; number = part[1] + 0; count = part[2]; gsub(/ /, "", count)
    if (text ~ /^[{}]*;?$/) next
    if ((file, number) in line_seen) next
    line_seen[file, number] = 1
    total++
    if (count != "0") { reached++; next }
    if (key in reason) { excused++; used[key] = 1; next }
    print file ":" number ": not reached: " text
    failed = 1
}
END {
    for (key in reason) if (!(key in used)) { split(key, k, SUBSEP); print "tests/coverage.txt: reached, or gone: " k[1] " | " k[2]; failed = 1 }
    print reached + 0 " lines reached of " total + 0 ", " excused + 0 " unreached with a reason"
    exit failed || !total
}
