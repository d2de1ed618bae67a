#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether what the OS's own objects execute and where they read and write depends on a secret.

The bare program program.c runs each operation with 20 different secrets in QEMU; trace.c takes down all program
counters and addresses of each run. A claim holds when all runs of its operation are the same.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "os", "boot"))
import machine  # noqa: E402

OPERATIONS = ("x25519", "base", "seal", "open", "forged", "equal", "blake2s", "handshake")
SESSION = ("session", "pairing")
CONTROLS = ("leak_by_branch", "leak_by_index")
TARGETS = ("rv64-timing",)
CLAIMS = tuple(f"timing-{name}" for name in OPERATIONS + SESSION)
RUNS = 20
TIMEOUT_S = 120


def symbols(elf):
    said = subprocess.run(["riscv64-unknown-elf-nm", elf], check=True, capture_output=True, text=True).stdout
    return {line.split()[2]: line.split()[0] for line in said.splitlines() if len(line.split()) == 3}


def record(elf):
    """(what the program printed, the stretches in their order)"""
    address = symbols(elf)
    with tempfile.TemporaryDirectory() as folder:
        plugin = os.path.join(folder, "trace.so")
        subprocess.run(["gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", plugin,
                        os.path.join(HERE, "trace.c")], check=True)
        bare = machine.Machine(elf)
        bare.plugin(plugin, begin=address["timing_begin"], end=address["timing_end"])
        log = os.path.join(folder, "console")
        _, traced = machine.run(bare, log, TIMEOUT_S)
        with open(log, encoding="ascii", errors="replace") as console:
            printed = console.read()
    return printed, re.findall(r"^stretch (\d+) (\w+) (\d+) (\w+)$", traced, re.MULTILINE)


def claims(tree):
    """Claim -> (whether it holds, words)."""
    printed, stretches = record(f"{tree}/build/os/tests/rv64/rv64-timing")
    names = tuple(re.findall(r"^operation (\w+)\r?$", printed, re.MULTILINE))
    if names != OPERATIONS + CONTROLS + SESSION or len(stretches) != RUNS * len(names) or "failed" in printed:
        return {claim: (False, f"{len(stretches)} runs were recorded") for claim in CLAIMS}
    courses = {name: stretches[index * RUNS:(index + 1) * RUNS] for index, name in enumerate(names)}
    if any(len(set(courses[name])) == 1 for name in CONTROLS):
        return {claim: (False, "a leak was not noticed") for claim in CLAIMS}
    found = {}
    for name in OPERATIONS + SESSION:
        runs = courses[name]
        kinds = len(set(runs))
        found[f"timing-{name}"] = (
            kinds == 1 and int(runs[0][0]) > 0,
            f"{RUNS} secrets, {kinds} different courses of {runs[0][0]} instructions and {runs[0][2]} accesses")
    return found
