#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bus from Python, with the standard library alone: a packet of the daemon's socket is a line of words, and a stream
comes with it as a file descriptor.

usage: bus.py connect DEVICE SERVICE TEXT     sends TEXT, prints the answer; fails unless the stream ended well
       bus.py publish SERVICE                 answers each stream with the peer's id and what it sent
"""

import array
import os
import socket
import sys

INT_SIZE = array.array("i").itemsize


class Failure(Exception):
    """What the daemon answers when it does not do what it was asked for."""


def default_path():
    for path in (os.environ.get("DSOFTBUS_BUS"), os.environ.get("XDG_RUNTIME_DIR", "") + "/dsoftbus/bus"):
        if path and os.path.exists(path):
            return path
    return "/run/dsoftbus/bus"


class Bus:
    def __init__(self, path=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(path or default_path())
        self.events = []  # what came before an answer that was waited for
        self.ask("hello 1")

    def receive(self):
        """(words, stream or None) of the next packet."""
        data, control, flags, _ = self.socket.recvmsg(1024, socket.CMSG_SPACE(INT_SIZE), socket.MSG_CMSG_CLOEXEC)
        if not data or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise Failure("the daemon ended the connection")
        fds = array.array("i")
        for level, kind, rights in control:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(rights[:len(rights) - len(rights) % INT_SIZE])
        return data.decode().split(" "), socket.socket(fileno=fds[0]) if fds else None

    def ask(self, request):
        """(words behind "ok", stream or None)."""
        self.socket.send(request.encode())
        while True:
            words, stream = self.receive()
            if words[0] == "ok":
                return words[1:], stream
            if words[0] == "error":
                raise Failure(" ".join(words[1:]))
            self.events.append((words, stream))

    def event(self):
        return self.events.pop(0) if self.events else self.receive()

    def end_of(self, number):
        """Waits for the verdict: a read of nothing does not say that the other side had no more to say."""
        while True:
            words, _ = self.event()
            if words[:2] == ["end", number]:
                return " ".join(words[2:])


def read_all(stream):
    return b"".join(iter(lambda: stream.recv(65536), b""))


def connect(bus, device, service, text):
    (number,), stream = bus.ask(f"connect {device} {service}")
    with stream:
        stream.sendall(text.encode())
        stream.shutdown(socket.SHUT_WR)
        answer = read_all(stream)
        verdict = bus.end_of(number)
    if verdict != "clean":
        raise Failure(verdict)
    print(answer.decode())


def publish(bus, service):
    """One stream after the other; a server of many would have a thread for each."""
    bus.ask(f"publish {service} all")
    print("published", flush=True)
    while True:
        words, stream = bus.event()
        if words[0] != "stream":
            continue
        with stream:
            try:
                bus.ask(f"accept {words[1]}")  # else its peer waits for the first byte
                stream.sendall(f"{words[3]} said: ".encode() + read_all(stream))
                stream.shutdown(socket.SHUT_WR)
                bus.end_of(words[1])
            except (Failure, OSError):
                pass  # it was reset


def main(words):
    commands = {"connect": (connect, 3), "publish": (publish, 1)}
    run, count = commands.get(words[0] if words else "", (None, 0))
    if not run or len(words) != 1 + count:
        sys.exit(__doc__.strip())
    try:
        run(Bus(), *words[1:])
    except (Failure, OSError) as fault:
        sys.exit(f"bus.py: {fault}")


if __name__ == "__main__":
    main(sys.argv[1:])
