#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""A TCP server reached through the bus, beside the ways that people use today: ssh -L, yamux (one TCP connection, no
encryption), and no detour at all. The server sends as many bytes as it is asked for.

DSoftBus stands twice: with `publish --tcp` and `forward` at its ends, as ssh -L has, and with the descriptors that the
daemon hands out, used by programs themselves.

Rounds are interleaved: each round measures all, so that what else the machine does hits all of them.
"""

import argparse
import importlib.util
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = 1 << 20
OPENINGS = 300
AT_ONCE = 64


def load_example():
    spec = importlib.util.spec_from_file_location("bus", f"{TOP}/examples/bus.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUS = load_example()


# --- the server, whatever its connections are

def answer(connection):
    block = bytes(BLOCK)
    with connection:
        try:
            left = int(connection.recv(16, socket.MSG_WAITALL))
            while left > 0:
                left -= connection.send(memoryview(block)[:min(left, BLOCK)])
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
        except (OSError, ValueError):
            pass


def serve_tcp():
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()


def serve_bus(path):
    bus = BUS.Bus(path)
    bus.ask("publish descriptors all")
    print("published", flush=True)
    while True:
        words, stream = bus.event()
        if words[0] == "stream":
            bus.ask(f"accept {words[1]}")
            threading.Thread(target=answer, args=(stream,), daemon=True).start()


# --- the client

def get(stream, length):
    buffer = bytearray(BLOCK)
    got = 0
    with stream:
        stream.sendall(b"%016d" % length)
        while count := stream.recv_into(buffer):
            got += count
        stream.shutdown(socket.SHUT_WR)  # only now: this yamux reads no more once it has said its end
    if got != length:
        raise SystemExit(f"{got} bytes came, not {length}")


def measure(connect, length, count):
    """Seconds for so many streams at once."""
    begin = time.perf_counter()
    threads = [threading.Thread(target=get, args=(connect(), length)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begin


def opening_us(connect):
    times = []
    for _ in range(OPENINGS):
        begin = time.perf_counter()
        get(connect(), 1)
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e6


# --- the ways

class Programs:
    """All that runs meanwhile; a line of its output says that it is ready."""

    def __init__(self, work):
        self.work, self.running = work, []

    def start(self, argv, pattern, **popen):
        name = f"{self.work}/log-{len(self.running)}"
        with open(name, "wb") as log:
            process = subprocess.Popen(argv, stdout=log, stderr=log, cwd=self.work, **popen)
        self.running.append(process)
        while process.poll() is None:
            with open(name, encoding="utf-8", errors="replace") as log:
                match = re.search(pattern, log.read(), re.M)
            if match:
                return match.group(1)
            time.sleep(0.01)
        with open(name, encoding="utf-8", errors="replace") as log:
            raise SystemExit(f"{argv[0]} did not start: {log.read()}")

    def stop(self):
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait()


def tcp_way(port):
    return lambda: socket.create_connection(("127.0.0.1", int(port)))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return chosen.getsockname()[1]


def ssh_way(programs, server):
    work, sshd_port, port = programs.work, free_port(), free_port()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{work}/{name}"], check=True)
    with open(f"{work}/sshd.conf", "w", encoding="ascii") as file:
        file.write(f"HostKey {work}/host\nAuthorizedKeysFile {work}/user.pub\nStrictModes no\nUsePAM no\nPidFile none\n"
                   f"PermitRootLogin yes\nListenAddress 127.0.0.1:{sshd_port}\nMaxSessions 100\n")
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
    programs.start(["/usr/sbin/sshd", "-D", "-e", "-f", f"{work}/sshd.conf"], "(Server listening)")
    programs.start(["ssh", "-v", "-F", "none", "-i", f"{work}/user", "-p", str(sshd_port), "-o", "BatchMode=yes", "-o",
                    f"UserKnownHostsFile={work}/known", "-o", "StrictHostKeyChecking=no", "-N", "-L",
                    f"127.0.0.1:{port}:127.0.0.1:{server}", "127.0.0.1"], "(Entering interactive session)")
    return tcp_way(port)


def yamux_way(programs, server):
    program = f"{programs.work}/yamux"
    subprocess.run(["go", "build", "-o", program, "."], cwd=f"{TOP}/bench/yamux", check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
                        "GOCACHE": f"{programs.work}/gocache"})
    session = programs.start([program, "serve", server], r"^(\d+)$")
    return tcp_way(programs.start([program, "forward", session], r"^(\d+)$"))


def bus_ways(programs, binaries, server):
    """(through the two commands, by the descriptors themselves)"""
    work, command = programs.work, f"{binaries}/dsoftbus"
    keys = {name: subprocess.run([command, "keygen", "--dir", f"{work}/{name}", name], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout.split() for name in ("alpha", "beta")}
    ports = {}
    for name, other in (("alpha", "beta"), ("beta", "alpha")):
        subprocess.run([command, "trust", "add", "--dir", f"{work}/{name}", *keys[other]], check=True)
        ports[name] = programs.start([f"{binaries}/dsoftbusd", "--dir", f"{work}/{name}", "--listen", "127.0.0.1:0",
                                      "--discovery-port", "0", "--bus", f"{work}/{name}.bus"],
                                     r"ready id=\w+ listen=127\.0\.0\.1:(\d+)")
    target = f"beta@127.0.0.1:{ports['beta']}"
    programs.start([command, "publish", "--bus", f"{work}/beta.bus", "--all", "--tcp", f"127.0.0.1:{server}", "server"],
                   "(published)")
    port = programs.start([command, "forward", "--bus", f"{work}/alpha.bus", "0", target, "server"], r"127\.0\.0\.1:(\d+) leads")
    programs.start([sys.executable, "-B", os.path.abspath(__file__), "--serve-bus", f"{work}/beta.bus"], "(published)")
    bus = BUS.Bus(f"{work}/alpha.bus")

    def connect():
        bus.events.clear()
        return bus.ask(f"connect {target} descriptors")[1]
    return tcp_way(port), connect


# --- the table

def cell(values, form):
    return f"{form(statistics.median(values))} ({form(min(values))} to {form(max(values))})"


def run(options, work):
    programs = Programs(work)
    try:
        server = programs.start([sys.executable, "-B", os.path.abspath(__file__), "--serve-tcp"], r"^(\d+)$")
        forwarded, descriptors = bus_ways(programs, options.programs, server)
        ways = {"plain TCP": tcp_way(server), "ssh -L": ssh_way(programs, server), "yamux, not encrypted": yamux_way(programs, server),
                "DSoftBus, publish --tcp and forward": forwarded, "DSoftBus, descriptors": descriptors}
        sizes = [length for length in (1 << 16, 1 << 20, 1 << 26, options.bytes) if length <= options.bytes]
        opening = {way: [] for way in ways}
        rates = {way: {what: [] for what in [*sizes, "many"]} for way in ways}
        for _ in range(options.rounds):
            for way, connect in ways.items():
                opening[way].append(opening_us(connect))
                for length in sizes:
                    repeats = max(1, min(50, (1 << 24) // length))
                    took = sum(measure(connect, length, 1) for _ in range(repeats))
                    rates[way][length].append(length * repeats / took / 1e6)
                each = options.bytes // AT_ONCE
                rates[way]["many"].append(each * AT_ONCE / measure(connect, each, AT_ONCE) / 1e6)
    finally:
        programs.stop()
    print(f"{options.rounds} interleaved rounds, median (least to most); {os.cpu_count()} processors\n")
    heads = [f"{length >> 10} KiB" if length < BLOCK else f"{length >> 20} MiB" for length in sizes]
    print(f"| way to a TCP server | opening and first byte, µs | {' | '.join(f'{head}, MB/s' for head in heads)} | "
          f"{AT_ONCE} streams at once, MB/s |")
    print("|---|" + "---:|" * (len(heads) + 2))
    for way in ways:
        cells = [cell(opening[way], lambda us: f"{us:,.0f}")]
        cells += [cell(rates[way][what], lambda rate: f"{rate:,.0f}") for what in [*sizes, "many"]]
        print(f"| {way} | {' | '.join(cells)} |")


def main():
    if sys.argv[1:2] == ["--serve-tcp"]:
        serve_tcp()
    if sys.argv[1:2] == ["--serve-bus"]:
        serve_bus(sys.argv[2])
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", help="folder of dsoftbus and dsoftbusd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    options = parser.parse_args()
    options.programs = os.path.abspath(options.programs)
    work = tempfile.mkdtemp(prefix="dsb-bench-", dir="/dev/shm")
    try:
        run(options, work)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
