#!/usr/bin/env bash
# Configures and builds a preset, or some of its targets. Two calls at the same time wait for each
# other, since one build folder takes one ninja.
# usage: scripts/build.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
mkdir -p "build/$preset"
exec 9>"build/$preset/.lock"
flock 9
cmake --preset "$preset" >"build/$preset/configure.log" 2>&1 || {
    cat "build/$preset/configure.log" >&2
    exit 1
}
# Quiet when it works, the compiler's words when it does not.
ninja -j "$(nproc)" -C "build/$preset" "$@" >"build/$preset/build.log" 2>&1 9>&- || {
    cat "build/$preset/build.log" >&2
    exit 1
}
