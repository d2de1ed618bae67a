#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/check-kernel.sh finds foreign symbols, undefined ones, and a kernel that grew too large.
# usage: check_kernel_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Stands for nm: the symbols of a small kernel, and what a case adds.
cat >"$work/nm" <<'EOF'
#!/bin/sh
[ "$1" = --undefined-only ] && exec cat "$(dirname "$0")/undefined"
exec cat "$(dirname "$0")/defined"
EOF
chmod +x "$work/nm"
: >"$work/undefined"
cat >"$work/defined" <<'EOF'
0000000000100000 R image_start
0000000000100400 T syscall_dispatch
0000000000106000 R rodata_end
0000000000107000 B bss_start
000000000010a000 B page_tables_end
0000000000120000 B data_end
EOF
accepts() {
    NM=$work/nm "$DSB_ROOT/scripts/check-kernel.sh" kernel.elf
}
rejects() { # text that must be said
    local said
    if said=$(NM=$work/nm "$DSB_ROOT/scripts/check-kernel.sh" kernel.elf 2>&1); then
        echo "accepted" >&2
        exit 1
    fi
    [[ $said == *"$1"* ]] || {
        echo "says '$said', not '$1'" >&2
        exit 1
    }
}
add() { # symbol
    echo "0000000000100800 T $1" >>"$work/defined"
}
case $1 in
clean) accepts ;;
crypto)
    for symbol in crypto_scalarmult chacha20_block poly1305_init blake2s_update x25519_base; do
        cp "$work/defined" "$work/before"
        add $symbol
        rejects "$symbol"
        cp "$work/before" "$work/defined"
    done
    ;;
network)
    for symbol in tcp_input udp_send pbuf_alloc netif_add ip4_output etharp_query virtio_start; do
        cp "$work/defined" "$work/before"
        add $symbol
        rejects "$symbol"
        cp "$work/before" "$work/defined"
    done
    ;;
session)
    add noise_read
    rejects noise_read
    ;;
undefined)
    echo "                 U memmove" >"$work/undefined"
    rejects memmove
    ;;
text-too-large)
    sed -i 's/0106000 R/010d000 R/; s/0107000 B/010d000 B/' "$work/defined"
    rejects "text and constants: 53248"
    ;;
data-too-large)
    sed -i 's/0120000 B/0160000 B/' "$work/defined"
    rejects "data and stacks"
    ;;
no-kernel)
    sed -i /syscall_dispatch/d "$work/defined"
    rejects "no kernel"
    ;;
*)
    echo "unknown case $1" >&2
    exit 1
    ;;
esac
