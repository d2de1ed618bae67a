# SPDX-License-Identifier: Apache-2.0
"""Where the private key is in memory, and that it gets out nowhere."""

import os
import re
import signal

from e2e import *


class Secrets(TestCase):
    def test_key_is_only_in_locked_memory_outside_of_dumps(self):
        if os.geteuid() != 0:
            self.skipTest("only root may read the memory of a process that forbids it")
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        digits = beta.read("identity").split()[-1]
        needles = [bytes.fromhex(digits), digits.encode()]
        found = []
        with open(f"/proc/{daemon.pid}/smaps", encoding="ascii") as text:
            regions = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) (r\S*) .*?^VmFlags: (.*?)$", text.read(),
                                 re.M | re.S)
        with open(f"/proc/{daemon.pid}/mem", "rb", buffering=0) as memory:
            for begin, end, _, flags in regions:
                begin, end = int(begin, 16), int(end, 16)
                if end - begin > 1 << 30:  # a sanitizer's shadow
                    continue
                try:
                    memory.seek(begin)
                    content = memory.read(end - begin)
                except OSError:  # [vvar]
                    continue
                found += [flags.split() for needle in needles if needle in content]
        self.assertEqual(len(found), 1)  # the key itself, once; its text nowhere any more
        flags = {"lo", "dd", "wf"}  # locked, not dumped, wiped in children
        if os.environ.get("DSB_SANITIZED"):
            flags.remove("lo")  # the sanitizer makes mlock do nothing
        self.assertLessEqual(flags, set(found[0]))

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
