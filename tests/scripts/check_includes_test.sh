#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/check-includes.py finds each kind of violation and accepts what the rules allow.
# usage: check_includes_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

put() { # file, include
    mkdir -p "$tree/$(dirname "$1")"
    echo "#include $2" >>"$tree/$1"
}
accepts() {
    "$DSB_ROOT/scripts/check-includes.py" "$tree" || exit 1
}
rejects() { # text that must be said
    local said
    if said=$("$DSB_ROOT/scripts/check-includes.py" "$tree" 2>&1); then
        echo "accepted" >&2
        exit 1
    fi
    [[ $said == *"$1"* ]] || {
        echo "says '$said', not '$1'" >&2
        exit 1
    }
}
case $1 in
allowed)
    put kernel/ipc.c '"abi/syscall.h"'
    put kernel/ipc.c '"kernel/ipc.h"'
    put kernel/arch/riscv64/trap.h '<stdint.h>'
    put kernel/ipc.c '"arch/riscv64/trap.h"'
    put services/netstackd/main.c '<lwip/tcp.h>'
    put services/dsoftbusd/main.c '"dsoftbus/session.h"'
    put lib/dsoftbus/session.c '"noise/noise.h"'
    put lib/noise/crypto_sodium.c '<sodium/utils.h>'
    accepts
    ;;
kernel-includes-proto) put kernel/ipc.c '"proto/net.h"'; rejects 'kernel/ipc.c:1: proto/net.h' ;;
kernel-includes-crypto) put kernel/ipc.c '<sodium.h>'; rejects '<sodium.h>' ;;
noise-includes-dsoftbus) put lib/noise/noise.c '"dsoftbus/session.h"'; rejects 'dsoftbus/session.h' ;;
crypto-outside-seam) put lib/noise/noise.c '<sodium/utils.h>'; rejects '<sodium/utils.h>' ;;
noise-includes-posix) put lib/noise/noise.c '<unistd.h>'; rejects '<unistd.h>' ;;
dsoftbus-includes-facade) put lib/dsoftbus/x.c '"netfacade/netfacade.h"'; rejects 'netfacade.h' ;;
includes-a-service) put tests/os/selftest-client/x.c '"dsoftbusd/table.h"'; rejects 'dsoftbusd/table.h' ;;
virtio-outside-drivers) put services/dsoftbusd/x.c '"virtio/queue.h"'; rejects 'virtio/queue.h' ;;
dsoftbus-in-netstackd) put services/netstackd/x.c '"dsoftbus/session.h"'; rejects 'dsoftbus/session.h' ;;
dot-dot) put lib/noise/noise.c '"../dsoftbus/session.h"'; rejects 'no ..' ;;
no-rule) put services/newd/main.c '<stdint.h>'; rejects 'no include rule' ;;
*) exit 2 ;;
esac
