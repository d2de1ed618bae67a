#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# IDENTITIES=folder: an image with identities that were never seen before passes the whole proof, says
# nothing of bring-up keys, and DSB_RELEASE refuses the bring-up ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir" "build/${build:-none}"' EXIT

# Prints the private and the public key of a new X25519 pair, in hexadecimal.
new_key() {
    openssl genpkey -algorithm X25519 -outform DER -out "$dir/key.der"
    tail -c 32 "$dir/key.der" | od -An -tx1 -v | tr -d ' \n'
    echo -n ' '
    openssl pkey -inform DER -in "$dir/key.der" -pubout -outform DER | tail -c 32 | od -An -tx1 -v | tr -d ' \n'
}
read -r device_private device_public <<<"$(new_key)"
read -r client_private client_public <<<"$(new_key)"
rm -f "$dir/key.der"
printf 'dsoftbus-identity 1\nid gateway-7.lab\nprivate %s\n' "$device_private" >"$dir/dsoftbusd.identity"
printf 'dsoftbus-identity 1\nid probe-3.lab\nprivate %s\n' "$client_private" >"$dir/client.identity"
printf 'dsoftbus-trust 1\nprobe-3.lab %s\n' "$client_public" >"$dir/dsoftbusd.trust"
printf 'dsoftbus-trust 1\ngateway-7.lab %s\n' "$device_public" >"$dir/client.trust"

build=os-$(printf %s "$dir" | sha256sum | head -c 8)
unset KERNEL
IDENTITIES=$dir UART_LOG=$dir/log RUN_TIMEOUT=${RUN_TIMEOUT:-90s} scripts/qemu-test.sh
grep -qx 'dsoftbusd: identity bound peer=probe-3.lab' <(tr -d '\r' <"$dir/log")
! grep -q 'bring-up' "$dir/log" || { echo "calls real keys bring-up keys"; exit 1; }

if cmake --preset os -B "build/$build" -DDSB_RELEASE=ON -DDSB_IDENTITIES="$PWD/tests/identities" >"$dir/refused" 2>&1; then
    echo "a release image took bring-up keys"
    exit 1
fi
# CMake breaks its messages into lines, where depends on the folder's name.
tr -s ' \n' ' ' <"$dir/refused" | grep -q 'is a bring-up test key' || { cat "$dir/refused"; exit 1; }
echo "identities: another folder's keys pass the proof, a release refuses the bring-up ones"
