#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What each process of the device with a disk takes, as a table in Markdown: from the programs' files and from the
system's table (system/describe.c). Nothing of it depends on a boot: no program has a heap, and what netstackd makes for its clients is not counted.

usage: sizes.py BUILD_FOLDER
"""
import glob
import os
import re
import subprocess
import sys

PROFILE = "own-key"
IMAGES = ("device", "own-key")
PAGE, KIB = 4096, 1024


def table(build):
    """{program: {"stack": bytes, "quota": bytes, "dma": bytes}} of the profile, in the order of the start."""
    found, profile = {}, None
    with open(f"{build}/tables/product.txt", encoding="ascii") as file:
        for kind, name, *numbers in map(str.split, file):
            if kind == "profile":
                profile = name
            elif kind == "program" and profile == PROFILE:
                found[name] = {"stack": int(numbers[0]), "quota": int(numbers[1]), "dma": 0}
            elif kind == "dma" and profile == PROFILE:
                found[name]["dma"] = int(numbers[0])
    return found


def segments(path):
    """Bytes of whole pages: (what is only read or executed, what is written)."""
    lines = subprocess.run(["riscv64-unknown-elf-readelf", "-lW", path], check=True, capture_output=True, text=True).stdout
    sums = {False: 0, True: 0}
    for size, flags in re.findall(r"^ +LOAD +(?:0x\w+ +){4}(0x\w+) ([RWE ]+?) +0x", lines, re.M):
        sums["W" in flags] += -(-int(size, 16) // PAGE) * PAGE
    return sums[False], sums[True]


def row(build, name, takes):
    path, = filter(os.path.isfile, glob.glob(f"{build}/**/{name}.stripped", recursive=True))
    parts = (*segments(path), takes["stack"])
    cells = [os.path.getsize(path)] + [n // KIB for n in (*parts, sum(parts), takes["quota"], takes["dma"])]
    return f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + " |"


def main(build):
    print("| process | file, bytes | text and constants, KiB | data, KiB | stack, KiB | in all, KiB "
          "| with page tables at most, KiB | DMA, KiB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, takes in table(build).items():
        print(row(build, name, takes))
    print("\n| image, with all that is in it | bytes |\n|---|---:|")
    for image in IMAGES:
        print(f"| {image} | {os.path.getsize(f'{build}/images/{image}/kernel.elf'):,} |")


main(sys.argv[1])
