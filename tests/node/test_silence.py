# SPDX-License-Identifier: Apache-2.0
"""A peer that says nothing any more is found dead within the keep-alive bound of 45 seconds."""

import time

from e2e import *

BOUND = 45
SLACK = 10  # a busy machine


class Silence(TestCase):
    def test_dead_peers_are_found_and_idle_ones_live_on(self):
        """All at once, since each needs most of a minute."""
        alpha, beta = self.pair()
        deaf_daemon, daemon = self.daemon(beta), self.daemon(alpha)
        idle_ping = self.started(beta.start("ping", "--interval", "50", "--count", "2", daemon.target))
        daemon.wait_line("session 1 opened")
        deaf_ping = self.started(beta.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("session 2 opened")
        live_ping = self.started(alpha.start("ping", "--interval", "3600", deaf_daemon.target))
        deaf_daemon.wait_line("session 1 opened")
        begin = time.monotonic()
        with frozen(deaf_daemon), frozen(deaf_ping):
            # the client finds the daemon dead
            self.assertEqual(live_ping.wait(BOUND + SLACK), EXIT_BROKEN)
            self.assertEqual(live_ping.text(), f"dsoftbus: session with beta at {deaf_daemon.at} broke "
                             "off: the peer is silent (session-silent)")
            # and the daemon the client
            daemon.wait_line("session 2 ended peer=beta reason=session-silent", BOUND + SLACK)
            self.assertGreater(time.monotonic() - begin, 25)  # but not before the bound is near
        self.assertEqual(idle_ping.wait(PATIENCE), EXIT_OK, idle_ping.text())
        daemon.wait_line("session 1 ended peer=beta reason=clean")


if __name__ == "__main__":
    main()
