# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For the tests of scripts/qemu-test.sh: the script in a tree of its own, $dir, so that manifests, profiles and what the
# system's table says are the test's.
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/scripts" "$dir/tests/os/markers" "$dir/build/os/tables"
cp "$DSB_ROOT/scripts/qemu-test.sh" "$dir/scripts/"
cp -r "$DSB_ROOT/tests/os/boot" "$dir/tests/os/"
printf 'device netstackd 0\ndevice rngd 1\n' | tee "$dir/build/os/tables/product.txt" >"$dir/build/os/tables/tables.txt"
touch "$dir/kernel.elf"
