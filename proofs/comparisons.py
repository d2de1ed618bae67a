#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every bounds check of what memory claims run and contracts prove is in memory/checks.txt or, with a reason, in memory/exempt.txt.

usage: comparisons.py           names what is in neither list or in both, and what a list names that is not there any more
       comparisons.py --try [PATH...]    runs the analyser without each of those that are in neither list, then the contracts of
                                its function, and prints its row: of checks.txt when there is an alarm or a goal is
                                left, else of exempt.txt without its reason

What can be a bounds check is told by its form: each `<`, `<=`, `>`, `>=`, and each `==` and `!=` of which a side ends in a
name of a length or count (SIZE below) or has a sizeof; wherever it stands in a product's file or a header that it includes. One is
named `function: text`, the Nth of the same text in a function `function#N: text`. To be without it is to have 0 in its
place, or 1 where a row ends in ` := 1`: 1 is what lets `a && ` and a loop go on.
"""
import concurrent.futures
import os
import re
import sys

import framac

sys.path.insert(0, os.path.join(framac.HERE, "contracts"))
import wp  # noqa: E402

TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|^[ \t]*#(?:\\\n|[^\n])*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\w+|->|<<=|>>=|<<|>>|"
                   r"[<>=!]=|&&|\|\||[-+*/%&|^]=|\+\+|--|\S", re.DOTALL | re.MULTILINE)
IGNORED = re.compile(r"/\*|//|[ \t]*#")
ORDERS, EQUALS = ("<", "<=", ">", ">="), ("==", "!=")
# What ends a side of a comparison; of `==` an order does not.
ENDS = {",", ";", "{", "}", "&&", "||", "?", ":", "return", "else", "=", *EQUALS,
        *(f"{sign}=" for sign in ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"))}
BITS = {"&", "|", "^"}
OPENERS, CLOSERS = "([{", ")]}"
SIZE = re.compile(r"(?:^|_|str)(?:len|count|cap|capacity|size|idx|pos|left|max|min)$", re.IGNORECASE)
MACRO = re.compile(r"^#define (\w+)(?:\([^)]*\))?[ \t]((?:\\\n|[^\n])*)", re.MULTILINE)
INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
PRODUCT = ("lib/", "apps/", "kernel/", "services/", "abi/", "proto/")


def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        return file.read()


def included(tree, path):
    """The files that one includes, looked for where the analyser looks."""
    for name in INCLUDE.findall(read(tree, path)):
        for folder in (os.path.dirname(path), "proofs/memory", *(flag[2:] for flag in framac.INCLUDES)):
            found = os.path.normpath(os.path.join(folder, name))
            if os.path.isfile(os.path.join(tree, found)):
                yield found
                break


def files(tree, claim_sources):
    """Product's file: the claims whose sources it belongs to."""
    claims = {}
    for claim, sources in claim_sources.items():
        seen, left = set(), list(sources)
        while left:
            path = left.pop()
            if path not in seen:
                seen.add(path)
                left += included(tree, path)
        for path in seen:
            if path.startswith(PRODUCT):
                claims.setdefault(path, []).append(claim)
    return claims


def run_files(tree):
    """Product's file: the claims of the analyser that run it."""
    return files(tree, {claim: sources for claim, (sources, *_) in framac.MEMORY.items()})


def contract_files(tree):
    """Product's file: the contracts that include it."""
    return files(tree, {claim: [contract.source] for claim, contract in wp.CLAIMS.items()})


def all_files(tree):
    run, included_by = run_files(tree), contract_files(tree)
    return {path: run.get(path, []) + included_by.get(path, []) for path in {*run, *included_by}}


def matches(tokens):
    """Each bracket's place: its other one's."""
    other, opened = {}, []
    for i, (text, _) in enumerate(tokens):
        if text in OPENERS:
            opened.append(i)
        elif text in CLOSERS:
            other[i] = opened.pop()
            other[other[i]] = i
    return other


def tokens_of(text, start=0):
    """(token, where it begins), without comments and directives."""
    return [(m[0], start + m.start()) for m in TOKEN.finditer(text[start:]) if not IGNORED.match(m[0])]


def bodies(text):
    """(name, tokens between braces) of each function, and of each macro as if it were one."""
    tokens = tokens_of(text)
    other, i = matches(tokens), 0
    while i < len(tokens):
        if tokens[i][0] == "{" and tokens[i - 1][0] == ")":
            yield tokens[other[i - 1] - 1][0], tokens[i:other[i] + 1]
        i = other[i] + 1 if tokens[i][0] == "{" else i + 1
    for macro in MACRO.finditer(text):
        body = [token for token in tokens_of(text[:macro.end()], macro.start(2)) if token[0] != "\\"]
        yield macro[1], [("{", macro.start(2)), *body, ("}", macro.end())]


def is_unary(tokens, i):
    return not re.match(r"[\w)\]]", tokens[i - 1][0]) or tokens[i - 1][0] == "return"


def side(tokens, other, i, step):
    """The last place, from i on, of what stands on one side of a comparison."""
    ends = ENDS | set(ORDERS) if tokens[i][0] in ORDERS else ENDS
    at = i + step
    while True:
        text = tokens[at][0]
        if text in (CLOSERS if step < 0 else OPENERS) and text not in "{}":
            at = other[at]
        elif text in ends or text in OPENERS + CLOSERS or (text in BITS and not is_unary(tokens, at)):
            return at - step
        at += step


def is_size(tokens, other, first, last):
    """Does the last name of a side, outside its brackets, say a length or a count?"""
    noun, at = "", first
    while at <= last:
        text = tokens[at][0]
        if text == "sizeof":
            return True
        if re.match(r"[A-Za-z_]", text):
            noun = text
        at = other[at] + 1 if text in OPENERS else at + 1
    return SIZE.search(noun) is not None


def comparisons(text):
    """(name, beginning, end, token before, token behind) of each that can be a bounds check."""
    for function, tokens in bodies(text):
        other = matches(tokens)
        seen = {}
        for i, (token, _) in enumerate(tokens):
            if token not in ORDERS + EQUALS:
                continue
            first, last = side(tokens, other, i, -1), side(tokens, other, i, 1)
            if token in EQUALS and not (is_size(tokens, other, first, i - 1) or is_size(tokens, other, i + 1, last)):
                continue
            start, stop = tokens[first][1], tokens[last][1] + len(tokens[last][0])
            words = " ".join(text[start:stop].split())
            seen[words] = seen.get(words, 0) + 1
            number = f"#{seen[words]}" if seen[words] > 1 else ""
            yield f"{function}{number}: {words}", start, stop, tokens[first - 1][0], tokens[last + 1][0]


def rows(tree, name):
    lines = read(tree, f"proofs/memory/{name}").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def checks(tree):
    """(claim, path, condition, what stands in its place) of each row."""
    for row in rows(tree, "checks.txt"):
        claim, path, condition = row.split(None, 2)
        condition, _, value = condition.partition(" := ")
        yield claim, path, condition, value or "0"


def exempt(tree):
    """(path, condition, reason) of each row: those of a file stand below its name."""
    path = None
    for row in rows(tree, "exempt.txt"):
        if not row.startswith(" "):
            path = row
        else:
            condition, _, reason = row.strip().partition(" # ")
            yield path, condition, reason


def remove(tree, path, condition, value):
    """Writes a file without a condition of a row: a comparison by its name, or text that stands once in the file."""
    text = read(tree, path)
    start, stop = next(((start, stop) for name, start, stop, *_ in comparisons(text) if name == condition), (None, None))
    if start is None:
        if text.count(condition) != 1:
            sys.exit(f"{path}: {condition}: is not there, or more than once")
        start = text.index(condition)
        stop = start + len(condition)
    with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
        file.write(text[:start] + value + text[stop:])


def function_of(condition):
    """Of a comparison's name; of text that has none, anything else."""
    return re.match(r"\w*", condition)[0]


def is_of(condition, name):
    """Does a row name this comparison: with its function, or by its text alone?"""
    return condition in (name, name.partition(": ")[2])


def able(claims, name):
    """Of a file's claims those that run the comparison of this name: a contract only its own functions."""
    return [claim for claim in claims if claim in framac.MEMORY or function_of(name) in wp.CLAIMS[claim].proved]


def unlisted(tree, claims):
    """(path, comparison) of those in neither list."""
    listed = {}
    for path, condition in [row[1:3] for row in checks(tree)] + [row[:2] for row in exempt(tree)]:
        listed.setdefault(path, []).append(condition)
    for path in sorted(claims):
        for found in comparisons(read(tree, path)):
            if able(claims[path], found[0]) and not any(is_of(condition, found[0]) for condition in listed.get(path, [])):
                yield path, found


def faults(tree):
    claims = all_files(tree)
    for path, found in unlisted(tree, claims):
        yield f"{path}: {found[0]}: neither in checks.txt nor in exempt.txt"
    of_checks = {}
    for claim, path, condition, _ in checks(tree):
        of_checks.setdefault(path, []).append(condition)
        if claim not in claims.get(path, []):
            yield f"checks.txt: {path}: {claim} does not run it"
        elif read(tree, path).count(condition) != 1 and condition not in [name for name, *_ in comparisons(read(tree, path))]:
            yield f"checks.txt: {path}: {condition}: is not there, or more than once"
    for path, condition, reason in exempt(tree):
        if not reason:
            yield f"exempt.txt: {path}: {condition}: no reason"
        names = [name for name, *_ in comparisons(read(tree, path))] if path in claims else []
        if condition not in names:
            yield f"exempt.txt: {path}: {condition}: is not there"
        elif any(is_of(row, condition) for row in of_checks.get(path, [])):
            yield f"{path}: {condition}: in both lists"


def without(copy, claim, path, condition, value):
    """Writes a copy for a claim without a condition. What a contract says within a function goes before the place is looked for."""
    if claim in wp.CLAIMS:
        wp.weave(copy, claim)
    remove(copy, path, condition, value)


def is_missed(copy, claim, condition):
    """Does a claim fail of such a copy? None: the tool could not judge it."""
    if claim in framac.MEMORY:
        return framac.raises_alarm(copy, claim)
    function, proved = function_of(condition), wp.CLAIMS[claim].proved
    return wp.leaves_a_goal(copy, claim, [function] if function in proved else proved)


def values(text, found):
    """What stands for its loss, the likelier first: 1 lets a loop or an `&&` go on, 0 passes a refusal by."""
    _, start, _, before, behind = found
    goes_on = "&&" in (before, behind) or re.search(r"(?:while \(|; ?)$", text[:start])
    return ("1", "0") if goes_on else ("0", "1")


def tried(path, found, claims):
    """The row of one comparison that stands in neither list."""
    name = found[0]
    for claim in claims:
        for value in values(read(framac.ROOT, path), found):
            with framac.copy_of(framac.ROOT) as copy:
                without(copy, claim, path, name, value)
                missed = is_missed(copy, claim, name)
            if missed is None:
                print(f"{claim} {path} {name} := {value}: the tool could not judge it", file=sys.stderr, flush=True)
            if missed:
                return f"{claim} {path} {name}{' := 1' if value == '1' else ''}"
    return f"{path}    {name} # "


def try_unlisted(paths):
    claims = all_files(framac.ROOT)
    wp.detect_provers()
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        running = []
        for path, found in unlisted(framac.ROOT, claims):
            if not paths or path in paths:
                running.append(pool.submit(tried, path, found, able(claims[path], found[0])))
        for done in concurrent.futures.as_completed(running):
            print(done.result(), flush=True)


def main():
    if sys.argv[1:2] == ["--try"]:
        return try_unlisted(sys.argv[2:])
    found = list(faults(framac.ROOT))
    print("\n".join(found) or "every comparison that can be a bounds check is in a list")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
