# SPDX-License-Identifier: Apache-2.0
"""PROFILE=net-echo: TCP from the host over the forwarded port to net-test's echo server: 1,000 connections in a
row, 32 at a time, 16 MiB through one. Fails when a byte differs, a connection breaks, or the machine's own log is
not as its markers say. Prints the rates."""
import random
import socket
import threading
import time

from boot import judged
from host import free_ports
from verdict import HOST_FAILED, Failure

ECHO_PORT, STOP_PORT = 7, 8  # the machine's
IN_A_ROW = 1000
AT_A_TIME = 32
ROUNDS = 8
BYTES_EACH = 64 * 1024
BYTES_LONG = 16 * 1024 * 1024
SOCKET_S_MAX = 60


# QEMU listens on the forwarded port with a backlog of one: of several connections at the same moment the
# host's kernel drops some, and tries again seconds later. So they come one after another, and stay.
connecting = threading.Lock()


def connect(port):
    with connecting:
        link = socket.create_connection(("127.0.0.1", port), timeout=SOCKET_S_MAX)
        link.sendall(b"x")
        if link.recv(1) != b"x":
            raise ValueError("no echo")
        return link


def exchange(port, data, before=lambda: None):
    """Sends data and reads as much back, at the same time; then both ends close."""
    send_faults = []
    with connect(port) as link:
        def send():
            try:
                link.sendall(data)
                link.shutdown(socket.SHUT_WR)
            except OSError as fault:
                send_faults.append(fault)

        before()
        sender = threading.Thread(target=send)
        sender.start()
        got = bytearray()
        while True:
            part = link.recv(65536)
            if not part:
                break
            got += part
        sender.join()
    if send_faults:
        raise send_faults[0]
    if got != data:
        raise ValueError(f"sent {len(data)} bytes, got {len(got)} back, equal up to "
                         f"{next((i for i, (a, b) in enumerate(zip(got, data)) if a != b), 'their end')}")


def in_a_row(port):
    rng = random.Random(1)
    for _ in range(IN_A_ROW):
        exchange(port, rng.randbytes(rng.randrange(1, 2000)))
    return IN_A_ROW


def at_a_time(port):
    """32 connections that stand at the same time, a few times over."""
    faults = []

    def one(barrier, data):
        try:
            exchange(port, data, lambda: barrier.wait(SOCKET_S_MAX))  # until all 32 are served
        except Exception as fault:  # a thread's fault is the main thread's to report
            faults.append(fault)
            barrier.abort()

    for round_idx in range(ROUNDS):
        barrier = threading.Barrier(AT_A_TIME)
        threads = [threading.Thread(target=one, args=(barrier, random.Random(round_idx * 100 + i).randbytes(BYTES_EACH)))
                   for i in range(AT_A_TIME)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
    return ROUNDS * AT_A_TIME


def long_one(port):
    exchange(port, random.Random(2).randbytes(BYTES_LONG))
    return 1


def exchange_all(port):
    """Every kind of exchange; how many connections they were."""
    connections = 0
    for name, work, size in (("1000 in a row", in_a_row, None), ("32 at a time", at_a_time, None),
                             ("16 MiB through one", long_one, BYTES_LONG)):
        begin = time.monotonic()
        try:
            connections += work(port)
        except (OSError, ValueError, threading.BrokenBarrierError) as fault:
            raise Failure(HOST_FAILED, f"{name}: {fault}") from fault
        took_s = time.monotonic() - begin
        rate = f", {size / took_s / 1e6:.1f} MB/s each way" if size else ""
        print(f"echo: {name}: {took_s:.2f} s{rate}", flush=True)
    return connections


def run(settings):
    echo_port, stop_port = free_ports(2)

    def wire(boot):
        boot.machine.forward(echo_port, ECHO_PORT)
        boot.machine.forward(stop_port, STOP_PORT)

    def meanwhile(boot):
        boot.wait_for("SELFTEST: net echo listening")
        connections = exchange_all(echo_port)
        socket.create_connection(("127.0.0.1", stop_port), timeout=SOCKET_S_MAX).close()
        boot.wait_for(f"net-test: {connections} connections served")

    return judged(settings, wire, meanwhile)
