#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Linux programs without the OS side: build, install, uninstall. No test is built, and nothing but a C
# compiler, CMake, pkg-config, libsodium, libb2 and libuv is needed; libseccomp is taken when it is there.
# usage: scripts/linux.sh build|install|uninstall
#   PREFIX    where to (default /usr/local); a relative one counts from the folder of the call
#   DESTDIR   put before every path of the installation, for packagers
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=build/linux
prefix=$(cd "$called_from" && realpath -m -- "${PREFIX:-/usr/local}")
destdir=${DESTDIR:+$(cd "$called_from" && realpath -m -- "$DESTDIR")}

build() {
    scripts/setup.sh linux
    mkdir -p "$folder"
    # The prefix is named each time: one that an earlier call chose does not stick.
    cmake --preset linux -DCMAKE_INSTALL_PREFIX="$prefix" >"$folder/configure.log" 2>&1 || {
        cat "$folder/configure.log" >&2
        exit 1
    }
    cmake --build "$folder" --parallel "$(nproc)" >"$folder/build.log" 2>&1 || {
        cat "$folder/build.log" >&2
        exit 1
    }
}

# What an installation consists of, told by making one in an empty folder.
installed_files() {
    local stage
    stage=$(mktemp -d)
    DESTDIR=$stage cmake --install "$folder" >/dev/null
    (cd "$stage$prefix" && find . -mindepth 1 -depth -printf '%y %P\n')
    rm -rf "$stage"
}

uninstall() {
    local kind path count=0
    while read -r kind path; do
        if [ "$kind" != d ]; then
            [ -e "$destdir$prefix/$path" ] || [ -L "$destdir$prefix/$path" ] || continue
            rm -f -- "$destdir$prefix/$path"
            count=$((count + 1))
        elif [[ $path == */dsoftbus || $path == */dsoftbus/* || $path == */dsoftbus-client ]]; then
            rmdir -- "$destdir$prefix/$path" 2>/dev/null || true # our own folders, when nothing else is in them
        fi
    done < <(installed_files)
    echo "uninstall: $count files removed from $destdir$prefix"
}

case ${1:-} in
build)
    build
    echo "linux: $folder/node/dsoftbus, $folder/node/dsoftbusd"
    ;;
install)
    build
    DESTDIR=$destdir cmake --install "$folder" >"$folder/install.log" 2>&1 || {
        echo "install: cannot write to $destdir$prefix: choose another PREFIX, or run as root ($folder/install.log)" >&2
        exit 1
    }
    echo "install: $(grep -c "" "$folder/install_manifest.txt") files in $destdir$prefix"
    ;;
uninstall)
    build
    uninstall
    ;;
*)
    echo "usage: scripts/linux.sh build|install|uninstall" >&2
    exit 2
    ;;
esac
