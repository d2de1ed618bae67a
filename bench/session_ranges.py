#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which code lies where: prints "FIRST END GROUP" for every function of the system's programs, sorted.

usage: session_ranges.py BUILD_FOLDER

A function belongs to the library that brought it (its name is looked up in the archives), otherwise to its
program. Programs have bases of their own, so addresses are unambiguous. Addresses of the kernel are one group.
"""
import glob
import os
import subprocess
import sys

LIBRARIES = [
    ("crypto", ["libtp_sodium.a", "libtp_blake2.a", "lib/noise/libnoise_crypto.a"]),
    ("session-library", ["lib/noise/libnoise.a", "lib/dsoftbus/libdsoftbus.a"]),
    ("lwip", ["services/netstackd/libtp_lwip.a"]),
]
PROGRAMS = ["rngd", "netstackd", "keystored", "dsoftbusd", "selftest-client", "stored", "store-client",
            "logd", "clockd", "filed"]
KERNEL = [(0x80200000, 0x88000000), (0xFFFFFFC000000000, 0xFFFFFFD000000000)]  # before and after paging
INIT = (0x10000, 0x1000000)


def symbols(path):
    """Functions in the order of their addresses."""
    out = subprocess.run(["riscv64-unknown-elf-nm", "-n", path], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1] in "tTwW":
            yield int(fields[0], 16), fields[2]


def main(build):
    group_of = {}
    for group, archives in LIBRARIES:
        for archive in archives:
            for _, name in symbols(f"{build}/{archive}"):
                group_of[name] = group
    ranges = [(*INIT, "init")] + [(*area, "kernel") for area in KERNEL]
    for program in PROGRAMS:
        (path,) = filter(os.path.isfile, glob.glob(f"{build}/**/{program}", recursive=True))
        found = [(address, name) for address, name in symbols(path) if not name.startswith(".L")]
        for (address, name), (end, _) in zip(found, found[1:]):
            if end > address:
                ranges.append((address, end, group_of.get(name, program)))
    for first, end, group in sorted(ranges):
        print(f"{first:x} {end:x} {group}")


main(sys.argv[1])
