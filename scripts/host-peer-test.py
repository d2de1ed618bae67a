#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PROFILE=host-peer of scripts/qemu-test.sh: the device and the Linux programs hold sessions with one another.

Starts `dsoftbus serve` for the device to dial, boots the device with its session port forwarded, and when the
device's own call succeeded, calls it: with a key that it does not trust, which must be refused, and with the one
that it does. What the device must log in between is tests/os/markers/host-peer.txt. Exit codes are qemu-test.sh's,
or 1 when the host's side fails.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IDENTITIES = os.environ.get("IDENTITIES", os.path.join(TOP, "tests", "identities"))
DEVICE, HOST, CLIENT = "device.test", "host.test", "client.test"
BOOT_S_MAX = 600  # qemu-test.sh has its own limit, this one only ends a wait for ever
EXIT_REJECTED = 6  # of dsoftbus: connected, but no session


class Failed(Exception):
    pass


def build():
    subprocess.run([f"{TOP}/scripts/build.sh", "host", "dsoftbus_program", "dsoftbusd_program"], check=True)
    return f"{TOP}/build/host/node/dsoftbus"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(path, pattern, process):
    """The first match of the pattern in the growing file, while the process runs."""
    end = time.monotonic() + BOOT_S_MAX
    while time.monotonic() < end:
        over = process.poll() is not None
        if os.path.exists(path):
            with open(path, encoding="ascii", errors="replace") as log:
                match = re.search(pattern, log.read(), re.M)
            if match:
                return match
        if over:
            break
        time.sleep(0.05)
    raise Failed(f"'{pattern}' never came in {path}")


def run(tool, command, folder, *words):
    return subprocess.run([tool, command, "--dir", folder, "--allow-test-keys", *words], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)


def must(condition, text):
    if not condition:
        raise Failed(text)


def make_host(work):
    """The host's identity, from the same files that the image takes."""
    folder = f"{work}/host"
    os.mkdir(folder, 0o700)
    for part in ("identity", "trust"):
        shutil.copyfile(f"{IDENTITIES}/host.{part}", f"{folder}/{part}")
        os.chmod(f"{folder}/{part}", 0o600)
    return folder


def make_stranger(tool, work, host):
    """Another key that claims the host's id, and knows the device."""
    folder = f"{work}/stranger"
    made = run(tool, "trust", host, "list")
    key = re.search(rf"^{re.escape(DEVICE)} (\S+)$", made.stdout, re.M)
    must(key, f"{host}/trust does not know {DEVICE}: {made.stdout}")
    subprocess.run([tool, "keygen", "--quiet", "--dir", folder, HOST], check=True)
    subprocess.run([tool, "trust", "--dir", folder, "add", DEVICE, key[1]], check=True)
    return folder


def call_device(tool, host, stranger, at):
    refused = run(tool, "ping", stranger, f"{DEVICE}@{at}")
    must(refused.returncode == EXIT_REJECTED and "(accept-truncated)" in refused.stdout,
         f"the untrusted key: exit {refused.returncode}, {refused.stdout}")
    print("host-peer: refused with a key that the device does not trust", flush=True)
    answered = run(tool, "ping", host, "--count", "3", "--interval", "0.1", f"{DEVICE}@{at}")
    must(answered.returncode == 0, f"the trusted key: exit {answered.returncode}, {answered.stdout}")
    print("host-peer: " + answered.stdout.splitlines()[-1], flush=True)


def session(work):
    tool = build()
    host = make_host(work)
    stranger = make_stranger(tool, work, host)
    serve_log, uart_log = f"{work}/serve.log", os.environ.get("UART_LOG") or f"{work}/uart.log"
    machine = None
    with open(serve_log, "w", encoding="ascii") as log:
        serve = subprocess.Popen([tool, "serve", "--dir", host, "--allow-test-keys", "--listen", "127.0.0.1:0",
                                  "--discovery-port", "0"], stderr=log)
    try:
        host_port = wait_for(serve_log, r"ready id=\S+ listen=127\.0\.0\.1:(\d+)$", serve)[1]
        device_port = free_port()
        env = {**os.environ, "PROFILE": "host-peer", "HOST_PEER": "running", "UART_LOG": uart_log,
               "HOSTFWD": f"tcp:127.0.0.1:{device_port}-:34567",
               "GUESTFWD": f"tcp:10.0.2.100:34567-cmd:python3 {TOP}/tests/os/to_host.py {host_port}"}
        machine = subprocess.Popen([f"{TOP}/scripts/qemu-test.sh"], env=env)
        wait_for(uart_log, r"^SELFTEST: dsoftbus host-peer ok", machine)
        wait_for(serve_log, rf"session 1 opened peer={re.escape(CLIENT)} ", serve)
        wait_for(serve_log, rf"session 1 ended peer={re.escape(CLIENT)} reason=clean", serve)
        print("host-peer: the device dialled the host: bound, answered, closed cleanly", flush=True)
        call_device(tool, host, stranger, f"127.0.0.1:{device_port}")
        return machine.wait(BOOT_S_MAX)
    finally:
        for process in (machine, serve):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait()


def main():
    os.makedirs(f"{TOP}/build/run", exist_ok=True)
    work = tempfile.mkdtemp(prefix="host-peer-", dir=f"{TOP}/build/run")
    try:
        code = session(work)
    except (Failed, OSError, subprocess.SubprocessError) as fault:
        print(f"host-peer: FAILED: {fault}")
        code = 1
    if code == 0:
        shutil.rmtree(work)
    else:
        print(f"host-peer: the logs of both sides are in {work}")
    return code


if __name__ == "__main__":
    sys.exit(main())
