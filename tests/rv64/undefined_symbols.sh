#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a freestanding archive of ours asks of others: the memory functions, the crypto seam, libsodium's group and hash
# (pairing), its verification (attestation) and what the archives below it define, nothing else; and that nothing in it is writable memory of its own (no globals).
# usage: undefined_symbols.sh NM ARCHIVE [ARCHIVE-BELOW...]
set -euo pipefail
nm=$1 archive=$2
below=("${@:3}")
allowed="memcpy memset memmove memcmp memchr strlen
noise_aead_open noise_aead_seal noise_blake2s noise_equal noise_wipe noise_x25519 noise_x25519_base"
[ ${#below[@]} -eq 0 ] || allowed+=" crypto_core_ristretto255_from_hash crypto_core_ristretto255_scalar_reduce
crypto_scalarmult_ristretto255 crypto_hash_sha512_init crypto_hash_sha512_update crypto_hash_sha512_final
crypto_sign_ed25519_verify_detached"

all=$("$nm" --format=posix "$archive")
defined=$(awk '$2 ~ /[TtRr]/ { print $1 }' <<<"$all" | sort -u)
[ -n "$defined" ] || {
    echo "$archive defines nothing"
    exit 1
}
undefined=$(comm -23 <(awk '$2 == "U" { print $1 }' <<<"$all" | sort -u) <(echo "$defined"))
echo "undefined: ${undefined//$'\n'/ }"
[ ${#below[@]} -eq 0 ] || allowed+=" $("$nm" --format=posix --defined-only "${below[@]}" | awk '$2 == "T" { print $1 }')"
# shellcheck disable=SC2086 # a list of words
surplus=$(comm -23 <(echo "$undefined") <(printf '%s\n' $allowed | sort -u))
writable=$(awk '$2 ~ /[BbDdCGgSs]/ { print $1 }' <<<"$all")
[ -z "$surplus" ] || echo "not allowed: $surplus"
[ -z "$writable" ] || echo "writable: $writable"
[ -z "$surplus$writable" ]
