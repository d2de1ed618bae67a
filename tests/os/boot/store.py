# SPDX-License-Identifier: Apache-2.0
"""PROFILE=store: each boot finds what the last one wrote; a disk of another's, a small one and none are told by name,
and nothing is written to them."""
import os
import tempfile

from boot import judged
from host import must

DISK_BYTES, OURS = 1 << 20, 520 * 512  # bytes of a disk that are stored's (services/stored/store.h)


def boot(settings, work, disk):
    """(exit code, the lines of stored and its client)"""
    log = f"{work}/uart.log"
    settings.uart_log, settings.devices = log, []
    code = judged(settings, lambda boot: boot.machine.add_disk(disk) if disk else None)
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file]
    return code, [line for line in lines if line.startswith(("stored: ", "SELFTEST: "))]


def read(disk):
    with open(disk, "rb") as file:
        return file.read()


def make(work, name, content):
    with open(f"{work}/{name}", "wb") as file:
        file.write(content)
    return f"{work}/{name}"


def run(settings):
    settings.build()
    blank = bytes(DISK_BYTES)
    with tempfile.TemporaryDirectory() as work:
        ours = make(work, "ours", blank)
        # An ext4 file system begins with 1024 zeros; a partition table ends the disk.
        foreign = {"ext4": blank[:1080] + b"\x53\xef" + blank[1082:], "at its end": blank[:-512] + b"EFI PART" + blank[-504:]}
        cases = [(ours, ["stored: ready", f"SELFTEST: store boot {number}"]) for number in (1, 2, 3)]
        cases += [(make(work, name, content), ["stored: the disk is not ours, left alone", "SELFTEST: store answers 8"])
                  for name, content in foreign.items()]
        cases.append((make(work, "small", blank[:OURS - 512]), ["stored: the disk is too small", "SELFTEST: store answers 9"]))
        cases.append((None, ["stored: no disk", "SELFTEST: store answers 7"]))
        for disk, expected in cases:
            before = disk and read(disk)
            code, lines = boot(settings, work, disk)
            if code:
                return code
            must(lines == [*expected, "SELFTEST: end"], f"{disk and os.path.basename(disk)}: {lines}")
            must(disk == ours or not disk or read(disk) == before, f"{disk} was written to")
    print("store: three boots found what the last one wrote; four disks that are none were left alone")
    return 0
