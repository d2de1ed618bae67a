#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The product's image: runs until it is switched off. build/image/kernel.elf.
#
#   IDENTITY=DIR   the device's identity and trust store, as `dsoftbus keygen` and `dsoftbus trust` keep them; without
#                  it the bring-up identity of the tests, whose key everybody knows
#   TRUST=FILE     instead: a trust store alone. The image holds no key; the device makes its own at its first boot, and needs a
#                  disk to keep it
#   OUT=DIR        where kernel.elf goes instead of build/image
set -euo pipefail
invoked_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    echo "image: $*" >&2
    exit 1
}

# Everything that is wrong with a directory is said by the program that reads such directories.
check_identity() { # directory
    local name tool=build/host/node/dsoftbus
    for name in identity trust; do
        [ -e "$1/$name" ] || die "IDENTITY=$1 has no file '$name': \`dsoftbus keygen --dir $1 ID\` and \`dsoftbus trust --dir $1 add ID KEY\` make both"
    done
    scripts/build.sh host dsoftbus_program
    device=$("$tool" id --dir "$1") || die "IDENTITY=$1 cannot be used, see above"
    peers=$("$tool" trust --dir "$1" list) || die "IDENTITY=$1 cannot be used, see above"
    [ -n "$peers" ] || echo "image: warning: the device will trust nobody: $1/trust has no peer" >&2
}

# A trust store is read beside an identity: any serves.
check_trust() { # file
    local scratch tool=build/host/node/dsoftbus
    scripts/build.sh host dsoftbus_program
    scratch=$(mktemp -d)
    "$tool" keygen --quiet --dir "$scratch/any" any
    install -m 600 "$1" "$scratch/any/trust"
    peers=$("$tool" trust --dir "$scratch/any" list) || peers=unusable
    rm -rf "$scratch"
    [ "$peers" != unusable ] || die "TRUST=$1 cannot be used, see above"
    [ -n "$peers" ] || echo "image: warning: the device will trust nobody: $1 has no peer" >&2
}

# What the build makes of them is nobody else's either, and goes in every case.
take() { # files
    umask 077
    mkdir -p build/os
    trap 'rm -rf build/os/release build/os/images/release build/os/CMakeFiles/image_release.dir' EXIT
    install -d build/os/release
    install -m 600 "$@" build/os/release/
    image=release
}

scripts/setup.sh
[ -z "${IDENTITY:-}" ] || [ -z "${TRUST:-}" ] || die "IDENTITY or TRUST, not both: with a key or without"
if [ -n "${IDENTITY:-}" ]; then
    directory=$(cd "$invoked_from" && realpath -e -- "$IDENTITY") || die "IDENTITY=$IDENTITY: no such directory"
    check_identity "$directory"
    take "$directory/identity" "$directory/trust"
elif [ -n "${TRUST:-}" ]; then
    file=$(cd "$invoked_from" && realpath -e -- "$TRUST") || die "TRUST=$TRUST: no such file"
    check_trust "$file"
    take "$file"
    [ "$(basename "$file")" = trust ] || mv "build/os/release/$(basename "$file")" build/os/release/trust
else
    image=device
fi
scripts/build.sh os "image_$image"
out=${OUT:-build/image}
install -d -m 700 "$out"
riscv64-unknown-elf-objcopy --strip-all "build/os/images/$image/kernel.elf" "$out/kernel.elf"
chmod 600 "$out/kernel.elf" # it holds the private key
if [ -n "${TRUST:-}" ]; then
    echo "image: $out/kernel.elf, without a key: at its first boot, with a disk, the device makes its own and shows it"
elif [ "$image" = release ]; then
    echo "image: $out/kernel.elf, id and key: $device"
else
    echo "image: $out/kernel.elf, with the bring-up identity device.test, whose key everybody knows (IDENTITY=DIR takes another)"
fi
