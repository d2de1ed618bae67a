# SPDX-License-Identifier: Apache-2.0
"""2,000 sessions with one daemon, and a flood of strangers meanwhile."""

import os
import socket
import struct
import subprocess
import threading
import time

from e2e import *

SESSIONS = 2000
ROUNDS = 50
IDLE_SESSION_MAX = 4096  # bytes of the daemon per idle session
ROUND_TRIP_MAX_MS = 5000  # nobody starves: far below the 45 s after which a session is dead
FLOOD_SOURCE = "127.66.6.6"
HALF_OPEN = 256
DROPS = 10 * HALF_OPEN  # the flood goes on until the full table was replaced so many times over


class Flood:
    """Connects as fast as it can from one address and never authenticates: says nothing, half a message, or a
    whole one that no key fits."""

    openings = [b"", b"\x00\x30half", b"\x00\x30" + b"\x09" + bytes(47)]

    def __init__(self, port):
        self.port = port
        self.over = threading.Event()
        self.count = 0
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        open_ones = []
        while not self.over.is_set():
            stranger = socket.socket()
            # closed with a reset: no port stays in TIME_WAIT
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                stranger.bind((FLOOD_SOURCE, 0))
                stranger.connect(("127.0.0.1", self.port))
                stranger.sendall(self.openings[self.count % len(self.openings)])
                self.count += 1
            except OSError:
                pass
            open_ones.append(stranger)
            if len(open_ones) > 2 * HALF_OPEN:
                open_ones.pop(0).close()
        for stranger in open_ones:
            stranger.close()

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.count / (time.monotonic() - self.began)


class Load(TestCase):
    def swarm(self, alpha, daemon, sessions, rounds):
        swarm = self.started(Process([f"{TOOLS}/swarm", alpha.dir, daemon.device.id, daemon.at,
                                      str(sessions), str(rounds)], stdin=subprocess.PIPE))
        self.swarm_lines = iter(swarm.popen.stdout.readline, b"")
        return swarm

    def line(self, swarm):
        line = next(self.swarm_lines, b"").decode().strip()
        self.assertNotEqual(line, "", f"the swarm ended: {swarm.text()}")
        return line

    def test_sessions_and_a_flood(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--half-open", str(HALF_OPEN), "--peer-sessions", str(2 * SESSIONS))
        alpha.run("ping", "--count", "1", daemon.target)  # what is made once is made
        before = int(daemon.status()["resident-kib"])

        swarm = self.swarm(alpha, daemon, SESSIONS, ROUNDS)
        self.assertEqual(self.line(swarm), f"open {SESSIONS}")
        flood = Flood(daemon.port)
        self.addCleanup(flood.stop)
        longest = []
        for number in range(ROUNDS):
            words = self.line(swarm).split()
            self.assertEqual(words[:3], ["round", str(number), "longest-ms"])
            longest.append(float(words[3]))
        self.assertEqual(self.line(swarm), "idle")
        self.assertLess(max(longest), ROUND_TRIP_MAX_MS)

        # legitimate newcomers get in while the flood goes on
        newcomers = 0
        while newcomers < 20 or int(daemon.status().get("rejected local-dropped", 0)) < DROPS:
            result = alpha.run("ping", "--count", "1", daemon.target)
            self.assertEqual(result.returncode, EXIT_OK, result.stderr)
            newcomers += 1
        rate = flood.stop()
        daemon_lines = sum("rejected" in line for line in daemon.lines)
        counters = daemon.status()
        self.assertEqual(counters["sessions"], str(SESSIONS))
        dropped = int(counters["rejected local-dropped"])
        self.assertLess(daemon_lines, 1000)  # and the log was not flooded
        self.assertFalse([key for key in counters if key.startswith("broken")])

        # idle: the strangers are gone, no session holds a buffer
        end = time.monotonic() + PATIENCE
        while int(counters["half-open"]) > 0 and time.monotonic() < end:
            time.sleep(0.05)
            counters = daemon.status()
        self.assertEqual(counters["half-open"], "0")
        self.assertEqual(counters["buffers-in-use"], "0")
        self.assertLess(int(counters["connection-bytes"]), IDLE_SESSION_MAX)
        per_session = (int(counters["resident-kib"]) - before) * 1024 / SESSIONS
        if not os.environ.get("DSB_SANITIZED"):  # a sanitizer keeps what was freed
            self.assertLess(per_session, IDLE_SESSION_MAX)

        swarm.popen.stdin.close()
        swarm.popen.stdin = None
        self.assertEqual(self.line(swarm), f"closed {SESSIONS}")
        self.assertEqual(swarm.wait(), 0, swarm.text())
        self.assertEqual(daemon.terminate(), EXIT_OK)
        print(f"{SESSIONS} sessions: {per_session:.0f} bytes resident each when idle; longest round trip "
              f"{max(longest):.0f} ms in {ROUNDS} rounds; flood {rate:.0f} connections/s, {dropped} dropped, {newcomers} newcomers let in")


if __name__ == "__main__":
    main()
