# SPDX-License-Identifier: Apache-2.0
"""The filters of system calls: what each process may still do, and that anything else is its end."""

import os
import signal
import subprocess

from e2e import *

KILLED = -signal.SIGSYS
# What only a process that was taken over would do.
FORBIDDEN = ("execve", "execveat", "fork", "ptrace", "process_vm_readv", "kill", "tgkill-other", "setuid", "capset", "prctl",
             "prlimit-other", "socket-packet", "terminal", "mmap-code", "mprotect-code", "chroot", "unshare", "bpf",
             "keyctl", "io_uring_setup")
DAEMONS = ("read", "write", "thread", "socket", "openat", "mprotect")
SANITIZERS = ("fork", "ptrace", "prctl")  # the search for leaks makes these


@unittest.skipIf(os.environ.get("DSB_FILTERED") != "1", "built without libseccomp")
class Filter(TestCase):
    def try_call(self, kind, call):
        return subprocess.run([f"{TOOLS}/filtered", kind, call], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False, timeout=PATIENCE).returncode

    def test_daemon_may(self):
        for call in DAEMONS:
            with self.subTest(call):
                self.assertEqual(self.try_call("daemon", call), 0)

    def test_daemon_may_not(self):
        for call in FORBIDDEN:
            if call in SANITIZERS and os.environ.get("DSB_SANITIZED"):
                continue  # tried by the build without
            with self.subTest(call):
                self.assertEqual(self.try_call("daemon", call), KILLED)

    def test_key_may(self):
        for call in ("read", "write"):
            with self.subTest(call):
                self.assertEqual(self.try_call("key", call), 0)

    def test_key_may_not(self):
        for call in (*FORBIDDEN, "read-other", "write-other", "socket", "openat", "thread", "mprotect"):
            with self.subTest(call):
                self.assertEqual(self.try_call("key", call), KILLED)

    def test_the_running_daemon_has_one(self):
        _, beta = self.pair()
        daemon = self.daemon(beta)
        for task in os.listdir(f"/proc/{daemon.pid}/task"):
            with open(f"/proc/{daemon.pid}/task/{task}/status", encoding="ascii") as text:
                self.assertRegex(text.read(), r"\nNoNewPrivs:\t1\nSeccomp:\t2\n")
        self.assertEqual(daemon.status()["filter"], "on")
        self.assertNotIn("not filtered", daemon.text())


if __name__ == "__main__":
    main()
