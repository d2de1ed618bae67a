#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TCP from the host over QEMU's port forwarding to net-test's echo server (PROFILE=net-echo): 1,000
connections in a row, 32 at a time, 16 MiB through one. Fails when a byte differs, a connection breaks, or
the machine's own log is not as its markers say. Prints the rates."""
import os
import random
import socket
import subprocess
import sys
import threading
import time

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
IN_A_ROW = 1000
AT_A_TIME = 32
ROUNDS = 8
BYTES_EACH = 64 * 1024
BYTES_LONG = 16 * 1024 * 1024
BOOT_S_MAX = 60
SOCKET_S_MAX = 60


def free_ports(count):
    """Ports that nobody holds now."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


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


def wait_for(log, text, machine):
    end = time.monotonic() + BOOT_S_MAX
    while time.monotonic() < end and machine.poll() is None:
        try:
            with open(log, encoding="ascii", errors="replace") as lines:
                if any(line.strip() == text for line in lines):
                    return
        except FileNotFoundError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"the machine never said '{text}'")


def main():
    echo_port, stop_port = free_ports(2)
    log = os.path.join(TOP, "build", f"echo-{os.getpid()}.log")
    forward = (f"tcp:127.0.0.1:{echo_port}-:7,hostfwd=tcp:127.0.0.1:{stop_port}-:8")
    machine = subprocess.Popen([os.path.join(TOP, "scripts", "qemu-test.sh")],
                               env={**os.environ, "PROFILE": "net-echo", "HOSTFWD": forward, "UART_LOG": log})
    try:
        wait_for(log, "SELFTEST: net echo listening", machine)
        connections = 0
        for name, work, size in (("1000 in a row", in_a_row, None), ("32 at a time", at_a_time, None),
                                 ("16 MiB through one", long_one, BYTES_LONG)):
            begin = time.monotonic()
            connections += work(echo_port)
            took_s = time.monotonic() - begin
            rate = f", {size / took_s / 1e6:.1f} MB/s each way" if size else ""
            print(f"echo: {name}: {took_s:.2f} s{rate}", flush=True)
        socket.create_connection(("127.0.0.1", stop_port), timeout=SOCKET_S_MAX).close()
        code = machine.wait(timeout=BOOT_S_MAX)
        with open(log, encoding="ascii", errors="replace") as lines:
            if f"net-test: {connections} connections served" not in [line.strip() for line in lines]:
                raise ValueError(f"the machine did not serve {connections} connections")
        os.unlink(log)
        return code
    except Exception as fault:
        print(f"echo: FAILED: {fault}")
        return 1
    finally:
        if machine.poll() is None:
            machine.terminate()
            machine.wait()


sys.exit(main())
