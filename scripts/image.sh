#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The product's image: runs until it is switched off. build/image/kernel.elf.
#
#   IDENTITY=DIR   the device's identity and trust store, as `dsoftbus keygen` and `dsoftbus trust` keep them, and what a root
#                  says of it, if `dsoftbus attest` put that there; without it the bring-up identity of the tests, whose key
#                  everybody knows
#   TRUST=FILE     instead: a trust store alone. The image holds no key; the device makes its own at its first boot, and needs a
#                  disk to keep it
#   CODE=WORD      of an image without a key: the code that lets peers pair with it. `fresh` (the default): six digits, drawn at
#                  each boot and shown on the console; `none`: it does not pair; or 8 to 64 letters and digits, to be printed on the
#                  device. Without TRUST the device trusts nobody but whom it is paired with
#   ATTESTATION=FILE  of an image without a key: what a root says of the id and the key that the device showed at its first boot
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
    [ -n "$peers" ] || [ "${CODE:-fresh}" != none ] || echo "image: warning: the device will trust nobody: $1 has no peer" >&2
}

check_attestation() { # file
    [ "$(grep -v '^#' "$1" | head -n 1)" = "dsoftbus-attestation 1" ] ||
        die "ATTESTATION=$1 is no attestation: \`dsoftbus root sign ROOTFILE ID KEY\` makes one"
}

check_code() { # word
    [ "$1" = fresh ] || [ "$1" = none ] || [[ $1 =~ ^[0-9A-Za-z]{8,64}$ ]] || die "CODE=$1: fresh, none, or 8 to 64 letters and digits"
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
[ -z "${ATTESTATION:-}" ] || [ -n "${TRUST:-}${CODE:-}" ] || die "ATTESTATION goes with TRUST or CODE: with IDENTITY it is what \`dsoftbus attest\` put there"
[ -z "${IDENTITY:-}" ] || [ -z "${CODE:-}" ] || die "IDENTITY or CODE, not both: without a disk, whom it pairs with would be forgotten"
if [ -n "${IDENTITY:-}" ]; then
    directory=$(cd "$invoked_from" && realpath -e -- "$IDENTITY") || die "IDENTITY=$IDENTITY: no such directory"
    check_identity "$directory"
    attestation=system/dsoftbusd.attestation
    [ ! -e "$directory/attestation" ] || attestation=$directory/attestation
    scratch=$(mktemp -d)
    cp "$attestation" "$scratch/attestation"
    take "$directory/identity" "$directory/trust" "$scratch/attestation"
    rm -rf "$scratch"
elif [ -n "${TRUST:-}${CODE:-}" ]; then
    check_code "${CODE:-fresh}"
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    if [ -n "${TRUST:-}" ]; then
        file=$(cd "$invoked_from" && realpath -e -- "$TRUST") || die "TRUST=$TRUST: no such file"
        check_trust "$file"
        install -m 600 "$file" "$scratch/trust"
    else
        echo "dsoftbus-trust 3" >"$scratch/trust"
    fi
    attestation=system/dsoftbusd.attestation
    if [ -n "${ATTESTATION:-}" ]; then
        attestation=$(cd "$invoked_from" && realpath -e -- "$ATTESTATION") || die "ATTESTATION=$ATTESTATION: no such file"
        check_attestation "$attestation"
    fi
    cp "$attestation" "$scratch/attestation"
    (umask 077 && printf 'dsoftbus-pairing 1\ncode %s\n' "${CODE:-fresh}" >"$scratch/pairing.code")
    take "$scratch/trust" "$scratch/pairing.code" "$scratch/attestation"
    rm -rf "$scratch"
else
    image=device
fi
scripts/build.sh os "image_$image"
out=${OUT:-build/image}
install -d -m 700 "$out"
riscv64-unknown-elf-objcopy --strip-all "build/os/images/$image/kernel.elf" "$out/kernel.elf"
chmod 600 "$out/kernel.elf" # it holds the private key
if [ -n "${TRUST:-}${CODE:-}" ]; then
    echo "image: $out/kernel.elf, without a key: at its first boot, with a disk, the device makes its own and shows it"
elif [ "$image" = release ]; then
    echo "image: $out/kernel.elf, id and key: $device"
else
    echo "image: $out/kernel.elf, with the bring-up identity device.test, whose key everybody knows (IDENTITY=DIR takes another)"
fi
