# SPDX-License-Identifier: Apache-2.0
"""Peers that the daemon has ended and that do not care: revoked, turned away, not understood."""

import contextlib
import os
import signal
import subprocess

from e2e import *


class Renamed(TestCase):
    def test_same_key_under_another_id_is_another_device(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        ping = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("opened peer=alpha")
        # in one step: the key is never without a name
        beta.write("trust.new", beta.read("trust").replace("alpha ", "gamma "))
        os.rename(beta.path("trust.new"), beta.path("trust"))
        daemon.wait_line("trust store read again: 1 peers")
        daemon.wait_line("session 1 ended peer=alpha reason=local-revoked")
        self.assertEqual(ping.wait(), EXIT_BROKEN)


class RudePeer(TestCase):
    """A trusted peer that hears no CLOSE: what this side has ended is over all the same."""

    PUT, BYTES, DONE = b"\x10\0\0\0\0\0\0\0\x05", b"\x11", b"\x12\0\0\0\0\0\0\0\x05"

    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()
        self.inbox = self.folder_named("inbox")

    def rude(self, daemon):
        process = self.started(Process([f"{TOOLS}/rude", self.alpha.dir, "beta", daemon.at, "file", "-"],
                                       stdin=subprocess.PIPE, bufsize=0))
        self.assertEqual(process.popen.stdout.readline(), b"open\n")
        return process

    def put(self, process, name):
        for body in (self.PUT + name.encode(), self.BYTES + b"hello", self.DONE):
            with contextlib.suppress(BrokenPipeError):
                process.popen.stdin.write(message(body).hex().encode() + b"\n")
                process.popen.stdin.flush()

    def test_a_revoked_peer_stores_nothing(self):
        daemon = self.daemon(self.beta, "--inbox", self.inbox)
        rude = self.rude(daemon)
        self.put(rude, "before")
        daemon.wait_line("file stored name=before")
        self.beta.run("trust", "remove", "alpha")
        daemon.signal(signal.SIGHUP)
        daemon.wait_line("session 1 ended peer=alpha reason=local-revoked")
        self.put(rude, "after")
        self.assertEqual(rude.wait(), 1)
        self.assertEqual(os.listdir(self.inbox), ["before"])
        self.assertEqual(daemon.status()["sessions"], "0")

    def test_a_peer_that_was_turned_away_stores_nothing(self):
        daemon = self.daemon(self.beta, "--inbox", self.inbox, "--sessions", "1")
        first = self.rude(daemon)
        second = self.started(Process([f"{TOOLS}/rude", self.alpha.dir, "beta", daemon.at, "file", "-"],
                                      stdin=subprocess.PIPE, bufsize=0))
        second.wait_line("rude: accept-truncated")
        self.put(first, "one")
        daemon.wait_line("file stored name=one")
        self.assertEqual(daemon.status()["sessions"], "1")

    def test_after_a_foreign_message_nothing_is_heard(self):
        daemon = self.daemon(self.beta, "--inbox", self.inbox)
        rude = self.rude(daemon)
        rude.popen.stdin.write(message(b"\x7f").hex().encode() + b"\n")
        rude.popen.stdin.flush()
        self.assertEqual(rude.popen.stdout.readline(), b"reset protocol\n")
        self.put(rude, "late")
        # the session is not the stream's: others of this peer go on, and this one is not heard
        self.assertEqual(self.alpha.run("send", "--name", "other", daemon.target, "/proc/version").returncode, EXIT_OK)
        self.assertEqual(daemon.status()["sessions"], "1")
        self.assertEqual(os.listdir(self.inbox), ["other"])


if __name__ == "__main__":
    main()
