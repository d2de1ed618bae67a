#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PROFILE=hostile-wire of scripts/qemu-test.sh: the device's wire is a program of ours (tests/wire).

Builds and starts that program, then boots the device with its network card at the program's port. The program
does the named cases and the storm and tells the device's log, through the device's own network, what passed; what
the log must hold is tests/os/markers/hostile-wire.txt. Passed only if both sides say so. Exit codes are
qemu-test.sh's, or 1 when the program fails. WIRE_SEED and WIRE_SECONDS are the program's.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IDENTITIES = os.environ.get("IDENTITIES", os.path.join(TOP, "tests", "identities"))
# More than the proof's quota, less than a flood would draw if it drew anything.
RNG_QUOTA = "2048/1000"
BESIDE_THE_STORM_S = 440  # boot, cases, and what gives up slowly
START_S_MAX = 30


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build():
    subprocess.run([f"{TOP}/scripts/build.sh", "host-asan", "hostile-wire"], check=True)
    return f"{TOP}/build/host-asan/tests/wire/hostile-wire"


def port_of(path, wire):
    """Where the program listens: the first line that it writes."""
    end = time.monotonic() + START_S_MAX
    while time.monotonic() < end and wire.poll() is None:
        with open(path, encoding="ascii") as log:
            match = re.match(r"wire: port (\d+)\n", log.read())
        if match:
            return int(match[1])
        time.sleep(0.05)
    return None


def stop(process):
    if process is not None and process.poll() is None:
        process.terminate()
        process.wait()


def boot_and_judge(wire, wire_port, qemu_port):
    """Both until the first that fails; the device's exit code, or 1."""
    seconds = int(os.environ.get("WIRE_SECONDS", "60"))
    env = {"RNG_QUOTA": RNG_QUOTA, "RUN_TIMEOUT": f"{seconds + BESIDE_THE_STORM_S}s", **os.environ,
           "PROFILE": "hostile-wire", "HOST_PEER": "running", "WIRE": f"{qemu_port}:{wire_port}"}
    machine = subprocess.Popen([f"{TOP}/scripts/qemu-test.sh"], env=env)
    try:
        while machine.poll() is None and wire.poll() in (None, 0):
            time.sleep(0.1)
        if wire.poll() not in (None, 0):
            return 1
        code = machine.wait()
        return code if code else int(wire.wait(START_S_MAX) != 0)
    finally:
        stop(machine)


def main():
    program = build()
    os.makedirs(f"{TOP}/build/run", exist_ok=True)
    with tempfile.NamedTemporaryFile("w", prefix="hostile-wire-", suffix=".log", dir=f"{TOP}/build/run",
                                     delete=False) as log:
        qemu_port = free_port()
        wire = subprocess.Popen([program, str(qemu_port), IDENTITIES], stdout=log, stderr=subprocess.STDOUT)
    try:
        wire_port = port_of(log.name, wire)
        code = boot_and_judge(wire, wire_port, qemu_port) if wire_port else 1
    finally:
        stop(wire)
    with open(log.name, encoding="utf-8", errors="replace") as text:
        print(text.read(), end="")
    if code == 0:
        os.unlink(log.name)
    return code


if __name__ == "__main__":
    sys.exit(main())
