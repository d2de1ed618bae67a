# SPDX-License-Identifier: Apache-2.0
"""PROFILE=identity: the product whose image holds no key, and a host that it never heard of. A wrong code costs one
attempt; with the right one both trust each other, at once and after a reboot. Who comes without a window is refused, three
wrong codes shut it, and the next opens later. The power is cut in the middle of pairings: both have each other, or
neither, as RFC-0011 section 4 says, and `dsoftbus pair --finish` finds out which. In between a fleet comes by its root's
word: fleet.py.
"""
import contextlib
import re
import socket
import subprocess
import tempfile
import threading
import time

import fleet
import node
from boot import POLL_S, judged
from host import WAIT_S_MAX, free_ports, must

DISK_BYTES = 1 << 20
UP = "dsoftbusd: os transport up (udp+tcp)"
TOLD = re.compile(r"keystored: this device is (\S+) ([0-9a-f]{64})")
CODE = re.compile(r"dsoftbusd: pairing code (\d{3}) (\d{3}), for (\d+) s")
TEXT = re.compile(r"dsoftbusd: pairing text dsoftbus-pair://10\.0\.2\.15:34568/(\d{6})")
WAITS = re.compile(r"dsoftbusd: pairing waits seconds=(\d+) failed=(\d+)")
CLOSED = "the other side closed the connection: the code is wrong, or its window is shut"
# What each side says in a whole run, bytes: hello, share, peer, the last word.
HELLO, SHARE, PEER, LAST = 17, 32, 113, 16
STRAYS = re.compile(r"dsoftbusd: pairing window shut reason=paired attempts=1 strays=(\d+)")
HELD_MAX, FLOOD_PINGS = 8, 30  # connections that strangers hold, 3 s
STRAYS_LEAST = 10  # on a busy machine; some 200 come
PATIENCE_S = 0.02  # QEMU's port takes one after the other, and lets others wait a second
BEFORE_HAVE, WITH_HAVE = HELLO + SHARE + PEER, HELLO + SHARE + PEER + LAST


class Wire:
    """One connection to the device's pairing port. It passes at most so many bytes each way, and calls `cut` once the
    device, or the host, has said so many."""

    def __init__(self, port, to_device, to_host, cut):
        self.port, self.limits, self.cut = port, {True: to_device, False: to_host}, cut
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.at = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        host, _ = self.listening.accept()
        device = socket.create_connection(("127.0.0.1", self.port))
        ways = [threading.Thread(target=self.pump, args=way, daemon=True)
                for way in ((host, device, True), (device, host, False))]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        for end in (host, device, self.listening):
            end.close()

    def pump(self, source, sink, to_device):
        place, limit, cuts = 0, *self.limits[to_device]
        with contextlib.suppress(OSError):
            while data := source.recv(256):
                sink.sendall(data[:max(0, limit - place)])
                place += len(data)
                if cuts and place >= cuts:
                    self.cut()
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


ALL = (1 << 20, None)
# Where the power is cut: (bytes that reach the device, said by the host when it is cut), the same the other way; whether the
# device then trusts the host: None when either may be.
CUTS = {
    "the device said its share": (ALL, (HELLO, HELLO + SHARE), False),
    "the host has the device's id": ((BEFORE_HAVE, WITH_HAVE), ALL, False),
    "the host has just confirmed": ((WITH_HAVE, WITH_HAVE), (BEFORE_HAVE, None), None),
    "the device said that it trusts the host": (ALL, (BEFORE_HAVE, WITH_HAVE), True),
}


class Host:
    """A device of the host's, which the other one has not heard of."""

    def __init__(self, work, name, folder=None):
        self.name, self.folder = name, f"{work}/{folder or name}"
        subprocess.run([node.TOOL, "keygen", "--quiet", "--dir", self.folder, name], check=True)

    def pair(self, where, code=None, *words):
        done = subprocess.run([node.TOOL, "pair", "--dir", self.folder, *words, where], text=True, check=False,
                              input=f"{code}\n" if code else "", capture_output=True, timeout=WAIT_S_MAX)
        return done.returncode, done.stdout + done.stderr

    def trusts(self, device):
        code, said = node.call("trust", self.folder, "list")
        must(code == 0, said)
        return any(line.split()[0] == device for line in said.splitlines())


class Device:
    """What the host knows of it, from boot to boot."""

    def __init__(self, work, settings):
        self.work, self.settings, self.disk, self.told, self.count = work, settings, f"{work}/disk", None, 0
        self.seen = []
        with open(self.disk, "wb") as file:
            file.truncate(DISK_BYTES)

    def boot(self, session, until=UP):
        """Judged by the manifest up to `until`, beyond it by the session."""
        self.count, self.seen = self.count + 1, []
        self.settings.until, self.settings.uart_log = until, f"{self.work}/uart.{self.count}.log"
        self.port, self.pairing_port = free_ports(2)

        def before(boot):
            boot.machine.add_disk(self.disk)
            boot.machine.forward(self.port, node.SESSION_PORT)
            boot.machine.forward(self.pairing_port, node.PAIRING_PORT)

        def meanwhile(boot):
            self.machine = boot
            self.waits_for(re.compile(re.escape(UP)))
            self.knows_itself()
            session(self)

        return judged(self.settings, before, meanwhile)

    def waits_for(self, pattern):
        """The first line of this boot, heard or to come, that the pattern matches."""
        end = time.monotonic() + WAIT_S_MAX
        while True:
            alive = self.machine.machine.running()  # asked before reading, so that the last lines are not lost
            self.seen += self.machine.lines()
            found = next(filter(None, map(pattern.fullmatch, self.seen)), None)
            if found:
                return found
            must(alive and time.monotonic() < end, f"never came: {pattern.pattern}")
            time.sleep(POLL_S)

    def hears(self, text):
        self.waits_for(re.compile(re.escape(text)))

    def waits_until(self, holds, what):
        end = time.monotonic() + WAIT_S_MAX
        while not holds():
            must(self.machine.machine.running() and time.monotonic() < end, f"never came: {what}")
            time.sleep(POLL_S)

    def times(self, text):
        self.seen += self.machine.lines()
        return sum(line == text for line in self.seen)

    def knows_itself(self):
        told = self.waits_for(TOLD).groups()
        must(self.told in (None, told), f"another device came back: {told}")
        must(self.times("keystored: made a key") == (self.told is None), "not one key at the first boot alone")
        self.told = told

    def code(self):
        return "".join(self.waits_for(CODE).groups()[:2])

    def wrong_code(self, number=1):
        return f"{(int(self.code()) + number) % 1000000:06}"

    def at(self):
        return f"127.0.0.1:{self.pairing_port}"

    def takes(self, host):
        print(f"identity: {node.ping(host.folder, self.port, device=self.told[0])}", flush=True)


def guess(device, host, number):
    """A wrong code: both sides name it, neither has the other."""
    said = host.pair(device.at(), device.wrong_code(number))
    must(said == (node.EXIT_REJECTED, f"dsoftbus: {CLOSED}\n"), f"a wrong code: {said}")
    device.hears(f"dsoftbusd: pairing attempt failed reason=wrong-code attempts={number}")
    must(not host.trusts(device.told[0]), "a wrong code made the device trusted")


def pairs(device, host, where=None, code=None):
    said = host.pair(where or device.at(), code)
    must(said == (0, f"paired with {device.told[0]}\n"), f"the right code: {said}")
    device.hears(f"dsoftbusd: paired peer={host.name}")


def is_shut_out(device, host, code):
    """Nobody listens: the host hears an end, the device nothing at all."""
    said = host.pair(device.at(), code)
    must(said[0] != 0 and not host.trusts(device.told[0]), f"paired without a window: {said}")
    must(device.times(f"dsoftbusd: paired peer={host.name}") == 0, "the device paired without a window")


def first(device, phone, stranger):
    """A key is made; a wrong code, then the right one; a session without a restart; a stranger, who is late."""
    must(TEXT.fullmatch(device.waits_for(TEXT)[0])[1] == device.code(), "two codes are shown")
    guess(device, phone, 1)
    code = device.code()
    pairs(device, phone, code=code)
    device.hears("dsoftbusd: pairing window shut reason=paired attempts=2 strays=0")
    device.takes(phone)
    is_shut_out(device, stranger, code)
    node.call("trust", stranger.folder, "add", *device.told)
    code, said = node.call("ping", stranger.folder, f"{device.told[0]}@127.0.0.1:{device.port}")
    must(code == node.EXIT_REJECTED and "(accept-truncated)" in said, f"a stranger's session: exit {code}, {said}")


def bound(device, phone, guesser):
    """A reboot keeps the peer. Three wrong codes shut the window, and the right one is then too late."""
    device.takes(phone)
    for number in (1, 2, 3):
        guess(device, guesser, number)
    device.hears("dsoftbusd: pairing window shut reason=attempts attempts=3 strays=0")
    is_shut_out(device, guesser, device.code())


def waits(device, phone, late, twin):
    """Power does not forgive them: the next window opens 8 seconds after the start, not before. Who has the code does not take
    a known peer's place. The text does as well as the code."""
    seconds, failed = map(int, device.waits_for(WAITS).groups())
    must(failed == 3 and 1 <= seconds <= 8, f"waits {seconds} s after {failed} attempts")
    is_shut_out(device, late, "123456")
    device.takes(phone)
    said = twin.pair(device.at(), device.code())
    must(said == (node.EXIT_REJECTED, f"dsoftbus: {CLOSED}\n"), f"another key under a known id: {said}")
    device.hears("dsoftbusd: pairing attempt failed reason=known-id attempts=1")
    device.takes(phone)
    pairs(device, late, f"dsoftbus-pair://{device.at()}/{device.code()}")
    device.hears("dsoftbusd: pairing window shut reason=paired attempts=2 strays=0")


def strangers(device, until):
    """They connect as fast as QEMU's port takes them, and say nothing, a good hello, a hello and what is no share, or anything."""
    words, count = (b"", b"\1" + bytes(HELLO - 1), b"\1" + bytes(HELLO - 1 + SHARE), b"\2" * PEER), 0
    held = []
    while not until.is_set():
        with contextlib.suppress(OSError):
            held.append(socket.create_connection(("127.0.0.1", device.pairing_port), PATIENCE_S))
            held[-1].sendall(words[count % len(words)])
        count += 1
        if len(held) > HELD_MAX:
            held.pop(0).close()
    for connection in held:
        connection.close()


def flood(device, phone, patient):
    """Strangers at the window, as many as can be: a session beside them goes on, and who has the code still gets in when
    they are gone. The log holds a line of all of them."""
    device.code()
    over = threading.Event()
    crowd = threading.Thread(target=strangers, args=(device, over), daemon=True)
    crowd.start()
    try:
        said = node.ping(phone.folder, device.port, count=FLOOD_PINGS, device=device.told[0])
    finally:
        over.set()
        crowd.join()
    print(f"identity: under a flood: {said}", flush=True)
    pairs(device, patient, code=device.code())
    strays = int(device.waits_for(STRAYS)[1])
    lines = sum(line.startswith("dsoftbusd: ") for line in device.seen)
    must(strays >= STRAYS_LEAST and lines < 40, f"{strays} strangers, {lines} lines")
    print(f"identity: {strays} strangers kept nobody out", flush=True)
    device.takes(patient)


def cut(device, host, way_to_device, way_to_host):
    """The host's run ends with the device's power: it was not told that it is trusted."""
    wire = Wire(device.pairing_port, way_to_device, way_to_host, device.machine.machine.process.kill)
    code, said = host.pair(wire.at, device.code())
    wire.thread.join(WAIT_S_MAX)
    must(code != 0 and not host.trusts(device.told[0]), f"cut off: exit {code}, {said}")


def finds_out(device, host, where, is_trusted):
    """After the cut, and a boot: both, or neither."""
    code, said = host.pair(f"127.0.0.1:{device.port}", None, "--finish")
    must(is_trusted is None or (code == 0) == is_trusted, f"{where}: --finish: exit {code}, {said}")
    must(host.trusts(device.told[0]) == (code == 0), f"{where}: the host has the device, or not, against its own words")
    print(f"identity: cut where {where}: {'both' if code == 0 else 'neither'}", flush=True)
    if code == 0:
        device.takes(host)
    else:  # nothing stands in the way of another try
        pairs(device, host, code=device.code())
        device.takes(host)


def run(settings):
    node.build()
    settings.build()
    with tempfile.TemporaryDirectory() as work:
        device = Device(work, settings)
        names = ("phone", "stranger", "guesser", "late", "patient")
        phone, stranger, guesser, late, patient = (Host(work, name) for name in names)
        twin = Host(work, "phone", "twin")
        failed = (device.boot(lambda device: first(device, phone, stranger), None)
                  or device.boot(lambda device: bound(device, phone, guesser))
                  or device.boot(lambda device: waits(device, phone, late, twin))
                  or device.boot(lambda device: flood(device, phone, patient))
                  or device.boot(fleet.first)
                  or device.boot(fleet.after_a_reboot))
        for number, (where, (to_device, to_host, is_trusted)) in enumerate(CUTS.items()):
            host = Host(work, f"cut-{number}")
            failed = (failed
                      or device.boot(lambda device: cut(device, host, to_device, to_host))
                      or device.boot(lambda device: finds_out(device, host, where, is_trusted)))
        return failed
