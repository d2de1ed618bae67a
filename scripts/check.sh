#!/usr/bin/env bash
# make check: format, include rules, warnings of gcc and clang, clang-tidy, cppcheck, shell scripts, and
# that nothing unfinished is left in the text. Runs every part, then ends with "N passed, N failed".
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
# Host sources by the compile commands of clang. What is only for the OS has no host compile command: it
# is compiled with all warnings by the os preset, and read by cppcheck.
tidy() {
    local file
    sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/host-clang/compile_commands.json | sort -u | while read -r file; do
        case $file in "$PWD"/userspace/* | "$PWD"/source/* | "$PWD"/tests/*) echo "$file" ;; esac
    done | xargs -r -P "$jobs" -n 2 clang-tidy --quiet -p build/host-clang
}
# Suppressed, each a false finding: programs here have one thread (getpw*); operands of inline assembly are
# not "unused"; -1 is mmap's descriptor for anonymous memory; a lock's descriptor is meant to stay open.
static_analysis() {
    cppcheck --quiet --error-exitcode=1 -j "$jobs" --std=c11 --inline-suppr --library=posix \
        --enable=warning,portability,performance --suppress=missingIncludeSystem \
        --suppress=getpwuidCalled --suppress=getpwnamCalled --suppress='constStatement:userspace/rt/syscall.h' \
        --suppress='invalidFunctionArg:userspace/linux/secret.c' --suppress='resourceLeak:userspace/linux/confdir.c' \
        -D__riscv=1 -D__riscv_xlen=64 \
        -I include -I userspace -I source -I source/services -I source/apps userspace source
}
unfinished() {
    ! git grep -n -w -I -E 'TODO|FIXME|XXX' -- . ':!scripts/check.sh'
}

part "format" format
part "include rules" scripts/check-includes.sh
part "shell scripts" shell_scripts
part "nothing unfinished" unfinished
part "gcc, warnings as errors (host)" scripts/build.sh host
part "gcc, warnings as errors (rv64imac)" scripts/build.sh os
part "clang, warnings as errors" scripts/build.sh host-clang
part "clang-tidy" tidy
part "cppcheck" static_analysis
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
