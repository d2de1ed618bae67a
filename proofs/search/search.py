# SPDX-License-Identifier: Apache-2.0
"""Exhaustive searches over the product's own code, compiled for the host as it is (docs/proofs.md).

A claim is proved when the search ends, finds nothing wrong, and finds as many states as it did when it was written down:
fewer would mean that something can no longer happen.
"""
import os
import re
import signal
import subprocess
import tempfile

# The search's own variables lie where its picture of the memory does not reach only in a program at a fixed place.
FLAGS = ["-std=gnu11", "-O2", "-fno-pie", "-no-pie", "-I."]
TIMEOUT_S = 600  # a minute each where nobody else works

KERNEL = [f"kernel/{name}.c" for name in (
    "account", "audit", "boot", "bundle", "cap", "clock", "elf", "endpoint", "fast", "interrupt", "ipc", "kernel", "log", "memory",
    "notification", "object", "pages", "process", "queue", "reply", "sched", "space", "syscall", "syscall_process", "upkeep",
    "wait", "watch", "arch/riscv64/sv39", "plat/qemu_virt/devices")]
MACHINE = [*KERNEL, "tests/kernel/machine/image.c", "tests/kernel/machine/machine.c", "proofs/search/parties.c"]
MACHINE_INCLUDES = [f"-I{folder}" for folder in (
    "tests/kernel/machine", "kernel", "kernel/plat/qemu_virt", "kernel/arch/riscv64")]
# dsoftbusd's endpoint and its sessions' streams, with bounds as small as they can be.
BUS = [*[f"services/dsoftbusd/{name}.c" for name in ("endpoint", "endpoint_object", "endpoint_stream", "endpoint_watch", "session",
                                                     "service")],
       *[f"lib/serve/{name}.c" for name in ("dispatch", "client", "object")],
       *[f"lib/dsoftbus/{name}.c" for name in ("streams_application", "streams_receive", "streams_send", "streams_table",
                                               "stream_record", "byte_ring", "device_id", "record", "utf8")],
       *[f"proofs/search/{name}.c" for name in ("far", "around", "application")]]
BUS_FLAGS = ["-Ilib", "-Iservices/dsoftbusd", "-include", "proofs/search/bus_limits.h"]

# netstackd's facade, streams and listeners, before a small lwIP.
NET = [*[f"services/netstackd/{name}.c" for name in ("facade", "stream", "listener", "backlog", "socket", "address")],
       *[f"lib/serve/{name}.c" for name in ("dispatch", "client", "object")], "lib/ring/ring.c", "lib/call/call.c",
       *[f"lib/netfacade/{name}.c" for name in ("calls", "stream")], "proofs/search/tcp.c"]
NET_FLAGS = ["-Ilib", "-Iservices/netstackd", "-Iproofs/search", "-Iproofs/memory", "-include", "proofs/search/net_limits.h"]


def bus(peers, far_bytes, app_bytes, ends, deaths):
    return [*BUS_FLAGS, f"-DFAR_COUNT={peers}", f"-DFAR_BYTES={far_bytes}", f"-DAPP_BYTES={app_bytes}", f"-DENDS_MAX={ends}",
            f"-DDEATHS_MAX={deaths}"]


# Name: the model, what it is linked with, how it is compiled (the way that calls go: tests/kernel/machine/machine.h), states.
CLAIMS = {
    "kernel-messages": ("messages", MACHINE, [*MACHINE_INCLUDES, "-DPARTIES_WAY=MACHINE_HANDLER"], 25553),
    "kernel-messages-short": ("messages", MACHINE, [*MACHINE_INCLUDES, "-DPARTIES_WAY=MACHINE_SHORT"], 25553),
    "kernel-memories": ("memories", MACHINE, [*MACHINE_INCLUDES, "-DPARTIES_WAY=MACHINE_HANDLER"], 39121),
    "serve-readiness": ("readiness", [f"lib/serve/{name}.c" for name in ("dispatch", "client", "object")], ["-Ilib"],
                        2627753),
    "bus-two-peers": ("peers", BUS, bus(2, 1, 0, 0, 1), 582350),
    "bus-session-again": ("peers", BUS, bus(1, 2, 1, 1, 1), 192002),
    "net-readiness": ("sockets", NET, NET_FLAGS, 23170),
}


def claim(tree, name):
    """(whether it holds, what was found); None: it did not come to an end."""
    model, sources, includes, states_min = CLAIMS[name]
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, model)
        built = subprocess.run(["gcc", *FLAGS, *includes, "-o", program, f"proofs/search/{model}.c",
                                "proofs/search/search.c", *sources], cwd=tree, capture_output=True, text=True, check=False)
        if built.returncode != 0:
            return None, f"does not build: {built.stderr[-1000:]}"
        try:
            ran = subprocess.run([program], capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None, f"not at an end after {TIMEOUT_S} s"
    found = re.search(r"^(\d+) states, \d+ transitions, depth \d+, complete$", ran.stdout, re.MULTILINE)
    if ran.returncode != 0 or not found:
        is_judged = ran.returncode == 1 or ran.returncode == -signal.SIGABRT  # the model's word, or the product's own
        return False if is_judged else None, (ran.stderr.strip() or f"ended with {ran.returncode}")[-300:]
    return int(found[1]) >= states_min, found[0]
