# SPDX-License-Identifier: Apache-2.0
"""The bus between two daemons, as programs of both machines see it."""

from bus_client import *


class Streams(BusCase):
    def test_echo(self):
        self.daemons()
        bus = self.bus(self.alpha)
        number, stream = self.assert_stream(bus.connect(self.target, "echo"))
        stream.sendall(b"hello")
        self.assertEqual(stream.recv(100), b"hello")
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(stream), b"")
        self.assertEqual(bus.end(), f"end {number} clean")

    def test_published_service(self):
        self.daemons()
        there = self.bus(self.beta)
        self.assertEqual(there.ask("publish greet all"), "ok")
        here = self.bus(self.alpha)
        here.say(f"connect {self.target} greet")
        number, service, peer, stream = there.incoming()
        self.assertEqual((service, peer), ("greet", "alpha"))
        stream.sendall(b"welcome")  # the first byte takes it
        text, mine = here.wait("ok", "error")
        self.assertEqual(mine.recv(100), b"welcome")
        mine.sendall(b"thanks")
        mine.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(stream), b"thanks")
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(mine), b"")
        self.assertEqual(there.end(), f"end {number} clean")
        self.assertEqual(here.end(), f"end {text.split(' ')[1]} clean")


if __name__ == "__main__":
    main()
