# SPDX-License-Identifier: Apache-2.0
"""ping and send by the daemon's key: beside a daemon whose words are the test's, with real daemons, and as a user who
cannot read the key."""

import fcntl
import os
import pwd
import signal
import socket
import subprocess
import sys
import termios
import time

from e2e import *
from fake_bus import *

READY, STORED, REFUSED = 0x20, 0x21, 0x22
MIB = 1 << 20


class FakeBusTestCase(TestCase):
    def setUp(self):
        super().setUp()
        self.bus = FakeBus(self.folder)
        self.addCleanup(self.bus.close)

    def start(self, command, *words, **popen):
        if self.bus.client:
            self.bus.client.close()
        process = self.started(Process([f"{BIN}/dsoftbus", command, "--bus", self.bus.path, *words], **popen))
        self.bus.take()
        return process

    def assert_ends(self, process, code, text=""):
        self.assertEqual((process.wait(), process.text().replace(self.folder, "DIR")), (code, text))


class Ping(FakeBusTestCase):
    def pinging(self, *options):
        process = self.start("ping", "--interval", "0", *options, "lamp")
        self.bus.hears("connect lamp echo")
        return process, self.bus.gives("ok 5")

    def test_every_answer_and_the_end(self):
        process, stream = self.pinging("--count", "2")
        tokens = set()
        for _ in range(2):
            token = stream.recv(100)
            self.assertEqual(len(token), 32)
            tokens.add(token)
            stream.sendall(token[:7])  # in pieces
            stream.sendall(token[7:])
        self.assertEqual(len(tokens), 2)
        self.assertEqual(stream.recv(1), b"")
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assertRegex(process.popen.stdout.read().decode(), r"\Alamp: seq=1 time=[0-9.]+ ms\nlamp: seq=2 time=[0-9.]+ ms\n"
                         r"2 pings answered, round trip min/mean/max [0-9.]+/[0-9.]+/[0-9.]+ ms\n\Z")
        self.assert_ends(process, EXIT_OK)

    def test_other_bytes(self):
        process, stream = self.pinging()
        token = bytearray(stream.recv(100))
        token[31] ^= 1
        stream.sendall(token)
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: the answer carries other bytes than the ping")

    def test_more_bytes_than_asked_for(self):
        process, stream = self.pinging("--count", "1")
        stream.sendall(stream.recv(100) + b"x")
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: lamp says more than it was asked for")

    def test_an_echo_that_ends_early(self):
        process, stream = self.pinging()
        stream.sendall(stream.recv(100)[:31])
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(stream.recv(100), b"")
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: lamp ended its echo early")

    def test_a_stream_that_is_cut(self):
        process, stream = self.pinging()
        stream.recv(100)
        self.bus.says("end 5 reset gone")
        stream.close()
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: the stream with echo of lamp was cut off: the service, the device "
                         "or the way to it is gone (gone)")

    def test_a_peer_that_does_not_end(self):
        process, stream = self.pinging("--count", "1")
        stream.sendall(stream.recv(100))
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: lamp does not end its stream")

    def test_a_verdict_with_the_answer(self):
        process = self.start("ping", "lamp")
        self.bus.hears("connect lamp echo")
        with frozen(process):
            self.bus.gives("ok 5").close()
            self.bus.says("end 5 reset busy")
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: the stream with echo of lamp was cut off: it has as many streams "
                         "as it takes (busy)")

    def test_no_stream(self):
        process = self.start("ping", "lamp")
        self.bus.hears("connect lamp echo")
        self.bus.says("error not-trusted no")
        self.assert_ends(process, EXIT_NO_PEER,
                         "dsoftbus: lamp is not in the daemon's trust store (dsoftbus trust add lamp KEY)")

    def test_a_daemon_that_ends(self):
        process, stream = self.pinging()
        self.bus.client.close()
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: the daemon ended, and with it all that it carried")
        stream.close()

    def test_interrupted_while_it_waits(self):
        for moment in range(2):
            process = self.start("ping", "lamp")
            self.bus.hears("connect lamp echo")
            stream = None
            if moment == 1:
                stream = self.bus.gives("ok 5")
                stream.recv(100)
            process.signal(signal.SIGINT)
            self.assert_ends(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")
            if stream:
                stream.close()

    def test_addresses_of_a_name_in_turn(self):
        prefix = self.preloaded(r"""
            #include <dlfcn.h>
            #include <netdb.h>
            int getaddrinfo(const char *name, const char *port, const struct addrinfo *hints, struct addrinfo **found)
            {
                int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, __func__);
                int fault = real("127.0.0.1", port, hints, found);
                return fault != 0 ? fault : real("::1", port, hints, &(*found)->ai_next);
            }""")
        process = self.started(Process([*prefix, f"{BIN}/dsoftbus", "ping", "--bus", self.bus.path, "lamp@two.example:7"]))
        self.bus.take().hears("connect lamp@127.0.0.1:7 echo")
        self.bus.says("error unreachable refused")
        self.bus.hears("connect lamp@[::1]:7 echo")
        self.bus.says("error unreachable refused")
        self.assert_ends(process, EXIT_UNREACHABLE, "dsoftbus: lamp@[::1]:7 cannot be reached: refused")


class Send(FakeBusTestCase):
    def sending(self, path, *options, **popen):
        process = self.start("send", *options, "lamp", path, **popen)
        self.bus.hears("connect lamp file")
        return process, self.bus.gives("ok 5")

    def take(self, stream):
        """The body of the next message."""
        def exactly(length):
            got = b""
            while len(got) < length:
                part = stream.recv(length - len(got))
                assert part, "the stream ended"
                got += part
            return got
        return exactly(int.from_bytes(exactly(2), "big"))

    def file(self, length):
        path = self.make_file("data", length)
        with open(path, "rb") as content:
            return path, content.read()

    def receive(self, stream, length):
        """The bytes of a file up to DONE, which must tell them all."""
        got = bytearray()
        while (body := self.take(stream))[0] == 0x11:
            got += body[1:]
        self.assertEqual(body, b"\x12" + length.to_bytes(8, "big"))
        return bytes(got)

    def test_a_file(self):
        path, content = self.file(3 * MIB + 5)
        process, stream = self.sending(path, "--name", "other")
        self.assertEqual(self.take(stream), b"\x10" + len(content).to_bytes(8, "big") + b"other")
        stream.sendall(message(bytes([READY])))
        self.assertEqual(self.receive(stream, len(content)), content)
        self.assertEqual(stream.recv(1), b"")
        stream.sendall(message(bytes([STORED]) + len(content).to_bytes(8, "big") + b"_other"))
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_OK, "dsoftbus: DIR/data stored by lamp as _other (3.0 MiB)")

    def test_standard_input(self):
        process, stream = self.sending("-", stdin=subprocess.PIPE)
        self.assertEqual(self.take(stream), b"\x10" + b"\xff" * 8 + b"stdin")
        stream.sendall(message(bytes([READY])))
        process.popen.stdin.write(b"early")
        process.popen.stdin.flush()
        self.assertEqual(self.take(stream), b"\x11early")
        process.popen.stdin.close()
        self.assertEqual(self.take(stream), b"\x12" + (5).to_bytes(8, "big"))
        stream.sendall(message(bytes([STORED]) + (5).to_bytes(8, "big")))
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_OK, "dsoftbus: - stored by lamp (5 B)")

    def test_a_pipe_whose_writer_comes_later(self):
        os.mkfifo(self.path("pipe"))
        process, stream = self.sending(self.path("pipe"))
        self.take(stream)
        stream.sendall(message(bytes([READY])))
        with open(self.path("pipe"), "wb") as writer:
            writer.write(b"late")
        self.assertEqual(self.receive(stream, 4), b"late")
        process.signal(signal.SIGINT)
        self.assert_ends(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")

    def test_a_pipe_without_a_writer_can_be_interrupted(self):
        os.mkfifo(self.path("pipe"))
        process, stream = self.sending(self.path("pipe"))
        self.take(stream)
        stream.sendall(message(bytes([READY])))
        process.signal(signal.SIGTERM)
        self.assert_ends(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")

    def answered(self, *bodies, length=10):
        """After the offer, these."""
        path, _ = self.file(length)
        process, stream = self.sending(path)
        self.take(stream)
        for body in bodies:
            stream.sendall(message(body))
        return process, stream

    def test_refused(self):
        process, _ = self.answered(bytes([REFUSED, 3]))
        self.assert_ends(process, EXIT_REFUSED,
                         "dsoftbus: lamp refused the file: a file of that name exists there (--name gives another)")

    def test_refused_in_the_middle_while_nothing_is_taken(self):
        process, stream = self.answered(bytes([READY]), length=8 * MIB)
        waiting, before = 0, -1
        while waiting != before:  # it writes, and then cannot
            before = waiting
            time.sleep(0.2)
            waiting = int.from_bytes(fcntl.ioctl(stream, termios.FIONREAD, bytes(4)), sys.byteorder)
        stream.sendall(message(bytes([REFUSED, 4])))
        self.assert_ends(process, EXIT_REFUSED, "dsoftbus: lamp refused the file: no space left there")

    def test_answers_out_of_turn(self):
        for bodies, text in (([bytes([STORED]) + bytes(8)], "lamp stored another length than was sent"),
                             ([bytes([READY]), bytes([READY])], "lamp answered out of turn"),
                             ([b"\x12" + bytes(8)], "lamp answered out of turn"),
                             ([b"\x77"], "lamp does not speak the language of files")):
            with self.subTest(bodies):
                process, stream = self.answered(*bodies)
                self.assert_ends(process, EXIT_BROKEN, f"dsoftbus: {text}")
                stream.close()

    def test_another_length_stored(self):
        process, stream = self.answered(bytes([READY]))
        self.receive(stream, 10)
        stream.sendall(message(bytes([STORED]) + (9).to_bytes(8, "big")))
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: lamp stored another length than was sent")

    def test_an_end_before_the_file_is_stored(self):
        process, stream = self.answered(bytes([READY]))
        self.receive(stream, 10)
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: lamp finished before the file was stored")

    def test_a_cut_before_the_file_is_stored(self):
        process, stream = self.answered(bytes([READY]))
        self.receive(stream, 10)
        self.bus.says("end 5 reset gone")
        stream.close()
        self.assertEqual(process.wait(), EXIT_BROKEN)
        self.assertRegex(process.text(), r"^dsoftbus: the stream with file of lamp was cut off: .* \(gone\)$")

    def test_a_file_that_grows(self):
        path, _ = self.file(10)
        process, stream = self.sending(path)
        self.take(stream)
        with open(path, "ab") as out:
            out.write(b"more")
        stream.sendall(message(bytes([READY])))
        self.assert_ends(process, EXIT_LOCAL, "dsoftbus: DIR/data: its length changed while it was sent")

    def test_nothing_to_send(self):
        for path, text in ((self.path("none"), "No such file or directory"), (self.folder, "Is a directory")):
            process = self.start("send", "lamp", path)
            self.assert_ends(process, EXIT_LOCAL, f"dsoftbus: {path.replace(self.folder, 'DIR')}: {text}")

    def test_no_such_service_is_no_inbox(self):
        path, _ = self.file(1)
        process = self.start("send", "lamp", path)
        self.bus.hears("connect lamp file")
        self.bus.says("error no-such-service none")
        self.assert_ends(process, EXIT_REFUSED, "dsoftbus: lamp refused the file: it takes no files")


def put(name, length):
    return message(b"\x10" + length.to_bytes(8, "big") + name)


def done(length):
    return message(b"\x12" + length.to_bytes(8, "big"))


class Receive(FakeBusTestCase):
    def waiting(self, *options, path=None):
        process = self.start("receive", *options, path or self.path("got"))
        self.bus.hears("publish file all")
        self.bus.says("ok")
        return process

    def offered(self, stream=5, peer="lamp"):
        """A stream of the peer's, taken."""
        far = self.bus.gives(f"stream {stream} file {peer}")
        self.bus.hears(f"accept {stream}")
        self.bus.says("ok")
        return far

    def takes(self, stream, path=None):
        """Four bytes, to the end."""
        stream.sendall(put(b"x", 4))
        self.assertEqual(stream.recv(100), message(bytes([READY])))
        stream.sendall(message(b"\x11ab") + message(b"\x11cd") + done(4))
        self.assertEqual(stream.recv(100), message(bytes([STORED]) + (4).to_bytes(8, "big")))
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(stream.recv(1), b"")
        self.bus.says("end 5 clean")
        with open(path or self.path("got"), "rb") as got:
            self.assertEqual(got.read(), b"abcd")

    def assert_says(self, process, code, text):
        self.assert_ends(process, code, "dsoftbus: waiting for a file through the daemon\n" + text)

    def assert_nothing_is_there(self):
        self.assertEqual(os.listdir(self.folder), ["bus"])

    def test_a_file(self):
        process = self.waiting()
        self.takes(self.offered())
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (4 B)")

    def test_it_stays_until_its_last_word_has_gone(self):
        process = self.waiting()
        stream = self.offered()
        stream.sendall(put(b"x", 0) + done(0))
        self.assertEqual(read_all(stream), message(bytes([READY])) + message(bytes([STORED]) + bytes(8)))
        self.bus.client.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            self.bus.heard()
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (0 B)")

    def test_a_long_one_in_any_pieces(self):
        content = os.urandom(3 * MIB + 5)
        process = self.waiting()
        stream = self.offered()
        stream.sendall(put(b"x", len(content))[:5])
        stream.sendall(put(b"x", len(content))[5:])
        self.assertEqual(stream.recv(100), message(bytes([READY])))
        for at in range(0, len(content), 50_001):
            stream.sendall(message(b"\x11" + content[at:at + 50_001]))
        stream.sendall(done(len(content)))
        self.assertEqual(stream.recv(100)[2], STORED)
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (3.0 MiB)")
        with open(self.path("got"), "rb") as got:
            self.assertEqual(got.read(), content)

    def test_many_small_messages(self):
        process = self.waiting()
        stream = self.offered()
        stream.sendall(put(b"x", 2000))
        self.assertEqual(stream.recv(100), message(bytes([READY])))
        stream.sendall(message(b"\x11z") * 2000 + done(2000))
        self.assertEqual(stream.recv(100)[2], STORED)
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (2.0 KiB)")

    def test_a_sender_that_pauses_costs_no_time(self):
        process = self.waiting()
        stream = self.offered()
        stream.sendall(put(b"x", 4) + message(b"\x11ab"))
        self.assertEqual(stream.recv(100), message(bytes([READY])))

        def ticks():
            with open(f"/proc/{process.popen.pid}/stat", encoding="ascii") as stat:
                return sum(map(int, stat.read().rpartition(")")[2].split()[11:13]))
        before = ticks()
        time.sleep(1)
        self.assertLess(ticks() - before, 20)  # of a hundred
        process.signal(signal.SIGINT)
        self.assert_says(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")

    def test_one_at_a_time_and_the_next_when_it_brought_nothing(self):
        process = self.waiting()
        idle = self.offered(4)
        self.bus.gives("stream 6 file lamp").close()
        self.bus.hears("refuse 6 busy")
        self.bus.says("ok")
        idle.shutdown(socket.SHUT_WR)
        self.assertEqual(idle.recv(1), b"")
        self.bus.says("end 4 reset cancelled")
        self.takes(self.offered())
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (4 B)")

    def test_nonsense_before_an_offer_is_nobodys_file(self):
        process = self.waiting()
        for number, nonsense in ((4, b"\x00\x01\x77"), (6, done(0)), (8, message(b"\x11a"))):
            stream = self.offered(number)
            stream.sendall(nonsense)
            self.assertEqual(stream.recv(1), b"")
        self.takes(self.offered())
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (4 B)")

    def test_who_says_nothing_does_not_keep_others_away(self):
        process = self.waiting()
        self.assertEqual(self.offered(4).recv(1), b"")  # five seconds later
        self.takes(self.offered())
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (4 B)")

    def test_the_peer_that_is_waited_for(self):
        process = self.start("receive", "--from", "lamp", self.path("got"))
        self.bus.hears("peers")
        for packet in ("peer other online", "peer lamp offline", "ok"):
            self.bus.says(packet)
        self.bus.hears("publish file all")
        self.bus.says("ok")
        self.bus.gives("stream 4 file other").close()
        self.bus.hears("refuse 4 not-allowed")
        self.bus.says("ok")
        self.takes(self.offered())
        self.assert_says(process, EXIT_OK, "dsoftbus: DIR/got received from lamp (4 B)")

    def test_a_peer_that_nobody_trusts(self):
        process = self.start("receive", "--from", "lamp", self.path("got"))
        self.bus.hears("peers")
        self.bus.says("peer lamp-2 online")
        self.bus.says("ok")
        self.assert_ends(process, EXIT_NO_PEER, "dsoftbus: --from: lamp is not in the trust store")

    def test_another_length(self):
        for bodies in (message(b"\x11abcde"), message(b"\x11abc") + done(3), message(b"\x11abcd") + done(5)):
            with self.subTest(bodies):
                process = self.waiting()
                stream = self.offered()
                stream.sendall(put(b"x", 4) + bodies)
                self.assertEqual(stream.recv(3), message(bytes([READY])))
                self.assertEqual(stream.recv(100), message(bytes([REFUSED, 6])))
                stream.shutdown(socket.SHUT_WR)
                self.bus.says("end 5 clean")
                self.assert_says(process, EXIT_BROKEN, "dsoftbus: DIR/got: not kept: lamp sent another length than it announced")
                self.assert_nothing_is_there()

    def test_a_file_that_is_cut(self):
        for after in (b"", message(b"\x11ab")):
            with self.subTest(after):
                process = self.waiting()
                stream = self.offered()
                stream.sendall(put(b"x", 4) + after)
                self.assertEqual(stream.recv(100), message(bytes([READY])))
                stream.close()
                self.bus.says("end 5 reset gone")
                self.assert_says(process, EXIT_BROKEN, "dsoftbus: DIR/got: truncated, not kept: lamp sent "
                                 f"{len(after[3:])} B and not the end")
                self.assert_nothing_is_there()

    def test_messages_out_of_turn(self):
        for bodies in (put(b"y", 4), b"\x00\x01\x77"):
            with self.subTest(bodies):
                process = self.waiting()
                stream = self.offered()
                stream.sendall(put(b"x", 4) + bodies)
                self.assertEqual(stream.recv(3), message(bytes([READY])))
                self.assertEqual(stream.recv(100), message(bytes([REFUSED, 6])))
                stream.close()
                self.bus.says("end 5 reset cancelled")
                self.assert_says(process, EXIT_BROKEN, "dsoftbus: DIR/got: truncated, not kept: lamp sent 0 B and not the end")
                self.assert_nothing_is_there()

    def test_a_name_that_is_taken(self):
        process = self.start("receive", self.path("got"))
        self.bus.hears("publish file all")
        self.bus.says("error exists file")
        self.assert_ends(process, EXIT_LISTEN, "dsoftbus: this device's files go elsewhere: its daemon has an inbox, or another "
                         "program receives")

    def test_a_daemon_that_ends(self):
        for moment in range(2):
            process = self.waiting()
            if moment == 1:
                stream = self.offered()
                stream.sendall(put(b"x", 4))
                self.assertEqual(stream.recv(100), message(bytes([READY])))
            self.bus.client.close()
            self.assert_says(process, EXIT_BROKEN, "dsoftbus: the daemon ended, and with it all that it carried")
            self.assert_nothing_is_there()

    def test_interrupted(self):
        for moment in range(2):
            process = self.waiting()
            if moment == 1:
                stream = self.offered()
                stream.sendall(put(b"x", 4) + message(b"\x11ab"))
                self.assertEqual(stream.recv(100), message(bytes([READY])))
            process.signal(signal.SIGTERM)
            self.assert_says(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")
            self.assert_nothing_is_there()

    def test_a_disk_that_is_full(self):
        process = self.waiting(path="/dev/full")
        stream = self.offered()
        stream.sendall(put(b"x", 4) + message(b"\x11abcd") + done(4))
        self.assertEqual(stream.recv(3), message(bytes([READY])))
        self.assertEqual(stream.recv(100), message(bytes([REFUSED, 4])))
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assert_says(process, EXIT_LOCAL, "dsoftbus: /dev/full: not kept: No space left on device")

    def test_a_pipe_that_nobody_reads(self):
        process = self.started(Process([f"{BIN}/dsoftbus", "receive", "--bus", self.bus.path, "-"], stdout=subprocess.PIPE))
        self.bus.take()
        self.bus.hears("publish file all")
        self.bus.says("ok")
        stream = self.offered()
        stream.settimeout(1)
        stream.sendall(put(b"x", 8 * MIB))
        self.assertEqual(stream.recv(100), message(bytes([READY])))
        with self.assertRaises(TimeoutError):
            for _ in range(200):
                stream.sendall(message(b"\x11" + bytes(50_000)))
        process.signal(signal.SIGINT)
        self.assert_says(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")

    def test_a_port_of_its_own_is_another_way(self):
        result = subprocess.run([f"{BIN}/dsoftbus", "receive", "--bus", self.bus.path, "--listen", "127.0.0.1:0", "x"], env=ENV,
                                stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
        self.assertEqual((result.returncode, result.stderr), (EXIT_USAGE, "dsoftbus: --listen is another way than --bus: one of them\n"))


class Way(TestCase):
    """By which key."""

    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()
        self.there = self.daemon(self.beta)

    def ping(self, *options, home=None, bus=None):
        env = dict(ENV, HOME=home or self.folder, DSOFTBUS_BUS=bus or self.path("none"))
        env.pop("XDG_CONFIG_HOME", None)
        return subprocess.run([f"{BIN}/dsoftbus", "ping", "--count", "1", *options, self.there.target], env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False, timeout=PATIENCE)

    def test_the_daemons_when_one_listens(self):
        self.daemon(self.alpha)
        result = self.ping(bus=self.alpha.path("bus"))
        self.assertEqual((result.returncode, result.stderr), (EXIT_OK, ""))
        self.assertIn(f"{self.there.target}: seq=1 ", result.stdout)
        result = self.ping("--bus", self.alpha.path("bus"))
        self.assertEqual((result.returncode, result.stderr), (EXIT_OK, ""))
        self.there.wait_line("session 1 opened peer=alpha")
        self.assertNotIn("session 2", self.there.text())  # the daemon's one session served both

    def test_a_directorys_when_one_is_named(self):
        gamma = self.device("gamma")
        gamma.trust(self.beta)
        self.beta.trust(gamma)
        self.there.signal(signal.SIGHUP)
        self.there.wait_line("trust store read again")
        self.daemon(self.alpha)
        result = self.ping("--dir", gamma.dir, bus=self.alpha.path("bus"))
        self.assertEqual((result.returncode, result.stderr), (EXIT_OK, ""))
        self.there.wait_line("session 1 opened peer=gamma")

    def test_the_own_when_no_daemon_listens(self):
        os.makedirs(self.path("home", ".config"))
        os.rename(self.alpha.dir, self.path("home", ".config", "dsoftbus"))
        result = self.ping(home=self.path("home"))
        self.assertEqual((result.returncode, result.stderr), (EXIT_OK, ""))
        self.there.wait_line("session 1 opened peer=alpha")

    def test_a_named_socket_must_have_one(self):
        result = self.ping("--bus", self.path("none"))
        self.assertEqual(result.returncode, EXIT_UNREACHABLE)
        self.assertIn("no daemon listens on", result.stderr)

    def test_a_daemon_that_stands_still_is_not_passed_over(self):
        daemon = self.daemon(self.alpha)
        with frozen(daemon):
            result = self.ping("--bus", self.alpha.path("bus"))
        self.assertEqual(result.returncode, EXIT_UNREACHABLE)
        self.assertIn("is it stopped?", result.stderr)

    def test_both_ways_are_none(self):
        result = self.ping("--dir", self.alpha.dir, "--bus", self.alpha.path("bus"))
        self.assertEqual((result.returncode, result.stderr),
                         (EXIT_USAGE, "dsoftbus: --dir is another way than --bus: one of them\n"))


@unittest.skipIf(os.geteuid() != 0, "only root may become another user")
class OtherUser(TestCase):
    """One of the socket's group, who cannot read the key."""

    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()
        user = pwd.getpwnam("nobody")
        os.chmod(self.folder, 0o755)
        bus = self.folder_named("run")
        os.chown(bus, 0, user.pw_gid)
        os.chmod(bus, 0o2750)  # what is made in it has its group
        self.bus = f"{bus}/bus"
        self.inbox = self.folder_named("inbox")
        self.here = self.daemon(self.alpha, "--bus", self.bus)
        self.there = self.daemon(self.beta, "--inbox", self.inbox)
        self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "env",
                        "ASAN_OPTIONS=detect_leaks=0", "HOME=/nonexistent", f"DSOFTBUS_BUS={self.bus}"]

    def run_as_user(self, *words, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([*self.as_user, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True,
                              timeout=PATIENCE, env=ENV, **options)

    def command(self, *words, **options):
        result = self.run_as_user(f"{BIN}/dsoftbus", *words, **options)
        self.assertEqual((result.returncode, result.stderr), (EXIT_OK, ""), words)
        return result.stdout

    def test_the_key_is_out_of_reach(self):
        self.assertNotEqual(self.run_as_user("cat", self.alpha.path("identity")).returncode, 0)
        result = self.run_as_user(f"{BIN}/dsoftbus", "ping", "--dir", self.alpha.dir, self.there.target)
        self.assertEqual(result.returncode, EXIT_CONFIG)

    def test_every_command_that_talks_to_a_peer(self):
        self.assertIn("1 ping answered", self.command("ping", "--count", "1", self.there.target))
        path = self.make_file("data", 2 * MIB)
        os.chmod(path, 0o644)
        self.command("send", "--quiet", "beta", path)
        self.assert_same_file(path, f"{self.inbox}/data")
        self.assertEqual(self.command("services", "beta").split(), ["file", "revocations", "info", "echo"])
        self.assertRegex(self.command("peers"), r"^beta online ")
        self.assertIn("name beta\n", self.command("call", "beta", "info"))
        self.assertEqual(self.command("connect", "beta", "echo", input="again", stdin=None), "again")
        self.there.wait_line("session 1 opened peer=alpha")
        self.assertNotIn("session 2", self.there.text())

    def test_a_file_from_a_peer(self):
        got = self.folder_named("got")
        os.chmod(got, 0o777)
        receiver = self.started(Process([*self.as_user, f"{BIN}/dsoftbus", "receive", f"{got}/data"]))
        receiver.wait_line("waiting for a file through the daemon")
        path = self.make_file("data", 2 * MIB)
        self.assertEqual(self.beta.run("send", f"alpha@{self.here.at}", path).returncode, EXIT_OK)
        self.assertEqual(receiver.wait(), EXIT_OK, receiver.text())
        self.assert_same_file(path, f"{got}/data")

    def test_no_file_beside_an_inbox(self):
        result = subprocess.run([f"{BIN}/dsoftbus", "receive", "--bus", self.beta.path("bus"), self.path("got")], text=True,
                                stderr=subprocess.PIPE, check=False, env=ENV, timeout=PATIENCE)
        self.assertEqual((result.returncode, result.stderr), (EXIT_LISTEN, "dsoftbus: this device's files go elsewhere: its "
                                                              "daemon has an inbox, or another program receives\n"))

    def test_a_service_and_a_port(self):
        self.started(Process([*self.as_user, f"{BIN}/dsoftbus", "publish", "--all", "hello", "--", "echo", "from here"]))
        self.here.wait_line("service hello published by client 1 to all")
        result = subprocess.run([f"{BIN}/dsoftbus", "call", "--bus", self.beta.path("bus"),
                                 f"alpha@{self.here.at}", "hello"], stdout=subprocess.PIPE, text=True, check=False,
                                stdin=subprocess.DEVNULL, env=ENV, timeout=PATIENCE)
        self.assertEqual((result.returncode, result.stdout), (EXIT_OK, "from here\n"))
        forward = self.started(Process([*self.as_user, f"{BIN}/dsoftbus", "forward", "127.0.0.1:0", self.there.target,
                                        "echo"]))
        port = int(forward.wait_line(r"127\.0\.0\.1:(\d+)").group(1))
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            client.sendall(b"through")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(client), b"through")

    def test_who_is_not_of_the_group(self):
        result = subprocess.run(["setpriv", "--reuid=1", "--regid=1", "--clear-groups", "env", "ASAN_OPTIONS=detect_leaks=0",
                                 f"{BIN}/dsoftbus", "ping", "--bus", self.bus, self.there.target], env=ENV, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=PATIENCE)
        self.assertEqual(result.returncode, EXIT_LOCAL)
        self.assertIn("ask for membership in the group", result.stderr)


if __name__ == "__main__":
    main()
