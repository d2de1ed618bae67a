#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The table of adversarial cases as docs/testing.md shows it, from tests/os/cases.txt. With --update the
# document is brought up to date; with --check it fails when the document shows another table.
# usage: scripts/cases-table.sh [--update|--check]
cd "$(dirname "$0")/.." || exit 1
doc=docs/testing.md

table() {
    echo "| case | what the client does | \`auth ok\` it may add | reason dsoftbusd must log | what the client must see |"
    echo "|---|---|---|---|---|"
    awk -F ' *[|] *' '!/^#/ && NF == 5 { print "| " $1 " | " $5 " | " $2 " | " ($3 == "" ? "none" : "`" $3 "`") " | " $4 " |" }' tests/os/cases.txt
}
with_table() {
    sed -n '1,/<!-- cases begin -->/p' $doc
    table
    sed -n '/<!-- cases end -->/,$p' $doc
}
case $1 in
--update) with_table >$doc.new && mv $doc.new $doc ;;
--check) with_table | diff $doc - || { echo "run scripts/cases-table.sh --update"; exit 1; } ;;
*) table ;;
esac
