# SPDX-License-Identifier: Apache-2.0
"""PROFILE=host-peer: the device and the Linux programs hold sessions with one another.

Starts `dsoftbus serve` for the device to dial, boots the device with its session port forwarded, and when the
device's own call succeeded, calls it: with a key that it does not trust, which must be refused, and with the one
that it does. What the device must log in between is tests/os/markers/host-peer.txt.
"""
import os
import re

import node
from boot import judged
from host import Program, free_ports

CLIENT = "client.test"
HOST_INSIDE = f"10.0.2.100:{node.SESSION_PORT}"
TO_HOST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "to_host.py")
READY = r"ready id=\S+ listen=127\.0\.0\.1:(\d+)$"


def session(settings, work):
    host = node.make_host(work, settings.identities)
    stranger = node.make_stranger(work, host)
    (device_port,) = free_ports(1)
    serve = Program([node.TOOL, "serve", "--dir", host, "--allow-test-keys", "--listen", "127.0.0.1:0",
                     "--discovery-port", "0"], f"{work}/serve.log")

    def wire(boot):
        boot.machine.forward(device_port, node.SESSION_PORT)
        boot.machine.answer(HOST_INSIDE, f"python3 {TO_HOST} {serve.wait_said(READY)[1]}")

    def meanwhile(boot):
        boot.wait_for("SELFTEST: dsoftbus host-peer ok")
        for event in (rf"session 1 opened peer={re.escape(CLIENT)} ",
                      rf"session 1 ended peer={re.escape(CLIENT)} reason=clean"):
            boot.wait_until(lambda _, event=event: serve.said(event), event)
        print("host-peer: the device dialled the host: bound, answered, closed cleanly", flush=True)
        node.ping_refused(stranger, device_port)
        print("host-peer: refused with a key that the device does not trust", flush=True)
        print(f"host-peer: {node.ping(host, device_port, 3)}", flush=True)

    with serve:
        return judged(settings, wire, meanwhile)


def run(settings):
    return node.run_beside(settings, session)
