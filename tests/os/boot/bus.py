# SPDX-License-Identifier: Apache-2.0
"""PROFILE=bus: the product's services, used from the host by its own commands over QEMU's port, and the host's services,
used by an application of the device.

Two daemons of the host, two peers of the device: host.test, whose line of the device's trust store names `file`, `info`
and `log`, and client.test, whose line names `clock`, `echo` and `relay`. What each may use, what it is refused, streams
that nobody reads, that are reset, that end with their program or their daemon. The device's application `relay`
(tests/os/apps/relay.c) reaches whom it is told to: the host, which the device then dials, and the caller itself, on the
session that is there. And a third host, press.fleet, which has no line: the device takes its key from its announce, since a root vouches
for it. What the device must log of all that: tests/os/markers/bus.txt.
"""
import os
import re
import signal
import socket
import subprocess
import threading
import time

import node
from boot import judged
from host import WAIT_S_MAX, Program, free_ports, must

READY = r"ready id=\S+ listen="
PUBLISHED = ("log", "clock", "file", "relay")
HOST_INSIDE = f"10.0.2.100:{node.SESSION_PORT}"  # tests/identities/bus/dsoftbusd.services
PRESS, PRESS_INSIDE, ROOT = "press.fleet", f"10.0.2.101:{node.SESSION_PORT}", "01" * 32
TO_HOST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "to_host.py")
HOST_MAY = ["file", "info", "log", "revocations"]
CLOCK = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\n")
# More than both windows and all buffers of a stream hold.
LONG_LEN = 200_000
FILE_LEN = 50_000
POUR_LEN = 4_000_000
STALL_S = 1
STREAMS_MAX = 8  # of one session, at the device


class Peer:
    """A device on the host: its folder, its daemon, and commands on that daemon's socket."""

    def __init__(self, folder, device_port, own_port):
        self.folder, self.target, self.bus = folder, f"{node.DEVICE}@127.0.0.1:{device_port}", f"{folder}/bus"
        self.own_port, self.daemon, self.count = own_port, None, 0

    def start(self):
        self.count += 1
        self.daemon = Program([node.TOOL, "serve", "--dir", self.folder, "--allow-test-keys", "--listen",
                               f"127.0.0.1:{self.own_port}",
                               "--discovery-port", "0", "--bus", self.bus], f"{self.folder}/serve.{self.count}.log")
        self.daemon.wait_said(READY)

    def stop(self, how=signal.SIGTERM):
        if self.daemon:
            self.daemon.process.send_signal(how)
            self.daemon.process.wait(WAIT_S_MAX)
            self.daemon = None

    def said(self, pattern):
        return self.daemon.wait_said(pattern)

    def publish(self, *words):
        """A service of the host, as long as the program runs."""
        program = Program([node.TOOL, "publish", "--bus", self.bus, *words], f"{self.folder}/publish.{words[-1]}.log")
        program.wait_said("published")
        return program

    def command(self, name, *words):
        return [node.TOOL, name, "--bus", self.bus, self.target, *words]

    def run(self, name, *words, said=b""):
        return subprocess.run(self.command(name, *words), input=said, capture_output=True, check=False, timeout=WAIT_S_MAX)

    def hears(self, name, *words, said=b""):
        done = self.run(name, *words, said=said)
        must(done.returncode == 0, f"{self.folder}: {name} {words}: exit {done.returncode}, {done.stderr.decode()}")
        return done.stdout

    def is_refused(self, service, why):
        done = self.run("call", service)
        must(done.returncode == node.EXIT_REFUSED and why in done.stderr.decode() and not done.stdout,
             f"{self.folder}: {service}: exit {done.returncode}, {done.stdout} {done.stderr.decode()}")

    def holds(self, service):
        """A stream that stays, with nobody who reads it yet. Who waits for its words waits only so long."""
        stream = subprocess.Popen(self.command("connect", service), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        limit = threading.Timer(WAIT_S_MAX, stream.kill)
        limit.daemon = True
        limit.start()
        return stream


def has_echo(stream):
    stream.stdin.write(b"here")
    stream.stdin.flush()
    must(stream.stdout.read(4) == b"here", "no echo of a stream that stays")


def echoes(peer, length):
    data = os.urandom(length)
    got = peer.hears("connect", "echo", said=data)
    must(got == data, f"echo of {length} bytes: {len(got)} came back, or others")


def answers(host, client):
    shown = sorted(host.hears("services").decode().split())
    must(shown == HOST_MAY, f"the host is shown {shown}, not {HOST_MAY}")
    about = host.hears("call", "info").decode()
    must(about.startswith(f"name {node.DEVICE}\nversion "), f"info says {about!r}")
    must(CLOCK.fullmatch(client.hears("call", "clock")), "clock tells no time")
    echoes(client, LONG_LEN)


def sends_files(host, work):
    """One is kept, another of its name is refused, and one more than there is room for."""
    with open(f"{work}/file", "wb") as file:
        file.write(os.urandom(FILE_LEN))
    for name, expected in (("one", 0), ("one", node.EXIT_REFUSED), ("two", node.EXIT_REFUSED)):
        code, said = node.call("send", host.folder, "--name", name, host.target, f"{work}/file")
        must(code == expected, f"send {name}: exit {code}, {said}")


def reads_the_log(host, client):
    """What was said before, and what comes while it is read: the refusal of the other peer."""
    with host.holds("log") as reader:
        heard = reader.stdout.readline()
        while b"dsoftbusd: ready" not in heard:
            heard = reader.stdout.readline()
            must(heard, "the log ends before its first line of dsoftbusd")
        client.is_refused("log", "does not let this device use log")
        while b"service refused peer=client.test service=log reason=not-allowed" not in heard:
            heard = reader.stdout.readline()
            must(heard, "the log ends before the line that was to come")
        reader.kill()


def denials(host, client):
    host.is_refused("echo", "does not let this device use echo")
    client.is_refused("info", "does not let this device use info")
    client.is_refused("nothing", "has no service nothing now")


def fills_up(stream):
    """Writes until nothing more is taken: both windows and all buffers are full."""
    os.set_blocking(stream.stdin.fileno(), False)
    written_len = 0
    full_since = time.monotonic()
    while time.monotonic() - full_since < STALL_S:
        try:
            written_len += os.write(stream.stdin.fileno(), b"x" * 65536)
            full_since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.05)
        must(written_len < POUR_LEN, "a stream that nobody reads takes all that is written")


def stalls(client):
    """A stream that nobody reads takes only so much, and holds up no other; its program's death ends it."""
    with client.holds("echo") as stalled:
        fills_up(stalled)
        echoes(client, LONG_LEN)
        stalled.kill()
    echoes(client, 5)


def storm(client):
    """As many streams as the device takes stand; when they are gone there is room again, over and over."""
    for _ in range(3):
        standing = [client.holds("echo") for _ in range(STREAMS_MAX)]
        for stream in standing:
            has_echo(stream)
        client.is_refused("echo", "as many streams as it takes")
        for stream in standing:
            stream.kill()
            stream.communicate()
    echoes(client, 5)


def daemon_dies(client):
    """A stream and its session end with the daemon of the host; the next daemon has the service."""
    with client.holds("echo") as stream:
        has_echo(stream)
        client.stop(signal.SIGKILL)
        stream.stdin.close()
        must(stream.wait(WAIT_S_MAX) != 0, "a stream that was cut off ended as a whole one")
    client.start()
    echoes(client, LONG_LEN)


def relays(client, to, data=b""):
    """What comes back of the device's stream to the service."""
    return client.hears("connect", "relay", said=to.encode() + b"\n" + data)


def device_dials(host, client):
    """The host, which has no session with the device yet; then each reason why there is no stream."""
    data = os.urandom(LONG_LEN)
    with host.publish("--all", "mirror", "--", "cat"), host.publish("secret", "--", "cat"):
        must(relays(client, "host.test mirror", data) == data, "not the same came back from the host")
        host.said(rf"session 1 opened peer={node.DEVICE} ")
        must(relays(client, "client.test echo", data) == data, "not the same came back from the caller itself")
        for to, why in (("host.test secret", "ended not-allowed"), ("host.test nothing", "ended no-such-service"),
                        ("client.test clock", "refused not-allowed"), ("nobody.test echo", "refused not-trusted"),
                        ("sensor.test echo", "ended no-address"), ("Host mirror", "refused malformed")):
            heard = relays(client, to).decode()
            must(heard == f"{why}\n", f"a stream to {to}: {heard}")


class Teller:
    """Says a datagram to the device's port of announces, ten times a second."""

    def __init__(self, port, packet):
        self.port, self.packet, self.is_over = port, packet, threading.Event()

    def tell(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            while not self.is_over.wait(0.1):
                link.sendto(self.packet, ("127.0.0.1", self.port))

    def __enter__(self):
        self.thread = threading.Thread(target=self.tell)
        self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def dials_by_word(press, client, port, announce):
    """The press, by what a root says of it: not by a forged word, nor by none."""
    data = os.urandom(LONG_LEN)
    press.start()
    with press.publish("--all", "mirror", "--", "cat"):
        with Teller(port, announce[:-1] + bytes([announce[-1] ^ 1])):
            heard = relays(client, f"{PRESS} mirror").decode()
        must(heard == "ended no-address\n", f"a stream to the press by a forged word: {heard}")
        with Teller(port, announce):
            must(relays(client, f"{PRESS} mirror", data) == data, "not the same came back from the press")
        press.said(rf"session 1 opened peer={node.DEVICE} ")
        must(relays(client, f"{PRESS} mirror", data) == data, "not the same came back without an announce")
    press.stop()


def services_die(host, client):
    """The host's service ends in the middle of a stream, then the device's application."""
    with host.publish("--all", "mirror", "--", "cat") as mirror:
        with client.holds("relay") as stream:
            stream.stdin.write(b"host.test mirror\nhere")
            stream.stdin.flush()
            must(stream.stdout.read(4) == b"here", "no echo of the host's service")
            mirror.process.kill()
            must(stream.wait(WAIT_S_MAX) != 0, "a stream whose service died ended as a whole one")
    with client.holds("relay") as stream:
        stream.stdin.write(b"client.test echo\nhere")
        stream.stdin.flush()
        must(stream.stdout.read(4) == b"here", "no echo of the caller's own service")
        client.run("connect", "relay", said=b"die\n")
        must(stream.wait(WAIT_S_MAX) != 0, "a stream whose application died ended as a whole one")


def hears_line(stream, expected):
    line = stream.stdout.readline().decode()
    must(line == f"{expected}\n", f"the watch says {line!r}, not {expected}")


def watches(host, client):
    """Who is there, who goes with its daemon, and who is dialled again."""
    with client.holds("relay") as watch:
        watch.stdin.write(b"watch\n")
        watch.stdin.flush()
        hears_line(watch, "online client.test")
        hears_line(watch, "online host.test")
        host.stop()
        hears_line(watch, "offline host.test")
        host.start()
        with host.publish("--all", "mirror", "--", "cat"):
            must(relays(client, "host.test mirror", b"again") == b"again", "the host is not dialled again")
        hears_line(watch, "online host.test")
        watch.kill()


def session(settings, work):
    port, host_port, press_port, announce_port = free_ports(4)
    host = Peer(node.make_host(work, settings.identities), port, host_port)
    client = Peer(node.make_host(work, settings.identities, "client"), port, 0)
    stranger = node.make_stranger(work, host.folder)
    press_folder, announce = node.make_member(work, host.folder, PRESS, ROOT)
    press = Peer(press_folder, port, press_port)

    def meanwhile(boot):
        waiting = {f"{name}: published" for name in PUBLISHED}
        boot.wait_until(lambda lines: waiting.difference_update(lines) or not waiting, "the services' names")
        host.start()
        client.start()
        for step, what in ((lambda: device_dials(host, client), "the device dials the host, and is refused what it may not use"),
                           (lambda: dials_by_word(press, client, announce_port, announce), "the device dials whom a root vouches for"),
                           (lambda: watches(host, client), "the device sees who comes and goes"),
                           (lambda: answers(host, client), "the services answer"),
                           (lambda: sends_files(host, work), "a file is kept, and no more than there is room for"),
                           (lambda: reads_the_log(host, client), "the log is read as it grows"),
                           (lambda: denials(host, client), "what a line does not name is refused"),
                           (lambda: stalls(client), "a stream that nobody reads holds up no other"),
                           (lambda: storm(client), "streams come and go"),
                           (lambda: daemon_dies(client), "a daemon's death ends its streams"),
                           (lambda: services_die(host, client), "a service's death ends its streams")):
            step()
            boot.lines()
            print(f"bus: {what}", flush=True)
        client.stop()
        host.stop()
        node.ping_refused(stranger, port)
        print("bus: a stranger has nothing", flush=True)

    def wire(boot):
        boot.machine.forward(port, node.SESSION_PORT)
        boot.machine.forward_datagrams(announce_port, node.DISCOVERY_PORT)
        boot.machine.answer(HOST_INSIDE, f"python3 {TO_HOST} {host_port}")
        boot.machine.answer(PRESS_INSIDE, f"python3 {TO_HOST} {press_port}")

    try:
        return judged(settings, wire, meanwhile)
    finally:
        client.stop(signal.SIGKILL)
        host.stop(signal.SIGKILL)
        press.stop(signal.SIGKILL)


def run(settings):
    return node.run_beside(settings, session)
