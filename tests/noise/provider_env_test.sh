#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# DSB_CRYPTO names the code; a wrong name is an error, and a program that runs as somebody else than its
# caller does not look at it.
# usage: provider_env_test.sh NOISE_PROVIDER [setuid]     setuid: try a copy of it as a setuid program, too
set -euo pipefail
unset DSB_CRYPTO
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
by_itself=$("$1") || fail "noise_init without DSB_CRYPTO: $by_itself"
[ "$(DSB_CRYPTO=sodium "$1")" = sodium ] || fail "DSB_CRYPTO=sodium"
[ "$(DSB_CRYPTO=$by_itself "$1")" = "$by_itself" ] || fail "DSB_CRYPTO=$by_itself"
for name in nothing "" "sodium "; do
    status=0
    text=$(DSB_CRYPTO=$name "$1") || status=$?
    [ "$status $text" = "1 noise_init: -2" ] || fail "DSB_CRYPTO='$name': $status, $text"
done
if [ "${2:-}" = setuid ] && [ "$(id -u)" -eq 0 ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    chmod 755 "$folder"
    cp "$1" "$folder/as_nobody"
    chown nobody "$folder/as_nobody"
    chmod 4755 "$folder/as_nobody"
    [ "$(DSB_CRYPTO=nothing "$folder/as_nobody")" = "$by_itself" ] || fail "a setuid program read DSB_CRYPTO"
else
    echo "no setuid program was tried: not root, or under a sanitizer, which such a program cannot have"
fi
