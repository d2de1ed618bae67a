#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A file's way to a daemon over a link that delays and loses packets (tests/node/lossy_link.c, both ways, between two
network namespaces of its own). Rounds are interleaved; each has other losses. Prints a table in Markdown.

usage: loss.py PROGRAMS TOOLS      folders of dsoftbus and dsoftbusd, and of lossy_link
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.update(DSB_BIN=sys.argv[1], DSB_TOOLS=sys.argv[2])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "node"))
from e2e import Daemon, Device, Process, TOOLS, namespaces  # noqa: E402

DELAY_MS = 10  # each way
PERMILLE = (0, 1, 5, 10, 20, 50)
ROUNDS = 5
FILE_BYTES = 4 << 20
TIMEOUT_S = 120


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def connect(permille, seed):
    """The link, up in both namespaces."""
    for name in ("left", "right"):
        ip("netns", "add", name)
    link = Process([f"{TOOLS}/lossy_link", "left", "right", str(DELAY_MS), str(permille), str(seed)])
    link.wait_line("link up")
    for name, address in (("left", "10.66.0.1"), ("right", "10.66.0.2")):
        ip("-n", name, "address", "add", f"{address}/24", "dev", "tun0")
        ip("-n", name, "link", "set", "tun0", "up")
    return link


def disconnect(link):
    link.stop()
    for name in ("left", "right"):
        ip("netns", "delete", name)


def seconds(alpha, beta, folder, permille, seed):
    """What one file takes, from the command's start to its end."""
    link = connect(permille, seed)
    inbox = tempfile.mkdtemp(dir=folder)
    daemon = Daemon(beta, "--inbox", inbox, listen="10.66.0.2:0", prefix=("ip", "netns", "exec", "right"))
    begin = time.monotonic()
    sent = alpha.run("send", daemon.target, os.path.join(folder, "payload"), prefix=("ip", "netns", "exec", "left"),
                     timeout=TIMEOUT_S)
    took = time.monotonic() - begin
    daemon.stop()
    disconnect(link)
    if sent.returncode != 0:
        sys.exit(f"bench-loss: {sent.stderr}")
    return took


def main():
    namespaces("--net", "--mount")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    with tempfile.TemporaryDirectory(prefix="dsb-", dir="/dev/shm") as folder:
        alpha, beta = Device(folder, "alpha"), Device(folder, "beta")
        alpha.trust(beta)
        beta.trust(alpha)
        with open(os.path.join(folder, "payload"), "wb") as out:
            out.write(os.urandom(FILE_BYTES))
        rates = {permille: [] for permille in PERMILLE}
        for seed in range(1, ROUNDS + 1):
            for permille, found in rates.items():
                found.append(FILE_BYTES / seconds(alpha, beta, folder, permille, seed) / 1e6)
    print(f"{ROUNDS} interleaved rounds, {FILE_BYTES >> 20} MiB each, {2 * DELAY_MS} ms there and back\n")
    print("| packets lost each way | median MB/s | least | most |\n|---|---:|---:|---:|")
    for permille, found in rates.items():
        print(f"| {permille / 10:g} % | {statistics.median(found):.2f} | {min(found):.2f} | {max(found):.2f} |")


main()
