# SPDX-License-Identifier: Apache-2.0
"""PROFILE=device-services: what the product offers, used from Linux by one line of the command each: its clock, its log as
it is and as it goes on, a place for files. Beside the host is a peer that may read the clock alone."""
import contextlib
import re
import select
import subprocess
import tempfile

import interrupt
import node
from boot import judged
from host import Program, free_ports, must

CALL_S_MAX = 30
EXIT_REFUSED = 8  # of dsoftbus: there is a session, and the device says no
REFUSED = b"dsoftbusd: service refused peer=client.test service=log reason=not-allowed\n"
TIME = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n")


class Peer:
    """A device of the host's, with its daemon; its commands go to the device at this port."""

    def __init__(self, work, identities, name, device_port):
        self.folder, self.bus = node.make_host(work, identities, name), f"{work}/{name}.bus"
        self.device = f"{node.DEVICE}@127.0.0.1:{device_port}"

    def daemon(self):
        (port,) = free_ports(1)
        return Program([node.TOOL, "serve", "--dir", self.folder, "--allow-test-keys", "--bus", self.bus,
                        "--listen", f"127.0.0.1:{port}"], f"{self.folder}/log")

    def command(self, *words):
        return [node.TOOL, words[0], "--bus", self.bus, self.device, *words[1:]]

    def call(self, *words):
        done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=CALL_S_MAX, check=False)
        return done.returncode, done.stdout, done.stderr.decode()

    def must_hear(self, *words):
        code, heard, said = self.call(*words)
        must(code == 0, f"{' '.join(words)}: exit {code}, {said}")
        return heard

    def must_be_refused(self, *words):
        code, heard, said = self.call(*words)
        must(code == EXIT_REFUSED and not heard, f"{' '.join(words)}: exit {code}, {heard}, {said}")


def hear(reader, heard, words):
    """What was heard, once the words are in it."""
    while words not in heard:
        ready, _, _ = select.select([reader.stdout], [], [], CALL_S_MAX)
        piece = reader.stdout.read1() if ready else b""
        must(piece, f"the log ended, or nothing came: {heard}")
        heard += piece
    return heard


def follow_the_log(host, client):
    """A reader that does not end hears what comes after it came."""
    with interrupt.hold():
        reader = subprocess.Popen(host.command("call", "log"), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        heard = hear(reader, b"", REFUSED)
        client.must_be_refused("call", "log")
        hear(reader, heard[heard.index(REFUSED) + len(REFUSED):], REFUSED)
    finally:
        with interrupt.hold():
            reader.kill()
            reader.communicate()


def use(host, client, work):
    must(TIME.fullmatch(host.must_hear("call", "clock")), "no time")
    must(TIME.fullmatch(client.must_hear("call", "clock")), "no time for the other peer")
    log = host.must_hear("call", "log")
    must(log.startswith(b"kernel: up\n") and log.endswith(b"\n") and b"clock: published\n" in log, f"the log: {log}")
    client.must_be_refused("call", "log")
    print("device-services: clock and log, and no log for who may not read it", flush=True)
    follow_the_log(host, client)
    host.must_be_refused("call", "nothing")
    with open(f"{work}/file", "wb") as file:
        file.write(bytes(30000))
    for name, expected in (("one", 0), ("one", EXIT_REFUSED), ("two", 0), ("three", EXIT_REFUSED)):  # there; no room
        code, said = node.call("send", host.folder, "--name", name, host.device, f"{work}/file")
        must(code == expected, f"send {name}: exit {code}, {said}")
    print("device-services: two files kept, one of the same name and one too many refused", flush=True)


def run(settings):
    node.build()
    settings.build()
    with tempfile.TemporaryDirectory() as work, contextlib.ExitStack() as daemons:
        (port,) = free_ports(1)
        host, client = (Peer(work, settings.identities, name, port) for name in ("host", "client"))

        def meanwhile(boot):
            boot.wait_for("file: published")  # the last of the three
            for peer in (host, client):
                daemons.enter_context(peer.daemon()).wait_said("ready")
            use(host, client, work)
            daemons.close()
            node.ping_refused(node.make_stranger(work, host.folder), port)

        return judged(settings, lambda boot: boot.machine.forward(port, node.SESSION_PORT), meanwhile)
