# SPDX-License-Identifier: Apache-2.0
"""PROFILE=own-key: the product whose image holds no key. The first boot makes one and says whose it is; the host trusts
that and gets in. All memory is searched for the key, which is read from the disk. The second boot is the same device."""
import re
import subprocess
import tempfile

import memory
import node
from boot import judged
from host import free_ports, must

DISK_BYTES = 1 << 20
RECORD = re.compile(rb"dsoftbus-identity 1\nid \S+\nprivate [0-9a-f]{64}\n")
TOLD = re.compile(r"keystored: this device is (\S+) ([0-9a-f]{64})")


class Device:
    """What the host knows of it, from boot to boot."""

    def __init__(self, work, identities):
        self.work, self.disk = work, f"{work}/disk"
        self.host = node.make_host(work, identities)
        self.told = None
        with open(self.disk, "wb") as file:
            file.truncate(DISK_BYTES)

    def boot(self, settings, number):
        (port,) = free_ports(1)

        def before(boot):
            boot.machine.add_disk(self.disk)
            boot.machine.forward(port, node.SESSION_PORT)
            boot.machine.listen(f"{self.work}/monitor{number}")

        return judged(settings, before, lambda boot: self.meet(boot, port))

    def meet(self, boot, port):
        seen = []

        def up(lines):
            seen.extend(lines)
            return "dsoftbusd: os transport up (udp+tcp)" in seen

        boot.wait_until(up, "dsoftbusd: os transport up (udp+tcp)")
        (told,) = filter(None, map(TOLD.fullmatch, seen))
        made = seen.count("keystored: made a key")
        must(made == (self.told is None), f"{made} keys were made")
        must(self.told in (None, told.groups()), f"another device came back: {told[0]}")
        if self.told is None:
            subprocess.run([node.TOOL, "trust", "--dir", self.host, "--allow-test-keys", "add", *told.groups()], check=True)
        self.told = told.groups()
        print(f"own-key: {told[1]}: {node.ping(self.host, port, device=told[1])}", flush=True)
        with open(self.disk, "rb") as file:
            text = RECORD.search(file.read())
        must(text, "the disk holds no identity")
        print(f"own-key: {memory.key_is_with_its_holder(boot, text[0], is_in_image=False)}", flush=True)


def run(settings):
    node.build()
    settings.build()
    with open(settings.kernel, "rb") as file:
        must(not RECORD.search(file.read()), "the image holds a key")
    with tempfile.TemporaryDirectory() as work:
        device = Device(work, settings.identities)
        return device.boot(settings, 1) or device.boot(settings, 2)
