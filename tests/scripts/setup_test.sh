#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/setup.sh on systems of every kind: a copy of it in an empty tree, with a PATH whose apt-get,
# dpkg-query, id and sudo are stand-ins that write down how they were called.
# usage: setup_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
bin=$tree/bin
mkdir -p "$tree/scripts" "$bin"
cp "$DSB_ROOT/scripts/setup.sh" "$tree/scripts/"
: >"$tree/calls"
export TREE=$tree

fail() {
    echo "FAILED: $*" >&2
    echo "--- output" >&2
    cat "$tree/out" >&2
    echo "--- calls" >&2
    cat "$tree/calls" >&2
    exit 1
}
stand_in() { # name, body on standard input
    { echo '#!/bin/bash'; cat; } >"$bin/$1"
    chmod +x "$bin/$1"
}
# The tools the script itself needs, and nothing else of the real system.
for tool in bash sh env awk sed sort comm grep paste head mktemp rm rmdir mkdir mv tar gzip sha256sum \
    dirname basename cat cp id; do
    ln -s "$(command -v $tool)" "$bin/$tool"
done
debian() {
    stand_in dpkg-query <<'S'
for p in "$@"; do
    case $p in -*|\$*) continue ;; esac
    grep -qx "$p" "$TREE/absent" 2>/dev/null || echo "ii $p"
done
S
    stand_in pkg-config <<'S'
exit 0
S
    stand_in apt-get <<'S'
echo "apt-get $*" >>"$TREE/calls"
for a in "$@"; do [ -z "${a##*sourcelist=*}" ] && cat "${a#*=}" >>"$TREE/calls"; done
case "$*" in
indextargets*) cat "$TREE/targets" ;;
*source\ --download-only*) cp "$TREE"/served/* . 2>/dev/null; exit 0 ;;
*) [ ! -e "$TREE/offline" ] || { echo "E: Could not resolve the mirror"; exit 100; } ;;
esac
S
    echo "http://mirror.test/debian $(. /etc/os-release && echo "$VERSION_CODENAME") x main" >"$tree/targets"
}
sources_there() {
    mkdir -p "$tree"/third_party/{libsodium-1.0.18,libb2-0.98.1,lwip-2.2.1,lib25519-20241004}
}
setup() { # arguments; sets $status
    status=0
    PATH=$bin "$bin/bash" "$tree/scripts/setup.sh" "$@" >"$tree/out" 2>&1 || status=$?
}
says() { grep -q -e "$1" "$tree/out" || fail "does not say: $1"; }
one_line_failure() {
    [ "$status" -ne 0 ] || fail "did not fail"
    [ "$(grep -c '^setup: ' <(grep -v -e '^setup: fetching' -e '^setup: installing' "$tree/out"))" -eq 1 ] ||
        fail "not one line"
    [ "$(wc -l < <(grep -v -e '^setup: fetching' -e '^setup: installing' "$tree/out"))" -eq 1 ] || fail "more than one line"
}
nothing_left() {
    [ -z "$(ls -A "$tree/third_party" 2>/dev/null)" ] || fail "left behind: $(ls -A "$tree/third_party")"
}
# A mirror that serves an archive of the right name and layout, which has another hash than the pinned one.
serve_archive() {
    mkdir -p "$tree/served" "$tree/pack/$1"
    echo content >"$tree/pack/$1/file"
    tar -czf "$tree/served/$2" -C "$tree/pack" "$1"
}
pin_served_hash() { # archive: makes the copied script expect what is served
    local hash
    hash=$(sha256sum "$tree/served/${1//\\/}" | cut -d ' ' -f 1)
    sed -i -E "s|($1) [0-9a-f]{64}|\1 $hash|" "$tree/scripts/setup.sh"
}

case_nothing_missing() {
    debian; sources_there; setup check fuzz interop
    [ "$status" -eq 0 ] || fail "status $status"
    [ ! -s "$tree/calls" ] || fail "called apt-get"
    [ ! -s "$tree/out" ] || fail "not quiet"
}
case_installs_missing() {
    debian; sources_there
    printf 'valgrind\nninja-build\n' >"$tree/absent"
    rm "$bin/id"; stand_in id <<<'echo 0'
    setup
    [ "$status" -eq 0 ] || fail "status $status"
    grep -q 'install .*ninja-build valgrind' "$tree/calls" || fail "did not install exactly the missing ones"
    ! grep -q 'install .*cmake' "$tree/calls" || fail "installed what was there"
}
case_no_root() {
    debian; sources_there; echo valgrind >"$tree/absent"
    rm "$bin/id"; stand_in id <<<'echo 1000'
    setup; one_line_failure; says 'missing packages: valgrind'; says 'root'
    [ ! -s "$tree/calls" ] || fail "called apt-get without root"
}
case_offline() {
    debian; sources_there; echo valgrind >"$tree/absent"; touch "$tree/offline"
    rm "$bin/id"; stand_in id <<<'echo 0'
    setup; one_line_failure; says 'valgrind'; says 'Could not resolve'
    rm "$tree/absent"; rm -r "$tree/third_party"
    setup; one_line_failure; says 'cannot fetch libsodium'; says 'DSB_LIBSODIUM_DIR'; nothing_left
}
case_other_distribution() {
    sources_there; setup; one_line_failure; says 'not Debian'; says 'cmake'; says 'libb2 (pkg-config module)'
}
case_other_distribution_complete() {
    sources_there
    local c
    for c in $(sed -n '/^commands_test=(/,/^)/p' "$tree/scripts/setup.sh" | sed '1d;$d') pkg-config; do
        [ -e "$bin/$c" ] || stand_in "$c" <<<'exit 0'
    done
    setup; [ "$status" -eq 0 ] || fail "status $status"
    rm -r "$tree/third_party"
    setup; one_line_failure; says 'libsodium-1.0.18 is missing'; says 'DSB_LIBSODIUM_DIR'; nothing_left
}
case_wrong_hash() {
    debian; serve_archive libsodium-1.0.18 libsodium_1.0.18.orig.tar.gz
    setup; one_line_failure; says 'wrong SHA-256'; says 'DSB_LIBSODIUM_DIR'; nothing_left
}
case_other_version() {
    debian; serve_archive libsodium-1.0.19 libsodium_1.0.19.orig.tar.gz
    setup; one_line_failure; says 'another version'; nothing_left
}
case_no_mirror() {
    debian; : >"$tree/targets"; setup; one_line_failure; says 'names no mirror'; nothing_left
}
case_security_suite_only() {
    debian
    local suite; suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    printf '%s\n' "http://mirror.test/security $suite-security $suite-security main" \
        "http://mirror.test/other $suite $suite contrib" "http://mirror.test/right $suite $suite main" >"$tree/targets"
    serve_archive libsodium-1.0.18 libsodium_1.0.18.orig.tar.gz
    setup
    grep -q "^deb-src .* http://mirror.test/right $suite main" "$tree/calls" || fail "took another mirror"
    printf '%s\n' "http://mirror.test/security $suite-security $suite-security main" >"$tree/targets"
    setup; one_line_failure; says 'names no mirror'
}
# A source of another suite comes from the mirror that the system itself uses.
case_other_suite() {
    debian; sources_there; rm -r "$tree/third_party/lwip-2.2.1"
    serve_archive lwip-2.2.1 'lwip_2.2.1+dfsg1.orig.tar.xz'
    pin_served_hash 'lwip_2.2.1\+dfsg1.orig.tar.xz'
    setup; [ "$status" -eq 0 ] || fail "status $status"
    [ -f "$tree/third_party/lwip-2.2.1/file" ] || fail "not unpacked"
    grep -q '^deb-src \[signed-by=[^]]*\] http://mirror.test/debian trixie main' "$tree/calls" || fail "took another suite"
}
case_names_own_copy() {
    debian
    mkdir -p "$tree"/own/{a,b,c,d}
    export DSB_LIBSODIUM_DIR=$tree/own/a DSB_LIBB2_DIR=$tree/own/b DSB_LWIP_DIR=$tree/own/c DSB_LIB25519_DIR=$tree/own/d
    setup; [ "$status" -eq 0 ] || fail "status $status"
    [ ! -e "$tree/third_party" ] || fail "fetched in spite of own copies"
}
case_own_copy_missing() {
    debian; sources_there
    DSB_LIBB2_DIR=$tree/nothere setup; one_line_failure; says 'DSB_LIBB2_DIR'
}
case_twice() {
    debian
    sources_there; rm -r "$tree/third_party/libb2-0.98.1"
    serve_archive libb2-0.98.1 libb2_0.98.1.orig.tar.gz
    pin_served_hash libb2_0.98.1.orig.tar.gz
    setup; [ "$status" -eq 0 ] || fail "status $status"
    [ -f "$tree/third_party/libb2-0.98.1/file" ] || fail "not unpacked"
    [ "$(ls -A "$tree/third_party" | wc -l)" -eq 4 ] || fail "left behind: $(ls -A "$tree/third_party")"
    : >"$tree/calls"
    setup; [ "$status" -eq 0 ] || fail "second run: status $status"
    [ ! -s "$tree/calls" ] || fail "second run called apt-get"
}
case_unknown_group() {
    debian; sources_there; setup tests; one_line_failure; says "unknown group 'tests'"
}
# Nothing of the OS side: no emulator, no cross compiler, no third-party source.
case_linux_alone() {
    debian
    printf 'valgrind\nqemu-system-misc\ncmake\n' >"$tree/absent"
    rm "$bin/id"; stand_in id <<<'echo 0'
    setup linux
    [ "$status" -eq 0 ] || fail "status $status"
    grep -q 'install .*cmake' "$tree/calls" || fail "did not install cmake"
    ! grep -qE 'install .*(valgrind|qemu)|source' "$tree/calls" || fail "wants more than the Linux programs need"
    nothing_left
}
case_linux_other_distribution() {
    setup linux; one_line_failure; says 'not Debian'; says 'libuv (pkg-config module)'
    ! grep -q -e valgrind -e qemu "$tree/out" || fail "asks for more than the Linux programs need"
}
# The faster code alone; a mirror that has the source and not its packaging is good enough.
case_fast_alone() {
    debian
    printf 'libipsec-mb-dev\ncmake\n' >"$tree/absent"
    rm "$bin/id"; stand_in id <<<'echo 0'
    serve_archive lib25519-20241004 'lib25519_0~20241004.orig.tar.gz'
    pin_served_hash 'lib25519_0~20241004.orig.tar.gz'
    sed -i 's/served.*exit 0/served\/* .; exit 100/' "$bin/apt-get"
    setup fast
    [ "$status" -eq 0 ] || fail "status $status"
    grep -q 'install .*libipsec-mb-dev' "$tree/calls" || fail "did not install ipsec-mb"
    ! grep -qE 'install .*cmake' "$tree/calls" || fail "wants more than the fast code"
    [ -f "$tree/third_party/lib25519-20241004/file" ] || fail "not unpacked"
    [ "$(ls "$tree/third_party")" = lib25519-20241004 ] || fail "fetched more"
}
case_fast_elsewhere() {
    setup fast; one_line_failure; says 'Debian on x86-64'
    debian
    sed -i 's/^set -euo pipefail/&; HOSTTYPE=aarch64/' "$tree/scripts/setup.sh"
    setup fast; one_line_failure; says 'Debian on x86-64'
    sources_there; rm -r "$tree/third_party/lib25519-20241004"
    setup; [ "$status" -eq 0 ] || fail "wants lib25519 on another machine"
}
case_linux_with_another_group() { debian; setup check linux; one_line_failure; says 'stands alone'; }

"case_${1//-/_}"
