#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sizes that CONTRIBUTING.md states: functions of at most 60 lines, half of them of at most 12; product files of at
most 500, test files of at most 700. That every .c file opens with what it is. And what clang-format does not decide of the
dialect: `sizeof x` for an object (a macro's argument keeps its parentheses)."""
import re
import statistics
import subprocess
import sys

FUNCTION_MAX, MEDIAN_MAX, PRODUCT_MAX, TEST_MAX = 60, 12, 500, 700
TESTS = ("tests/", "proofs/", "examples/")
TYPE = r"(?:const |struct |enum |union |unsigned |signed )|(?:char|int|long|short|void|double|bool|[A-Z]\w*|\w+_t)\b"
SIZEOF_OBJECT = re.compile(rf"\bsizeof\((?!{TYPE})[*&]?\w[\w.\[\]>-]*\)(?!\.|\[|->)")


def functions(lines):
    """(first line, length of the body): clang-format puts both braces of a function at the beginning of a line."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start - 1
            start = None


def sizeof_objects(lines):
    """Numbers of the lines that write `sizeof(x)`, but for macros."""
    in_macro = False
    for number, line in enumerate(lines, 1):
        is_macro = in_macro or line.startswith("#define")
        in_macro = is_macro and line.endswith("\\")
        if not is_macro and SIZEOF_OBJECT.search(line):
            yield number


def main():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.c", "*.h"],
                           check=True, capture_output=True, text=True).stdout.split()
    faults, lengths = [], []
    for name in names:
        with open(name, encoding="utf-8") as file:
            lines = file.read().split("\n")
        limit = TEST_MAX if name.startswith(TESTS) else PRODUCT_MAX
        if len(lines) - 1 > limit:
            faults.append(f"{name}: {len(lines) - 1} lines, {limit} are allowed")
        if name.endswith(".c") and not (lines[0].startswith("/* SPDX") and lines[1].startswith("/*")):
            faults.append(f"{name}: does not say behind its licence line what it is")
        faults += [f"{name}:{number}: sizeof(object), `sizeof object` is written here" for number in sizeof_objects(lines)]
        for start, length in functions(lines):
            lengths.append(length)
            if length > FUNCTION_MAX:
                faults.append(f"{name}:{start}: a function of {length} lines, {FUNCTION_MAX} are allowed")
    median = statistics.median(lengths)
    if median > MEDIAN_MAX:
        faults.append(f"half of the functions have more than {median:.0f} lines, {MEDIAN_MAX} are allowed")
    print("\n".join(faults) or f"{len(lengths)} functions, median {median:.0f} lines, longest {max(lengths)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
