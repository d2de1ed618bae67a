#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The product's image: runs until it is switched off. build/image/kernel.elf.
#
#   IDENTITY=DIR   the device's identity and trust store, as `dsoftbus keygen` and `dsoftbus trust` keep them; without
#                  it the bring-up identity of the tests, whose key everybody knows
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

scripts/setup.sh
if [ -n "${IDENTITY:-}" ]; then
    directory=$(cd "$invoked_from" && realpath -e -- "$IDENTITY") || die "IDENTITY=$IDENTITY: no such directory"
    check_identity "$directory"
    umask 077 # what the build makes of the key is nobody else's either, and goes in every case
    mkdir -p build/os
    trap 'rm -rf build/os/release build/os/images/release build/os/CMakeFiles/image_release.dir' EXIT
    install -d build/os/release
    install -m 600 "$directory/identity" "$directory/trust" build/os/release/
    image=release
else
    image=device
fi
scripts/build.sh os "image_$image"
out=${OUT:-build/image}
install -d -m 700 "$out"
riscv64-unknown-elf-objcopy --strip-all "build/os/images/$image/kernel.elf" "$out/kernel.elf"
chmod 600 "$out/kernel.elf" # it holds the private key
if [ "$image" = release ]; then
    echo "image: $out/kernel.elf, id and key: $device"
else
    echo "image: $out/kernel.elf, with the bring-up identity device.test, whose key everybody knows (IDENTITY=DIR takes another)"
fi
