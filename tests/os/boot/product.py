#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Boots a product's image until Ctrl-C: its console here, its session port at a port of this machine.

    IMAGE   kernel.elf (default: what `make image` made)
    PORT    of this machine, leads to the device's 34567 (default: 34567); the next one to its 34568, where it pairs
    DISK    a file that is the device's disk: made, of 1 MiB, when it is not there (default: no disk)
"""
import os
import sys

import interrupt
from machine import Machine
from node import PAIRING_PORT, SESSION_PORT

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130
NEW_DISK_BYTES = 1 << 20


def add_disk(machine, path):
    if not os.path.exists(path):
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:  # a key will be in it
            file.truncate(NEW_DISK_BYTES)
    machine.add_disk(path)


def main():
    image, port = os.environ.get("IMAGE") or "build/image/kernel.elf", os.environ.get("PORT") or str(SESSION_PORT)
    if not os.path.isfile(image):
        print(f"boot: there is no {image}: `make image IDENTITY=DIR` makes one", file=sys.stderr)
        return WRONG_USE
    if not port.isdecimal() or not 0 < int(port) < 65535:
        print(f"boot: PORT={port}: a number from 1 to 65534", file=sys.stderr)
        return WRONG_USE
    interrupt.listen()
    machine = Machine(image)
    machine.add(["net", "rng", "reboots"])
    machine.forward(port, SESSION_PORT)
    machine.forward(int(port) + 1, PAIRING_PORT)
    try:
        if os.environ.get("DISK"):
            add_disk(machine, os.environ["DISK"])
        print(f"boot: {image}, reached as ID@127.0.0.1:{port}; Ctrl-C switches it off", flush=True)
        machine.start("/dev/stdout", "/dev/stderr")
        return FAILED if machine.wait(None) else 0
    except OSError as fault:
        print(f"boot: DISK={fault.filename}: {fault.strerror}", file=sys.stderr)
        return WRONG_USE
    except interrupt.Interrupted:
        return INTERRUPTED
    finally:
        machine.stop()


if __name__ == "__main__":
    sys.exit(main())
