#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/os/boot/judge.py: each way a boot can go wrong, as a recorded log with one thing changed.
# usage: judge_test.sh CASE
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
wrong-key | 0 | msg1-decrypt    | closed | x
tampered  | 1 | record-decrypt  | closed | x
flood     | 1 | local-dropped+ msg1-deadline*2 | connected | x
M
cat >"$dir/good.log" <<'L'
OpenSBI v1.1
kernel: up
rngd: ready
init: ready
dsoftbusd: handshake: message 1 read
dsoftbusd: handshake: message 2 written
dsoftbusd: handshake: message 3 read
dsoftbusd: identity bound peer=a.b
dsoftbusd: auth ok
dsoftbusd: os session ok
kernel: process victim died: store fault at 0x10
SELFTEST: dsoftbus case wrong-key begin
dsoftbusd: session refused reason=msg1-decrypt
SELFTEST: dsoftbus case wrong-key sees closed
SELFTEST: dsoftbus reject wrong-key ok
SELFTEST: dsoftbus case tampered begin
dsoftbusd: handshake: message 1 read
dsoftbusd: handshake: message 2 written
dsoftbusd: handshake: message 3 read
dsoftbusd: identity bound peer=a.b
dsoftbusd: auth ok
dsoftbusd: session ended reason=record-decrypt
SELFTEST: dsoftbus case tampered sees closed
SELFTEST: dsoftbus reject tampered ok
SELFTEST: dsoftbus case flood begin
dsoftbusd: session refused reason=local-dropped
dsoftbusd: session refused reason=local-dropped
dsoftbusd: handshake: message 1 read
dsoftbusd: handshake: message 2 written
dsoftbusd: handshake: message 3 read
dsoftbusd: identity bound peer=a.b
dsoftbusd: auth ok
dsoftbusd: session refused reason=msg1-deadline
dsoftbusd: session refused reason=msg1-deadline
SELFTEST: dsoftbus case flood sees connected
SELFTEST: dsoftbus reject flood ok
SELFTEST: end
L
cp "$dir/good.log" "$dir/log"

expect() { # exit code, text of the verdict, arguments
    local code=0 said want=$1 text=$2
    shift 2
    said=$("$DSB_ROOT/tests/os/boot/judge.py" "$@" "$dir/manifest.txt" "$dir/log") || code=$?
    if [ "$code" -ne "$want" ] || [[ $said != *"$text"* ]]; then
        echo "exit $code '$said', not $want '$text'" >&2
        exit 1
    fi
}
edit() { sed -i "$1" "$dir/log"; }
without_first_session() { edit '0,/dsoftbusd: auth ok/{/dsoftbusd: handshake\|identity bound\|auth ok/d}'; }
session=$(sed -n '/message 1 read/,/auth ok/{p;/auth ok/q}' "$dir/log" | sed 's/$/\\n/' | tr -d '\n')

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
too-seldom) sed -i 's/count 3/count 4/' "$dir/manifest.txt"; expect 15 "only 3 of 4" ;;
after-end) echo "dsoftbusd: auth ok" >>"$dir/log"; expect 15 "too often (4)" ;;
panic) edit 's/^init: ready/kernel: panic: page account\n&/'; expect 16 "page account" ;;
death) edit 's/^rngd: ready/&\nkernel: process dsoftbusd died: load fault/'; expect 17 "dsoftbusd died" ;;
death-twice) edit 's/^SELFTEST: end/kernel: process victim died: again\n&/'; expect 17 "victim died: again" ;;
death-any-number) edit 's/^SELFTEST: end/kernel: process fuzz died: a\nkernel: process fuzz died: b\n&/'
    echo "death fuzz+" >>"$dir/manifest.txt"; expect 0 "passed" ;;
death-any-number-none) echo "death fuzz+" >>"$dir/manifest.txt"; expect 12 "fuzz did not die" ;;
no-death) edit '/victim died/d'; expect 12 "victim did not die" ;;
similar-is-not-same) edit 's/^init: ready/init: ready soon/'; expect 13 "came before 'init: ready'" ;;
case-auth-count) without_first_session; sed -i 's/^order dsoftbusd: auth ok//' "$dir/manifest.txt"
    edit "s/^SELFTEST: dsoftbus case wrong-key sees/$session&/"; expect 19 "case wrong-key: 1 auth ok, not 0" ;;
case-reason) edit 's/reason=msg1-decrypt/reason=msg1-length/'; expect 19 "wrong-key: dsoftbusd logged reason msg1-decrypt 0 times" ;;
case-no-reason) edit '/reason=msg1-decrypt/d'; expect 19 "wrong-key: dsoftbusd logged reason msg1-decrypt 0 times" ;;
case-reason-count) edit '0,/reason=msg1-deadline/{/reason=msg1-deadline/d}'; expect 19 "flood: dsoftbusd logged reason msg1-deadline 1 times" ;;
case-reason-at-least) sed -i 's/local-dropped+/local-dropped*2+/' "$dir/cases.txt"; expect 0 passed
    edit '0,/reason=local-dropped/{/reason=local-dropped/d}'; expect 19 "flood: dsoftbusd logged reason local-dropped 1 times" ;;
case-client-view) edit 's/wrong-key sees closed/wrong-key sees answer/'; expect 19 "the client saw answer, not closed" ;;
case-left-out) edit '/tampered/d;/record-decrypt/d'; sed -i 's/count 3/count 2+/' "$dir/manifest.txt"; expect 19 "case tampered did not run" ;;
case-unknown) edit 's/^SELFTEST: end/SELFTEST: dsoftbus case other begin\n&/'; expect 19 "other is not in the table" ;;
case-ok-without-begin) edit '/wrong-key begin/d;/wrong-key sees/d'; expect 19 "wrong-key is ok without having begun" ;;
until-text) edit '/wrong-key begin/,$d'; expect 0 passed --until "dsoftbusd: auth ok" ;;
until-other-text) edit '/tampered begin/,$d'; expect 0 passed --until "reject wrong-key ok"; expect 0 passed --until "reason=msg1-decrypt" ;;
until-other-text-missing) edit '/tampered begin/,$d'; expect 12 "missing marker: reject tampered ok" --until "reject tampered ok" ;;
until-earlier-missing) edit '/init: ready/d'; expect 13 "came before 'init: ready'" --until "reject wrong-key ok" ;;
until-end) # the manifest's own end marker demands the whole manifest, and so does a text behind it
    expect 0 "passed: 4 markers in order, 3 adversarial" --until "SELFTEST: end"
    edit '/tampered begin/,/tampered ok/d'; expect 19 "case tampered did not run" --until "SELFTEST: end" ;;
until-part-of-end) expect 0 "passed: 4 markers in order, 3 adversarial" --until "SELFTEST: e"
    edit '/flood begin/,/flood ok/d'; expect 19 "case flood did not run" --until "TEST: en" ;;
until-behind-end) echo "init: pages 1" >>"$dir/log"; expect 0 "passed: 4 markers" --until "init: pages"
    edit '/rngd: ready/d'; expect 12 "missing marker: rngd: ready" --until "init: pages" ;;
until-says-so) expect 0 "passed up to 'init: ready': 2 markers in order, 0 adversarial" --until "init: ready" ;;
until-nothing-behind-it) edit '/wrong-key begin/i kernel: panic: later'
    expect 0 passed --until "process victim died"; expect 16 "panic" --until "wrong-key begin" ;;
until-within-a-binding) expect 0 "passed up to" --until "identity bound" ;;
ends-unstated) edit '/^dsoftbusd: os session ok/a dsoftbusd: session ended reason=clean'
    expect 15 "outside the cases dsoftbusd logged reason clean 1 times"
    echo "ends clean" >>"$dir/manifest.txt"; expect 0 passed
    echo "ends clean*2" >>"$dir/manifest.txt"; expect 15 "reason clean 1 times" ;;
ends-missing) echo "ends clean" >>"$dir/manifest.txt"; expect 15 "outside the cases dsoftbusd logged reason clean 0 times" ;;
ends-any) echo "ends any" >>"$dir/manifest.txt"; edit '/^init: ready/a dsoftbusd: session refused reason=msg3-decrypt times=40'
    expect 0 passed; edit '/^dsoftbusd: identity bound/d'; expect 13 "not one after the other" ;;
ends-bad) echo "ends Clean" >>"$dir/manifest.txt"; expect 2 "reason 'Clean'" ;;
ends-twice) echo "ends clean clean" >>"$dir/manifest.txt"; expect 2 "reason 'clean'" ;;
times) edit '0,/reason=local-dropped/{s/reason=local-dropped/& times=2/}'; expect 0 passed
    sed -i 's/local-dropped+/local-dropped*2/' "$dir/cases.txt"; expect 19 "flood: dsoftbusd logged reason local-dropped 3 times" ;;
restarted) # what the dead process had begun is not the new one's
    edit '/^init: ready/a dsoftbusd: packet ignored reason=utf8 count=7\nkernel: process dsoftbusd died: exit\ndsoftbusd: packet ignored reason=utf8 count=1'
    printf 'death dsoftbusd\nends utf8*2\n' >>"$dir/manifest.txt"; expect 0 passed ;;
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
