#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Where the instructions of a loopback stream go (4088 bytes a call): runs the network's benchmark one
instruction at a time, lets QEMU write down every program counter for a while, and sorts them by program and
function. Exact, not sampled. Prints shares of kernel, copies, lwIP, netstackd and the client.
usage: net_shares.py KERNEL BUILD"""
import bisect
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "os", "boot"))
from machine import Machine  # noqa: E402

TRACE_MIN = 200_000  # instructions: several calls each way
TRACE_BYTES_MAX = 100_000_000
KERNEL_START = 0x80000000
TOP_FUNCTIONS = 12
LWIP = re.compile(r"^(tcp_|ip4_|ip_|pbuf_|mem_|memp_|netif_|inet_|lwip_|sys_|etharp_|icmp_|raw_|udp_|ethernet_|do_memp_|plug_holes|ptr_to_mem|mem_)")
COPY = re.compile(r"^(memcpy|memmove|memset|copy_.*|.*_copy|space_copy.*)$")


class Symbols:
    """Functions of one ELF file, to be found by address."""

    def __init__(self, path):
        lines = subprocess.run(["riscv64-unknown-elf-nm", "-n", path], check=True, capture_output=True, text=True).stdout
        rows = [line.split() for line in lines.splitlines() if re.match(r"^[0-9a-f]+ [tTwW] ", line)]
        self.addresses = [int(row[0], 16) for row in rows]
        self.names = [row[2] for row in rows]

    def find(self, address):
        idx = bisect.bisect_right(self.addresses, address) - 1
        return self.names[idx] if idx >= 0 else "?"


def call_returns(path):
    """Where a program goes on after each of its system calls."""
    code = subprocess.run(["riscv64-unknown-elf-objdump", "-d", path], check=True, capture_output=True, text=True).stdout
    return {int(found.group(1), 16) + 4 for found in re.finditer(r"^ *([0-9a-f]+):.*\becall$", code, re.MULTILINE)}


def trace(kernel, folder):
    """Program counters, one for each instruction, from the time when `facade call` was measured."""
    log, monitor_path, trace_path = (os.path.join(folder, name) for name in ("uart.log", "monitor", "trace"))
    machine = Machine(kernel)
    machine.add(["net", "rng", "icount"])
    machine.trace_on_demand(trace_path, monitor_path)
    machine.start(log, f"{log}.qemu")
    try:
        while machine.running():
            time.sleep(0.02)
            if os.path.exists(log):
                with open(log, encoding="ascii", errors="replace") as lines:
                    if "bench: facade call" in lines.read():
                        break
        machine.trace_now()
        while machine.running() and os.path.getsize(trace_path) < TRACE_BYTES_MAX:
            time.sleep(0.02)
    finally:
        machine.stop()
    with open(trace_path, encoding="ascii", errors="replace") as lines:
        return [int(found.group(1), 16) for found in re.finditer(r"^Trace .*\[[0-9a-f]+/([0-9a-f]+)/", lines.read(), re.MULTILINE)]


def main():
    kernel, build = sys.argv[1:]
    paths = {"netstackd": f"{build}/services/netstackd/netstackd", "client": f"{build}/tests/os/net/net-test"}
    symbols = {name: Symbols(path) for name, path in paths.items()}
    symbols["kernel"] = Symbols(kernel)
    returns = {name: call_returns(path) for name, path in paths.items()}
    with tempfile.TemporaryDirectory() as folder:
        counters = trace(kernel, folder)
    if len(counters) < TRACE_MIN:
        print(f"shares: only {len(counters)} instructions traced")
        return 1
    # Programs lie at the same addresses: which one runs is told by where it goes on after the kernel.
    shares, functions, user, in_kernel = {}, {}, None, True
    for pc in counters:
        if pc >= KERNEL_START:
            program, in_kernel = "kernel", True
        else:
            if in_kernel:
                user = next((name for name in paths if pc in returns[name]), user)
            program, in_kernel = user, False
        if program is None:
            continue
        name = symbols[program].find(pc)
        kind = "copies" if COPY.match(name) else "lwIP" if program == "netstackd" and LWIP.match(name) else program
        shares[kind] = shares.get(kind, 0) + 1
        functions[f"{program} {name}"] = functions.get(f"{program} {name}", 0) + 1
    total = sum(shares.values())
    print(f"shares of a loopback stream, 4088 bytes a call, over {total} instructions:")
    for kind, count in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"  {kind}: {100 * count / total:.1f} %")
    print("the most:")
    for name, count in sorted(functions.items(), key=lambda item: -item[1])[:TOP_FUNCTIONS]:
        print(f"  {name}: {100 * count / total:.1f} %")
    return 0


sys.exit(main())
