#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether what the host's code behind the crypto seam executes and where it reads and writes depends on a secret: for
the code that valgrind cannot run.

usage: steps.py PROGRAM NAME    PROGRAM: program.c with steps.c, linked statically; NAME: of the code behind the seam

Exit 0 when the 20 runs of each operation are the same, and those of each control are not.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile

OPERATIONS = ("x25519", "base", "seal", "open", "forged", "equal", "blake2s", "handshake")
CONTROLS = ("leak_by_branch", "leak_by_index")
MORE = ("several",)  # of steps.c, behind the others
CURVE_BY_VALGRIND = ("avx512",)  # the multiplications of these are the row avx2's, which valgrind runs
RUNS = 20
TIMEOUT_S = 580  # virtual machines that trap each step take 10 us for it

NONE = 0xff
REGISTERS = {f"%{name}": number for number, name in enumerate(
    "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split())}
NO_ACCESS = re.compile(r"(?:data16 |cs |rex\S* )*(?:lea|nop)[a-z]* ")
OPERAND = re.compile(r"(-?0x[0-9a-f]+)?\(([^)]*)\)")
MASK = re.compile(r"\{%k(\d)\}")
NOT_SHOWN = re.compile(r"v?p?maskmov|xlat")  # an address, or a mask, that the text does not tell


def one_operand(pc, displacement, inside, mask):
    """As operand.h has it; None for an address that is always the same."""
    base, index, scale = inside.replace("%rip", "").split(",") if "," in inside else (inside.replace("%rip", ""), "", "1")
    understood = all(register in REGISTERS for register in (base, index) if register)
    if not base and not index and mask == NONE:
        return None
    return struct.pack("<QiBBBB", pc, int(displacement or "0", 16), REGISTERS.get(base, NONE), REGISTERS.get(index, NONE),
                       int(scale) if understood else 0, mask)


def operands(listing):
    """Of each line of a disassembly its operands in memory, packed."""
    for line in listing:
        address, _, text = line.partition(":\t")
        if "(" not in text and not NOT_SHOWN.match(text) or NO_ACCESS.match(text):
            continue
        pc, found_mask = int(address, 16), MASK.search(text)
        if NOT_SHOWN.match(text):
            yield struct.pack("<QiBBBB", pc, 0, NONE, NONE, 0, NONE)
        for displacement, inside in OPERAND.findall(text):
            packed = one_operand(pc, displacement, inside, int(found_mask[1]) if found_mask else NONE)
            if packed:
                yield packed


def write_operands(program, path):
    with subprocess.Popen(["objdump", "-d", "--no-show-raw-insn", program], stdout=subprocess.PIPE, text=True) as listing, \
            open(path, "wb") as table:
        table.writelines(operands(listing.stdout))
    return listing.returncode == 0


def place(program, pc):
    """The function that an address lies in, and how far."""
    said = subprocess.run(["nm", "--defined-only", "-n", program], check=True, capture_output=True, text=True).stdout
    name, start = "?", 0
    for line in said.splitlines():
        address, kind, symbol = line.split()
        if int(address, 16) > pc:
            break
        if kind in "tTwWi":
            name, start = symbol, int(address, 16)
    return f"{name}+{pc - start:#x}"


def course(program, name):
    """What the program says of each operation: [(name, [(stretch, addresses of the first difference)])]."""
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "operands")
        if not write_operands(program, table):
            sys.exit("objdump failed")
        env = {"DSB_CRYPTO": name, "STEPS_OPERANDS": table}
        if name in CURVE_BY_VALGRIND:
            env["STEPS_WITHOUT_CURVE"] = "1"
        run = subprocess.run([program], env=env, stdout=subprocess.PIPE, text=True, check=False, timeout=TIMEOUT_S)
    if run.returncode != 0 or "failed" in run.stdout:
        sys.exit(f"{program}: exit {run.returncode}: {run.stdout[-200:]}")
    for part in run.stdout.split("operation ")[1:]:
        operation, _, rest = part.partition("\n")
        yield operation, re.findall(r"stretch (\d+ \w+ \d+)\n(?:difference (\w+) (\w+)\n)?", rest)


def judge(program, operation, stretches):
    """Whether it is as it must be; says what is found."""
    kinds = {stretch for stretch, _, _ in stretches}
    steps, _, accesses = stretches[0][0].split() if stretches else ("0", "", "0")
    print(f"{operation}: {len(stretches)} secrets, {len(kinds)} different courses, of {steps} steps and {accesses} accesses")
    if len(stretches) != RUNS or int(steps) == 0:
        return False
    if operation in CONTROLS:
        return len(kinds) > 1
    for before, after in {(int(a, 16), int(b, 16)) for _, a, b in stretches[1:] if a}:
        print(f"{operation}: differs at {place(program, before)}, or {place(program, after)}")
    return len(kinds) == 1


def main(program, name):
    found = dict(course(program, name))
    good = [judge(program, operation, stretches) for operation, stretches in found.items()]
    return 0 if tuple(found) == OPERATIONS + CONTROLS + MORE and all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
