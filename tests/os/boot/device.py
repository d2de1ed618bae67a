# SPDX-License-Identifier: Apache-2.0
"""PROFILE=device: the product's image as its user sees it. It holds nothing of the tests, says nothing of them, takes a
session from the host, goes on while nobody calls, takes the next, and refuses a stranger. Then all of its memory is
searched for its private key."""
import re
import tempfile
import time

import memory
import node
from boot import judged
from host import free_ports, must

# Words of the test programs, of their tables and of their files.
FOREIGN = re.compile(rb"SELFTEST|selftest-client|net-test|kernel-test|crasher|client\.identity")
IDLE_S = 3


def holds_nothing_foreign(kernel):
    with open(kernel, "rb") as file:
        found = set(FOREIGN.findall(file.read()))
    must(not found, f"the image holds {sorted(found)}")


def run(settings):
    node.build()
    settings.build()
    holds_nothing_foreign(settings.kernel)
    with tempfile.TemporaryDirectory() as work:
        host = node.make_host(work, settings.identities)
        stranger = node.make_stranger(work, host)
        (port,) = free_ports(1)

        def meanwhile(boot):
            boot.wait_for("dsoftbusd: os transport up (udp+tcp)")
            print(f"device: {node.ping(host, port)}", flush=True)
            time.sleep(IDLE_S)
            print(f"device: a while later: {node.ping(host, port)}", flush=True)
            node.ping_refused(stranger, port)
            with open(f"{settings.identities or 'tests/identities'}/dsoftbusd.identity", "rb") as file:
                print(f"device: {memory.key_is_with_its_holder(boot, file.read(), is_in_image=True)}", flush=True)

        def before(boot):
            boot.machine.forward(port, node.SESSION_PORT)
            boot.machine.listen(f"{work}/monitor")

        return judged(settings, before, meanwhile)
