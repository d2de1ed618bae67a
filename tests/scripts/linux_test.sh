#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/linux.sh as a user calls it: make install and uninstall with prefixes of every kind.
# usage: linux_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}
linux() { "$DSB_ROOT/scripts/linux.sh" "$@"; }
files_below() { find "$1" ! -type d | wc -l; }

case_installs_and_uninstalls() {
    local prefix="$tree/a folder"
    mkdir -p "$prefix/include/dsoftbus"
    echo mine >"$prefix/include/dsoftbus/of-the-user.h"
    PREFIX=$prefix linux install
    "$prefix/bin/dsoftbus" --version | grep -qE '^dsoftbus [0-9.]+$' || fail "the command does not run"
    [ -e "$prefix/lib/pkgconfig/dsoftbus.pc" ] || [ -n "$(find "$prefix" -name dsoftbus.pc)" ] || fail "no pkg-config file"
    local facts
    facts=$(readelf -W -h -d --dyn-syms "$prefix/sbin/dsoftbusd")
    for fact in BIND_NOW 'Type: *DYN' __stack_chk_fail '_chk@GLIBC'; do
        grep -q "$fact" <<<"$facts" || fail "not hardened: no $fact"
    done
    PREFIX=$prefix linux uninstall
    [ "$(find "$prefix" ! -type d)" = "$prefix/include/dsoftbus/of-the-user.h" ] ||
        fail "left or took too much: $(find "$prefix" ! -type d)"
    [ ! -e "$prefix/include/dsoftbus-client" ] || fail "a folder of ours is left"
}
case_prefix_does_not_stick() {
    PREFIX=$tree/one linux install
    DESTDIR=$tree/root linux install
    [ -x "$tree/root/usr/local/bin/dsoftbus" ] || fail "not in the default prefix"
    grep -q '^prefix=/usr/local$' "$(find "$tree/root" -name dsoftbus.pc)" || fail "the pkg-config file names another prefix"
}
case_relative_prefix() {
    (cd "$tree" && PREFIX=here linux install)
    [ "$(files_below "$tree/here")" -gt 20 ] || fail "not installed beside the caller"
    (cd "$tree" && PREFIX=here linux uninstall)
    [ "$(files_below "$tree/here")" -eq 0 ] || fail "uninstall left files"
}
case_prefix_that_cannot_be_written() {
    touch "$tree/file"
    local said code=0
    said=$(PREFIX=$tree/file/x linux install 2>&1) || code=$?
    [ "$code" = 1 ] || fail "exit $code"
    [[ $said == "install: cannot write to $tree/file/x: "* && $said != *$'\n'* ]] || fail "not one line that names it: $said"
}

"case_${1//-/_}"
