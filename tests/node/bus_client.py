# SPDX-License-Identifier: Apache-2.0
"""A program on the bus socket, with the standard library alone: packets as they are, nothing checked for it."""

import array
import socket

from e2e import *


class Bus:
    def __init__(self, path, hello="hello 1"):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(path)
        self.socket.settimeout(PATIENCE)
        self.kept = []  # packets that came while another was waited for
        if hello:
            assert self.ask(hello) == "ok 1"

    def close(self):
        self.socket.close()

    def say(self, packet):
        self.socket.send(packet if isinstance(packet, bytes) else packet.encode())

    def packet(self):
        """The next packet: its text, and the descriptor as a socket, or None. "" is the daemon's end."""
        if self.kept:
            return self.kept.pop(0)
        text, control, _, _ = self.socket.recvmsg(2048, socket.CMSG_SPACE(4))
        fds = array.array("i")
        for _, _, data in control:
            fds.frombytes(data)
        stream = socket.socket(fileno=fds[0]) if fds else None
        if stream:
            stream.settimeout(PATIENCE)
        return text.decode(), stream

    def wait(self, *first_words):
        """The next packet that begins with one of the words; others are kept."""
        passed = []
        while True:
            packet = self.packet()
            if packet[0].split(" ")[0] in first_words:
                self.kept = passed + self.kept
                return packet
            assert packet[0], f"the daemon closed the connection, not {first_words}"
            passed.append(packet)

    def ask(self, request):
        """Its answer, without what goes with it."""
        self.say(request)
        return self.wait("ok", "error")[0]

    def connect(self, device, service):
        """A stream: its number, its socket. Or the error."""
        self.say(f"connect {device} {service}")
        text, stream = self.wait("ok", "error")
        return (int(text.split(" ")[1]), stream) if stream else text

    def incoming(self):
        """A peer's stream: number, service, peer, socket."""
        text, stream = self.wait("stream")
        _, number, service, peer = text.split(" ")
        return int(number), service, peer, stream

    def end(self):
        return self.wait("end")[0]

    def list(self, request):
        """The lines before the answer, and the answer."""
        self.say(request)
        lines = []
        while True:
            text, _ = self.packet()
            if text.split(" ")[0] in ("ok", "error"):
                return lines, text
            lines.append(text)


def read_all(stream):
    """Everything up to the end."""
    parts = []
    while part := stream.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


class BusCase(TestCase):
    """Two devices with a daemon each; alpha's knows where beta is, and beta has alpha's number once that has dialled."""

    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()

    def daemons(self, *options, alpha_options=()):
        self.here = self.daemon(self.alpha, *alpha_options)
        self.there = self.daemon(self.beta, *options)
        self.target = self.there.target
        return self.here, self.there

    def bus(self, device, hello="hello 1"):
        bus = Bus(device.path("bus"), hello)
        self.addCleanup(bus.close)
        return bus

    def assert_stream(self, answer):
        """The answer of connect is a stream: its number and its socket."""
        self.assertIsInstance(answer, tuple, answer)
        self.addCleanup(answer[1].close)
        return answer

    def linked(self, first=None):
        """A stream from alpha to a program of beta's: both programs, and the number and socket of each end."""
        there, here = self.bus(self.beta), self.bus(self.alpha)
        assert there.ask("publish greet all") == "ok"
        here.say(f"connect {self.target} greet")
        number, _, _, stream = there.incoming()
        self.addCleanup(stream.close)
        if first:
            stream.sendall(first)
        else:
            assert there.ask(f"accept {number}") == "ok"
        text, mine = here.wait("ok", "error")
        self.addCleanup(mine.close)
        return here, there, (int(text.split(" ")[1]), mine), (number, stream)
