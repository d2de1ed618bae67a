# SPDX-License-Identifier: Apache-2.0
"""The bus between two daemons with one trust line each: a service is published beside one and used beside the other, by
commands, by a Python program, by an HTTP server and client, and by SSH."""

import hashlib
import http.client
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from e2e import *

SOURCE = os.environ["DSB_SOURCE"]
TRANSFER_BYTES = int(os.environ.get("DSB_TRANSFER_BYTES", 1 << 30))


class Side:
    """A device, its daemon, and commands on that daemon's socket."""

    def __init__(self, test, device, *options):
        self.test, self.device, self.id = test, device, device.id
        self.bus = device.path("bus")
        self.daemon = test.daemon(device, *options)
        self.target = self.daemon.target

    def start(self, command, *words, **popen):
        return self.test.started(Process([f"{BIN}/dsoftbus", command, "--bus", self.bus, *words], **popen))

    def run(self, command, *words, **options):
        return subprocess.run([f"{BIN}/dsoftbus", command, "--bus", self.bus, *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE, env=ENV, check=False,
                              **({"stdin": subprocess.DEVNULL} if "input" not in options else {}), **options)

    def publish(self, *words):
        process = self.start("publish", *words)
        process.wait_line("^dsoftbus: \\S+ is published")
        return process


class BusTestCase(TestCase):
    def setUp(self):
        super().setUp()
        alpha, beta = self.pair()
        self.alpha, self.beta = Side(self, alpha), Side(self, beta)

    def trust_line(self, side, peer, *services):
        """The side's one line, with a list of services."""
        side.device.write("trust", f"dsoftbus-trust 2\n{peer.id} {peer.device.key} {','.join(services)}\n")
        start = len(side.daemon.lines)
        side.daemon.signal(signal.SIGHUP)
        side.daemon.wait_line("trust store read again: 1 peers", start=start)

    def refused(self, result, code, text):
        self.assertEqual((result.stderr.decode(), result.returncode), (f"dsoftbus: {text}\n", code))


class Commands(BusTestCase):
    def test_a_command_of_the_other_device(self):
        self.beta.publish("--all", "upper", "--", "sh", "-c", "echo $DSOFTBUS_PEER $DSOFTBUS_SERVICE; tr a-z A-Z")
        for command in ("connect", "call"):
            result = self.alpha.run(command, self.beta.target, "upper", input=b"hello")
            self.assertEqual((result.stdout, result.stderr, result.returncode), (b"alpha upper\nHELLO", b"", EXIT_OK))

    def test_both_ways_at_once(self):
        """One session, dialled by one side, carries the services of both."""
        self.beta.publish("--all", "whose", "--", "echo", "of beta")
        self.alpha.publish("--all", "whose", "--", "echo", "of alpha")
        self.assertEqual(self.alpha.run("call", self.beta.target, "whose").stdout, b"of beta\n")
        self.assertEqual(self.beta.run("call", "alpha", "whose").stdout, b"of alpha\n")

    def test_a_service_for_named_devices_only(self):
        self.beta.publish("clock", "--", "date")
        self.refused(self.alpha.run("call", self.beta.target, "clock"), EXIT_REFUSED,
                     "beta does not let this device use clock: its line for this device has to name the service, "
                     "or the service be offered to every trusted device")
        self.beta.daemon.wait_line("not-allowed")
        self.trust_line(self.beta, self.alpha, "clock")
        self.assertEqual(self.alpha.run("call", self.beta.target, "clock").returncode, EXIT_OK)

    def test_a_line_with_a_list_permits_no_other(self):
        self.beta.publish("--all", "clock", "--", "date")
        self.beta.publish("--all", "door", "--", "echo", "open")
        self.trust_line(self.beta, self.alpha, "clock")
        self.assertEqual(self.alpha.run("call", self.beta.target, "clock").returncode, EXIT_OK)
        self.assertEqual(self.alpha.run("call", self.beta.target, "door").returncode, EXIT_REFUSED)

    def test_services_and_peers(self):
        self.beta.publish("--all", "clock", "--", "date")
        self.beta.publish("door", "--", "echo", "open")
        result = self.alpha.run("services", self.beta.target)
        self.assertEqual((result.stderr, result.returncode), (b"", EXIT_OK))
        names = result.stdout.decode().split()
        self.assertIn("clock", names)
        self.assertNotIn("door", names)
        self.assertRegex(self.alpha.run("peers").stdout.decode(), r"^beta online \S+\n$")
        self.assertRegex(self.beta.run("peers").stdout.decode(), r"^alpha online \S+\n$")

    def test_peers_that_come_and_go(self):
        watch = self.beta.start("peers", "--watch")
        self.assertEqual(watch.popen.stdout.readline(), b"alpha offline\n")
        self.assertEqual(self.alpha.run("services", self.beta.target).returncode, EXIT_OK)
        self.assertEqual(watch.popen.stdout.readline(), b"online alpha\n")
        self.alpha.daemon.terminate()
        self.assertEqual(watch.popen.stdout.readline(), b"offline alpha\n")

    def test_no_such_service(self):
        result = self.alpha.run("call", self.beta.target, "moonshine")
        self.assertEqual(result.returncode, EXIT_REFUSED)
        self.assertIn(b"has no service moonshine now", result.stderr)

    def test_a_stranger(self):
        self.refused(self.alpha.run("call", "gamma@127.0.0.1:9", "clock"), EXIT_NO_PEER,
                     "gamma is not in the daemon's trust store (dsoftbus trust add gamma KEY)")

    def test_a_device_that_is_not_there(self):
        self.beta.daemon.terminate()
        self.assertEqual(self.alpha.run("call", self.beta.target, "clock").returncode, EXIT_UNREACHABLE)

    def test_a_name_is_published_once(self):
        self.beta.publish("clock", "--", "date")
        self.refused(self.beta.run("publish", "clock", "--", "date"), EXIT_LISTEN,
                     "clock is published by another program already")

    def test_a_name_is_free_again_after_its_publisher(self):
        first = self.beta.publish("--all", "clock", "--", "echo", "one")
        first.signal(signal.SIGTERM)
        self.assertEqual(first.wait(), EXIT_OK)
        self.beta.publish("--all", "clock", "--", "echo", "two")
        self.assertEqual(self.alpha.run("call", self.beta.target, "clock").stdout, b"two\n")


class Ends(BusTestCase):
    """Whoever dies in the middle of a stream: the other end is told, and takes it for no end."""

    def stream(self, command=("sh", "-c", "echo $$; cat")):
        self.publisher = self.beta.publish("--all", "talk", "--", *command)
        caller = self.alpha.start("connect", self.beta.target, "talk", stdin=subprocess.PIPE)
        self.pid = int(caller.popen.stdout.readline())
        return caller

    def assert_cut(self, caller):
        self.assertEqual(caller.wait(), EXIT_BROKEN)
        self.assertRegex(caller.text(), r"^dsoftbus: the stream with talk of beta was cut off: ")

    def await_death(self):
        end = time.monotonic() + PATIENCE
        while os.path.exists(f"/proc/{self.pid}"):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_a_clean_end(self):
        caller = self.stream()
        caller.popen.stdin.write(b"words")
        caller.popen.stdin.close()
        self.assertEqual(caller.popen.stdout.read(), b"words")
        self.assertEqual(caller.wait(), EXIT_OK)

    def test_the_command_fails(self):
        caller = self.stream(("sh", "-c", "echo $$; read x; exit 3"))
        caller.popen.stdin.write(b"x\n")
        caller.popen.stdin.flush()
        self.assert_cut(caller)

    def test_the_publisher_dies(self):
        caller = self.stream()
        self.publisher.signal(signal.SIGKILL)
        self.assert_cut(caller)
        self.await_death()

    def test_the_publishers_daemon_dies(self):
        caller = self.stream()
        self.beta.daemon.signal(signal.SIGKILL)
        self.assert_cut(caller)
        self.assertEqual(self.publisher.wait(), EXIT_BROKEN)
        self.await_death()

    def test_the_callers_daemon_dies(self):
        caller = self.stream()
        self.alpha.daemon.signal(signal.SIGKILL)
        self.assertEqual(caller.wait(), EXIT_BROKEN)
        self.await_death()

    def test_the_caller_dies(self):
        caller = self.stream()
        caller.signal(signal.SIGKILL)
        self.await_death()
        self.assertIsNone(self.publisher.popen.poll())

    def test_the_caller_is_trusted_no_more(self):
        caller = self.stream()
        self.beta.device.run("trust", "remove", "alpha")
        self.beta.daemon.signal(signal.SIGHUP)
        self.assert_cut(caller)
        self.await_death()


class Programs(BusTestCase):
    """Others than dsoftbus itself, on either end."""

    def python(self, side, *words):
        return [sys.executable, "-B", f"{SOURCE}/examples/bus.py", *words], {**os.environ, "DSOFTBUS_BUS": side.bus}

    def test_the_python_example(self):
        argv, env = self.python(self.beta, "publish", "answers")
        server = self.started(Process(argv, env=env))
        self.assertEqual(server.popen.stdout.readline(), b"published\n")
        argv, env = self.python(self.alpha, "connect", self.beta.target, "answers", "hello")
        result = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual((result.stdout, result.stderr), ("alpha said: hello\n", ""))
        self.assertEqual(self.alpha.run("call", self.beta.target, "answers", input=b"hi").stdout, b"alpha said: hi")

    def test_the_python_example_is_told_why_not(self):
        argv, env = self.python(self.alpha, "connect", self.beta.target, "moonshine", "hello")
        result = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertRegex(result.stderr, "^bus.py: no-such-service")

    def forward(self, port, name):
        """A port beside alpha that leads to a port beside beta."""
        publisher = self.beta.publish("--all", name, "--tcp", f"127.0.0.1:{port}")
        forward = self.alpha.start("forward", "0", self.beta.target, name)
        self.said = lambda: publisher.text() + "\n" + forward.text()
        return int(forward.wait_line(r"127\.0\.0\.1:(\d+) leads to").group(1))

    def http_server(self, folder):
        """The port of Python's own HTTP server for a folder."""
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            port = chosen.getsockname()[1]
        server = self.started(Process([sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder,
                                       str(port)], env=os.environ))
        self.assertIn(b"Serving HTTP", server.popen.stdout.readline())
        return port

    def test_http(self):
        folder = self.folder_named("www")
        self.make_file("www/page", 5_000_000)
        port = self.forward(self.http_server(folder), "http")
        got = self.path("got")
        subprocess.run(["curl", "--silent", "--show-error", "--fail", "--output", got, f"http://127.0.0.1:{port}/page"], check=True,
                       timeout=PATIENCE)
        self.assert_same_file(got, self.path("www", "page"))
        missing = subprocess.run(["curl", "--silent", "--fail", f"http://127.0.0.1:{port}/nothing"], check=False, timeout=PATIENCE)
        self.assertEqual(missing.returncode, 22)  # the server's own 404

    def test_http_by_a_hundred_at_once(self):
        folder = self.folder_named("www")
        page = self.make_file("www/page", 200_000)
        with open(page, "rb") as file:
            wanted = hashlib.sha256(file.read()).hexdigest()
        port = self.forward(self.http_server(folder), "http")
        got, all_connected = [], threading.Barrier(100)

        def fetch():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.connect()
            all_connected.wait()
            connection.request("GET", "/page")
            got.append(hashlib.sha256(connection.getresponse().read()).hexdigest())
            connection.close()

        threads = [threading.Thread(target=fetch) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(got, [wanted] * 100, self.said())

    def test_a_half_closed_connection(self):
        """The question's end reaches the server, whose answer needs it, and comes back."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = self.forward(server.getsockname()[1], "count")
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
                client.sendall(b"x" * 300_000)
                client.shutdown(socket.SHUT_WR)
                connection, _ = server.accept()
                with connection:
                    count = 0
                    while part := connection.recv(65536):
                        count += len(part)
                    connection.sendall(str(count).encode())
                self.assertEqual(client.recv(100), b"300000")
                self.assertEqual(client.recv(100), b"")

    def ssh_files(self):
        """A host key, a user's key, and the configurations of server and client."""
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name)], check=True)
        os.rename(self.path("user.pub"), self.path("authorized"))
        with open(self.path("host.pub"), encoding="ascii") as file:
            host_key = " ".join(file.read().split()[:2])
        with open(self.path("known"), "w", encoding="ascii") as file:
            file.write(f"lamp {host_key}\n")
        with open(self.path("sshd.conf"), "w", encoding="ascii") as file:
            file.write(f"HostKey {self.path('host')}\nAuthorizedKeysFile {self.path('authorized')}\nStrictModes no\nUsePAM no\n"
                       "PermitRootLogin yes\nPasswordAuthentication no\nPidFile none\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)  # where Debian's sshd puts its unprivileged half

    def ssh(self, *words, **options):
        return subprocess.run(["ssh", "-F", "none", "-i", self.path("user"), "-o", f"UserKnownHostsFile={self.path('known')}",
                               "-o", "HostKeyAlias=lamp", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE, check=False, **options)

    def check_ssh(self, *where):
        words = os.urandom(3_000_000)
        result = self.ssh(*where, "sha256sum; exit 7", input=words)
        self.assertEqual((result.stdout.split()[:1], result.stderr, result.returncode),
                         ([hashlib.sha256(words).hexdigest().encode()], b"", 7))

    def test_ssh_through_a_forwarded_port(self):
        self.ssh_files()
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            port = chosen.getsockname()[1]
        server = self.started(Process(["/usr/sbin/sshd", "-D", "-e", "-f", self.path("sshd.conf"), "-o",
                                       f"ListenAddress=127.0.0.1:{port}"]))
        server.wait_line("Server listening")
        self.check_ssh("-p", str(self.forward(port, "ssh")), "127.0.0.1")

    def test_ssh_with_a_server_for_each_stream(self):
        """sshd as a published command, and `dsoftbus connect` as the client's way to it."""
        self.ssh_files()
        self.beta.publish("--all", "ssh", "--", "/usr/sbin/sshd", "-i", "-f", self.path("sshd.conf"))
        self.check_ssh("-o", f"ProxyCommand={BIN}/dsoftbus connect --bus {self.alpha.bus} {self.beta.target} ssh", "lamp")

    def test_a_gibibyte(self):
        """Both ways through one stream, at once: each byte arrives once and in order."""
        self.beta.publish("--all", "echo-all", "--", "cat")
        sent, got = hashlib.sha256(), hashlib.sha256()
        caller = self.alpha.start("connect", self.beta.target, "echo-all", stdin=subprocess.PIPE)

        def send():
            left, block = TRANSFER_BYTES, os.urandom(1 << 20)
            while left > 0:
                piece = (left.to_bytes(8, "big") + block)[:min(left, len(block))]
                caller.popen.stdin.write(piece)
                sent.update(piece)
                left -= len(piece)
            caller.popen.stdin.close()

        sender = threading.Thread(target=send)
        sender.start()
        while part := caller.popen.stdout.read1(1 << 20):
            got.update(part)
        sender.join()
        self.assertEqual(caller.wait(), EXIT_OK, caller.text())
        self.assertEqual(got.hexdigest(), sent.hexdigest())


if __name__ == "__main__":
    if not all(shutil.which(program, path="/usr/sbin:" + os.environ["PATH"]) for program in ("sshd", "ssh", "curl")):
        print("left out: sshd, ssh and curl are needed")
        sys.exit(77)
    main()
