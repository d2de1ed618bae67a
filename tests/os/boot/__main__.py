# SPDX-License-Identifier: Apache-2.0
"""scripts/qemu-test.sh: boots a profile's image and judges its log. Some profiles do more than boot."""
import os
import subprocess
import sys

import bus
import device
import echo
import host_peer
import hostile_wire
import identity
import interrupt
import own_key
import reproducible
import settings
import store
from boot import judged
from verdict import BUILD_FAILED, HOST_FAILED, INTERRUPTED, WRONG_USE, Failure

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SCENARIOS = {
    "bus": bus.run,
    "deterministic": reproducible.run,
    "device": device.run,
    "host-peer": host_peer.run,
    "hostile-wire": hostile_wire.run,
    "identity": identity.run,
    "net-echo": echo.run,
    "own-key": own_key.run,
    "store": store.run,
}


def main():
    os.chdir(TOP)
    interrupt.listen()
    try:
        asked = settings.read(os.environ)
        return SCENARIOS.get(asked.profile, judged)(asked)
    except settings.WrongUse as fault:
        print(f"qemu-test: {fault}", file=sys.stderr)
        return WRONG_USE
    except settings.BuildFailed as fault:
        print(f"qemu-test: {fault}", file=sys.stderr)
        return BUILD_FAILED
    except (Failure, OSError, subprocess.SubprocessError) as fault:  # beside the machine, before it ran
        print(f"qemu-test: {asked.profile}: FAILED: {fault}")
        return HOST_FAILED
    except interrupt.Interrupted:
        print("qemu-test: interrupted")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
