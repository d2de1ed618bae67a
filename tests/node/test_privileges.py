# SPDX-License-Identifier: Apache-2.0
"""What needs root to be tried: becoming another user, files of others."""

import os
import pwd
import subprocess

from e2e import *

USER = "nobody"
ENV["ASAN_OPTIONS"] = "detect_leaks=0"  # the leak checker cannot trace a process that gave up root


@unittest.skipIf(os.geteuid() != 0, "needs root")
class Privileges(TestCase):
    def setUp(self):
        super().setUp()
        self.uid = pwd.getpwnam(USER).pw_uid
        os.chmod(self.folder, 0o755)

    def given_away(self, device):
        for root, _, names in os.walk(device.dir):
            for path in [root, *(os.path.join(root, name) for name in names)]:
                os.chown(path, self.uid, pwd.getpwnam(USER).pw_gid)
        return device

    def test_daemon_becomes_the_user_for_good(self):
        alpha, beta = self.pair()
        # root's further groups, which must not stay
        daemon = self.daemon(self.given_away(beta), "--user", USER, prefix=["setpriv", "--groups=10,20"])
        with open(f"/proc/{daemon.pid}/status", encoding="ascii") as text:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in text if ":\t" in line)
        self.assertEqual(status["Uid"].split(), [str(self.uid)] * 4)
        self.assertEqual(status["Groups"].strip(), "")
        self.assertEqual(int(status["CapEff"], 16) | int(status["CapPrm"], 16), 0)
        self.assertEqual(status["NoNewPrivs"], "1")
        # not dumpable: /proc belongs to root although the process does not
        self.assertEqual(os.stat(f"/proc/{daemon.pid}/mem").st_uid, 0)
        with open(f"/proc/{daemon.pid}/task/{daemon.pid}/children", encoding="ascii") as text:
            key_process = int(text.read())
        self.assertEqual(os.stat(f"/proc/{key_process}/mem").st_uid, 0)
        with open(f"/proc/{key_process}/status", encoding="ascii") as text:
            self.assertRegex(text.read(), rf"\nUid:\t{self.uid}\t{self.uid}\t{self.uid}\t{self.uid}\n")
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        status = beta.run("status", prefix=["setpriv", f"--reuid={self.uid}", "--clear-groups"])
        self.assertIn("\nopened 1\n", status.stdout, status.stderr)
        self.assertEqual(daemon.terminate(), EXIT_OK)
        self.assertEqual(sorted(os.listdir(beta.dir)), ["daemon.lock", "identity", "trust"])

    def test_daemon_that_stays_root_says_so(self):
        _, beta = self.pair()
        self.daemon(beta).wait_line("warning runs as root, which it need not")
        daemon = self.daemon(self.given_away(self.device("gamma")), "--user", USER)
        self.assertNotIn("root", daemon.text())

    def test_a_user_by_number(self):
        _, beta = self.pair()
        daemon = self.daemon(self.given_away(beta), "--user", str(self.uid))
        with open(f"/proc/{daemon.pid}/status", encoding="ascii") as text:
            self.assertRegex(text.read(), rf"\nUid:\t{self.uid}\t{self.uid}\t{self.uid}\t{self.uid}\n")

    def test_identity_of_root_is_not_read_as_the_user(self):
        beta = self.device("beta")
        result = subprocess.run([f"{BIN}/dsoftbusd", "--dir", beta.dir, "--listen", "127.0.0.1:0",
                                 "--discovery-port", "0", "--user", USER], stderr=subprocess.PIPE,
                                text=True, env=ENV, check=False, timeout=PATIENCE)
        self.assertEqual(result.stderr, f"dsoftbusd: {beta.dir}: Permission denied\n")
        self.assertEqual(result.returncode, EXIT_CONFIG)

    def test_unknown_user(self):
        beta = self.device("beta")
        result = subprocess.run([f"{BIN}/dsoftbusd", "--dir", beta.dir, "--listen", "127.0.0.1:0",
                                 "--user", "no.such.user", "--discovery-port", "0"], env=ENV,
                                stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(result.stderr, "dsoftbusd: --user no.such.user: no user of that name or number\n")
        self.assertEqual(result.returncode, EXIT_USAGE)

    def test_directory_of_another_user(self):
        device = self.device("alpha")
        os.chown(device.dir, 1, 1)
        self.assert_fails(device.run("id"), EXIT_CONFIG,
                          "DIR/alpha: belongs to user 1, not to user 0 (as root: sudo -u '#1' ...)")

    def test_identity_of_another_user(self):
        device = self.device("alpha")
        os.chown(device.path("identity"), 1, 1)
        self.assert_fails(device.run("id"), EXIT_CONFIG,
                          "DIR/alpha/identity: belongs to user 1, not to user 0 (as root: sudo -u '#1' ...)")

    def test_inbox_that_the_user_may_not_write(self):
        beta = self.given_away(self.device("beta"))
        inbox = self.folder_named("inbox")
        result = subprocess.run([f"{BIN}/dsoftbusd", "--dir", beta.dir, "--listen", "127.0.0.1:0",
                                 "--user", USER, "--inbox", inbox, "--discovery-port", "0", "--bus", "none"], env=ENV,
                                stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(result.stderr, f"dsoftbusd: --inbox {inbox}: Permission denied\n")
        self.assertEqual(result.returncode, EXIT_LOCAL)


if __name__ == "__main__":
    main()
