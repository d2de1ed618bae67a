# SPDX-License-Identifier: Apache-2.0
"""Sessions over a link that loses, delays and reorders packets, between two network namespaces."""

import os
import re
import subprocess
import time

from e2e import *

DELAY_MS, LOSS_PERMILLE, SEED = 10, 20, 6
MIB = 1 << 20


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Lossy(TestCase):
    def setUp(self):
        super().setUp()
        for name in ("left", "right"):
            ip("netns", "add", name)
            self.addCleanup(ip, "netns", "delete", name)
            ip("-n", name, "link", "set", "lo", "up")
        self.link = self.started(Process([f"{TOOLS}/lossy_link", "left", "right", str(DELAY_MS),
                                          str(LOSS_PERMILLE), str(SEED)]))
        try:
            self.link.wait_line("link up")
        except AssertionError:
            if self.link.wait() == 77:
                self.skipTest(f"no tun devices here: {self.link.text()}")
            raise
        for name, address in (("left", "10.66.0.1"), ("right", "10.66.0.2")):
            ip("-n", name, "address", "add", f"{address}/24", "dev", "tun0")
            ip("-n", name, "link", "set", "tun0", "up")
        self.alpha, self.beta = self.pair()
        self.inbox = self.folder_named("inbox")
        self.daemon_at_right = self.daemon(self.beta, "--inbox", self.inbox, listen="10.66.0.2:0",
                                           prefix=["ip", "netns", "exec", "right"])

    left = ("ip", "netns", "exec", "left")

    def test_ping_takes_the_delay(self):
        result = self.alpha.run("ping", "--count", "20", "--interval", "0",
                                self.daemon_at_right.target, prefix=self.left)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        shortest = float(re.search(r"min/mean/max ([0-9.]+)/", result.stdout).group(1))
        self.assertGreaterEqual(shortest, 2 * DELAY_MS)

    def test_files_arrive_identical(self):
        paths = [self.make_file(f"file-{i}", MIB + i) for i in range(3)]
        sending = [self.started(self.alpha.start("send", self.daemon_at_right.target, path,
                                                 prefix=self.left)) for path in paths]
        for process, path in zip(sending, paths):
            self.assertEqual(process.wait(120), EXIT_OK, process.text())
            self.assert_same_file(path, os.path.join(self.inbox, os.path.basename(path)))

    def test_thirty_sessions_connect_within_their_deadline(self):
        pings = [self.started(self.alpha.start("ping", "--count", "2", "--interval", "0",
                                               self.daemon_at_right.target, prefix=self.left))
                 for _ in range(30)]
        codes = [ping.wait() for ping in pings]
        # a handshake that loses a packet twice may pass its five seconds; then it says so
        for ping, code in zip(pings, codes):
            if code != EXIT_OK:
                self.assertRegex(ping.text(), "did not answer in time|timed out")
        self.assertGreaterEqual(codes.count(EXIT_OK), 27)

    def test_transfer_survives_a_partition(self):
        path = self.make_file("data", 2 * MIB)
        sender = self.started(self.alpha.start("send", self.daemon_at_right.target, path, prefix=self.left))
        self.daemon_at_right.wait_line("session 1 opened")
        with frozen(self.link):
            time.sleep(2)  # the partition's length, not a wait for something
        self.assertEqual(sender.wait(120), EXIT_OK, sender.text())
        self.assert_same_file(path, os.path.join(self.inbox, "data"))


if __name__ == "__main__":
    namespaces("--net", "--mount")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    main()
