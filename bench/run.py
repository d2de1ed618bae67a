#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Builds presets and runs their benchmarks one after the other.

usage: run.py [--write] host|os...     --write puts what they print between the marks of docs/figures.md, and draws its plots
"""
import datetime
import os
import re
import subprocess
import sys

PAGE = "docs/figures.md"
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def names(preset):
    listed = subprocess.run(["ctest", "--test-dir", f"build/{preset}", "-C", "bench", "-L", "bench", "-N"], check=True,
                            capture_output=True, text=True).stdout
    return re.findall(r"^ *Test +#\d+: (\S+)$", listed, re.M)


def measure(preset, name):
    """(whether it passed, what it printed)"""
    done = subprocess.run(["ctest", "--test-dir", f"build/{preset}", "-C", "bench", "-R", f"^{name}$", "--verbose"],
                          check=False, capture_output=True, text=True)
    # ctest puts "N: " before each line of a test's output, and its own lines around it.
    lines = re.findall(r"^\d+: ?(.*)$", done.stdout, re.M)
    begin = next((i for i, line in enumerate(lines) if line.startswith("Test timeout computed to be")), -1)
    return done.returncode == 0, "\n".join(line.rstrip() for line in lines[begin + 1:]).strip("\n")


def write(preset, name, text):
    """Between the marks of this benchmark, with the day; with tables as it is, anything else as it was printed."""
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    begin = f"<!-- figures: {preset} {name} -->\n"
    parts = page.split(begin)
    if len(parts) != 2:
        sys.exit(f"bench: {PAGE} has no place, or two, for {preset} {name}")
    body = text if "|---" in text else f"```\n{text}\n```"
    rest = parts[1].partition("<!-- end -->")[2]
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(f"{parts[0]}{begin}{datetime.date.today()}\n\n{body}\n<!-- end -->{rest}")


def run(preset, writes):
    """Names of those that failed."""
    subprocess.run(["scripts/build.sh", preset], check=True)
    found = names(preset)
    failed = [] if found else ["there are none"]
    for name in found:
        passed, text = measure(preset, name)
        print(f"\n== {name}\n{text}", flush=True)
        if not passed:
            failed.append(name)
        elif writes:
            write(preset, name, text)
    return failed


def main():
    os.chdir(TOP)
    subprocess.run(["scripts/setup.sh", "interop"], check=True)  # yamux, to compare with
    presets = [word for word in sys.argv[1:] if word != "--write"]
    failed = [f"{preset}: {name}" for preset in presets for name in run(preset, "--write" in sys.argv)]
    if "--write" in sys.argv:
        subprocess.run(["bench/plots.py"], check=True)
    for name in failed:
        print(f"bench: {name} FAILED")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
