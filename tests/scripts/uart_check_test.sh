#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/uart-check.py: each way a boot can go wrong, as a recorded log with one thing changed.
# usage: uart_check_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/common.txt" <<'M'
order kernel: up
order init: ready
M
cat >"$dir/manifest.txt" <<'M'
# a comment
include common.txt
some rngd: ready
order dsoftbusd: auth ok
count 3 dsoftbusd: auth ok
count 1+ dsoftbusd: os session ok
forbid stub
death victim
cases cases.txt
end SELFTEST: end
M
cat >"$dir/cases.txt" <<'M'
# case | auth ok | dsoftbusd logs | client sees | what it does
wrong-key | 0 | msg1-auth    | closed | x
tampered  | 1 | record-auth  | closed | x
flood     | 1 | displaced+ timeout*2 | connected | x
M
cat >"$dir/good.log" <<'L'
OpenSBI v1.1
kernel: up
rngd: ready
init: ready
dsoftbusd: auth ok
dsoftbusd: os session ok
kernel: process victim died: store fault at 0x10
SELFTEST: dsoftbus case wrong-key begin
dsoftbusd: session refused reason=msg1-auth
SELFTEST: dsoftbus case wrong-key sees closed
SELFTEST: dsoftbus reject wrong-key ok
SELFTEST: dsoftbus case tampered begin
dsoftbusd: auth ok
dsoftbusd: session ended reason=record-auth
SELFTEST: dsoftbus case tampered sees closed
SELFTEST: dsoftbus reject tampered ok
SELFTEST: dsoftbus case flood begin
dsoftbusd: session refused reason=displaced
dsoftbusd: session refused reason=displaced
dsoftbusd: auth ok
dsoftbusd: session refused reason=timeout
dsoftbusd: session refused reason=timeout
SELFTEST: dsoftbus case flood sees connected
SELFTEST: dsoftbus reject flood ok
SELFTEST: end
L
cp "$dir/good.log" "$dir/log"

expect() { # exit code, text of the verdict, arguments
    local code=0 said want=$1 text=$2
    shift 2
    said=$("$DSB_ROOT/scripts/uart-check.py" "$@" "$dir/manifest.txt" "$dir/log") || code=$?
    if [ "$code" -ne "$want" ] || [[ $said != *"$text"* ]]; then
        echo "exit $code '$said', not $want '$text'" >&2
        exit 1
    fi
}
edit() { sed -i "$1" "$dir/log"; }

case $1 in
good) expect 0 "4 markers in order, 3 adversarial cases" ;;
crlf) edit 's/$/\r/'; expect 0 passed ;;
binary-noise) printf '\377\000\n' >>"$dir/log"; expect 0 passed ;;
no-boot) echo "OpenSBI v1.1" >"$dir/log"; expect 10 "no boot" ;;
empty-log) : >"$dir/log"; expect 10 "no boot" ;;
missing) edit '/init: ready/d'; expect 13 "'dsoftbusd: auth ok' came before 'init: ready'" ;;
missing-last) edit '/SELFTEST: end/d'; expect 12 "missing marker: SELFTEST: end" ;;
missing-some) edit '/rngd: ready/d'; expect 12 "missing marker: rngd: ready" ;;
cut-off) edit '/wrong-key begin/,$d'; expect 12 "missing marker: SELFTEST: end" ;;
half-line) edit '$d'; printf 'SELFTEST: end' >>"$dir/log"; expect 12 "missing marker: SELFTEST: end" ;;
out-of-order) edit '/kernel: up/d;s/^init: ready/&\nkernel: up/'; expect 13 "came before 'kernel: up'" ;;
forbidden) edit 's/^rngd: ready/&\nnetstackd: stub ready/'; expect 14 "forbidden marker: netstackd: stub ready" ;;
too-often) edit 's/^SELFTEST: end/dsoftbusd: auth ok\n&/'; expect 15 "too often (4): dsoftbusd: auth ok" ;;
too-often-once) edit 's/^init: ready/&\n&/'; expect 15 "too often (2): init: ready" ;;
too-seldom) edit '0,/dsoftbusd: auth ok/{/dsoftbusd: auth ok/d}'; expect 15 "only 2 of 3" ;;
after-end) echo "dsoftbusd: auth ok" >>"$dir/log"; expect 15 "too often (4)" ;;
panic) edit 's/^init: ready/kernel: panic: page account\n&/'; expect 16 "page account" ;;
death) edit 's/^rngd: ready/&\nkernel: process dsoftbusd died: load fault/'; expect 17 "dsoftbusd died" ;;
death-twice) edit 's/^SELFTEST: end/kernel: process victim died: again\n&/'; expect 17 "victim died: again" ;;
death-any-number) edit 's/^SELFTEST: end/kernel: process fuzz died: a\nkernel: process fuzz died: b\n&/'
    echo "death fuzz+" >>"$dir/manifest.txt"; expect 0 "passed" ;;
death-any-number-none) echo "death fuzz+" >>"$dir/manifest.txt"; expect 12 "fuzz did not die" ;;
no-death) edit '/victim died/d'; expect 12 "victim did not die" ;;
similar-is-not-same) edit 's/^init: ready/init: ready soon/'; expect 13 "came before 'init: ready'" ;;
case-auth-count) edit 's/^SELFTEST: dsoftbus case wrong-key sees/dsoftbusd: auth ok\n&/;0,/dsoftbusd: auth ok/{/auth ok/d}'
    edit 's/^init: ready/&/'; expect 19 "case wrong-key: 1 auth ok, not 0" ;;
case-reason) edit 's/reason=msg1-auth/reason=binding/'; expect 19 "wrong-key: dsoftbusd logged reason binding 1 times" ;;
case-no-reason) edit '/reason=msg1-auth/d'; expect 19 "wrong-key: dsoftbusd logged reason msg1-auth 0 times" ;;
case-reason-count) edit '0,/reason=timeout/{/reason=timeout/d}'; expect 19 "flood: dsoftbusd logged reason timeout 1 times" ;;
case-reason-at-least) sed -i 's/displaced+/displaced*2+/' "$dir/cases.txt"; expect 0 passed
    edit '0,/reason=displaced/{/reason=displaced/d}'; expect 19 "flood: dsoftbusd logged reason displaced 1 times" ;;
case-client-view) edit 's/wrong-key sees closed/wrong-key sees answer/'; expect 19 "the client saw answer, not closed" ;;
case-left-out) edit '/tampered/d;/record-auth/d'; sed -i 's/count 3/count 2+/' "$dir/manifest.txt"; expect 19 "case tampered did not run" ;;
case-unknown) edit 's/^SELFTEST: end/SELFTEST: dsoftbus case other begin\n&/'; expect 19 "other is not in the table" ;;
case-ok-without-begin) edit '/wrong-key begin/d'; expect 19 "wrong-key is ok without having begun" ;;
until-text) edit '/wrong-key begin/,$d'; expect 0 passed --until "dsoftbusd: auth ok" ;;
until-other-text) edit '/tampered begin/,$d'; expect 0 passed --until "reject wrong-key ok"; expect 0 passed --until "reason=msg1-auth" ;;
until-other-text-missing) edit '/tampered begin/,$d'; expect 12 "missing marker: reject tampered ok" --until "reject tampered ok" ;;
until-earlier-missing) edit '/init: ready/d'; expect 13 "came before 'init: ready'" --until "reject wrong-key ok" ;;
until-missing) expect 12 "missing marker: never printed" --until "never printed" ;;
until-order) edit '/init: ready/d'; expect 13 "came before" --until "dsoftbusd: auth ok" ;;
defined) echo "some dsoftbusd: bound peer={client}" >>"$dir/manifest.txt"; edit 's/^init: ready/&\ndsoftbusd: bound peer=a.b/'
    expect 0 passed --define client=a.b; expect 12 "missing marker: dsoftbusd: bound peer=a.c" --define client=a.c
    expect 2 "nothing defines {client}" ;;
bad-manifest) echo "sometimes x" >>"$dir/manifest.txt"; expect 2 "unknown word 'sometimes'" ;;
no-end) sed -i '/^end/d' "$dir/manifest.txt"; expect 2 "no end marker" ;;
bad-cases) echo "half | 1" >>"$dir/cases.txt"; expect 2 "cases.txt" ;;
*) exit 2 ;;
esac
