# SPDX-License-Identifier: Apache-2.0
"""PROFILE=deterministic: two boots with the same entropy give the same log from the kernel's first line on, byte for
byte; a boot with other entropy changes exactly one line, the fingerprint of the ping's random bytes. With RNG_FILE
given there is one boot, with that."""
import dataclasses
import difflib
import itertools
import os
import random
import tempfile

from boot import judged
from judge import BOOT
from machine import RNG_FILE
from verdict import HOST_FAILED, PASSED

ENTROPY_BYTES = 1 << 20  # far more than a boot reads: QEMU spins for ever when the file is used up


def boot(settings, folder, log, entropy):
    """(exit code, the log from the kernel's first line on)"""
    path = f"{folder}/{entropy}"
    with open(path, "wb") as file:  # the same bytes each time; they are only meant to look irregular
        file.write(random.Random(entropy).randbytes(ENTROPY_BYTES))
    code = judged(dataclasses.replace(settings, rng_file=path, uart_log=log or f"{folder}/{entropy}.log"))
    os.unlink(path)
    with open(log or f"{folder}/{entropy}.log", "rb") as file:
        lines = file.read().split(b"\n")
    return code, list(itertools.dropwhile(lambda line: line.rstrip(b"\r") != BOOT.encode(), lines))


def differences(one, other):
    lines = difflib.unified_diff([repr(line) for line in one], [repr(line) for line in other], lineterm="", n=0)
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def fault(first, again, other):
    """What is not as it must be: (words, lines), or None."""
    if first != again:
        return "two boots with the same entropy differ", differences(first, again)
    changed = differences(first, other)
    signs = [line[0] for line in changed if "fingerprint" in line]
    if signs != ["-", "+"] or len(changed) != 2:
        return "other entropy must change the fingerprint line and no other", changed
    return None


def run(settings):
    if settings.rng_file != RNG_FILE:
        return judged(settings)
    settings.build()
    os.makedirs("build/run", exist_ok=True)
    folder = tempfile.mkdtemp(prefix="reproducible.", dir="build/run")
    logs = []
    for log, entropy in ((settings.uart_log, "one"), (f"{folder}/again.log", "one"), (None, "two")):
        code, lines = boot(settings, folder, log, entropy)
        if code != PASSED:
            return code
        logs.append(lines)
    found = fault(*logs)
    if found:
        print("\n".join(found[1][:20]))
        print(f"qemu-test: deterministic: {found[0]} (logs: {folder})")
        return HOST_FAILED
    print(f"deterministic: two boots the same in {len(logs[0])} lines, other entropy changes the fingerprint alone")
    return PASSED
