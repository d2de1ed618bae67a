#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""One machine in QEMU. This file alone knows QEMU's words.

usage: machine.py --log LOG [--devices WORDS] [--rng-file FILE] [--disk FILE] [--trace FILE --trace-of RANGES] [--timeout SECONDS] KERNEL

As a program it runs the machine until that switches itself off; exit 124 when the time is up before.
"""
import argparse
import os
import re
import socket
import subprocess
import sys
import time

import interrupt

QEMU = "qemu-system-riscv64"
RNG_FILE, RNG_QUOTA = "/dev/urandom", "256/2000"
# Words of tests/os/profiles that are the machine's options as they stand.
OPTIONS = {
    "icount": ["-icount", "shift=0"],  # one tick each hundred instructions
    "virtual-time": ["-icount", "shift=0,sleep=off", "-rtc", "clock=vm"],  # also the clock device's
}
TABLES = "build/os/tables"  # for a kernel that does not lie in the folder of its build
RAM_BASE, RAM_BYTES = 0x80000000, 128 << 20
TIME_IS_UP = 124
STOP_S = 2  # for TERM to be heard, then KILL: a QEMU whose entropy file ran out does not listen to TERM
TELL_S = 60  # for QEMU to answer its operator, with all of its memory on a busy disk
HASTY_STOP_S = 0.3  # the same when somebody waits at the keyboard


def bus_of(program, kernel):
    """Where the driver's device is plugged in, as the system's table says (system/device.c)."""
    own, buses = os.path.join(os.path.dirname(kernel), "../../tables"), {}
    for table in ("tables", "product"):  # of the test images, then the product's
        with open(f"{own if os.path.exists(own) else TABLES}/{table}.txt", encoding="ascii") as file:
            buses.update({words[1]: words[2] for words in map(str.split, file) if words[0] == "device"})
    return f"virtio-mmio-bus.{buses[program]}"


class Machine:
    """Not started yet: devices and wires are added to it first."""

    def __init__(self, kernel, qemu=QEMU):
        self.command = [qemu, "-machine", "virt", "-bios", "default", "-global", "virtio-mmio.force-legacy=false",
                        "-m", "128M", "-smp", "1", "-display", "none", "-serial", "stdio", "-kernel", kernel]
        self.kernel, self.monitor, self.reboots, self.network, self.process = kernel, "none", False, [], None

    def add(self, words, folder=None, rng_file=RNG_FILE, rng_quota=RNG_QUOTA):
        """Devices by the words of tests/os/profiles; the network serves the files of folder/tftp."""
        for word in words:
            if word in ("rng", "slow-rng"):
                self.add_rng(rng_file, rng_quota if word == "slow-rng" else None)
            elif word == "net":
                self.network = ["user", "id=n0", "restrict=on"]
                if folder:
                    os.makedirs(f"{folder}/tftp", exist_ok=True)
                    with open(f"{folder}/tftp/hello.txt", "w", encoding="ascii") as file:
                        file.write("hello from tftp\n")
                    self.network.append(f"tftp={folder}/tftp")
            elif word == "wire":
                self.network = ["dgram", "id=n0"]  # and where its ends are: join
            elif word == "reboots":  # a reset of the machine is a new boot, not the end
                self.reboots = True
            elif word in OPTIONS:
                self.command += OPTIONS[word]
            else:
                raise ValueError(f"unknown device '{word}'")

    def add_rng(self, file, quota):
        """With a quota it gives so many bytes in so many milliseconds, then nothing until the next."""
        bound = ""
        if quota:
            if not re.fullmatch(r"\d+/\d+", quota):
                raise ValueError(f"'{quota}': bytes/milliseconds")
            bound = ",max-bytes={},period={}".format(*quota.split("/"))
        self.command += ["-object", f"rng-random,id=r0,filename={file}",
                         "-device", f"virtio-rng-device,rng=r0,bus={bus_of('rngd', self.kernel)}{bound}"]

    def add_disk(self, path):
        """The file is its disk, and outlives it."""
        self.command += ["-drive", f"file={path},if=none,format=raw,id=d0",
                         "-device", f"virtio-blk-device,drive=d0,bus={bus_of('stored', self.kernel)}"]

    # Everything that answers is inside QEMU but for these three; nothing reaches the network outside.
    def forward(self, host_port, guest_port):
        """The host's port leads to the guest's."""
        self.network.append(f"hostfwd=tcp:127.0.0.1:{host_port}-:{guest_port}")

    def forward_datagrams(self, host_port, guest_port):
        self.network.append(f"hostfwd=udp:127.0.0.1:{host_port}-:{guest_port}")

    def answer(self, address, command):
        """Who connects to the address (IP:PORT) inside speaks with this command on the host."""
        self.network.append(f"guestfwd=tcp:{address}-cmd:{command}")

    def join(self, own_port, wire_port):
        """The network card speaks, a frame in each datagram, with a program on the host that is the wire."""
        for end, port in (("local", own_port), ("remote", wire_port)):
            self.network += [f"{end}.type=inet", f"{end}.host=127.0.0.1", f"{end}.port={port}"]

    def trace(self, path, ranges):
        """Each instruction within the ranges (first..last, hexadecimal) is a line of the file."""
        self.command += ["-singlestep", "-d", "exec,nochain", "-D", path, "-dfilter", ranges]

    def trace_on_demand(self, path, monitor):
        """The same everywhere, from trace_now on."""
        self.command += ["-singlestep", "-d", "nochain", "-D", path]
        self.monitor = f"unix:{monitor},server,nowait"

    def trace_now(self):
        self.link = socket.socket(socket.AF_UNIX)  # stays open: what was said before a hang-up may be lost
        self.link.connect(self.monitor.split(",")[0].removeprefix("unix:"))
        self.link.sendall(b"log exec,nochain\n")

    def listen(self, monitor):
        """It takes words of its operator at this socket (tell)."""
        self.monitor = f"unix:{monitor},server,nowait"

    def tell(self, *commands):
        """What it answers to each."""
        said = []
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(TELL_S)
            link.connect(self.monitor.split(",")[0].removeprefix("unix:"))
            for command in ("", *commands):
                link.sendall(f"{command}\n".encode() if command else b"")
                words = b""
                while not words.endswith(b"(qemu) "):
                    part = link.recv(4096)
                    if not part:
                        raise ConnectionError(f"QEMU left while it was told '{command}'")
                    words += part
                said.append(words.decode(errors="replace"))
        return said[1:]

    def memory(self, path):
        """All of its RAM as it is now, and the register that names the current page table; it stands still meanwhile."""
        registers = self.tell("stop", "info registers", f'pmemsave {RAM_BASE} {RAM_BYTES} "{path}"', "cont")[1]
        with open(path, "rb") as file:
            ram = file.read()
        os.unlink(path)
        return ram, int(re.search(r"\bsatp\s+([0-9a-f]+)", registers)[1], 16)

    def plugin(self, path, **settings):
        self.command += ["-plugin", ",".join([path, *(f"{name}={value}" for name, value in settings.items())])]

    def start(self, log, errors):
        """The console goes to the file log, QEMU's own words to the file errors."""
        command = [*self.command, "-monitor", self.monitor]
        if not self.reboots:
            command.append("-no-reboot")
        if self.network:
            command += ["-netdev", ",".join(self.network),
                        "-device", f"virtio-net-device,netdev=n0,bus={bus_of('netstackd', self.kernel)}"]
        with open(log, "wb") as console, open(errors, "wb") as words, interrupt.hold():
            try:
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=words)
            except OSError as error:
                words.write(f"{error}\n".encode())

    def running(self):
        return self.process is not None and self.process.poll() is None

    def wait(self, timeout_s):
        """Its exit code, None when it still runs."""
        try:
            return self.process.wait(timeout_s) if self.process else 1
        except subprocess.TimeoutExpired:
            return None

    def stop(self, patience_s=STOP_S):
        with interrupt.hold():
            if self.running():
                self.process.terminate()
                if self.wait(patience_s) is None:
                    self.process.kill()
                    self.process.wait()


def run(machine, log, timeout_s):
    """Until the machine switches itself off: (QEMU's exit code or TIME_IS_UP, QEMU's own words)."""
    try:
        machine.start(log, f"{log}.qemu")
        code = machine.wait(timeout_s)
    finally:
        machine.stop(HASTY_STOP_S)
    with open(f"{log}.qemu", encoding="utf-8", errors="replace") as words:
        said = words.read()
    os.unlink(f"{log}.qemu")
    return (TIME_IS_UP if code is None else code), said


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--log", required=True)
    parser.add_argument("--devices", default="")
    parser.add_argument("--rng-file", default=RNG_FILE)
    parser.add_argument("--disk")
    parser.add_argument("--trace")
    parser.add_argument("--trace-of")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("kernel")
    options = parser.parse_args()
    interrupt.listen()
    machine = Machine(options.kernel)
    machine.add(options.devices.split(), rng_file=options.rng_file)
    if options.disk:
        machine.add_disk(options.disk)
    if options.trace:
        machine.trace(options.trace, options.trace_of)
    begin = time.monotonic()
    try:
        code, said = run(machine, options.log, options.timeout)
    except interrupt.Interrupted:
        return 130
    if code:
        print(f"machine: {said.strip() or 'no end'} ({time.monotonic() - begin:.0f} s)", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
