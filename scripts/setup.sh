#!/usr/bin/env bash
# Installs what the build needs and fetches the pinned third-party sources. Safe to run twice; quick when
# nothing is missing. Usage: scripts/setup.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# name of the package : a file that shows it is there
packages=(
    build-essential cmake ninja-build pkg-config clang clang-format clang-tidy cppcheck
    libclang-rt-14-dev llvm-14 valgrind libsodium-dev libb2-dev libcmocka-dev libuv1-dev libssl-dev
    qemu-system-misc opensbi gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf
    picolibc-riscv64-unknown-elf dpkg-dev iproute2 python3
)

# folder, upstream archive, SHA-256 of the .orig.tar, Debian source package, environment variable
sources=(
    "libsodium-1.0.18 libsodium_1.0.18.orig.tar.gz d59323c6b712a1519a5daf710b68f5e7fde57040845ffec53850911f10a5d4f4 libsodium DSB_LIBSODIUM_DIR"
    "libb2-0.98.1 libb2_0.98.1.orig.tar.gz 10053dbc2fa342516b780a6bbf6e7b2a2360b8d49c5ac426936bf3df82526732 libb2 DSB_LIBB2_DIR"
    "lwip-2.1.3 lwip_2.1.3+dfsg1.orig.tar.xz 0a8276d09fc4e97bbba2f953d74af2388fc2195ea156be9d7589e297a68fde24 lwip DSB_LWIP_DIR"
)

die() { echo "setup: $*" >&2; exit 1; }

install_packages() {
    local missing=() p
    for p in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
    done
    [ ${#missing[@]} -eq 0 ] && return
    echo "setup: installing ${missing[*]}"
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -q
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
}

fetch_source() { # folder archive sha256 package variable
    [ -n "${!5:-}" ] && return
    [ -d "third_party/$1" ] && return
    echo "setup: fetching $4 ($2)"
    mkdir -p third_party
    local work; work=$(mktemp -d third_party/.fetch.XXXXXX)
    trap 'rm -rf "$work"' RETURN
    mkdir -p "$work"/{lists,cache/archives}/partial
    local suite; suite=$(. /etc/os-release; echo "$VERSION_CODENAME")
    local mirror; mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $suite" | head -n 1)
    local key=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$key] $mirror $suite main" > "$work/sources.list"
    local apt=(apt-get -q -o "Dir::Etc::sourcelist=$PWD/$work/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$PWD/$work/lists" -o "Dir::Cache=$PWD/$work/cache" -o APT::Sandbox::User=root)
    "${apt[@]}" update >/dev/null
    (cd "$work" && "${apt[@]}" source --download-only "$4" >/dev/null)
    echo "$3  $work/$2" | sha256sum --check --quiet || die "$2 has the wrong SHA-256"
    tar -xf "$work/$2" -C "$work"
    mv "$work/$1" "third_party/$1"
}

install_packages
for s in "${sources[@]}"; do
    # shellcheck disable=SC2086 # the fields of a row are words
    fetch_source $s
done
