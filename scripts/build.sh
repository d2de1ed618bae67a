#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Configures and builds a preset, or some of its targets. Two calls at the same time wait for each
# other, since one build folder takes one ninja.
# usage: scripts/build.sh PRESET [TARGET...]
#   DSB_BUILD   another folder under build/ than the preset's
#   IDENTITIES  folder of identities for the OS images
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
folder=build/${DSB_BUILD:-$preset}
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
cmake --preset "$preset" -B "$folder" ${IDENTITIES:+"-DDSB_IDENTITIES=$IDENTITIES"} >"$folder/configure.log" 2>&1 || {
    cat "$folder/configure.log" >&2
    exit 1
}
# Quiet when it works, the compiler's words when it does not.
ninja -j "$(nproc)" -C "$folder" "$@" >"$folder/build.log" 2>&1 9>&- || {
    cat "$folder/build.log" >&2
    exit 1
}
