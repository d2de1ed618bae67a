#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""New authenticated sessions per second, and a file's way to a daemon's disk, over the loopback: dsoftbusd beside
plain TCP and TLS 1.3 with mutual authentication (OpenSSL; X25519, Ed25519 certificates, ChaCha20-Poly1305).

Rounds are interleaved: each round measures all three, so that what else the machine does hits all of them.
Prints tables in Markdown: median, least and most of the rounds, and ratios.
"""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time

AT_A_TIME = 32  # sessions that the client has under way
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children_of(pid):
    """Of its first thread; the daemon has one, the key's process."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return children.read().split()


class Server:
    """A server process, and how to run its clients. Its files lie in memory: no disk is measured."""

    def __init__(self, work, argv, port_pattern):
        with open(f"{work}/log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(argv, cwd=work, stdout=log, stderr=log)
        while self.process.poll() is None:
            with open(f"{work}/log", encoding="utf-8") as log:
                match = re.search(port_pattern, log.read(), re.M)
            if match:
                self.port = match.group(1)
                return
            time.sleep(0.01)
        raise SystemExit(f"{argv[0]} did not start")

    def cpu_seconds(self):
        """Its own, and those of its children."""
        pid = self.process.pid
        return cpu_seconds(pid), sum(cpu_seconds(child) for child in children_of(pid))

    def measure(self, argv, work):
        """Seconds from the client's start to its end, and the CPU seconds of the server and its children meanwhile."""
        before = self.cpu_seconds()
        begin = time.monotonic()
        subprocess.run(argv, cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = time.monotonic() - begin
        return took, *(now - then for now, then in zip(self.cpu_seconds(), before))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Stream:
    def __init__(self, kind, tools, work):
        self.program, self.kind, self.work = f"{tools}/stream_peer", kind, work
        self.stored = f"{work}/stored-{kind}"

    def serve(self):
        return Server(self.work, [self.program, self.kind, "serve", self.stored], r"^(\d+)\n")

    def connect(self, server, count):
        return [self.program, self.kind, "connect", server.port, str(count), str(AT_A_TIME)]

    def send(self, server, path):
        return [self.program, self.kind, "send", server.port, path]


class Dsoftbus:
    def __init__(self, programs, tools, work):
        self.programs, self.tools, self.work = programs, tools, work
        self.inbox = f"{work}/inbox"
        self.stored = f"{self.inbox}/payload"
        os.mkdir(self.inbox)
        keys = {}
        for name in ("alpha", "beta"):
            made = subprocess.run([f"{programs}/dsoftbus", "keygen", "--dir", f"{work}/{name}", name], check=True,
                                  stdout=subprocess.PIPE, text=True)
            keys[name] = made.stdout.split()
        for name, other in (("alpha", "beta"), ("beta", "alpha")):
            subprocess.run([f"{programs}/dsoftbus", "trust", "add", "--dir", f"{work}/{name}", *keys[other]],
                           check=True)

    def serve(self):
        return Server(self.work, [f"{self.programs}/dsoftbusd", "--dir", f"{self.work}/beta", "--listen",
                                  "127.0.0.1:0", "--discovery-port", "0", "--inbox", self.inbox],
                      r"ready id=beta listen=127\.0\.0\.1:(\d+)\n")

    def connect(self, server, count):
        return [f"{self.tools}/churn", f"{self.work}/alpha", "beta", f"127.0.0.1:{server.port}", str(count),
                str(AT_A_TIME)]

    def send(self, server, path):
        return [f"{self.programs}/dsoftbus", "send", "--quiet", "--dir", f"{self.work}/alpha",
                f"beta@127.0.0.1:{server.port}", path]


def make_certificates(work):
    for name in ("server", "client"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", f"/CN={name}", "-days",
                        "1", "-keyout", f"{name}.key", "-out", f"{name}.crt"], cwd=work, check=True,
                       stderr=subprocess.DEVNULL)
        with open(f"{work}/{name}.pem", "wb") as out:
            for part in ("key", "crt"):
                with open(f"{work}/{name}.{part}", "rb") as text:
                    out.write(text.read())


def table(title, unit, figures):
    """figures: name -> list of one number per round."""
    print(f"\n| {title} | median {unit} | least | most | beside TCP | beside TLS |")
    print("|---|---:|---:|---:|---:|---:|")
    medians = {name: statistics.median(values) for name, values in figures.items()}
    for name, values in figures.items():
        ratios = [f"{medians[name] / medians[other]:.2f}" for other in ("plain TCP", "TLS 1.3")]
        print(f"| {name} | {medians[name]:,.0f} | {min(values):,.0f} | {max(values):,.0f} | {ratios[0]} | {ratios[1]} |")
    return medians


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=os.path.abspath, help="folder of dsoftbus and dsoftbusd")
    parser.add_argument("tools", type=os.path.abspath, help="folder of stream_peer and churn")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sessions", type=int, default=4000)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    options = parser.parse_args()
    work = tempfile.mkdtemp(prefix="dsb-bench-", dir="/dev/shm")
    try:
        run(options, work)
    finally:
        shutil.rmtree(work)


def run(options, work):
    make_certificates(work)
    payload = f"{work}/payload"
    subprocess.run(f"openssl enc -aes-128-ctr -K {'17' * 16} -iv {'00' * 16} -in /dev/zero 2>/dev/null"
                   f" | head -c {options.bytes} > {payload}", shell=True, check=True)
    kinds = {"plain TCP": Stream("tcp", options.tools, work), "TLS 1.3": Stream("tls", options.tools, work),
             "DSoftBus": Dsoftbus(options.programs, options.tools, work)}
    rates, cpu_us, key_us, speeds, cpu_ns = ({name: [] for name in kinds} for _ in range(5))
    primitives = []
    for _ in range(options.rounds):
        for name, kind in kinds.items():
            server = kind.serve()
            took, cpu, of_key = server.measure(kind.connect(server, options.sessions), work)
            rates[name].append(options.sessions / took)
            cpu_us[name].append((cpu + of_key) / options.sessions * 1e6)
            key_us[name].append(of_key / options.sessions * 1e6)
            took, cpu, of_key = server.measure(kind.send(server, payload), work)
            server.stop()
            if subprocess.run(["cmp", "-s", payload, kind.stored], check=False).returncode != 0:
                raise SystemExit(f"{name}: what was stored is not what was sent")
            os.remove(kind.stored)
            speeds[name].append(options.bytes / took / 1e6)
            cpu_ns[name].append((cpu + of_key) / options.bytes * 1e9)
        words = subprocess.run([f"{options.tools}/churn", "primitives"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split()
        primitives.append([int(word) for word in words])
    variable_ns, base_ns, seal_ns, several_ns = (statistics.median(column) for column in zip(*primitives))

    print(f"{options.rounds} interleaved rounds, {options.sessions} sessions and {options.bytes / 2**20:.0f} MiB in each; "
          f"{os.cpu_count()} processors")
    table(f"new authenticated sessions, {AT_A_TIME} at a time", "per second", rates)
    table("file to the server's memory file system", "MB/s", speeds)
    ours_us = statistics.median(cpu_us["DSoftBus"])
    ours_ns = statistics.median(cpu_ns["DSoftBus"])
    ours_key_us = statistics.median(key_us["DSoftBus"])
    agreement_us = (3 * variable_ns + base_ns) / 1e3
    open_ns = seal_ns / 32768
    print(f"""
| processor time of the server and its children | plain TCP | TLS 1.3 | DSoftBus | of it the primitives |
|---|---:|---:|---:|---:|
| a session, microseconds | {statistics.median(cpu_us["plain TCP"]):.0f} | {statistics.median(cpu_us["TLS 1.3"]):.0f} | \
{ours_us:.0f}, the key's process {ours_key_us:.0f} of them | \
{agreement_us:.0f}: 3 X25519 of {variable_ns / 1e3:.1f} and a base point of {base_ns / 1e3:.1f}, one by one \
({100 * agreement_us / ours_us:.0f} %); of 16 X25519 at once each takes {several_ns / 1e3:.1f} |
| a byte, nanoseconds | {statistics.median(cpu_ns["plain TCP"]):.2f} | {statistics.median(cpu_ns["TLS 1.3"]):.2f} | {ours_ns:.2f} | \
{open_ns:.2f}: ChaCha20-Poly1305 ({100 * open_ns / ours_ns:.0f} %) |""")


if __name__ == "__main__":
    main()
