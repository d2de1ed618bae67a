#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The bus of the Linux daemon, over the loopback: from asking for a stream to its first answer, and bytes per second
through one stream and through 64 at once, from program to program. Beside them the same programs on a plain TCP
connection, and on one that `ssh -L` carries where there is an sshd. Rounds are interleaved. Prints tables in Markdown:
median, least and most of the rounds.

usage: node_bus.py PROGRAMS      the folder of dsoftbus and dsoftbusd
"""

import argparse
import multiprocessing
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time

PIECE = bytes(256 * 1024)


def sink_all(streams):
    """Reads each to its end, then ends it too: who waits for that knows that all has come."""
    import selectors
    waiting = selectors.DefaultSelector()
    for stream in streams:
        waiting.register(stream, selectors.EVENT_READ)
    room = bytearray(len(PIECE))
    while waiting.get_map():
        for key, _ in waiting.select():
            if key.fileobj.recv_into(room) == 0:
                waiting.unregister(key.fileobj)
                key.fileobj.shutdown(socket.SHUT_WR)


def pour_all(streams, each):
    """Writes so many bytes to each, as each takes them; returns the seconds until all have come."""
    import selectors
    begin = time.monotonic()
    waiting = selectors.DefaultSelector()
    for stream in streams:
        stream.setblocking(False)
        waiting.register(stream, selectors.EVENT_WRITE, [each])
    while waiting.get_map():
        for key, _ in waiting.select():
            key.data[0] -= key.fileobj.send(PIECE[:min(len(PIECE), key.data[0])])
            if key.data[0] == 0:
                waiting.unregister(key.fileobj)
                key.fileobj.shutdown(socket.SHUT_WR)
    for stream in streams:
        stream.setblocking(True)
        assert stream.recv(1) == b""
    return time.monotonic() - begin


def bus_sink(path, ready):
    from bus_client import Bus
    bus = Bus(path)
    assert bus.ask("publish sink all") == "ok"
    ready.set()
    while True:
        count = 1
        streams = []
        while len(streams) < count:
            number, _, _, stream = bus.incoming()
            assert bus.ask(f"accept {number}") == "ok"
            count = stream.recv(1, socket.MSG_WAITALL)[0]
            stream.settimeout(None)
            streams.append(stream)
        sink_all(streams)
        for stream in streams:
            stream.close()


def bus_round(path, target, count, length):
    from bus_client import Bus
    bus = Bus(path)
    streams = []
    for _ in range(count):
        answer = bus.connect(target, "sink")
        assert isinstance(answer, tuple), answer
        answer[1].settimeout(None)
        answer[1].sendall(bytes([count]))
        streams.append(answer[1])
    took = pour_all(streams, length // count)
    for stream in streams:
        stream.close()
    bus.close()
    return length / took / 1e6


def open_round(path, target, times):
    """Microseconds from the request to the first byte of the answer."""
    from bus_client import Bus
    bus = Bus(path)
    took = []
    for _ in range(times):
        begin = time.monotonic()
        number, stream = bus.connect(target, "echo")
        stream.sendall(b"?")
        stream.recv(1)
        took.append((time.monotonic() - begin) * 1e6)
        bus.ask(f"reset {number}")
        stream.close()
    bus.close()
    return statistics.median(took)


def tcp_sink(listener):
    while True:
        stream, _ = listener.accept()
        sink_all([stream])
        stream.close()


def tcp_round(port, length):
    with socket.create_connection(("127.0.0.1", port)) as stream:
        return length / pour_all([stream], length) / 1e6


def tcp_open_round(port, times):
    took = []
    for _ in range(times):
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", port)) as stream:
            stream.shutdown(socket.SHUT_WR)
            stream.recv(1)
            took.append((time.monotonic() - begin) * 1e6)
    return statistics.median(took)


def table(title, unit, figures):
    print(f"\n| {title} | median {unit} | least | most |")
    print("|---|---:|---:|---:|")
    for name, values in figures.items():
        print(f"| {name} | {statistics.median(values):,.0f} | {min(values):,.0f} | {max(values):,.0f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--bytes", type=int, default=1 << 29)
    options = parser.parse_args()
    os.environ.update(DSB_BIN=options.programs, DSB_TOOLS=options.programs)
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "node"))
    from e2e import Daemon, Device
    work = tempfile.mkdtemp(prefix="dsb-bench-")
    running = []
    try:
        alpha, beta = Device(work, "alpha"), Device(work, "beta")
        alpha.trust(beta)
        beta.trust(alpha)
        running += [Daemon(alpha), Daemon(beta)]
        target = running[1].target
        ready = multiprocessing.Event()
        listener = socket.create_server(("127.0.0.1", 0))
        for sink in (multiprocessing.Process(target=bus_sink, args=(beta.path("bus"), ready), daemon=True),
                     multiprocessing.Process(target=tcp_sink, args=(listener,), daemon=True)):
            sink.start()
        ready.wait()
        here, port = alpha.path("bus"), listener.getsockname()[1]
        speeds = {"one stream": [], "64 streams": [], "plain TCP": []}
        opens = {"a stream to `echo`": [], "a TCP connection": []}
        for _ in range(options.rounds):
            opens["a stream to `echo`"].append(open_round(here, target, 300))
            opens["a TCP connection"].append(tcp_open_round(port, 300))
            speeds["one stream"].append(bus_round(here, target, 1, options.bytes))
            speeds["64 streams"].append(bus_round(here, target, 64, options.bytes))
            speeds["plain TCP"].append(tcp_round(port, options.bytes))
        print(f"{options.rounds} interleaved rounds of {options.bytes / 2**20:.0f} MiB; {os.cpu_count()} processors, "
              "on which two daemons and two programs run")
        table("from asking to the first answer", "us", opens)
        table("from program to program", "MB/s", speeds)
    finally:
        for daemon in running:
            daemon.stop()
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
