#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the source in one place at a time and demands that the named test notices.

usage: mutants.py [NAME...]      all of tests/mutants/*.txt, or those named

Works on a copy of the tracked files under build/mutants, never on the checkout. A mutant is

    mutant NAME
    why    what an attacker would gain
    file   PATH
    test   PRESET TEST           a ctest test; PRESET is host-asan, host, or os for one that boots QEMU
    old
    <whole lines that occur exactly once in the file>
    new
    <lines in their place>
    end

A mutant is caught when its test fails. One that the test survives is a hole in the tests. One whose text
is not there, or that does not compile, is an error of the list, and so is a test that fails unbroken.
Ends with "N caught of M"; exits 0 only when all are caught.
"""
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COPY = os.path.join(ROOT, "build", "mutants")
TEST_TIMEOUT_S = 180


class ListError(Exception):
    pass


def parse(path):
    """The mutants of one file, as dictionaries."""
    mutants, current, block = [], None, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            word, _, rest = line.rstrip("\n").partition(" ")
            if block and line.strip() not in (("new",) if block == "old" else ("end",)):
                current[block] += line
            elif line.strip() in ("old", "new") and current:
                block = line.strip()
                current[block] = ""
            elif line.strip() == "end" and current:
                missing = {"why", "file", "test", "old", "new"} - set(current)
                if missing:
                    raise ListError(f"{path}:{number}: {current['name']} has no {sorted(missing)[0]}")
                mutants.append(current)
                current = block = None
            elif word == "mutant" and not current:
                current = {"name": rest.strip()}
            elif word in ("why", "file", "test") and current:
                current[word] = rest.strip()
            elif line.strip() and not line.startswith("#"):
                raise ListError(f"{path}:{number}: not understood: {line.strip()}")
    if current:
        raise ListError(f"{path}: {current['name']} has no end")
    return mutants


def copy_tree():
    """The tracked files, with their times, so that a second run builds little."""
    tree = os.path.join(COPY, "tree")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True,
    ).stdout.decode().split("\0")
    wanted = {name for name in listed if name and os.path.isfile(os.path.join(ROOT, name))}
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name not in ("build", "third_party")]
        for name in names:
            path = os.path.join(folder, name)
            if os.path.relpath(path, tree) not in wanted and not os.path.islink(path):
                os.remove(path)
    for name in wanted:
        source, target = os.path.join(ROOT, name), os.path.join(tree, name)
        if os.path.exists(target) and read(source) == read(target):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    link = os.path.join(tree, "third_party")
    if os.path.isdir(os.path.join(ROOT, "third_party")) and not os.path.islink(link):
        os.symlink(os.path.join(ROOT, "third_party"), link)
    return tree


def read(path):
    with open(path, "rb") as file:
        return file.read()


def run(command, tree, timeout_s=None):
    """Exit status of a command, its output in the log of the run; a time-out is a failure."""
    with open(os.path.join(COPY, "log"), "ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        try:
            return subprocess.run(command, cwd=tree, stdout=log, stderr=log, timeout=timeout_s).returncode
        except subprocess.TimeoutExpired:
            return 1


def build(tree, tests):
    """Builds what the (preset, test) pairs need: a test's program has the test's name."""
    for preset in sorted({preset for preset, _ in tests}):
        known = subprocess.run(
            ["ninja", "-C", f"build/{preset}", "-t", "targets", "all"],
            cwd=tree, capture_output=True, text=True,
        ).stdout
        names = {test for of, test in tests if of == preset}
        # Where one test is no program's name, everything is built.
        targets = sorted(names) if all(f"\n{name}: " in known for name in names) else []
        if run(["ninja", "-C", f"build/{preset}", *targets], tree) != 0:
            return False
    return True


def test_passes(tree, preset, test):
    pattern = "^" + test.replace(".", "\\.") + "$"
    command = ["ctest", "--test-dir", f"build/{preset}", "-R", pattern, "--no-tests=error"]
    return run([*command, "--timeout", str(TEST_TIMEOUT_S)], tree) == 0


def try_mutant(tree, mutant):
    path = os.path.join(tree, mutant["file"])
    if not os.path.exists(path):
        return "error: no such file"
    original = read(path)
    old, new = mutant["old"].encode(), mutant["new"].encode()
    if original.count(old) != 1:
        return f"error: the old text occurs {original.count(old)} times in {mutant['file']}"
    preset, test = mutant["test"].split()
    try:
        with open(path, "wb") as file:
            file.write(original.replace(old, new))
        if not build(tree, [(preset, test)]):
            return "error: does not compile"
        return "SURVIVED" if test_passes(tree, preset, test) else "caught"
    finally:
        with open(path, "wb") as file:
            file.write(original)


def main():
    os.makedirs(COPY, exist_ok=True)
    open(os.path.join(COPY, "log"), "wb").close()
    folder = os.path.join(ROOT, "tests", "mutants")
    mutants = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".txt"):
            mutants += parse(os.path.join(folder, name))
    if len({mutant["name"] for mutant in mutants}) != len(mutants):
        raise ListError("two mutants have the same name")
    if len(sys.argv) > 1:
        mutants = [mutant for mutant in mutants if mutant["name"] in sys.argv[1:]]
    if not mutants:
        raise ListError("no mutants")

    tree = copy_tree()
    tests = {tuple(mutant["test"].split()) for mutant in mutants}
    for preset in sorted({preset for preset, _ in tests}):
        if run(["cmake", "--preset", preset], tree) != 0:
            raise ListError(f"preset {preset} does not configure, see {COPY}/log")
    if not build(tree, tests):
        raise ListError(f"the unbroken source does not build, see {COPY}/log")
    for preset, test in sorted(tests):
        if not test_passes(tree, preset, test):
            raise ListError(f"{test} ({preset}) does not pass on the unbroken source, see {COPY}/log")

    caught = 0
    for mutant in mutants:
        start = time.monotonic()
        result = try_mutant(tree, mutant)
        caught += result == "caught"
        seconds = time.monotonic() - start
        print(f"{mutant['name']}: {result} ({mutant['test'].split()[1]}, {seconds:.1f} s)", flush=True)
    print(f"{caught} caught of {len(mutants)}")
    return 0 if caught == len(mutants) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListError as error:
        print(f"mutants: {error}", file=sys.stderr)
        sys.exit(2)
