#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make check: format, include rules, sizes, lists of bounds checks, warnings of gcc and clang, clang-tidy, cppcheck, shell
# scripts, and that nothing unfinished is left in the text. Runs every part, then ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
scripts/setup.sh check || exit 1
jobs=$(nproc)
passed=0 failed=0

part() { # name, command...
    local name=$1 log start=$SECONDS
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        echo "check: $name ok ($((SECONDS - start)) s)"
        passed=$((passed + 1))
    else
        cat "$log"
        echo "check: $name FAILED"
        failed=$((failed + 1))
    fi
    rm -f "$log"
}
c_files() {
    git ls-files --cached --others --exclude-standard -- '*.c' '*.h'
}
format() {
    c_files | xargs -r -P "$jobs" -n 16 clang-format --dry-run --Werror
}
shell_scripts() {
    git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run | xargs -r shellcheck -S warning
}
# Our C files in a compile database, each once.
sources_in() { # folder of the database
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$1/compile_commands.json" | sort -u |
        grep -E "^$PWD/(apps|kernel|lib|services|system|node|tests|bench)/.*\.c$"
}
tidy() { # folder of the compile database, further checks
    sources_in "$1" | xargs -r -P "$jobs" -n 2 clang-tidy --quiet --checks="${2:-}" -p "$1"
}
# A test that no list of tests has is never run, and nobody notices.
tests_built() {
    local lost
    lost=$(comm -23 <(git ls-files --cached --others --exclude-standard -- 'tests/*_test.c' | sed "s|^|$PWD/|" | sort) \
        <({ sources_in build/host && sources_in build/os; } | sort) | sed "s|^$PWD/||")
    [ -z "$lost" ] || {
        echo "built by no preset:"
        echo "$lost"
        return 1
    }
}
# The OS is built by gcc; clang reads it by gcc's compile commands, less what only gcc knows.
tidy_os() {
    local libc folder=build/check-os
    libc=$(riscv64-unknown-elf-gcc --specs=picolibc.specs -E -v - </dev/null 2>&1 | sed -n 's/^ \(.*picolibc.*include\)$/\1/p')
    mkdir -p $folder
    sed -e 's| --specs=picolibc.specs| --target=riscv64-unknown-elf -isystem '"$libc"'|' -e 's/ -fno-\(schedule-insns\|tree-loop-distribute-patterns\)//g' \
        -e 's|"command": "[^ ]*|"command": "clang|' build/os/compile_commands.json >$folder/compile_commands.json
    # The analyser does not know that a system call's assembly writes its results.
    tidy $folder -clang-analyzer-core.UndefinedBinaryOperatorResult,-clang-analyzer-core.CallAndMessage
}
# Suppressed, each a false finding: programs here have one thread (getpw*, readdir); operands of inline assembly are
# not "unused"; -1 is mmap's descriptor for anonymous memory; a lock's descriptor is meant to stay open.
static_analysis() {
    cppcheck --quiet --error-exitcode=1 -j "$jobs" --std=c11 --inline-suppr --library=posix \
        --enable=warning,portability,performance --suppress=missingIncludeSystem \
        --suppress=getpwuidCalled --suppress=getpwnamCalled --suppress=readdirCalled --suppress='constStatement:lib/rt/syscall.h' \
        --suppress='invalidFunctionArg:node/base/secret.c' --suppress='invalidFunctionArg:node/engine/stream.c' \
        --suppress='resourceLeak:node/store/confdir.c' \
        -D__riscv=1 -D__riscv_xlen=64 -DDSOFTBUS_VERSION='""' \
        -I . -I lib -I services -I tests/os apps kernel lib services system node
}
unfinished() {
    ! git grep -n -w -I -E 'TODO|FIXME|XXX' -- . ':!scripts/check.sh'
}

# Every file that can hold a comment names the licence, so that a copied file keeps it.
licence_lines() {
    local without
    without=$(git ls-files --cached --others --exclude-standard -- '*.c' '*.h' '*.S' '*.ld' '*.sh' '*.py' '*.awk' '*.go' \
        '*.cmake' '*CMakeLists.txt' '*.[0-9]' Makefile .ci/run | xargs -r grep -L 'SPDX-License-Identifier: Apache-2.0')
    [ -z "$without" ] || {
        echo "no line 'SPDX-License-Identifier: Apache-2.0' in:"
        echo "$without"
        return 1
    }
}

part "format" format
part "licence lines" licence_lines
part "include rules" scripts/check-includes.py
part "sizes and dialect" scripts/check-style.py
part "bounds checks are listed" proofs/comparisons.py
part "shell scripts" shell_scripts
part "nothing unfinished" unfinished
part "gcc, warnings as errors (host)" scripts/build.sh host
part "gcc, warnings as errors (rv64imac)" scripts/build.sh os
part "every test is built" tests_built
part "clang, warnings as errors" scripts/build.sh host-clang
part "clang-tidy (host)" tidy build/host-clang
part "clang-tidy and clang's warnings (rv64imac)" tidy_os
part "cppcheck" static_analysis
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
