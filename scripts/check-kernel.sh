#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the kernel must not become: an image whose symbols speak of networking or cryptography, or whose
# text or data is larger than aimed at.
# usage: scripts/check-kernel.sh KERNEL_ELF
set -euo pipefail
nm=${NM:-riscv64-unknown-elf-nm}
readonly TEXT_BYTES_MAX=$((48 * 1024))  # text and constants
readonly DATA_BYTES_MAX=$((256 * 1024)) # all data and both stacks, without page tables
readonly FOREIGN='crypto|sodium|chacha|poly1305|25519|blake|sha[0-9]|aes|hmac|hkdf|noise|dsoftbus|dsb_|lwip|netif|pbuf|ethernet|etharp|icmp|ipv?[46]_|tcp|udp|socket|dhcp|dns|virtio|mbedtls|br_|sys_net'

elf=$1
symbols=$("$nm" --defined-only "$elf")
grep -q ' syscall_dispatch$' <<<"$symbols" || {
    echo "check-kernel: $elf is no kernel with symbols"
    exit 1
}
if foreign=$(awk '{ print $3 }' <<<"$symbols" | grep -iE "$FOREIGN"); then
    printf 'check-kernel: a symbol of networking or cryptography: %s\n' "$foreign"
    exit 1
fi
undefined=$("$nm" --undefined-only "$elf")
[ -z "$undefined" ] || {
    echo "check-kernel: undefined: $undefined"
    exit 1
}

address_of() {
    local value
    value=$(awk -v name="$1" '$3 == name { print $1 }' <<<"$symbols")
    echo $((16#$value))
}
text=$(($(address_of rodata_end) - $(address_of image_start)))
tables=$(($(address_of page_tables_end) - $(address_of bss_start)))
data=$(($(address_of data_end) - $(address_of rodata_end) - tables))
echo "kernel text and constants: $text bytes (at most $TEXT_BYTES_MAX)"
echo "kernel data and stacks: $data bytes (at most $DATA_BYTES_MAX), and $tables of page tables"
[ "$text" -le $TEXT_BYTES_MAX ] && [ "$data" -le $DATA_BYTES_MAX ]
