#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/mutants.py on a small project of its own: caught, survived, and every error of a list.
# usage: mutants_test.sh CASE
set -euo pipefail
: "${DSB_ROOT:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p scripts tests/mutants
cp "$DSB_ROOT/scripts/mutants.py" scripts/
cat >add.c <<'C'
int add(int a, int b);
int add(int a, int b)
{
    return a + b;
}
int unused(void);
int unused(void)
{
    return 1;
}
C
cat >add-test.c <<'C'
int add(int a, int b);
int main(void)
{
    return add(2, 3) != 5;
}
C
cat >count-test.c <<'C'
#include <stdlib.h>
#include <string.h>
int unused(void);
int main(void)
{
    if (strcmp(getenv("DSB_CASE"), "is-one") == 0)
        return unused() != 1;
    for (int i = 0; i < 3; i += unused())
        ;
    return getenv("DSB_FAIL_FAST") == NULL;
}
C
cat >CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES C)
enable_testing()
foreach(test add-test count-test)
  add_executable(${test} add.c ${test}.c)
  add_test(NAME ${test} COMMAND ${test})
endforeach()
C
cat >CMakePresets.json <<'C'
{"version": 6, "configurePresets": [{"name": "host-asan", "generator": "Ninja", "binaryDir": "${sourceDir}/build/host-asan"}]}
C
echo /build/ >.gitignore
git init -q .

mutant() { # name, old, new [, test]
    printf 'mutant %s\nwhy to see it\nfile add.c\ntest host-asan %s\nold\n%s\nnew\n%s\nend\n' \
        "$1" "${4:-add-test}" "$2" "$3" >>tests/mutants/list.txt
}
expect() { # exit code, text [, arguments of mutants.py]
    local code=0 out
    out=$(scripts/mutants.py "${@:3}" 2>&1) || code=$?
    if [ "$code" -ne "$1" ] || [[ $out != *"$2"* ]]; then
        echo "exit $code, '$out', not $1 '$2'" >&2
        exit 1
    fi
    [ -z "$(git status --porcelain add.c | grep '^ M')" ] && grep -q 'a + b' add.c || { echo "touched the checkout" >&2; exit 1; }
}
case $1 in
caught) mutant minus '    return a + b;' '    return a - b;'; mutant zero '    return a + b;' '    return 0;'; expect 0 "2 caught of 2" ;;
survived) mutant minus '    return a + b;' '    return a - b;'; mutant idle '    return 1;' '    return 2;'; expect 1 "idle: SURVIVED" ;;
does-not-compile) mutant broken '    return a + b;' '    return a +;'; expect 1 "broken: error: does not compile" ;;
text-not-there) mutant lost '    return a * b;' ''; expect 1 "error: the old text occurs 0 times" ;;
text-twice) mutant twice '{' ''; expect 1 "error: the old text occurs 2 times" ;;
no-such-test) mutant minus '    return a + b;' '    return a - b;' other-test; expect 2 "does not pass on the unbroken source" ;;
endless) # caught, and does not run on
    mutant still '    return 1;' '    return 0;' count-test
    expect 0 "still: caught by its time"
    ! find /proc/[0-9]*/exe -lname "$dir/build/*" 2>/dev/null | grep . || exit 1
    ;;
two-tests) # side by side and one after the other
    mutant minus '    return a + b;' '    return a - b;'
    mutant back '    return 1;' '    return __builtin_trap(), 1;' count-test
    expect 0 "2 caught of 2"
    [ "$(ls build/mutants)" = "$(printf '0\n1')" ]
    expect 0 "2 caught of 2" -j 1
    ;;
one-case) # all the others survive it
    mutant two '    return 1;' '    return 2;' count-test
    mutant two-again '    return 1;' '    return 2;' 'count-test is-one'
    expect 1 "two-again: caught"
    expect 1 "two: SURVIVED"
    ;;
by-name)
    mutant minus '    return a + b;' '    return a - b;'
    mutant idle '    return 1;' '    return 2;'
    expect 0 "1 caught of 1" minus
    expect 2 "no mutant has the name mius" minus mius
    ;;
parts) # each has one test, and both together are the whole
    mutant minus '    return a + b;' '    return a - b;'
    mutant back '    return 1;' '    return __builtin_trap(), 1;' count-test
    expect 0 $'minus: caught' --part 1/2
    expect 0 "1 caught of 1" --part 1/2
    expect 0 $'back: caught' --part 2/2
    expect 0 "1 caught of 1" --part 2/2
    expect 2 "no mutants" --part 3/3
    for part in 0/2 3/2 2 a/b; do expect 2 "$part: not I/N" --part "$part"; done
    ;;
one-list-error-ends-all)
    sed -i 's/!= 5/!= 6/' add-test.c
    mutant minus '    return a + b;' '    return a - b;'
    mutant back '    return 1;' '    return __builtin_trap(), 1;' count-test
    expect 2 "add-test (host-asan) does not pass on the unbroken source"
    ;;
fails-unbroken) sed -i 's/!= 5/!= 6/' add-test.c; mutant minus '    return a + b;' '    return a - b;'; expect 2 "does not pass on the unbroken source" ;;
no-mutants) expect 2 "no mutants" ;;
bad-list)
    echo nonsense >tests/mutants/list.txt
    expect 2 "not understood"
    mutant minus '    return a + b;' '    return a - b;'
    sed -i '/nonsense/d; /^end$/d' tests/mutants/list.txt
    mutant back '    return 1;' '    return 2;'
    expect 2 "minus has no end"
    ;;
*) exit 2 ;;
esac
