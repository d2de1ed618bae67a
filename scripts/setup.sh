#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the build needs and fetches the pinned third-party sources. Safe to run twice; quick when
# nothing is missing. Either everything asked for is there afterwards, or one line says what is missing.
#
# usage: scripts/setup.sh [check] [fuzz] [interop] [prove]     groups beside what `make test` needs
#        scripts/setup.sh linux                               what the Linux programs need, and nothing else
#        scripts/setup.sh fast                                faster crypto code, which `make linux` takes when it is there
# shellcheck disable=SC2034 # the lists of packages and commands are read by name
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian packages by group, read by name in names_of().
packages_test=(
    git build-essential cmake ninja-build pkg-config valgrind libc6-dbg libsodium-dev libb2-dev libcmocka-dev libjansson-dev libuv1-dev libqrencode-dev libseccomp-dev
    libssl-dev openssl openssh-client openssh-server curl qemu-system-misc opensbi gcc-riscv64-unknown-elf binutils-riscv64-unknown-elf
    picolibc-riscv64-unknown-elf dpkg-dev iproute2 man-db python3
)
packages_linux=(gcc libc6-dev make cmake pkg-config libsodium-dev libb2-dev libuv1-dev libseccomp-dev)
packages_check=(clang clang-format clang-tidy cppcheck shellcheck git)
packages_fuzz=(clang libclang-rt-14-dev llvm-14)
packages_prove=(eprover frama-c-base z3 cvc4 why3)
packages_fast=(libipsec-mb-dev)
packages_interop=(golang-go golang-github-flynn-noise-dev golang-github-hashicorp-yamux-dev)

# What shows on a system without Debian's packages that the same things are there: commands and
# pkg-config modules.
commands_test=(
    gcc cmake ninja pkg-config valgrind openssl qemu-system-riscv64 riscv64-unknown-elf-gcc
    riscv64-unknown-elf-objcopy curl ip man python3 ssh
)
modules_test=(libsodium libb2 cmocka jansson libuv libcrypto)
commands_linux=(cc make cmake pkg-config)
modules_linux=(libsodium libb2 libuv)
commands_check=(clang clang-format clang-tidy cppcheck shellcheck git)
commands_fuzz=(clang llvm-profdata-14 llvm-cov-14)
commands_interop=(go)
commands_prove=(eprover frama-c z3 cvc4 why3)

# folder, upstream archive, SHA-256 of the .orig.tar, Debian source package, environment variable, and the
# Debian suite that has it when it is not the system's own
sources=(
    "libsodium-1.0.18 libsodium_1.0.18.orig.tar.gz d59323c6b712a1519a5daf710b68f5e7fde57040845ffec53850911f10a5d4f4 libsodium DSB_LIBSODIUM_DIR"
    "libb2-0.98.1 libb2_0.98.1.orig.tar.gz 10053dbc2fa342516b780a6bbf6e7b2a2360b8d49c5ac426936bf3df82526732 libb2 DSB_LIBB2_DIR"
    "lwip-2.2.1 lwip_2.2.1+dfsg1.orig.tar.xz 83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1 lwip DSB_LWIP_DIR trixie"
)
fast_source="lib25519-20241004 lib25519_0~20241004.orig.tar.gz 639e93131ffc4f7047af7af31321c89140a42104b0c6b289589daa012e151c8c lib25519 DSB_LIB25519_DIR trixie"

work=""
cleanup() {
    [ -z "$work" ] || rm -rf "$work"
    rmdir third_party 2>/dev/null || true
}
trap cleanup EXIT
die() {
    echo "setup: $*" >&2
    exit 1
}

groups=(test)
for group in "$@"; do
    case $group in
    check | fuzz | interop | prove) groups+=("$group") ;;
    linux | fast)
        [ $# -eq 1 ] || die "'$group' stands alone: it needs nothing of what the tests need"
        groups=("$group")
        ;;
    *) die "unknown group '$group': check, fuzz, interop, prove, linux, fast" ;;
    esac
done

# On Debian on x86-64 the tests run the fast code too. HOSTTYPE is the machine that bash was built for.
if [ "$HOSTTYPE" = x86_64 ] && command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    [ "${groups[0]}" != test ] || groups+=(fast)
elif [ "${groups[0]}" = fast ]; then
    die "'fast' is for Debian on x86-64; without it libsodium does everything"
fi

# The names in <prefix>_<group> of every group asked for.
names_of() { # prefix
    local group
    for group in "${groups[@]}"; do
        local -n list="$1_$group" 2>/dev/null
        printf '%s\n' "${list[@]}"
    done
}

# Without Debian's package manager nothing can be installed: name what is missing.
require_commands() {
    local missing=() name
    for name in $(names_of commands); do
        command -v "$name" >/dev/null || missing+=("$name")
    done
    for name in $(names_of modules); do
        pkg-config --exists "$name" 2>/dev/null || missing+=("$name (pkg-config module)")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local text
    text=$(printf ', %s' "${missing[@]}")
    die "this is not Debian, so nothing is installed by itself. Missing: ${text:2}. Install them with your system's package manager and run again."
}

install_packages() {
    local wanted missing
    wanted=$(names_of packages | sort -u)
    # shellcheck disable=SC2086 # one word a package
    missing=$(comm -23 <(echo "$wanted") \
        <(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $wanted 2>/dev/null | sed -n 's/^ii *//p' | sort -u))
    [ -n "$missing" ] && {
        local one_line as_root=()
        one_line=$(echo "$missing" | paste -sd ' ')
        if [ "$(id -u)" -ne 0 ]; then
            command -v sudo >/dev/null || die "missing packages: $one_line. Run as root, or install sudo."
            as_root=(sudo)
        fi
        echo "setup: installing $one_line"
        local log
        log=$(mktemp)
        # shellcheck disable=SC2086
        if ! { "${as_root[@]}" apt-get update -q &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
            local why
            why=$(grep -E '^(E|Err|W):' "$log" | head -n 1 || true)
            rm -f "$log"
            die "cannot install: $one_line (${why:-apt-get failed}). Connect to a Debian 12 mirror, or install them by hand, and run again."
        fi
        rm -f "$log"
    }
    # The build finds the libraries through pkg-config: a PKG_CONFIG_PATH of one's own can hide them.
    local module
    for module in $(names_of modules); do
        pkg-config --exists "$module" || die "pkg-config does not know $module although its package is installed: reinstall the -dev package that brings $module.pc"
    done
}

# The address from which the system itself gets this release's main packages.
own_mirror() {
    local suite=$1
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk -v suite="$suite" '$4 == "main" && ($2 == suite || $3 == suite) { print $1; exit }'
}

fetch_source() { # folder archive sha256 package variable [suite]
    if [ -n "${!5:-}" ]; then
        [ -d "${!5}" ] || die "$5=${!5} is not a folder: it must name an unpacked copy of $1"
        return
    fi
    [ -d "third_party/$1" ] && return
    local by_hand="unpack $2 (SHA-256 $3) and set $5 to its folder"
    command -v apt-get >/dev/null || die "$1 is missing and there is no apt-get here: $by_hand"

    local suite mirror
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    mirror=$(own_mirror "$suite")
    [ -n "$mirror" ] || die "$1 is missing and apt's own configuration names no mirror for '$suite main': add one, or $by_hand"
    # A mirror has every suite; what comes is verified by the keyring and the pinned hash.
    suite=${6:-$suite}
    echo "setup: fetching $4 ($2)"
    mkdir -p third_party
    work=$(mktemp -d "$PWD/third_party/.fetch.XXXXXX")
    mkdir -p "$work"/{lists,cache/archives}/partial
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
    local apt=(apt-get -q -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
    (cd "$work" && "${apt[@]}" update && "${apt[@]}" source --download-only "$4") >"$work/log" 2>&1 ||
        [ -f "$work/$2" ] || # a mirror may lack the packaging, of which nothing is used
        die "cannot fetch $4 from $mirror ($(grep -E '^(E|Err|W):' "$work/log" | head -n 1)): connect, or $by_hand"
    [ -f "$work/$2" ] || die "$mirror has another version of $4 than $2: $by_hand"
    echo "$3  $work/$2" | sha256sum --check --status || die "$2 has the wrong SHA-256, nothing was unpacked: try another mirror, or $by_hand"
    tar -xf "$work/$2" -C "$work" || die "cannot unpack $2"
    mv -T "$work/$1" "third_party/$1" 2>/dev/null || [ -d "third_party/$1" ] || die "cannot write third_party/$1"
    rm -rf "$work"
    work=""
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_packages
else
    require_commands
fi
# shellcheck disable=SC2086 # the fields of a row are words
if [ "${groups[0]}" = test ]; then
    for row in "${sources[@]}"; do
        fetch_source $row
    done
fi
# shellcheck disable=SC2086
case " ${groups[*]} " in *" fast "*) fetch_source $fast_source ;; esac
