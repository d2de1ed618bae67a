#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Compares the OS's instruction counts with those of docs/figures.md. Fails, naming the row, when one is more than
1 % worse, or is in one of the two alone. Says when one is more than 1 % better: then the page is out of date.

usage: check.py               builds and measures: kernel, network calls, cryptography, identity (not the session's traces)
       check.py PAGE NAME FILE...    compares what benchmark NAME printed into FILE, and so on, with PAGE
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "docs/figures.md"
LIMIT = 0.01
BUILD = "build/os"
TARGETS = ("image_bench-kernel", "image_net-bench", "rv64-bench", "rv64-pairing", "rv64-attestation",
           "rv64-records", "noise")
MEASURES = {
    "bench-kernel": ("bench/kernel.sh", BUILD, "counts"),
    "bench-net": ("bench/net.sh", BUILD, "counts"),
    "bench-noise": ("bench/noise.sh", "os", BUILD),
    "bench-identity": ("bench/identity.sh", BUILD),
}
# (a row that is exact on every machine, whether more is better): its name, its median.
ROWS = (
    (re.compile(r"^(.+?)  +(\d+) +\d+ +\d+(?: +\d+)?$"), False),
    (re.compile(r"^(.+?): \d+ (\d+) \d+ instructions$"), False),
    (re.compile(r"^(.+?): \d+ (\d+) \d+ bytes per 1000000 instructions$"), True),
    (re.compile(r"^\| (.+, (?:instructions|sectors)[^|]*?) \| ([\d.]+) \|$"), False),
)


def rows(text):
    """{name: (median, whether more is better)}"""
    found = {}
    for line in text.splitlines():
        for pattern, more_is_better in ROWS:
            match = pattern.match(line.strip())
            if match:
                found[match[1]] = (float(match[2]), more_is_better)
    return found


def committed(page, name):
    """What the page has between the marks of this benchmark."""
    with open(page, encoding="utf-8") as file:
        parts = file.read().split(f"<!-- figures: os {name} -->\n")
    if len(parts) != 2:
        sys.exit(f"bench-check: {page} has no place, or two, for {name}")
    return rows(parts[1].partition("<!-- end -->")[0])


def compare(name, was, now):
    """Whether all is as it was; says what is not."""
    passed = bool(was)
    for row in sorted(was.keys() | now.keys()):
        if row not in was or row not in now:
            print(f"bench-check: {name}: {row}: {'not measured' if row in was else 'not on the page'}")
            passed = False
            continue
        (old, more_is_better), new = was[row], now[row][0]
        worse = (old - new if more_is_better else new - old) / old
        if abs(worse) > LIMIT:
            print(f"bench-check: {name}: {row}: {old:g} -> {new:g}, {abs(worse):.1%} {'worse' if worse > 0 else 'better'}")
        passed = passed and worse <= LIMIT
    print(f"bench-check: {name}: {len(now)} rows, {'as they were' if passed else 'FAILED'}")
    return passed


def measure(command):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(done.stdout, end="")
        sys.exit(f"bench-check: {' '.join(command)} failed")
    return done.stdout


def main():
    if len(sys.argv) > 1:
        page, given = sys.argv[1], sys.argv[2:]
        texts = {}
        for name, path in zip(given[::2], given[1::2]):
            with open(path, encoding="utf-8") as file:
                texts[name] = file.read()
    else:
        os.chdir(TOP)
        page = PAGE
        subprocess.run(["scripts/setup.sh"], check=True)
        subprocess.run(["scripts/build.sh", "os", *TARGETS], check=True)
        texts = {name: measure(command) for name, command in MEASURES.items()}
    return not all([compare(name, committed(page, name), rows(text)) for name, text in texts.items()])


if __name__ == "__main__":
    sys.exit(main())
