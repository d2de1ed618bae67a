# SPDX-License-Identifier: Apache-2.0
"""Where the private key is in memory, and that it gets out nowhere."""

import os
import re
import select
import signal
import subprocess

from e2e import *


def key_process(daemon):
    """The pid of the process that has the daemon's key: its one child."""
    with open(f"/proc/{daemon.pid}/task/{daemon.pid}/children", encoding="ascii") as text:
        pid, = text.read().split()
    return int(pid)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as text:
        return dict(line.rstrip("\n").split(":\t", 1) for line in text if ":\t" in line)


def regions_with(pid, needles):
    """The flags of each region of the process' memory that holds one, as often as it does."""
    found = []
    with open(f"/proc/{pid}/smaps", encoding="ascii") as text:
        regions = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) r.*?^VmFlags: (.*?)$", text.read(), re.M | re.S)
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for begin, end, flags in regions:
            begin, end = int(begin, 16), int(end, 16)
            if end - begin > 1 << 30:  # a sanitizer's shadow
                continue
            try:
                memory.seek(begin)
                content = memory.read(end - begin)
            except OSError:  # [vvar]; or unmapped meanwhile
                continue
            found += [flags.split() for needle in needles for _ in range(content.count(needle))]
    return found


def needles_of(device):
    """What would show the key: itself and clamped, each whole or a half, and the file's digits."""
    digits = device.read("identity").split()[-1]
    key = bytes.fromhex(digits)
    clamped = bytes([key[0] & 248, *key[1:31], key[31] & 127 | 64])
    return {key, key[:16], key[16:], clamped, clamped[:16], clamped[16:], digits.encode(), digits[:32].encode()}


@unittest.skipIf(os.geteuid() != 0, "only root may read the memory of a process that forbids it")
class Memory(TestCase):
    def test_daemon_never_has_the_key(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--peer-sessions", "800")
        needles = needles_of(beta)
        self.assertEqual(regions_with(daemon.pid, needles), [])  # before
        swarm = self.started(Process([f"{TOOLS}/swarm", alpha.dir, beta.id, daemon.at, "800", "1"],
                                     stdin=subprocess.PIPE))
        scans_beside = 0
        while "\nopened 800\n" not in beta.run("status").stdout:
            self.assertEqual(regions_with(daemon.pid, needles), [])  # during
            scans_beside += 1
        self.assertGreater(scans_beside, 0)
        swarm.popen.stdin.close()
        self.assertEqual(swarm.wait(), 0, swarm.text())
        self.assertEqual(regions_with(daemon.pid, needles), [])  # after

    def test_its_own_process_has_it_once_in_locked_memory_outside_of_dumps(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        digits = beta.read("identity").split()[-1]
        found = regions_with(key_process(daemon), [bytes.fromhex(digits), digits.encode()])
        self.assertEqual(len(found), 1)  # the key itself, once; its text nowhere any more
        flags = {"lo", "dd", "wf"}  # locked, not dumped, wiped in children
        if os.environ.get("DSB_SANITIZED"):
            flags.remove("lo")  # the sanitizer makes mlock do nothing
        self.assertLessEqual(flags, set(found[0]))


class KeyProcess(TestCase):
    def test_it_has_one_descriptor_no_signal_and_a_filter(self):
        _, beta = self.pair()
        pid = key_process(self.daemon(beta))
        self.assertEqual(os.listdir(f"/proc/{pid}/fd"), ["0"])
        self.assertRegex(os.readlink(f"/proc/{pid}/fd/0"), "^socket:")
        status = status_of(pid)
        self.assertEqual(int(status["SigBlk"], 16) | 1 << 8 | 1 << 18 | 3 << 31, (1 << 64) - 1)
        if os.environ.get("DSB_FILTERED") == "1":
            self.assertEqual((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))

    def test_a_signal_to_all_leaves_it_until_the_daemon_has_ended(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, start_new_session=True)
        os.kill(key_process(daemon), signal.SIGTERM)
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        os.killpg(daemon.pid, signal.SIGTERM)
        self.assertEqual(daemon.wait(), EXIT_OK)
        self.assertNotIn("lost", daemon.text())

    def test_its_end_is_the_daemons(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        session = self.started(alpha.start("ping", "--count", "1000", daemon.target))
        daemon.wait_line("session 1 opened")
        os.kill(key_process(daemon), signal.SIGKILL)
        daemon.wait_line("error the key's process is lost: it ended; stopping: 1 sessions")
        daemon.wait_line("session 1 ended peer=alpha reason=clean")  # no less than at another stop
        self.assertEqual(daemon.wait(), EXIT_LOCAL)
        self.assertEqual(daemon.lines[-1], "dsoftbusd: the key's process is lost")
        self.assertEqual(session.wait(), EXIT_BROKEN)

    def test_one_that_does_not_answer_is_lost(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        watch = os.pidfd_open(key_process(daemon))
        self.addCleanup(os.close, watch)
        os.kill(key_process(daemon), signal.SIGSTOP)
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_REJECTED)
        daemon.wait_line("rejected from=.* reason=local-key")
        daemon.wait_line("error the key's process is lost: it does not answer; stopping: 0 sessions")
        self.assertEqual(daemon.wait(), EXIT_LOCAL)
        self.assertEqual(select.select([watch], [], [], PATIENCE)[0], [watch])

    def test_it_ends_with_a_daemon_that_is_killed(self):
        _, beta = self.pair()
        daemon = self.daemon(beta)
        watch = os.pidfd_open(key_process(daemon))
        self.addCleanup(os.close, watch)
        daemon.signal(signal.SIGKILL)
        self.assertEqual(select.select([watch], [], [], PATIENCE)[0], [watch])


class Secrets(TestCase):
    def test_no_core_dump(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, cwd=self.folder)
        with open(f"/proc/{daemon.pid}/limits", encoding="ascii") as limits:
            self.assertRegex(limits.read(), r"Max core file size +0 +0 ")
        daemon.signal(signal.SIGQUIT)
        daemon.wait()
        self.assertEqual(sorted(os.listdir(self.folder)), ["alpha", "beta"])

    def test_logs_hold_no_key(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--verbose")
        alpha.run("ping", "--count", "1", "--verbose", daemon.target)
        daemon.terminate()
        for secret in (beta.read("identity").split()[-1], beta.key, alpha.key):
            self.assertNotIn(secret, daemon.text())


if __name__ == "__main__":
    main()
