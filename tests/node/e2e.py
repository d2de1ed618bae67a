# SPDX-License-Identifier: Apache-2.0
"""Devices, daemons and commands as real processes, for the end-to-end tests.

Every test has a directory of its own and ports that the system chooses. Nothing waits for a fixed time:
a test waits for a line of a log, for the end of a process, or for a file.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BIN = os.environ["DSB_BIN"]  # the folder of dsoftbus and dsoftbusd
TOOLS = os.environ["DSB_TOOLS"]  # the folder of the tests' own programs
# Public keys that a trust store takes: points of prime order.
PUBLIC_KEYS = [u.to_bytes(32, "little").hex() for u in (
    9, 16, 34, 45, 49, 78, 100, 104, 111, 130, 134, 142, 173, 178, 186, 232, 240, 273, 276, 307,
    322, 324, 334, 347, 385, 398, 399, 402, 430, 452, 474, 484, 506, 520, 522, 544, 558, 559, 565,
    589, 605, 610)]
# Seconds after which something that should come soon counts as not coming.
PATIENCE = float(os.environ.get("DSB_PATIENCE", "60"))

# LeakSanitizer traces the process, which ours forbid; only root may do it all the same.
ENV = dict(os.environ)
if os.geteuid() != 0:
    ENV["ASAN_OPTIONS"] = "detect_leaks=0"

EXIT_OK, EXIT_LOCAL, EXIT_USAGE, EXIT_CONFIG, EXIT_NO_PEER, EXIT_UNREACHABLE = range(6)
EXIT_REJECTED, EXIT_BROKEN, EXIT_REFUSED, EXIT_LISTEN, EXIT_INTERRUPTED = range(6, 11)


def message(body):
    """A message of the service `file`: its length, its body."""
    return len(body).to_bytes(2, "big") + body


class Process:
    """A program that runs while the test does; its stderr is read line by line."""

    def __init__(self, argv, **popen):
        popen.setdefault("stdin", subprocess.DEVNULL)
        popen.setdefault("stdout", subprocess.PIPE)
        popen.setdefault("env", ENV)
        self.popen = subprocess.Popen(argv, stderr=subprocess.PIPE, **popen)
        self.pid = self.popen.pid
        self.lines = []
        self.changed = threading.Condition()
        self.over = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.popen.stderr:
            with self.changed:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def text(self):
        return "\n".join(self.lines)

    def wait_line(self, pattern, timeout=PATIENCE, start=0):
        """Waits for a line of stderr that the pattern is found in; returns the match."""
        end = time.monotonic() + timeout
        seen = start
        with self.changed:
            while True:
                for line in self.lines[seen:]:
                    match = re.search(pattern, line)
                    if match:
                        return match
                seen = len(self.lines)
                left = end - time.monotonic()
                if self.over or left <= 0:
                    raise AssertionError(f"no line with {pattern!r} in:\n{self.text()}")
                self.changed.wait(left)

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, timeout=PATIENCE):
        code = self.popen.wait(timeout)
        self.reader.join(timeout)
        return code

    def stop(self):
        """For cleaning up: ends it if it still runs."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.kill()
        self.wait()
        for pipe in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if pipe:
                pipe.close()


class Daemon(Process):
    def __init__(self, device, *options, prefix=(), listen="127.0.0.1:0", discovery="0", **popen):
        super().__init__([*prefix, f"{BIN}/dsoftbusd", "--dir", device.dir, "--listen", listen,
                          "--discovery-port", discovery, "--bus", device.path("bus"), *options], **popen)
        self.device = device
        try:
            self.at = self.wait_line(r"ready id=\S+ listen=(\S+)").group(1)
        except AssertionError:
            self.stop()
            raise
        self.port = int(self.at.rsplit(":", 1)[1])
        self.target = f"{device.id}@{self.at}"

    def terminate(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def status(self):
        """The counters as a dictionary, "rejected x" and the like as keys; sessions under "session"."""
        result = self.device.run("status")
        assert result.returncode == 0, result.stderr
        counters = {"session": []}
        for line in result.stdout.splitlines():
            words = line.split(" ")
            if words[0] == "session":
                counters["session"].append(line)
            else:
                counters[" ".join(words[:-1])] = words[-1]
        return counters


class Device:
    """A directory with an identity."""

    def __init__(self, folder, device_id):
        self.dir = os.path.join(folder, device_id)
        self.id = device_id
        result = self.run("keygen", device_id)
        assert result.returncode == 0, result.stderr
        self.key = result.stdout.split()[1]

    def argv(self, command, *words):
        return [f"{BIN}/dsoftbus", command, "--dir", self.dir, *words]

    def run(self, command, *words, prefix=(), **options):
        options.setdefault("timeout", PATIENCE)
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("env", ENV)
        return subprocess.run([*prefix, *self.argv(command, *words)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, **options)

    def start(self, command, *words, prefix=(), **popen):
        return Process([*prefix, *self.argv(command, *words)], **popen)

    def trust(self, other):
        result = self.run("trust", "add", other.id, other.key)
        assert result.returncode == 0, result.stderr

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "wb") as out:
            out.write(text.encode() if isinstance(text, str) else text)
        os.chmod(self.path(name), mode)

    def read(self, name):
        with open(self.path(name), encoding="ascii") as text:
            return text.read()


class TestCase(unittest.TestCase):
    """A directory, and devices that trust one another."""

    maxDiff = None  # a failure shows all of it

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="dsb-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def device(self, device_id):
        return Device(self.folder, device_id)

    def pair(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.trust(beta)
        beta.trust(alpha)
        return alpha, beta

    def started(self, process):
        """Stops it at the end of the test, whatever happens."""
        self.addCleanup(process.stop)
        return process

    def daemon(self, device, *options, **named):
        return self.started(Daemon(device, *options, **named))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def preloaded(self, source):
        """The prefix of a command in which functions of the C library are these."""
        library = self.path("preloaded.so")
        subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-x", "c", "-o", library, "-"], input=source, text=True,
                       check=True)
        # a sanitizer insists on being the first library unless told otherwise
        return ["env", f"LD_PRELOAD={library}", "ASAN_OPTIONS=verify_asan_link_order=0"]

    def make_file(self, name, length):
        path = self.path(name)
        with open(path, "wb") as out:
            out.write(os.urandom(length))
        return path

    def folder_named(self, name):
        os.mkdir(self.path(name))
        return self.path(name)

    def assert_fails(self, result, code, message):
        """One line on stderr, exactly this one, and this exit code."""
        self.assertEqual(result.stderr.replace(self.folder, "DIR"), f"dsoftbus: {message}\n")
        self.assertEqual(result.returncode, code)

    def assert_same_file(self, one, other):
        self.assertEqual(subprocess.run(["cmp", one, other], check=False).returncode, 0)


def main():
    """As unittest.main, but a test that was left out is no success: exit 77 says so to ctest. Whoever wants to know
    only whether all pass sets DSB_FAIL_FAST, and DSB_CASE for one alone."""
    program = unittest.main(verbosity=2, exit=False, module="__main__",
                            argv=[sys.argv[0], *os.environ.get("DSB_CASE", "").split(), *sys.argv[1:]],
                            failfast=bool(os.environ.get("DSB_FAIL_FAST")))
    if not program.result.wasSuccessful():
        sys.exit(1)
    if program.result.skipped:
        print("left out:", *{reason for _, reason in program.result.skipped}, sep="\n  ")
        sys.exit(77)


def namespaces(*flags):
    """Runs this program again in new namespaces, with the rights of root in them; exit 77 where that
    is not allowed."""
    if os.environ.get("DSB_IN_NAMESPACE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    wanted = list(flags) + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if subprocess.run(["unshare", *wanted, "true"], stderr=subprocess.PIPE, check=False).returncode:
        print("left out: this system does not allow namespaces")
        sys.exit(77)
    env = dict(os.environ, DSB_IN_NAMESPACE="1")
    os.execvpe("unshare", ["unshare", *wanted, sys.executable, *sys.argv], env)


@contextlib.contextmanager
def frozen(process):
    """The process does not run inside this block."""
    process.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.signal(signal.SIGCONT)
