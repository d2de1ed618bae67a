#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PROFILE=device: the product's image as its user sees it. It holds nothing of the tests, says nothing of them, takes a
session from the host, goes on while nobody calls, takes the next, and refuses a stranger.

usage: device_test.py TOOL IMAGE     dsoftbus of the host build; kernel.elf
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Words of the test programs, of their tables and of their files.
FOREIGN = re.compile(rb"SELFTEST|selftest-client|net-test|kernel-test|crasher|client\.identity")
IDLE_S = 3
WAIT_S = 60
EXIT_REJECTED = 6  # of dsoftbus: connected, but no session


def wait_for(path, pattern, machine):
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end and machine.poll() is None:
        if os.path.exists(path):
            with open(path, encoding="ascii", errors="replace") as log:
                if re.search(pattern, log.read(), re.M):
                    return
        time.sleep(0.05)
    sys.exit(f"device: '{pattern}' did not come in {path}")


def ping(tool, folder, port):
    return subprocess.run([tool, "ping", "--dir", folder, "--allow-test-keys", "--count", "2", "--interval", "0.1",
                           f"device.test@127.0.0.1:{port}"], check=False, timeout=WAIT_S).returncode


def make_host(work):
    """The host that the device trusts."""
    folder = f"{work}/host"
    os.mkdir(folder, 0o700)
    for part in ("identity", "trust"):
        with open(f"{TOP}/tests/identities/host.{part}", encoding="ascii") as source:
            with open(os.open(f"{folder}/{part}", os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as copy:
                copy.write(source.read())
    return folder


def make_stranger(tool, work, host):
    """Another key under the same name, that knows the device."""
    folder = f"{work}/stranger"
    subprocess.run([tool, "keygen", "--quiet", "--dir", folder, "host.test"], check=True)
    with open(f"{host}/trust", encoding="ascii") as source:
        key = re.search(r"^device\.test (\w+)$", source.read(), re.M)[1]
    subprocess.run([tool, "trust", "--dir", folder, "add", "device.test", key], check=True)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def calls(tool, work, port):
    """What went wrong; "" when nothing did."""
    host = make_host(work)
    if ping(tool, host, port) != 0:
        return "the first session"
    time.sleep(IDLE_S)
    if ping(tool, host, port) != 0:
        return "the session after a while"
    return "" if ping(tool, make_stranger(tool, work, host), port) == EXIT_REJECTED else "the stranger"


def main():
    tool, image = sys.argv[1:]
    subprocess.run([f"{TOP}/scripts/build.sh", "host", "dsoftbus_program"], check=True)
    with open(image, "rb") as file:
        found = set(FOREIGN.findall(file.read()))
    if found:
        sys.exit(f"device: the image holds {sorted(found)}")
    with tempfile.TemporaryDirectory() as work:
        log, port = f"{work}/uart.log", free_port()
        env = {**os.environ, "PROFILE": "device", "UART_LOG": log, "KERNEL": image,
               "HOSTFWD": f"tcp:127.0.0.1:{port}-:34567"}
        with subprocess.Popen([f"{TOP}/scripts/qemu-test.sh"], env=env) as machine:
            try:
                wait_for(log, r"^dsoftbusd: os transport up", machine)
                wrong = calls(tool, work, port)
                if wrong:
                    sys.exit(f"device: {wrong} failed")
                return machine.wait(WAIT_S)
            finally:
                if machine.poll() is None:
                    machine.terminate()


if __name__ == "__main__":
    sys.exit(main())
