# SPDX-License-Identifier: Apache-2.0
"""The bus between two daemons, as programs of both machines see it: streams, refusals, ends, peers."""

import fcntl
import os
import signal
import sys
import termios
import threading
import time

from bus_client import *

MIB = 1 << 20

# A program that publishes or connects, says what it got, and does nothing more: for being killed.
HOLDER = """
import os, signal, sys, time
sys.path.insert(0, sys.argv[1])
from bus_client import *
bus = Bus(sys.argv[2])
if sys.argv[3] == "publish":
    assert bus.ask(f"publish {sys.argv[4]} all") == "ok"
    print("published", flush=True)
    number, _, _, stream = bus.incoming()
    assert bus.ask(f"accept {number}") == "ok"
    print("taken", flush=True)
else:
    number, stream = bus.connect(sys.argv[4], sys.argv[5])
    def close_and_die(number, frame):
        stream.close()
        os.kill(os.getpid(), signal.SIGKILL)
    signal.signal(signal.SIGTERM, close_and_die)
    print("connected", flush=True)
time.sleep(3600)
"""


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

    def test_the_first_byte_takes_a_stream(self):
        self.daemons()
        here, there, mine, its = self.linked(b"welcome")
        self.assertEqual(mine[1].recv(100), b"welcome")
        mine[1].sendall(b"thanks")
        mine[1].shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(its[1]), b"thanks")
        its[1].shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(mine[1]), b"")
        self.assertEqual(there.end(), f"end {its[0]} clean")
        self.assertEqual(here.end(), f"end {mine[0]} clean")

    def test_the_end_alone_takes_a_stream(self):
        self.daemons()
        there = self.bus(self.beta)
        there.ask("publish greet all")
        here = self.bus(self.alpha)
        here.say(f"connect {self.target} greet")
        _, _, _, its = there.incoming()
        its.shutdown(socket.SHUT_WR)
        mine = here.wait("ok", "error")[1]
        self.assertEqual(read_all(mine), b"")
        mine.sendall(b"all the same")
        mine.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(its), b"all the same")

    def test_nothing_passes_before_it_is_taken(self):
        self.daemons()
        there = self.bus(self.beta)
        there.ask("publish greet all")
        here = self.bus(self.alpha)
        here.say(f"connect {self.target} greet")
        _, _, _, its = there.incoming()
        its.settimeout(0.3)
        self.assertRaises(TimeoutError, its.recv, 1)
        here.socket.settimeout(0.1)
        self.assertRaises(TimeoutError, here.packet)

    def test_much_both_ways_at_once(self):
        self.daemons()
        _, _, mine, its = self.linked()
        content = [os.urandom(8 * MIB), os.urandom(8 * MIB)]
        got = [None, None]

        def write(stream, text):
            stream.sendall(text)
            stream.shutdown(socket.SHUT_WR)

        def read(index, stream):
            got[index] = read_all(stream)
        threads = [threading.Thread(target=write, args=(mine[1], content[0])),
                   threading.Thread(target=write, args=(its[1], content[1])),
                   threading.Thread(target=read, args=(0, its[1])), threading.Thread(target=read, args=(1, mine[1]))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(got == content)

    def test_a_stream_that_nobody_reads_holds_up_no_other(self):
        self.daemons()
        here, _, stalled, _ = self.linked()
        stalled[1].settimeout(1)
        with self.assertRaises(TimeoutError):  # what it may say ahead is bounded
            stalled[1].sendall(bytes(4 * MIB))
        _, other = self.assert_stream(here.connect(self.target, "echo"))
        text = os.urandom(100_000)
        other.sendall(text)
        other.shutdown(socket.SHUT_WR)
        self.assertTrue(read_all(other) == text)

    def test_as_many_streams_as_a_program_may_have(self):
        here, _ = self.daemons(alpha_options=["--client-streams", "64"])
        bus = self.bus(self.alpha)
        streams = [self.assert_stream(bus.connect(self.target, "echo")) for _ in range(64)]
        self.assertEqual(bus.connect(self.target, "echo"), "error limit 64 streams are open")
        for number, stream in streams:
            stream.sendall(b"%d" % number)
        for number, stream in streams:
            self.assertEqual(stream.recv(100), b"%d" % number)
        self.assertEqual(here.status()["sessions"], "1")  # all of them share it
        # another program has its own count
        self.assert_stream(self.bus(self.alpha).connect(self.target, "echo"))

    def test_answers_come_in_the_order_of_the_requests(self):
        self.daemons()
        there = self.bus(self.beta)
        there.ask("publish slow all")
        here = self.bus(self.alpha)
        here.say(f"connect {self.target} slow")
        here.say("publish quick")
        number, _, _, stream = there.incoming()
        self.addCleanup(stream.close)
        here.socket.settimeout(0.2)
        self.assertRaises(TimeoutError, here.packet)
        here.socket.settimeout(PATIENCE)
        there.ask(f"accept {number}")
        self.assertRegex(here.packet()[0], "^ok [0-9]+$")
        self.assertEqual(here.packet()[0], "ok")


class Refused(BusCase):
    def test_service_that_is_not_there(self):
        self.daemons()
        self.assertEqual(self.bus(self.alpha).connect(self.target, "nothing"), "error no-such-service")
        self.there.wait_line("warning stream refused service=nothing peer=alpha session=1 reason=no-such-service")

    def test_service_that_is_not_offered_to_all(self):
        self.daemons()
        there = self.bus(self.beta)
        self.assertEqual(there.ask("publish private"), "ok")
        self.assertEqual(self.bus(self.alpha).connect(self.target, "private"), "error not-allowed")
        self.there.wait_line("warning stream refused service=private peer=alpha session=1 reason=not-allowed")
        there.socket.settimeout(0.2)
        self.assertRaises(TimeoutError, there.packet)  # the publisher hears nothing of it

    def with_services(self, services):
        self.beta.run("trust", "remove", "alpha")
        result = self.beta.run("trust", "add", "alpha", self.alpha.key, services)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)

    def test_a_line_with_services_permits_these_alone(self):
        self.with_services("private,info")
        self.daemons()
        there, here = self.bus(self.beta), self.bus(self.alpha)
        there.ask("publish private")
        there.ask("publish open all")
        self.assertEqual(here.connect(self.target, "open"), "error not-allowed")
        self.assertEqual(here.connect(self.target, "echo"), "error not-allowed")
        here.say(f"connect {self.target} private")
        number, _, _, stream = there.incoming()
        self.addCleanup(stream.close)
        there.ask(f"accept {number}")
        self.assertRegex(here.wait("ok", "error")[0], "^ok ")
        self.assertEqual(here.list(f"services {self.target}"), (["service private", "service revocations", "service info"], "ok"))

    def test_a_file_needs_its_service_too(self):
        self.with_services("echo")
        there = self.daemon(self.beta, "--inbox", self.folder_named("inbox"))
        self.assert_fails(self.alpha.run("send", there.target, "/proc/version"), EXIT_REFUSED,
                          f"beta at {there.at} refused the file: its trust line for this device does not list \"file\"")

    def test_refused_by_the_publisher(self):
        self.daemons()
        there, here = self.bus(self.beta), self.bus(self.alpha)
        there.ask("publish greet all")
        for reason in ("busy", "gone", "cancelled", "protocol", "not-allowed", "no-such-service"):
            here.say(f"connect {self.target} greet")
            number, _, _, stream = there.incoming()
            self.assertEqual(there.ask(f"refuse {number} {reason}"), "ok")
            self.assertEqual(here.wait("ok", "error")[0], f"error {reason}")
            self.assertEqual(stream.recv(1), b"")
            self.assertEqual(there.ask(f"accept {number}"), "error gone this client has no such stream")

    def test_closed_without_a_word(self):
        self.daemons()
        there, here = self.bus(self.beta), self.bus(self.alpha)
        there.ask("publish greet all")
        here.say(f"connect {self.target} greet")
        number, _, _, stream = there.incoming()
        stream.close()
        self.assertEqual(here.wait("ok", "error")[0], "error cancelled")
        self.assertEqual(there.end(), f"end {number} reset cancelled")

    def test_refused_after_it_was_taken(self):
        self.daemons()
        _, there, _, its = self.linked()
        self.assertEqual(there.ask(f"refuse {its[0]} busy"), "error bad-request it is accepted")

    def test_device_that_is_not_trusted(self):
        self.daemons()
        bus = self.bus(self.alpha)
        self.assertEqual(bus.connect("gamma@127.0.0.1:1", "echo"),
                         "error not-trusted the device is not in the trust store")
        self.assertEqual(bus.connect("alpha", "echo"), "error not-trusted the device is not in the trust store")

    def test_device_that_does_not_trust_this_one(self):
        self.beta.run("trust", "remove", "alpha")
        self.daemons()
        self.assertRegex(self.bus(self.alpha).connect(self.target, "echo"),
                         r"^error unreachable 127\.0\.0\.1:\d+: accept-truncated$")

    def test_device_that_is_not_there(self):
        self.daemon(self.alpha)
        with socket.create_server(("127.0.0.1", 0)) as server:
            at = f"127.0.0.1:{server.getsockname()[1]}"
        self.assertEqual(self.bus(self.alpha).connect(f"beta@{at}", "echo"),
                         f"error unreachable {at}: Connection refused")

    def test_device_without_an_address(self):
        self.daemon(self.alpha)
        self.assertEqual(self.bus(self.alpha).connect("beta", "echo"),
                         "error unreachable without discovery an address is needed (ID@HOST:PORT)")

    def test_a_name_is_no_address(self):
        self.daemon(self.alpha)
        self.assertEqual(self.bus(self.alpha).connect("beta@localhost:1", "echo"),
                         "error bad-request the place is not ADDRESS or ADDRESS:PORT")

    def test_names_that_others_have(self):
        self.daemons()
        first, second = self.bus(self.beta), self.bus(self.beta)
        self.assertEqual(first.ask("publish greet all"), "ok")
        self.assertEqual(second.ask("publish greet all"), "error exists the name is taken")
        self.assertEqual(second.ask("publish echo all"), "error exists the name is taken")
        self.assertEqual(second.ask("unpublish greet"), "error no-such-service this client has not published it")
        self.assertEqual(second.ask("unpublish echo"), "error no-such-service this client has not published it")
        self.assertEqual(first.ask("unpublish greet"), "ok")
        self.assertEqual(second.ask("publish greet all"), "ok")

    def test_as_many_names_as_there_may_be(self):
        self.daemon(self.beta, "--names", "2")
        bus = self.bus(self.beta)
        self.assertEqual([bus.ask(f"publish {name}") for name in ("one", "two")], ["ok", "ok"])
        self.assertEqual(bus.ask("publish three"), "error limit 2 names are published")
        bus.ask("unpublish one")
        self.assertEqual(bus.ask("publish three"), "ok")

    def test_as_many_streams_as_a_peer_may_have(self):
        self.daemons("--peer-streams", "3")
        bus = self.bus(self.alpha)
        streams = [self.assert_stream(bus.connect(self.target, "echo")) for _ in range(3)]
        self.assertEqual(bus.connect(self.target, "echo"), "error busy")
        self.there.wait_line("stream refused service=echo peer=alpha session=1 reason=busy")
        streams[0][1].close()
        bus.end()
        self.assert_stream(bus.connect(self.target, "echo"))

    def test_as_many_sessions_as_a_peer_may_have(self):
        there = self.daemon(self.beta, "--peer-sessions", "1")
        ping = self.started(self.alpha.start("ping", "--interval", "3600", there.target))
        there.wait_line("session 1 opened")
        self.assertEqual(self.alpha.run("ping", "--count", "1", there.target).returncode, EXIT_REJECTED)
        there.wait_line("connection 2 turned away peer=alpha from=.*: it has as many sessions as a peer may have")
        ping.signal(signal.SIGINT)
        there.wait_line("session 1 ended")
        self.assertEqual(self.alpha.run("ping", "--count", "1", there.target).returncode, EXIT_OK)

    def test_another_programs_stream(self):
        self.daemons()
        here, _, mine, _ = self.linked()
        other = self.bus(self.alpha)
        self.assertEqual(other.ask(f"reset {mine[0]}"), "error gone this client has no such stream")
        mine[1].sendall(b"x")


class Ends(BusCase):
    def holder(self, device, *words):
        return self.started(Process([sys.executable, "-c", HOLDER, os.path.dirname(__file__), device.path("bus"), *words]))

    def test_an_application_closes_its_end(self):
        self.daemons()
        here, there, mine, its = self.linked()
        mine[1].close()
        self.assertEqual(here.end(), f"end {mine[0]} reset cancelled")
        self.assertEqual(there.end(), f"end {its[0]} reset cancelled")

    def test_closed_after_it_finished_and_before_the_peer_did(self):
        self.daemons()
        here, there, mine, its = self.linked()
        mine[1].sendall(b"all")
        mine[1].shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(its[1]), b"all")
        mine[1].close()
        self.assertEqual(here.end(), f"end {mine[0]} reset cancelled")
        self.assertEqual(there.end(), f"end {its[0]} reset cancelled")

    def test_closed_after_the_peers_end_is_an_end(self):
        self.daemons()
        here, there, mine, its = self.linked()
        its[1].shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(mine[1]), b"")
        mine[1].sendall(b"answer")
        mine[1].close()
        self.assertEqual(read_all(its[1]), b"answer")
        self.assertEqual(there.end(), f"end {its[0]} clean")
        self.assertEqual(here.end(), f"end {mine[0]} clean")

    def test_the_status_counts_programs_and_what_they_have(self):
        self.daemons()

        def counted(daemon):
            return [daemon.status()[name] for name in ("programs", "services", "program-streams")]
        self.assertEqual(counted(self.there), ["0", "0", "0"])
        _, there, mine, its = self.linked()
        self.assertEqual(counted(self.here), ["1", "0", "1"])
        self.assertEqual(counted(self.there), ["1", "1", "1"])
        its[1].close()
        self.assertEqual(there.end(), f"end {its[0]} reset cancelled")
        self.assertEqual(counted(self.there), ["1", "1", "0"])

    def test_reset(self):
        self.daemons()
        here, there, mine, its = self.linked()
        self.assertEqual(here.ask(f"reset {mine[0]}"), "ok")
        self.assertEqual(mine[1].recv(1), b"")
        self.assertEqual(there.end(), f"end {its[0]} reset cancelled")
        self.assertEqual(here.ask(f"reset {mine[0]}"), "error gone this client has no such stream")

    def test_what_came_before_a_reset_is_read(self):
        self.daemons()
        here, there, mine, its = self.linked()
        its[1].sendall(bytes(100_000))
        self.assertEqual(len(mine[1].recv(1)), 1)
        self.wait_drained(its[1])
        self.assertEqual(there.ask(f"reset {its[0]}"), "ok")
        got = len(read_all(mine[1])) + 1
        self.assertEqual(here.end(), f"end {mine[0]} reset cancelled")
        self.assertGreater(got, 1)

    def wait_received(self, length):
        """Until alpha's daemon has so many bytes of the session's streams."""
        end = time.monotonic() + PATIENCE
        while f" in={length} " not in self.here.status()["session"][0] and time.monotonic() < end:
            time.sleep(0.02)
        self.assertIn(f" in={length} ", self.here.status()["session"][0])

    def wait_drained(self, stream):
        """Until the daemon has taken what was sent."""
        end = time.monotonic() + PATIENCE
        while fcntl.ioctl(stream, termios.TIOCOUTQ, b"\0" * 4) != b"\0" * 4 and time.monotonic() < end:
            time.sleep(0.01)

    def assert_gone_after(self, death):
        """A program that holds a stream dies so: its peer hears that it is gone."""
        self.daemons()
        there = self.bus(self.beta)
        there.ask("publish greet all")
        holder = self.holder(self.alpha, "connect", self.target, "greet")
        number, _, _, stream = there.incoming()
        there.ask(f"accept {number}")
        self.assertEqual(holder.popen.stdout.readline(), b"connected\n")
        holder.signal(death)
        self.assertEqual(stream.recv(1), b"")
        self.assertEqual(there.end(), f"end {number} reset gone")

    def test_a_program_that_is_killed(self):
        self.assert_gone_after(signal.SIGKILL)

    def test_a_program_that_dies_and_whose_stream_is_closed_first(self):
        self.assert_gone_after(signal.SIGTERM)

    def test_a_publisher_that_is_killed(self):
        self.daemons()
        holder = self.holder(self.beta, "publish", "greet")
        self.assertEqual(holder.popen.stdout.readline(), b"published\n")
        here = self.bus(self.alpha)
        number, stream = self.assert_stream(here.connect(self.target, "greet"))
        self.assertEqual(holder.popen.stdout.readline(), b"taken\n")
        holder.signal(signal.SIGKILL)
        self.assertEqual(stream.recv(1), b"")
        self.assertEqual(here.end(), f"end {number} reset gone")
        self.assertEqual(here.connect(self.target, "greet"), "error no-such-service")

    def test_a_publisher_that_is_killed_before_it_answers(self):
        self.daemons()
        there, here = self.bus(self.beta), self.bus(self.alpha)
        there.ask("publish greet all")
        here.say(f"connect {self.target} greet")
        _, _, _, stream = there.incoming()
        self.addCleanup(stream.close)
        there.close()
        self.assertEqual(here.wait("ok", "error")[0], "error gone")

    def test_the_other_daemon_is_killed(self):
        self.daemons()
        here, _, mine, its = self.linked()
        last_words = os.urandom(300_000)  # more than a socket holds
        its[1].sendall(last_words)
        self.wait_received(300_000)
        self.there.signal(signal.SIGKILL)
        self.here.wait_line("session 1 ended")
        self.assertTrue(read_all(mine[1]) == last_words)  # what came is read, and its end is none
        self.assertEqual(here.end(), f"end {mine[0]} reset gone")
        self.assertRaises((BrokenPipeError, ConnectionResetError), mine[1].sendall, b"x")

    def test_the_other_daemon_is_terminated(self):
        self.daemons()
        here, there, mine, its = self.linked()
        self.assertEqual(self.there.terminate(), EXIT_OK)
        self.assertEqual(mine[1].recv(1), b"")
        self.assertEqual(here.end(), f"end {mine[0]} reset gone")
        self.assertEqual(there.packet()[0], "")  # its own programs see it go
        self.assertEqual(its[1].recv(1), b"")
        self.assertFalse(os.path.exists(self.beta.path("bus")))

    def test_trust_that_is_withdrawn(self):
        self.daemons()
        here, there, mine, its = self.linked()
        self.beta.run("trust", "remove", "alpha")
        self.there.wait_line("session 1 ended peer=alpha reason=local-revoked")
        self.assertEqual(there.end(), f"end {its[0]} reset gone")
        self.assertEqual(here.end(), f"end {mine[0]} reset gone")
        self.assertEqual(there.connect(self.here.target.replace("beta", "alpha"), "echo"),
                         "error not-trusted the device is not in the trust store")

    def test_a_service_that_a_line_lists_no_more(self):
        self.daemons()
        here, there, mine, its = self.linked()
        _, echo = self.assert_stream(here.connect(self.target, "echo"))
        # in one step: a line without the peer would end all
        self.beta.write("trust.new", self.beta.read("trust").replace(self.alpha.key, self.alpha.key + " echo"))
        os.rename(self.beta.path("trust.new"), self.beta.path("trust"))
        self.there.wait_line("warning stream ended service=greet peer=alpha session=1 reason=not-allowed")
        self.assertEqual(there.end(), f"end {its[0]} reset not-allowed")
        self.assertEqual(here.end(), f"end {mine[0]} reset not-allowed")
        echo.sendall(b"still here")  # what the line permits goes on
        self.assertEqual(echo.recv(100), b"still here")
        self.assertEqual(here.connect(self.target, "greet"), "error not-allowed")

    def test_a_service_that_is_withdrawn_keeps_its_streams(self):
        self.daemons()
        here, there, mine, its = self.linked()
        self.assertEqual(there.ask("unpublish greet"), "ok")
        self.assertEqual(here.connect(self.target, "greet"), "error no-such-service")
        mine[1].sendall(b"still here")
        self.assertEqual(its[1].recv(100), b"still here")


class Peers(BusCase):
    def test_states(self):
        gamma = self.device("gamma")
        self.alpha.trust(gamma)
        self.daemons()
        bus = self.bus(self.alpha)
        self.assertEqual(bus.list("peers"), (["peer beta offline -", "peer gamma offline -"], "ok"))
        self.assert_stream(bus.connect(self.target, "echo"))
        self.assertEqual(bus.list("peers"), ([f"peer beta online {self.there.at}", "peer gamma offline -"], "ok"))

    def test_coming_and_going(self):
        self.daemons()
        here, there = self.bus(self.alpha), self.bus(self.beta)
        self.assertEqual((here.ask("watch"), there.ask("watch")), ("ok", "ok"))
        self.assert_stream(here.connect(self.target, "echo"))
        self.assertEqual((here.wait("online")[0], there.wait("online")[0]), ("online beta", "online alpha"))
        self.there.signal(signal.SIGKILL)
        self.assertEqual(here.wait("offline")[0], "offline beta")

    def test_a_command_of_a_peer_is_not_the_peer(self):
        self.daemons()
        there = self.bus(self.beta)
        ping = self.started(self.alpha.start("ping", "--interval", "3600", self.target))
        self.there.wait_line("session 1 opened")
        self.assertEqual(there.list("peers"), (["peer alpha offline -"], "ok"))
        # nor is it asked for services, which it has not
        self.assertTrue(there.connect("alpha", "echo").startswith("error unreachable"))
        ping.stop()

    def test_a_session_serves_both_sides(self):
        self.daemons()
        here, there = self.bus(self.alpha), self.bus(self.beta)
        self.assert_stream(here.connect(self.target, "echo"))
        _, stream = self.assert_stream(there.connect("alpha", "echo"))  # beta knows no address of it
        stream.sendall(b"back")
        self.assertEqual(stream.recv(100), b"back")
        self.assertEqual((self.here.status()["sessions"], self.there.status()["sessions"]), ("1", "1"))

    def test_both_dial_at_once(self):
        self.daemons()
        here, there = self.bus(self.alpha), self.bus(self.beta)
        with frozen(self.here), frozen(self.there):
            here.say(f"connect {self.target} echo")
            there.say(f"connect {self.here.device.id}@{self.here.at} echo")
        for bus in (here, there):
            _, stream = bus.wait("ok", "error")
            stream.sendall(b"well")
            self.assertEqual(stream.recv(100), b"well")
            stream.close()
        self.assertLessEqual(int(self.here.status()["sessions"]), 2)

    def test_a_device_that_comes_back_is_dialled_again(self):
        self.daemons()
        here = self.bus(self.alpha)
        _, stream = self.assert_stream(here.connect(self.target, "echo"))
        self.there.signal(signal.SIGKILL)
        self.there.wait()
        here.end()
        here.say("connect beta echo")  # where it was before
        self.here.wait_line("session 1 ended")
        time.sleep(0.5)
        self.daemon(self.beta, listen=self.there.at)
        stream = here.wait("ok", "error")[1]
        stream.sendall(b"again")
        self.assertEqual(stream.recv(100), b"again")

    def test_what_a_device_offers(self):
        self.daemons("--inbox", self.folder_named("inbox"))
        there, here = self.bus(self.beta), self.bus(self.alpha)
        there.ask("publish greet all")
        there.ask("publish private")
        lines, answer = here.list(f"services {self.target}")
        self.assertEqual((sorted(lines), answer),
                         (["service echo", "service file", "service greet", "service info", "service revocations"], "ok"))

    def test_info(self):
        self.daemons()
        bus = self.bus(self.alpha)
        number, stream = self.assert_stream(bus.connect(self.target, "info"))
        stream.shutdown(socket.SHUT_WR)
        self.assertRegex(read_all(stream).decode(),
                         "^name beta\nversion [0-9.]+\nuptime [0-9]+\nservice revocations\nservice info\nservice echo\n$")
        self.assertEqual(bus.end(), f"end {number} clean")


if __name__ == "__main__":
    main()
