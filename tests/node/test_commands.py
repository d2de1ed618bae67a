# SPDX-License-Identifier: Apache-2.0
"""The commands on the daemon's socket, each beside a daemon whose words are the test's: what they send, what they make of
every answer, and how a stream's end comes out on the other side."""

import signal
import socket
import struct
import subprocess
import time

from e2e import *
from fake_bus import *


class BusTestCase(TestCase):
    def setUp(self):
        super().setUp()
        self.bus = FakeBus(self.folder)
        self.addCleanup(self.bus.close)

    def start(self, command, *words, **popen):
        return self.started(Process([f"{BIN}/dsoftbus", command, "--bus", self.bus.path, *words], **popen))

    def run_command(self, command, *words):
        """One that ends by itself."""
        return subprocess.run([f"{BIN}/dsoftbus", command, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=PATIENCE, env=ENV, check=False)

    def assert_ends(self, process, code, text=""):
        self.assertEqual((process.wait(), process.text().replace(self.folder, "DIR")), (code, text))


class Connect(BusTestCase):
    def connected(self, command="connect", **popen):
        popen.setdefault("stdin", subprocess.PIPE)
        process = self.start(command, "lamp", "log", **popen)
        self.bus.take().hears("connect lamp log")
        return process, self.bus.gives("ok 5")

    def test_each_end_is_passed_on_alone(self):
        process, stream = self.connected()
        process.popen.stdin.write(b"question")
        process.popen.stdin.close()
        self.assertEqual(read_all(stream), b"question")
        stream.sendall(b"answer")
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 5 clean")
        self.assertEqual(process.popen.stdout.read(), b"answer")
        self.assert_ends(process, EXIT_OK)

    def test_the_answers_end_is_seen_while_the_question_goes_on(self):
        process, stream = self.connected()
        stream.sendall(b"answer")
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(process.popen.stdout.read(), b"answer")  # up to its end
        process.popen.stdin.write(b"more")
        process.popen.stdin.flush()
        self.assertEqual(stream.recv(10), b"more")
        process.popen.stdin.close()
        self.assertEqual(stream.recv(10), b"")
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_OK)

    def test_a_verdict_that_comes_before_the_bytes_are_taken_loses_none(self):
        process, stream = self.connected(stdin=subprocess.DEVNULL)
        with frozen(process):
            stream.sendall(b"x" * 100000)
            stream.close()
            self.bus.says("end 5 clean")
        self.assertEqual(process.popen.stdout.read(), b"x" * 100000)
        self.assert_ends(process, EXIT_OK)

    def cut(self, how):
        process, stream = self.connected(stdin=subprocess.DEVNULL)
        stream.sendall(b"half")
        self.assertEqual(stream.recv(1), b"")
        self.assertEqual(process.popen.stdout.read(4), b"half")
        how(stream)
        self.assertEqual(process.popen.stdout.read(), b"")
        return process

    def test_a_reset_is_no_end(self):
        def how(stream):
            stream.close()
            self.bus.says("end 5 reset gone")
        self.assert_ends(self.cut(how), EXIT_BROKEN, "dsoftbus: the stream with log of lamp was cut off: the service, the "
                         "device or the way to it is gone (gone)")

    def test_a_reset_after_both_ends_is_no_end(self):
        def how(stream):
            stream.shutdown(socket.SHUT_WR)
            self.bus.says("end 5 reset tomorrow")
        self.assert_ends(self.cut(how), EXIT_BROKEN, "dsoftbus: the stream with log of lamp was cut off: its reason is not "
                         "known here (other)")

    def test_a_daemon_that_dies_is_no_end(self):
        def how(stream):
            stream.close()
            self.bus.client.close()
        self.assert_ends(self.cut(how), EXIT_BROKEN, "dsoftbus: the daemon ended, and with it all that it carried")

    def test_a_daemon_that_talks_nonsense_is_no_end(self):
        def how(stream):
            stream.shutdown(socket.SHUT_WR)
            self.bus.says("end 5 perhaps")
        self.assert_ends(self.cut(how), EXIT_BROKEN, "dsoftbus: the daemon sent what is not of the protocol")

    def test_the_end_waits_for_the_verdict(self):
        process, stream = self.connected()
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(process.popen.stdout.read(), b"")
        process.popen.stdin.close()
        self.assertEqual(stream.recv(1), b"")
        with self.assertRaises(subprocess.TimeoutExpired):
            process.popen.wait(0.3)
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_OK)

    def test_a_stream_that_closed_whole_has_no_end_before_the_verdict(self):
        """The reader of standard output must not take half of an answer for all of it."""
        process, stream = self.connected(stdin=subprocess.DEVNULL)
        stream.sendall(b"half")
        self.assertEqual(stream.recv(1), b"")
        stream.close()
        self.assertEqual(process.popen.stdout.read(4), b"half")
        os.set_blocking(process.popen.stdout.fileno(), False)
        time.sleep(0.3)
        self.assertIsNone(process.popen.stdout.read())  # neither bytes nor an end
        self.bus.says("end 5 clean")
        self.assert_ends(process, EXIT_OK)

    def test_what_is_not_taken_holds_up_the_writer(self):
        """Standard output that nobody reads: a bounded number of bytes is under way."""
        process, stream = self.connected()
        stream.setblocking(False)
        sent = 0
        with self.assertRaises(BlockingIOError):
            while sent < 1 << 26:
                for _ in range(20):
                    try:
                        sent += stream.send(bytes(65536))
                        break
                    except BlockingIOError:
                        time.sleep(0.02)
                else:
                    raise BlockingIOError
        self.assertLess(sent, 1 << 20)
        process.popen.stdin.write(b"the other way is open")
        process.popen.stdin.flush()
        stream.setblocking(True)
        self.assertEqual(stream.recv(100), b"the other way is open")

    def test_many_bytes_both_ways(self):
        process, stream = self.connected(stdin=open("/dev/zero", "rb"))
        received = 0
        while received < 1 << 24:
            got = stream.recv(16384)
            stream.sendall(got)
            received += len(got)
            left = len(got)
            while left:
                left -= len(process.popen.stdout.read1(left))

    def test_standard_output_that_is_gone(self):
        process, stream = self.connected()
        process.popen.stdout.close()
        process.popen.stdout = None
        stream.sendall(b"answer")
        self.assert_ends(process, EXIT_LOCAL, "dsoftbus: standard output: Broken pipe")
        self.assertEqual(stream.recv(1), b"")

    def test_standard_input_that_is_closed(self):
        process, _ = self.connected(stdin=None, preexec_fn=lambda: os.close(0))
        self.assert_ends(process, EXIT_LOCAL, "dsoftbus: standard input: Bad file descriptor")

    def test_standard_output_that_is_full(self):
        process, stream = self.connected(stdout=open("/dev/full", "wb"))
        stream.sendall(b"answer")
        self.assert_ends(process, EXIT_LOCAL, "dsoftbus: standard output: No space left on device")

    def test_interrupted(self):
        process, stream = self.connected()
        process.signal(signal.SIGINT)
        self.assert_ends(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")
        self.assertEqual(stream.recv(1), b"")

    def test_interrupted_before_it_is_connected(self):
        process = self.start("connect", "lamp", "log")
        self.bus.take().hears("connect lamp log")
        process.signal(signal.SIGTERM)
        self.assert_ends(process, EXIT_INTERRUPTED, "dsoftbus: interrupted")

    def test_a_call_ends_with_its_answer(self):
        process, stream = self.connected("call")
        process.popen.stdin.write(b"question")
        process.popen.stdin.flush()
        self.assertEqual(stream.recv(10), b"question")
        stream.sendall(b"answer")
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(stream), b"")  # standard input is still open
        self.bus.says("end 5 clean")
        self.assertEqual(process.popen.stdout.read(), b"answer")
        self.assert_ends(process, EXIT_OK)


class Answers(BusTestCase):
    """What the daemon answers, in words and exit codes."""

    def check(self, answer, code, text):
        process = self.start("connect", "lamp", "log")
        self.bus.take().hears("connect lamp log")
        self.bus.says(answer)
        self.assert_ends(process, code, f"dsoftbus: {text}")

    def test_no_such_service(self):
        self.check("error no-such-service", EXIT_REFUSED, "lamp has no service log now (dsoftbus services lamp lists those "
                   "that this device may use)")

    def test_not_allowed(self):
        self.check("error not-allowed", EXIT_REFUSED, "lamp does not let this device use log: its line for this device has "
                   "to name the service, or the service be offered to every trusted device")

    def test_busy(self):
        self.check("error busy", EXIT_REFUSED, "log of lamp has as many streams as it takes: try again later")

    def test_gone(self):
        self.check("error gone", EXIT_BROKEN, "log of lamp turned the stream away: gone")

    def test_not_trusted(self):
        self.check("error not-trusted no line", EXIT_NO_PEER, "lamp is not in the daemon's trust store (dsoftbus trust add "
                   "lamp KEY)")

    def test_unreachable(self):
        self.check("error unreachable 192.0.2.1: No route to host", EXIT_UNREACHABLE,
                   "lamp cannot be reached: 192.0.2.1: No route to host")

    def test_timeout(self):
        self.check("error timeout", EXIT_UNREACHABLE, "lamp did not answer in time")

    def test_limit(self):
        self.check("error limit 128 streams", EXIT_REFUSED, "the daemon gives one client no more of these: 128 streams")

    def test_another_reason(self):
        self.check("error moonshine not tonight", EXIT_BROKEN, "the daemon answers: other: not tonight")

    def test_two_descriptors(self):
        process = self.start("connect", "lamp", "log")
        self.bus.take().hears("connect lamp log")
        fds = array.array("i", [0, 1])
        self.bus.client.sendmsg([b"ok 5"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        self.assert_ends(process, EXIT_BROKEN, "dsoftbus: the daemon sent what is not of the protocol")


class Daemonless(BusTestCase):
    def check(self, result, code, text):
        self.assert_fails(result, code, text)

    def test_nobody_on_the_socket(self):
        self.bus.close()
        for words in (("connect", "a", "b"), ("call", "a", "b"), ("publish", "x", "--", "cat"), ("peers",),
                      ("forward", "0", "a", "b"), ("services", "a")):
            self.check(self.run_command(words[0], "--bus", self.bus.path, *words[1:]), EXIT_UNREACHABLE,
                       "no daemon listens on DIR/bus: start dsoftbusd or dsoftbus serve, or name its socket (--bus)")

    def test_the_socket_of_the_environment(self):
        env = {**ENV, "XDG_RUNTIME_DIR": self.folder, "HOME": "/nowhere"}
        said = subprocess.run([f"{BIN}/dsoftbus", "peers"], env=env, capture_output=True, text=True, check=False).stderr
        self.assertIn("on /run/dsoftbus/bus", said)
        os.mkdir(self.path("dsoftbus"))
        os.rename(self.bus.path, self.path("dsoftbus", "bus"))
        process = self.started(Process([f"{BIN}/dsoftbus", "peers"], env=env))
        self.bus.take().hears("peers")
        self.bus.says("ok")
        self.assert_ends(process, EXIT_OK)

    def test_a_daemon_that_is_stopped(self):
        self.check(self.run_command("peers", "--bus", self.bus.path), EXIT_UNREACHABLE,
                   "DIR/bus: the daemon does not answer: is it stopped?")

    def test_another_version(self):
        process = self.start("peers")
        self.bus.greets = False
        self.bus.take().hears("hello 1")
        self.bus.says("error version 2 is spoken here")
        self.assert_ends(process, EXIT_UNREACHABLE, "dsoftbus: DIR/bus: the daemon is of another version than this command: "
                         "2 is spoken here")

    def test_a_path_too_long(self):
        path = "/" + "x" * 108
        self.check(self.run_command("peers", "--bus", path), EXIT_USAGE, f"--bus {path}: the socket's path is too long")

    def test_words(self):
        for words, text in (
                (("connect", "lamp"), "SERVICE is missing: dsoftbus connect [options] DEVICE SERVICE"),
                (("publish",), "NAME is missing: dsoftbus publish [options] NAME -- COMMAND ... | --tcp HOST:PORT NAME"),
                (("publish", "x"), "a command or --tcp is missing: dsoftbus publish [options] NAME -- COMMAND ... | "
                 "--tcp HOST:PORT NAME"),
                (("publish", "x", "--tcp", "127.0.0.1:9", "cat"), "\"cat\" is a word too many beside --tcp: dsoftbus publish "
                 "[options] NAME -- COMMAND ... | --tcp HOST:PORT NAME"),
                (("publish", "x", "--tcp", "127.0.0.1"), "--tcp 127.0.0.1: a port is missing (HOST:PORT)"),
                (("peers", "--dir", "x"), "unknown option --dir (see --help)")):
            self.check(self.run_command(*words), EXIT_USAGE, text)

    def test_names_that_are_none(self):
        process = self.start("connect", "Lamp", "log")
        self.bus.take()
        self.assert_ends(process, EXIT_USAGE, "dsoftbus: not asked: not a name (1 to 64 of a-z 0-9 . -)")


class Publish(BusTestCase):
    def published(self, *words):
        process = self.start("publish", *words)
        self.bus.take().hears("publish clock")
        self.bus.says("ok")
        process.wait_line("^dsoftbus: clock is published for the devices whose line names it$")
        return process

    def opened(self, number=1, peer="gateway"):
        stream = self.bus.gives(f"stream {number} clock {peer}")
        self.bus.hears(f"accept {number}")
        self.bus.says("ok")
        return stream

    def test_a_command_for_each_stream(self):
        self.published("clock", "--", "sh", "-c", "echo $DSOFTBUS_PEER $DSOFTBUS_SERVICE; cat")
        first, second = self.opened(1, "gateway"), self.opened(2, "laptop")
        for stream, peer, words in ((second, b"laptop", b"two"), (first, b"gateway", b"one")):
            stream.sendall(words)
            stream.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(stream), peer + b" clock\n" + words)

    def test_all(self):
        process = self.start("publish", "--all", "clock", "--", "cat")
        self.bus.take().hears("publish clock all")
        self.bus.says("error exists")
        self.assert_ends(process, EXIT_LISTEN, "dsoftbus: clock is published by another program already")

    def test_a_command_that_fails_is_no_clean_end(self):
        process = self.published("clock", "--", "sh", "-c", "echo half; read go; exit 3")
        stream = self.opened()
        self.assertEqual(stream.recv(10), b"half\n")
        stream.sendall(b"go\n")
        self.bus.hears("reset 1")
        self.bus.says("ok")
        process.wait_line("sh for gateway ended with status 3: its stream is reset")

    def test_a_command_that_is_killed_is_no_clean_end(self):
        process = self.published("clock", "--", "sh", "-c", "kill -9 $$")
        self.opened()
        self.bus.hears("reset 1")
        self.bus.says("ok")
        process.wait_line("sh for gateway ended by signal 9: its stream is reset")

    def test_the_end_of_the_output_waits_for_the_status(self):
        self.published("clock", "--", "sh", "-c", "exec >&-; cat >&2; exit 0")
        stream = self.opened()
        stream.setblocking(False)
        time.sleep(0.3)
        with self.assertRaises(BlockingIOError):
            stream.recv(1)
        stream.setblocking(True)
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(stream.recv(1), b"")

    def test_a_command_that_reads_nothing(self):
        self.published("clock", "--", "true")
        stream = self.opened()
        self.assertEqual(stream.recv(1), b"")
        for _ in range(100):
            stream.sendall(bytes(65536))  # taken and dropped
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 1 clean")

    def test_a_reset_ends_the_command_and_shows_it_no_end(self):
        done = self.path("done")
        process = self.published("clock", "--", "sh", "-c", f"echo $$; cat >/dev/null; echo > {done}")
        stream = self.opened()
        pid = int(stream.recv(20))
        stream.close()
        time.sleep(0.2)
        self.bus.says("end 1 reset gone")
        self.await_death(pid)
        self.assertFalse(os.path.exists(done))
        self.assertIsNone(process.popen.poll())

    def await_death(self, pid):
        end = time.monotonic() + PATIENCE
        while os.path.exists(f"/proc/{pid}"):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_a_command_that_does_not_mind_sigterm_is_killed(self):
        self.published("clock", "--", "sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done")
        pid = int(self.opened().recv(20))
        self.bus.says("end 1 reset cancelled")
        self.await_death(pid)

    def stopped(self, how, does="cat >/dev/null"):
        """The publisher ends some way; the command goes, and sees no end of its input."""
        done = self.path("done")
        process = self.published("clock", "--", "sh", "-c", f"trap '' TERM; echo $$; {does}; echo > {done}")
        pid = int(self.opened().recv(20))
        how(process)
        self.await_death(pid)
        self.assertFalse(os.path.exists(done))
        return process

    def test_the_command_goes_with_the_publisher(self):
        def how(process):
            process.signal(signal.SIGTERM)
            self.bus.hears("reset 1")
            self.bus.says("ok")
        self.assertEqual(self.stopped(how).wait(), EXIT_OK)

    def test_the_command_goes_with_a_killed_publisher(self):
        """One that reads may see an end first: the kernel closes a dead process's pipes before it tells its children."""
        self.stopped(lambda process: process.signal(signal.SIGKILL), "while :; do sleep 1; done")

    def test_the_command_goes_with_the_daemon(self):
        process = self.stopped(lambda _: self.bus.client.close())
        self.assertEqual(process.wait(), EXIT_BROKEN)
        process.wait_line("the daemon ended, and with it all that it carried")

    def test_more_streams_than_there_may_be(self):
        self.published("--at-once", "2", "clock", "--", "cat")
        first, _ = self.opened(1), self.opened(2)
        third = self.bus.gives("stream 3 clock gateway")
        self.bus.hears("refuse 3 busy")
        self.bus.says("ok")
        self.assertEqual(third.recv(1), b"")
        first.shutdown(socket.SHUT_WR)
        self.assertEqual(first.recv(1), b"")
        self.bus.says("end 1 clean")
        self.opened(4)

    def test_a_program_that_is_not_there(self):
        process = self.published("clock", "--", "/nowhere/clock")
        self.bus.gives("stream 1 clock gateway")
        self.bus.hears("refuse 1 gone")
        self.bus.says("ok")
        process.wait_line("^dsoftbus: /nowhere/clock for gateway: No such file or directory$")

    def test_the_command_has_no_descriptor_but_the_standard_ones(self):
        self.published("clock", "--", "sh", "-c", "ls /proc/self/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status")
        said = read_all(self.opened()).decode().split()
        self.assertEqual(said[:4], ["0", "1", "2", "3"])  # 3 is the folder that ls reads
        # Signals 32 and 33 are the C library's own, and no program can give them back.
        self.assertEqual((said[4:7], int(said[7], 16) & ~(3 << 31)), (["SigBlk:", "0" * 16, "SigIgn:"], 0))

    def test_the_answers_to_many_streams_at_once(self):
        self.published("clock", "--", "cat")
        streams = [self.bus.gives(f"stream {i} clock gateway") for i in range(1, 101)]
        for i in range(1, 101):
            self.bus.hears(f"accept {i}")
            self.bus.says("ok")
        for i, stream in enumerate(streams):
            stream.sendall(str(i).encode())
            stream.shutdown(socket.SHUT_WR)
        for i, stream in enumerate(streams):
            self.assertEqual(read_all(stream), str(i).encode())


class Tcp(BusTestCase):
    def setUp(self):
        super().setUp()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.server.close)
        self.server.settimeout(PATIENCE)

    def published(self):
        process = self.start("publish", "clock", "--tcp", f"127.0.0.1:{self.server.getsockname()[1]}")
        self.bus.take().hears("publish clock")
        self.bus.says("ok")
        return process

    def opened(self):
        self.published()
        stream = self.bus.gives("stream 1 clock gateway")
        self.bus.hears("accept 1")
        self.bus.says("ok")
        connection, _ = self.server.accept()
        connection.settimeout(PATIENCE)
        self.addCleanup(connection.close)
        return stream, connection

    def test_each_end_is_passed_on_alone(self):
        stream, connection = self.opened()
        stream.sendall(b"question")
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(connection), b"question")
        connection.sendall(b"answer")
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(stream), b"answer")

    def test_a_reset_stream_is_a_reset_connection(self):
        stream, connection = self.opened()
        stream.sendall(b"half")
        self.assertEqual(connection.recv(10), b"half")
        stream.close()
        self.bus.says("end 1 reset gone")
        with self.assertRaises(ConnectionResetError):
            connection.recv(1)

    def test_a_reset_connection_is_a_reset_stream(self):
        stream, connection = self.opened()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        self.bus.hears("reset 1")
        self.bus.says("ok")
        self.assertEqual(stream.recv(1), b"")

    def test_a_stream_that_comes_while_another_is_taken(self):
        """It is told before the answer that the publisher waits for, and nothing follows it."""
        self.published()
        first = self.bus.gives("stream 1 clock gateway")
        self.bus.hears("accept 1")
        second = self.bus.gives("stream 2 clock gateway")
        self.bus.says("ok")
        self.bus.hears("accept 2")
        self.bus.says("ok")
        for stream in first, second:
            stream.close()

    def test_a_server_that_is_not_there(self):
        process = self.published()
        port = self.server.getsockname()[1]
        self.server.close()
        self.bus.gives("stream 1 clock gateway")
        self.bus.hears("refuse 1 gone")
        self.bus.says("ok")
        process.wait_line(f"^dsoftbus: cannot connect to 127.0.0.1:{port} for gateway: Connection refused$")


class Forward(BusTestCase):
    def forwarding(self, *words):
        process = self.start("forward", *words, "0", "lamp", "http")
        self.bus.take()
        port = process.wait_line(r"^dsoftbus: 127\.0\.0\.1:(\d+) leads to http of lamp$").group(1)
        return process, int(port)

    def connection(self, port):
        connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def test_each_end_is_passed_on_alone(self):
        process, port = self.forwarding()
        connection = self.connection(port)
        self.bus.hears("connect lamp http")
        stream = self.bus.gives("ok 1")
        connection.sendall(b"question")
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(stream), b"question")
        stream.sendall(b"answer")
        stream.shutdown(socket.SHUT_WR)
        self.bus.says("end 1 clean")
        self.assertEqual(read_all(connection), b"answer")
        process.signal(signal.SIGTERM)
        self.assertEqual(process.wait(), EXIT_OK)

    def test_a_stream_that_does_not_come_about_is_a_reset_connection(self):
        process, port = self.forwarding()
        connection = self.connection(port)
        self.bus.hears("connect lamp http")
        self.bus.says("error not-trusted")
        with self.assertRaises(ConnectionResetError):
            connection.recv(1)
        process.wait_line("^dsoftbus: lamp is not in the daemon's trust store")

    def test_a_reset_stream_is_a_reset_connection(self):
        _, port = self.forwarding()
        connection = self.connection(port)
        self.bus.hears("connect lamp http")
        stream = self.bus.gives("ok 1")
        stream.close()
        self.bus.says("end 1 reset gone")
        with self.assertRaises(ConnectionResetError):
            connection.recv(1)

    def test_no_more_is_asked_than_the_daemon_takes(self):
        _, port = self.forwarding("--at-once", "30")
        connections = [self.connection(port) for _ in range(40)]
        streams = []
        for count in (15, 15):
            for _ in range(count):
                self.bus.hears("connect lamp http")
            self.assert_silent()
            streams += [self.bus.gives(f"ok {len(streams) + i + 1}") for i in range(count)]
        self.assert_silent()  # 30 are carried, ten connections wait
        connections[0].close()
        self.assertEqual(streams[0].recv(1), b"")
        streams[0].shutdown(socket.SHUT_WR)
        self.bus.says("end 1 clean")
        self.bus.hears("connect lamp http")

    def assert_silent(self):
        self.bus.client.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            self.bus.heard()
        self.bus.client.settimeout(PATIENCE)

    def test_an_address_that_cannot_be_had(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            process = self.start("forward", str(port), "lamp", "http")
            self.bus.take()
            self.assert_ends(process, EXIT_LISTEN, f"dsoftbus: cannot listen on 127.0.0.1:{port}: Address already in use")


class Lists(BusTestCase):
    def test_peers(self):
        process = self.start("peers")
        self.bus.take().hears("peers")
        for line in ("peer gateway online 192.0.2.1:34567", "peer lamp offline", "ok"):
            self.bus.says(line)
        self.assertEqual(process.popen.stdout.read(), b"gateway online 192.0.2.1:34567\nlamp offline\n")
        self.assert_ends(process, EXIT_OK)

    def test_peers_that_come_and_go(self):
        process = self.start("peers", "--watch")
        self.bus.take().hears("watch")
        self.bus.says("ok")
        self.bus.hears("peers")
        for line in ("peer lamp offline", "online lamp", "ok"):
            self.bus.says(line)
        self.assertEqual(process.popen.stdout.readline(), b"lamp offline\n")
        self.assertEqual(process.popen.stdout.readline(), b"online lamp\n")
        self.bus.says("offline lamp")
        self.assertEqual(process.popen.stdout.readline(), b"offline lamp\n")
        process.signal(signal.SIGINT)
        self.assert_ends(process, EXIT_OK)

    def test_services(self):
        process = self.start("services", "lamp")
        self.bus.take().hears("services lamp")
        for line in ("service info", "service log", "ok"):
            self.bus.says(line)
        self.assertEqual(process.popen.stdout.read(), b"info\nlog\n")
        self.assert_ends(process, EXIT_OK)

    def test_services_of_a_stranger(self):
        process = self.start("services", "lamp")
        self.bus.take().hears("services lamp")
        self.bus.says("error not-trusted")
        self.assert_ends(process, EXIT_NO_PEER, "dsoftbus: lamp is not in the daemon's trust store (dsoftbus trust add lamp "
                         "KEY)")


if __name__ == "__main__":
    main()
