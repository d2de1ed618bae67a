# SPDX-License-Identifier: Apache-2.0
"""The host beside the machine: ports, programs, what they print, and what went wrong there."""
import os
import re
import socket
import subprocess
import time

import interrupt
from verdict import HOST_FAILED, Failure

WAIT_S_MAX = 60  # for a program to end
START_S_MAX = 60  # for its first words


def free_ports(count):
    """Ports that nobody holds now."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def must(condition, text):
    if not condition:
        raise Failure(HOST_FAILED, text)


def output(command):
    """(exit code, all that it printed)"""
    done = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=WAIT_S_MAX)
    return done.returncode, done.stdout


class Program:
    """Runs beside the machine, with its words in a file."""

    def __init__(self, command, log):
        self.log = log
        with open(log, "wb") as words, interrupt.hold():
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with interrupt.hold():
            self.process.terminate()
            self.process.wait()

    def wait_said(self, pattern):
        end = time.monotonic() + START_S_MAX
        while True:
            match = self.said(pattern)
            if match:
                return match
            must(time.monotonic() < end, f"the program does not say '{pattern}', see {self.log}")
            time.sleep(0.02)

    def said(self, pattern):
        """The first match in what it has printed."""
        if not os.path.exists(self.log):
            return None
        with open(self.log, encoding="ascii", errors="replace") as words:
            match = re.search(pattern, words.read(), re.M)
        must(match or self.process.poll() is None, f"the program ended before it said '{pattern}', see {self.log}")
        return match
