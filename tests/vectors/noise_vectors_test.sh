#!/usr/bin/env bash
# The runner itself: what it must pass, fail, skip and refuse.
# usage: noise_vectors_test.sh NOISE_VECTORS
set -euo pipefail
runner=$1
source=$(dirname "${BASH_SOURCE[0]}")/noise_xk.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# change NAME: rewrites the committed vectors with the Python statements on standard input, which see the
# list `v`, and puts the file at $work/NAME.json.
change() {
    python3 -c '
import json, sys
d = json.load(open(sys.argv[1])); v = d["vectors"]
exec(sys.stdin.read())
json.dump(d, open(sys.argv[2], "w"))' "$source" "$work/$1.json"
}

# expect NAME STATUS LAST_LINE: the runner on $work/NAME.json. An empty LAST_LINE: a message on stderr, only.
expect() {
    local status=0 out last
    out=$("$runner" "$work/$1.json" 2>"$work/err") || status=$?
    last=$(tail -n 1 <<<"$out")
    if [ "$status" -ne "$2" ] || [ "$last" != "$3" ] || { [ -z "$3" ] && [ ! -s "$work/err" ]; }; then
        echo "FAILED $1: status $status, last line '$last' (expected $2, '$3')"
        failures=$((failures + 1))
    else
        echo "ok $1"
    fi
}

all() { change "$1"; expect "$@"; }

all committed 0 "5 passed, 0 failed" <<<"pass"
all upper-case 0 "1 passed, 0 failed" <<<'v[:] = v[:1]; v[0]["init_static"] = v[0]["init_static"].upper()'
all other-protocol-skipped 0 "4 passed, 0 failed" <<<'v[0]["protocol_name"] = "Noise_XX_25519_ChaChaPoly_BLAKE2s"'
all psk-variant-skipped 0 "4 passed, 0 failed" <<<'v[0]["protocol_name"] = "Noise_XKpsk3_25519_ChaChaPoly_BLAKE2s"'
all nothing-run 1 "0 passed, 0 failed" <<<'[x.update(protocol_name="Noise_NN_448_AESGCM_SHA512") for x in v]'
all empty 1 "0 passed, 0 failed" <<<'v[:] = []'
all remote-static-missing 0 "5 passed, 0 failed" <<<'[x.pop("init_remote_static") for x in v]'
all two-messages 0 "1 passed, 0 failed" <<<'v[:] = v[:1]; v[0]["messages"] = v[0]["messages"][:2]; v[0].pop("handshake_hash")'
all no-messages 1 "4 passed, 1 failed" <<<'v[0]["messages"] = []'
all messages-missing 1 "4 passed, 1 failed" <<<'v[0].pop("messages")'
all messages-not-objects 1 "4 passed, 1 failed" <<<'v[0]["messages"] = [1, 2, 3]'
all wrong-hash 1 "4 passed, 1 failed" <<<'v[0]["handshake_hash"] = "00" * 32'
all short-hash 1 "4 passed, 1 failed" <<<'v[0]["handshake_hash"] = v[0]["handshake_hash"][:-2]'
all hash-not-reached 1 "4 passed, 1 failed" <<<'v[0]["messages"] = v[0]["messages"][:2]'
all wrong-prologue-one-side 1 "4 passed, 1 failed" <<<'v[3]["resp_prologue"] = "00"'
all prologue-number 1 "4 passed, 1 failed" <<<'v[3]["resp_prologue"] = 7'
all wrong-remote-static 1 "4 passed, 1 failed" <<<'v[0]["init_remote_static"] = v[1]["init_remote_static"]'
all static-missing 1 "4 passed, 1 failed" <<<'v[0].pop("resp_static")'
all static-short 1 "4 passed, 1 failed" <<<'v[0]["init_static"] = v[0]["init_static"][:-2]'
all odd-hexadecimal 1 "4 passed, 1 failed" <<<'v[0]["init_static"] = v[0]["init_static"][:-1]'
all not-hexadecimal 1 "4 passed, 1 failed" <<<'v[0]["init_ephemeral"] = "zz" * 32'
all wrong-payload 1 "4 passed, 1 failed" <<<'v[2]["messages"][1]["payload"] = "00"'
all wrong-transport-order 1 "4 passed, 1 failed" <<<'m = v[3]["messages"]; m[3], m[5] = m[5], m[3]'
all name-missing 1 "4 passed, 1 failed" <<<'v[0].pop("protocol_name")'
all name-number 1 "4 passed, 1 failed" <<<'v[0]["protocol_name"] = 3'
all vector-number 1 "4 passed, 1 failed" <<<'v[0] = 3'
all over-length 1 "4 passed, 1 failed" <<<'v[0]["messages"][0]["payload"] = "00" * 65536'
for i in 0 1 2 3 11; do
    all "tampered-ciphertext-$i" 1 "4 passed, 1 failed" <<<"m = v[3]['messages'][$i]; c = m['ciphertext']; m['ciphertext'] = c[:-1] + ('1' if c[-1] == '0' else '0')"
done

head -c 500 "$source" >"$work/cut.json"
expect cut 2 ""
: >"$work/zero-bytes.json"
expect zero-bytes 2 ""
echo '[1, 2]' >"$work/array.json"
expect array 2 ""
echo '{"vectors": {}}' >"$work/vectors-object.json"
expect vectors-object 2 ""
echo '{"vectors": [], "vectors": []}' >"$work/duplicate.json"
expect duplicate 2 ""
printf '{"vectors": "\xff\xfe"}' >"$work/not-utf8.json"
expect not-utf8 2 ""
python3 -c 'print("[" * 100000)' >"$work/deep.json"
expect deep 2 ""
expect file-missing 2 ""

[ "$failures" -eq 0 ]
