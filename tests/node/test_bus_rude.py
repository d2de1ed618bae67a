# SPDX-License-Identifier: Apache-2.0
"""Programs on the bus that say what is no request, never read, send too much or die: none but themselves suffers."""

import array
import os
import random
import signal
import time

from bus_client import *

NOT_A_REQUEST = "error bad-request not a request of this protocol"


class Words(BusCase):
    def refused(self, *packets):
        self.daemon(self.beta)
        bus = self.bus(self.beta)
        for packet in packets:
            self.assertEqual(bus.ask(packet), NOT_A_REQUEST, packet)
        self.assertEqual(bus.ask("publish still-here"), "ok")

    def test_no_such_request(self):
        self.refused("dance", "HELLO 1", " peers", "peers ", "peers x", b"\xff\xfe")

    def test_wrong_words(self):
        self.refused("connect", "connect beta", "connect beta echo more", "connect  beta echo", "publish", "publish a b",
                     "publish a all more", "unpublish", "accept", "accept x", "accept -1", "accept 0",
                     "accept 4294967296", "refuse 1", "refuse 1 none", "refuse 1 why", "reset", "reset 1 2", "services",
                     "watch me")

    def test_names_that_are_none(self):
        self.refused("publish Greet", "publish a_b", "publish " + "a" * 65, "connect BETA echo", "connect beta@ echo",
                     "connect @1.2.3.4 echo", "connect beta@" + "1" * 256 + " echo", "services a/b")

    def test_bytes_that_no_line_has(self):
        self.refused(b"peers\0", b"peers\n", b"publish a\tall", b"\0", b"publish a\0b")

    def test_a_packet_that_is_too_long(self):
        self.refused(b"publish " + b"a" * 1017, b"x" * 1025, b"x" * 60_000)

    def test_hello_twice(self):
        self.daemon(self.beta)
        self.assertEqual(self.bus(self.beta).ask("hello 1"), "error bad-request hello comes first, and once")

    def test_something_else_before_hello(self):
        self.daemon(self.beta)
        bus = self.bus(self.beta, hello=None)
        self.assertEqual(bus.ask("peers"), "error bad-request hello comes first, and once")
        self.assertEqual(bus.packet()[0], "")  # and that is all it hears

    def test_another_version(self):
        self.daemon(self.beta)
        bus = self.bus(self.beta, hello=None)
        self.assertEqual(bus.ask("hello 2"), "error version this daemon speaks 1")
        self.assertEqual(bus.packet()[0], "")


class Floods(BusCase):
    def descriptors(self, daemon):
        return len(os.listdir(f"/proc/{daemon.pid}/fd"))

    def settled_descriptors(self, daemon):
        """What it has when nobody is there: the last program has left, and its streams with it."""
        daemon.wait_line(r"client \d+ left")
        time.sleep(0.3)
        return self.descriptors(daemon)

    def wait_descriptors(self, daemon, count):
        end = time.monotonic() + PATIENCE
        while self.descriptors(daemon) != count and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(self.descriptors(daemon), count)

    def assert_serves(self):
        """Another program is served as if nothing had happened."""
        bus = self.bus(self.alpha)
        _, stream = self.assert_stream(bus.connect(self.target, "echo"))
        stream.sendall(b"well")
        self.assertEqual(stream.recv(100), b"well")
        stream.close()
        bus.close()

    def test_descriptors_that_a_program_sends(self):
        self.daemons()
        bus = self.bus(self.alpha)
        self.assert_serves()
        before = self.settled_descriptors(self.here)
        for count in (1, 50, 250):
            fds = array.array("i", [0] * count)
            bus.socket.sendmsg([b"publish x%d" % count], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            self.assertEqual(bus.packet()[0], "ok")
        self.wait_descriptors(self.here, before)

    def test_a_program_that_never_reads(self):
        self.daemons()
        lazy = self.bus(self.alpha)
        lazy.socket.settimeout(1)
        with self.assertRaises(TimeoutError):  # it is not heard either
            for _ in range(100_000):
                lazy.say("peers")
        self.assert_serves()

    def test_a_publisher_that_never_reads(self):
        self.daemons()
        lazy = self.bus(self.beta)
        lazy.ask("publish greet all")
        for _ in range(60):
            here = Bus(self.alpha.path("bus"))
            for _ in range(16):
                here.say(f"connect {self.target} greet")
            time.sleep(0.1)  # they are on their way
            here.close()
            if any("client 1 dropped: it does not read" in line for line in self.there.lines):
                break
        self.there.wait_line("client 1 dropped: it does not read")
        self.assertEqual(self.bus(self.alpha).connect(self.target, "greet"), "error no-such-service")
        self.assert_serves()

    def test_more_programs_than_there_may_be(self):
        self.daemons(alpha_options=["--clients", "8"])
        buses = [self.bus(self.alpha) for _ in range(8)]
        ninth = self.bus(self.alpha, hello=None)
        self.assertEqual(ninth.packet()[0], "error limit as many clients as the daemon takes")
        self.assertEqual(ninth.packet()[0], "")
        buses[0].close()
        self.here.wait_line("client 1 left")
        self.assert_serves()

    def test_programs_leave_descriptors_for_the_sessions(self):
        self.daemons(alpha_options=["--half-open", "16"])
        few = self.daemon(self.device_of_three(), prefix=["prlimit", "--nofile=148:148"])
        bus = self.bus(few.device)
        streams = []
        while isinstance(answer := bus.connect(self.target, "echo"), tuple):
            streams.append(answer)
        self.assertEqual(answer, f"error limit {len(streams)} streams are open")
        self.assertEqual(len(streams), (148 - 48) // 4 - 1)
        self.assertEqual(self.beta.run("ping", "--count", "1", few.target).returncode, EXIT_OK)

    def device_of_three(self):
        gamma = self.device("gamma")
        gamma.trust(self.beta)
        self.beta.trust(gamma)
        return gamma

    def test_connections_that_come_and_go(self):
        self.daemons()
        self.assert_serves()
        before = self.settled_descriptors(self.here)
        for _ in range(500):
            Bus(self.alpha.path("bus"), hello=None).close()
        self.wait_descriptors(self.here, before)
        self.assertLess(sum("client" in line for line in self.here.lines), 200)
        self.assert_serves()

    def test_streams_that_are_opened_and_closed_at_once(self):
        self.daemons()
        bus = self.bus(self.alpha)
        self.assert_serves()
        before = self.settled_descriptors(self.here), self.descriptors(self.there)
        for _ in range(300):
            _, stream = bus.connect(self.target, "echo")
            stream.close()
            bus.end()
        self.wait_descriptors(self.here, before[0])
        self.wait_descriptors(self.there, before[1])

    def test_requests_that_wait_fill_up_and_hold_up_nobody_else(self):
        self.daemons()
        there = self.bus(self.beta)
        there.ask("publish slow all")
        greedy = self.bus(self.alpha)
        greedy.socket.settimeout(0.5)

        def is_taken():
            try:
                greedy.say(f"connect {self.target} slow")
            except TimeoutError:
                return False
            return True

        asked = 0
        while asked < 1_000:
            if not is_taken():
                self.assert_serves()  # meanwhile it could have heard more, had it wished to
                if not is_taken():
                    break
            asked += 1
        self.assertLess(asked, 1_000)  # it is not heard before it has its answers
        streams = [there.incoming() for _ in range(16)]
        there.socket.settimeout(0.3)
        self.assertRaises(TimeoutError, there.packet)
        self.assert_serves()
        greedy.close()
        there.socket.settimeout(PATIENCE)
        for number, _, _, stream in streams:
            self.assertRegex(there.end(), f"^end [0-9]+ reset gone$")
            stream.close()

    def test_random_packets(self):
        """What no test thought of: the words of the protocol and others, in any order, with any numbers."""
        self.daemons()
        rng = random.Random(11)
        words = ["hello", "connect", "publish", "unpublish", "accept", "refuse", "reset", "peers", "watch", "services",
                 "beta", self.target, "echo", "info", "greet", "all", "1", "2", "3", "99", "busy", "gone", "x" * 70, "", "\t"]
        for _ in range(30):
            bus = self.bus(self.alpha, hello=rng.choice(["hello 1", "hello 1", None]))
            for _ in range(30):
                packet = " ".join(rng.choice(words) for _ in range(rng.randint(1, 4)))
                try:
                    bus.say(packet or "?")
                except OSError:
                    break
            bus.close()
        self.assert_serves()
        self.assertEqual(self.here.terminate(), EXIT_OK)
        self.assertEqual(self.there.terminate(), EXIT_OK)


class Places(BusCase):
    def test_modes(self):
        self.daemon(self.beta, "--bus", self.path("run", "bus"))
        self.assertEqual(os.stat(self.path("run")).st_mode & 0o777, 0o750)
        self.assertEqual(os.stat(self.path("run", "bus")).st_mode & 0o777, 0o660)

    def test_credentials_are_logged(self):
        daemon = self.daemon(self.beta)
        self.bus(self.beta)
        daemon.wait_line(f"client 1 came pid={os.getpid()} uid={os.getuid()} gid={os.getgid()}")

    def test_a_socket_that_a_killed_daemon_left(self):
        daemon = self.daemon(self.beta)
        daemon.signal(signal.SIGKILL)
        daemon.wait()
        self.daemon(self.beta)
        self.assertEqual(self.bus(self.beta).ask("publish a"), "ok")

    def test_a_socket_that_another_daemon_has(self):
        self.daemon(self.beta)
        result = self.alpha.run("serve", "--listen", "127.0.0.1:0", "--discovery-port", "0", "--bus", self.beta.path("bus"))
        self.assert_fails(result, EXIT_LISTEN, "--bus DIR/beta/bus: Address already in use")
        self.assertEqual(self.bus(self.beta).ask("publish a"), "ok")

    def test_a_file_in_its_place(self):
        self.beta.write("bus", "mine")
        result = self.beta.run("serve", "--listen", "127.0.0.1:0", "--discovery-port", "0", "--bus", self.beta.path("bus"))
        self.assert_fails(result, EXIT_LISTEN, "--bus DIR/beta/bus: Address already in use")
        self.assertEqual(self.beta.read("bus"), "mine")

    def test_a_path_too_long(self):
        result = self.beta.run("serve", "--listen", "127.0.0.1:0", "--discovery-port", "0", "--bus", "/tmp/" + "x" * 103)
        self.assertEqual(result.returncode, EXIT_USAGE)
        self.assertIn("longer than a socket's path", result.stderr)

    def test_none(self):
        daemon = self.daemon(self.beta, "--bus", "none")
        self.assertFalse(os.path.exists(self.beta.path("bus")))
        self.assertEqual(daemon.terminate(), EXIT_OK)

    def test_the_environment_names_it(self):
        daemon = self.started(Process([f"{BIN}/dsoftbusd", "--dir", self.beta.dir, "--listen", "127.0.0.1:0",
                                       "--discovery-port", "0"], env=dict(ENV, DSOFTBUS_BUS=self.path("there"))))
        daemon.wait_line("ready id=beta")
        self.assertEqual(Bus(self.path("there")).ask("publish a"), "ok")


if __name__ == "__main__":
    main()
