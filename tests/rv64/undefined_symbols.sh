#!/usr/bin/env bash
# What the freestanding Noise archive asks of others: the memory functions and the crypto seam, nothing else;
# and that nothing in it is writable memory of its own (no globals).
# usage: undefined_symbols.sh NM ARCHIVE
set -euo pipefail
nm=$1 archive=$2
allowed="memcpy memset memmove memcmp
crypto_aead_open crypto_aead_seal crypto_blake2s crypto_equal crypto_wipe crypto_x25519 crypto_x25519_base"

all=$("$nm" --format=posix "$archive")
defined=$(awk '$2 ~ /[TtRr]/ { print $1 }' <<<"$all" | sort -u)
[ -n "$defined" ] || {
    echo "$archive defines nothing"
    exit 1
}
undefined=$(comm -23 <(awk '$2 == "U" { print $1 }' <<<"$all" | sort -u) <(echo "$defined"))
echo "undefined: ${undefined//$'\n'/ }"
# shellcheck disable=SC2086 # a list of words
surplus=$(comm -23 <(echo "$undefined") <(tr ' ' '\n' <<<$allowed | sort))
writable=$(awk '$2 ~ /[BbDdCGgSs]/ { print $1 }' <<<"$all")
[ -z "$surplus" ] || echo "not allowed: $surplus"
[ -z "$writable" ] || echo "writable: $writable"
[ -z "$surplus$writable" ]
