#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The deepest stack of a linked rv64 program, from its own instructions: frames and calls are read out of the
disassembly, so that what compiler, linker and the C library's assembly made of the source is what counts.

usage: stack.py ELF BYTES [ROOT...]     the worst path from the roots (_start), and whether it fits into BYTES

A call through a pointer is followed to what pointers.txt states for the caller. Refused: a pointer call that is not
stated there, a function whose address is taken and that no entry states, recursion, a frame of unknown size, and a jump to where no
function is.
"""
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = "riscv64-unknown-elf-"
LINK_REGISTERS = ("ra", "t0")
INSTRUCTION = re.compile(r"^ *([0-9a-f]+):\t(\S+)\t?(.*)$")
TARGET = re.compile(r"\b([0-9a-f]+) <([^>+]+)(\+0x[0-9a-f]+)?>")
CONDITIONAL = re.compile(r"b(eq|ne|lt|ge|gt|le)u?z?$")
REFERS = re.compile(r"# ([0-9a-f]+) <")


PROGRAMS = ("init", "rngd", "netstackd", "stored", "keystored", "dsoftbusd", "logd", "clockd", "filed")
TARGETS = (*PROGRAMS, "image_default")
CLAIMS = (*(f"stack-{program}" for program in PROGRAMS), "stack-kernel", "stack-kernel-panic")
NOBODY = "-"  # the entry of functions that stand in a table and are called by nobody


class Refused(Exception):
    pass


class Function:
    """Where it begins, the bytes of its own frame, the addresses of its callees, whether it calls through a pointer."""

    def __init__(self, address, name):
        self.address = address
        self.name = re.sub(r"(\.(isra|constprop|part|cold|lto_priv)(\.\d+)?)+$", "", name)
        self.frame = 0
        self.makes_a_stack = False
        self.callees = set()
        self.through_pointer = False


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pointers():
    """Caller -> what its pointers can point to; a jump inside the caller itself is an empty set."""
    table = {}
    with open(os.path.join(HERE, "pointers.txt"), encoding="utf-8") as file:
        for line in file:
            caller, colon, callees = line.partition("#")[0].partition(":")
            if colon:
                table.setdefault(caller.strip(), set()).update(callees.split())
    return table


def read_functions(elf):
    """Address -> Function (static ones share names), and every address that some instruction refers to."""
    functions, current, constants, referred = {}, None, {}, set()
    for line in output(TOOL + "objdump", "-d", "--no-show-raw-insn", elf).splitlines():
        head = re.match(r"^([0-9a-f]+) <(.+)>:$", line)
        if head:
            current, constants = Function(int(head[1], 16), head[2]), {}
            functions[current.address] = current
        match = INSTRUCTION.match(line)
        if match and current:
            note = REFERS.search(match[3])
            if note and match[2] in ("add", "addi", "lui"):
                referred.add(int(note[1], 16))
            step(current, match[2], match[3].split("#")[0].strip(), match[3], constants)
    return functions, referred


def step(function, name, operands, whole, constants):
    """What one instruction adds to its function."""
    fields = [field.strip() for field in operands.split(",")] if operands else []
    if name in ("li", "lui") and re.match(r"-?(0x)?[0-9a-f]+$", fields[1]):
        value = int(fields[1], 0)
        constants[fields[0]] = value << 12 if name == "lui" else value
        if name == "lui" and value >= 1 << 19:
            constants[fields[0]] -= 1 << 32
    elif fields and fields[0] == "sp" and name in ("add", "addi", "sub", "mv", "auipc", "la"):
        function.frame += grows(function, name, fields, constants)
    elif name in ("add", "addi", "addiw") and fields[0] == fields[1] and fields[0] in constants and fields[2].lstrip("-").isdigit():
        constants[fields[0]] += int(fields[2])
    elif name in ("jal", "j", "call", "tail") or CONDITIONAL.match(name):
        target = TARGET.search(whole)
        if not target:
            raise Refused(f"{function.name} jumps to where no function is: {name} {whole}")
        calls(function, target, name != "jal" and name != "call")
    elif name in ("jalr", "jr"):
        register = re.sub(r"^.*\(|\)$", "", fields[-1])
        target = TARGET.search(whole)
        if target and "#" in whole:
            calls(function, target, name == "jr")
        elif name == "jalr" or register not in LINK_REGISTERS:
            function.through_pointer = True


def calls(function, target, is_jump):
    address = int(target[1], 16) - int((target[3] or "0")[1:] or "0", 16)
    if address != function.address or not is_jump:  # a jump within is a loop, a call of itself is recursion
        function.callees.add(address)


def grows(function, name, fields, constants):
    """Bytes by which an instruction that writes sp deepens the stack."""
    if name in ("add", "addi") and re.match(r"-?\d+$", fields[2]):
        # Adding comes before a return, or restores sp from the frame pointer.
        return max(0, -int(fields[2])) if fields[1] == "sp" else 0
    if name in ("add", "sub") and fields[1] == "sp" and fields[2] in constants:
        amount = constants[fields[2]]
        return max(0, amount if name == "sub" else -amount)
    if name == "auipc":  # assembly that loads sp: a stack of its own begins
        function.makes_a_stack = True
    if function.makes_a_stack:
        return 0
    raise Refused(f"{function.name} has a frame of unknown size: {name} {','.join(fields)}")


def words_of_data(elf):
    """Every 8-byte word of the loaded data: a table of functions is among them."""
    found = set()
    for section in (".rodata", ".data", ".sdata", ".srodata", ".init_array"):
        said = subprocess.run([TOOL + "objdump", "-s", "-j", section, elf], capture_output=True, text=True, check=False)
        data = b"".join(bytes.fromhex("".join(re.match(r" [0-9a-f]+ ((?:[0-9a-f]+ ){1,4})", line)[1].split()))
                        for line in said.stdout.splitlines() if re.match(r" [0-9a-f]+ [0-9a-f]", line))
        for at in range(0, len(data) - 7, 8):
            found.add(int.from_bytes(data[at:at + 8], "little"))
    return found


def link_pointers(functions, referred):
    """Follows the stated pointers; whatever could be called and is not stated is refused."""
    stated = pointers()
    used = {function.address for function in functions.values() if function.name in stated[NOBODY]}
    for function in functions.values():
        if not function.through_pointer:
            continue
        if function.name not in stated:
            raise Refused(f"{function.name} calls through a pointer: say in pointers.txt where to")
        present = {other.address for other in functions.values() if other.name in stated[function.name]}
        function.callees |= present
        used |= present
    for function in functions.values():
        if function.address in referred - used and not function.makes_a_stack:
            raise Refused(f"the address of {function.name} is taken: say in pointers.txt who calls it")


def deepest(functions, address, path, known):
    """(bytes, names) of the deepest chain of calls from one function."""
    if address in path:
        names = [functions[at].name for at in [*path[path.index(address):], address]]
        raise Refused("recursion: " + " -> ".join(names))
    if address not in known:
        if address not in functions:
            raise Refused(f"{functions[path[-1]].name} calls {address:#x}, where no function begins")
        function = functions[address]
        below = [deepest(functions, callee, [*path, address], known) for callee in sorted(function.callees)]
        depth, chain = max(below, default=(0, []))
        known[address] = (depth + function.frame, [function.name, *chain])
    return known[address]


def worst(elf, roots):
    """The deepest chain from the named functions; without names, from the program's entry."""
    sys.setrecursionlimit(10000)
    functions, referred = read_functions(elf)
    link_pointers(functions, referred | words_of_data(elf))
    starts = [function.address for function in functions.values() if function.name in (roots or ["_start"])]
    if len(starts) != len(roots or ["_start"]):
        raise Refused(f"not all of {roots} are in {elf}")
    known = {}
    return max(deepest(functions, address, [], known) for address in starts)


def fits(elf, size, roots=()):
    """(whether the worst path fits, words about it)"""
    try:
        depth, chain = worst(elf, roots)
    except Refused as why:
        return False, str(why)
    return depth <= size, f"{depth} of {size} bytes, by {' '.join(chain)}"


def stack_bytes(tree):
    """Program -> bytes of stack, as the product's table gives them (cmake/os.cmake); init's is the kernel's to give."""
    with open(f"{tree}/build/os/tables/product.txt", encoding="utf-8") as file:
        sizes = {line.split()[1]: int(line.split()[2]) for line in file if line.startswith("program ")}
    if not set(sizes) <= set(PROGRAMS):
        raise Refused(f"the product runs {sorted(set(sizes) - set(PROGRAMS))}, of which nothing is claimed")
    with open(f"{tree}/kernel/boot.c", encoding="utf-8") as file:
        pages = re.search(r"#define INIT_STACK_PAGES (\d+)", file.read())
    return {**sizes, "init": int(pages[1]) * 4096}


def claims(tree):
    """Claim -> (whether it holds, words), of what is built in tree/build/os."""
    found = {}
    sizes = stack_bytes(tree)
    for program in PROGRAMS:
        elf, = [path for path in glob.glob(f"{tree}/build/os/**/{program}", recursive=True) if os.path.isfile(path)]
        found[f"stack-{program}"] = fits(elf, sizes[program])
    kernel = f"{tree}/build/os/images/default/kernel.elf"
    symbols = {name: int(value, 16) for value, _, name in
               (line.split() for line in output(TOOL + "nm", kernel).splitlines() if len(line.split()) == 3)}
    top = symbols["kernel_stack_top"]
    found["stack-kernel"] = fits(kernel, top - symbols["kernel_stack_guard"] - 4096, ["kernel_main", "trap_from_user"])
    found["stack-kernel-panic"] = fits(kernel, symbols["panic_stack_top"] - top, ["trap_from_kernel"])
    return found


if __name__ == "__main__":
    fit, words = fits(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
    print(f"{os.path.basename(sys.argv[1])}: {'fits' if fit else 'REFUSED'}: {words}")
    sys.exit(0 if fit else 1)
