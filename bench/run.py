#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Builds presets and runs their benchmarks one after the other.

usage: run.py host|os...
"""
import os
import re
import subprocess
import sys

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


def run(preset):
    """Names of those that failed."""
    subprocess.run(["scripts/build.sh", preset], check=True)
    found = names(preset)
    failed = [] if found else ["there are none"]
    for name in found:
        passed, text = measure(preset, name)
        print(f"\n== {name}\n{text}", flush=True)
        if not passed:
            failed.append(name)
    return failed


def main():
    os.chdir(TOP)
    subprocess.run(["scripts/setup.sh"], check=True)
    failed = [f"{preset}: {name}" for preset in sys.argv[1:] for name in run(preset)]
    for name in failed:
        print(f"bench: {name} FAILED")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
