# SPDX-License-Identifier: Apache-2.0
"""PROFILE=hostile-wire: the device's wire is a program of ours (tests/wire).

Builds and starts that program, then boots the device with its network card at the program's port. The program
does the named cases and the storm and tells the device's log, through the device's own network, what passed; what
the log must hold is tests/os/markers/hostile-wire.txt. Passed only if both sides say so. WIRE_SEED and WIRE_SECONDS
are the program's.
"""
import os
import subprocess
import tempfile

from boot import judged
from host import Program, free_udp_port, must
from settings import BuildFailed
from verdict import HOST_FAILED, PASSED

PROGRAM = "build/host-asan/tests/wire/hostile-wire"
LAST_WORDS_S_MAX = 30


def session(settings, log):
    qemu_port = free_udp_port()
    identities = os.path.abspath(settings.identities or "tests/identities")
    with Program([PROGRAM, str(qemu_port), identities], log) as wire:
        def passes():
            must(wire.process.poll() in (None, 0), f"the wire's program ended with {wire.process.poll()}")

        code = judged(settings, lambda boot: boot.machine.join(qemu_port, wire.wait_said(r"^wire: port (\d+)$")[1]),
                      lambda boot: boot.follow(passes))
        if code == PASSED and wire.process.wait(LAST_WORDS_S_MAX) != 0:
            code = HOST_FAILED
    return code


def run(settings):
    if subprocess.run(["scripts/build.sh", "host-asan", "hostile-wire"], check=False).returncode != 0:
        raise BuildFailed("the wire's program does not build")
    settings.build()
    os.makedirs("build/run", exist_ok=True)
    fd, log = tempfile.mkstemp(prefix="hostile-wire-", suffix=".log", dir="build/run")
    os.close(fd)
    code = session(settings, log)
    with open(log, encoding="utf-8", errors="replace") as words:
        print(words.read(), end="")
    if code == PASSED:
        os.unlink(log)
    return code
