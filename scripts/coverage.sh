#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Lines of the library and of the services of identity (keys, records, sessions) that the host tests do not reach. Each must be
# listed with its reason in tests/coverage.txt (form there); an unlisted one, or a listed one that is reached
# after all, fails. The Linux tools' tests are left out: they compare what the programs say, and a program that gave
# up its privileges cannot write its profile and says so. Ends with "N lines reached of M, U unreached with a reason".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh check fuzz
scripts/build.sh coverage
folder=$PWD/build/coverage
profiles=$folder/profiles
rm -rf "$profiles" && mkdir -p "$profiles"
LLVM_PROFILE_FILE="$profiles/%p.profraw" ctest --test-dir "$folder" -LE valgrind -E '^(script|linux)-' -j "$(nproc)" --output-on-failure \
    >"$folder/ctest.log" || { cat "$folder/ctest.log"; exit 1; }
find "$profiles" -name '*.profraw' >"$folder/profraw-files"
llvm-profdata-14 merge -sparse -f "$folder/profraw-files" -o "$folder/all.profdata"
rm -rf "$profiles"

# Every test program that holds code of theirs.
objects=()
while read -r program; do
    objects+=("-object=$program")
done < <(find "$folder" -type f -executable ! -name '*.so*' ! -path '*/CMakeFiles/*' -exec grep -l -a __llvm_covmap {} +)
llvm-cov-14 show "${objects[0]#-object=}" "${objects[@]:1}" -instr-profile="$folder/all.profdata" -use-color=false \
    -show-instantiations=false "$PWD"/lib/{noise,dsoftbus,key,store} "$PWD"/services/{keystored,stored,dsoftbusd} >"$folder/lines.txt"
scripts/coverage-lines.awk -v root="$PWD/" tests/coverage.txt "$folder/lines.txt"
