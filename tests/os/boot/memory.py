# SPDX-License-Identifier: Apache-2.0
"""The machine's memory as it lies there: which page is whose, and where a device's private key is."""
import glob
import re
import struct

from host import must
from machine import RAM_BASE

PAGE, HALF = 4096, 2048
VALID, LEAF = 1, 0b1110
HOLDER = "keystored"


def bases():
    """Program -> its address, as its CMakeLists.txt says."""
    found = {}
    for path in glob.glob("services/*/CMakeLists.txt"):
        with open(path, encoding="ascii") as file:
            for name, base in re.findall(r"dsb_program\((\S+)[^)]*?BASE (0x[0-9a-f]+)", file.read()):
                found[int(base, 16)] = name
    return found


class Memory:
    """Every process has the kernel's half in its root table as the current one has it: so all roots are found."""

    def __init__(self, ram, satp):
        self.ram = ram
        root = ((satp & (1 << 44) - 1) << 12) - RAM_BASE
        kernel_half = ram[root + HALF:root + PAGE]
        self.owners = {}  # page -> names of the processes that have it mapped
        at = ram.find(kernel_half)
        while at >= 0:
            if at % PAGE == HALF:
                self.add_process(at - HALF)
            at = ram.find(kernel_half, at + 1)

    def entries(self, page, count):
        return enumerate(struct.unpack_from(f"<{count}Q", self.ram, page))

    def leaves(self, page, level, base):
        """(address, page) of what a table maps of user addresses."""
        for idx, entry in self.entries(page, 256 if level == 2 else 512):
            address, target = base + (idx << 12 + 9 * level), (entry >> 10 << 12) - RAM_BASE
            if entry & VALID and entry & LEAF:
                yield address, target  # of a device: outside of the RAM, found by no search
            elif entry & VALID:
                yield from self.leaves(target, level - 1, address)

    def add_process(self, root):
        leaves = list(self.leaves(root, 2, 0))
        known = [name for base, name in bases().items() if base in dict(leaves)]
        name = known[0] if len(known) == 1 else f"the process at {min(leaves)[0]:#x}" if leaves else "the kernel"
        for _, page in leaves:
            self.owners.setdefault(page, set()).add(name)

    def places(self, needle):
        """(offset, who has it mapped) of each occurrence."""
        at = self.ram.find(needle)
        while at >= 0:
            yield at, self.owners.get(at & -PAGE, set())
            at = self.ram.find(needle, at + 1)


def halves(secret):
    """Part of a copy is one, too."""
    return secret[:len(secret) // 2], secret[len(secret) // 2:]


def key_is_with_its_holder(boot, text, is_in_image):
    """The key of this identity file, which is one of the image's or is not."""
    digits = re.search(rb"^private ([0-9a-f]{64})$", text, re.M)[1]
    key = bytes.fromhex(digits.decode())
    clamped = bytes([key[0] & 248, *key[1:31], key[31] & 127 | 64])
    machine = Memory(*boot.machine.memory(f"{boot.folder}/ram"))
    names = set().union(*machine.owners.values())
    must({HOLDER, "dsoftbusd", "netstackd", "rngd"} <= names, f"processes were found: {sorted(names)}")

    found = [place for form in (key, clamped) for half in halves(form) for place in machine.places(half)]
    for at, owners in found:
        must(owners == {HOLDER}, f"the private key lies at {RAM_BASE + at:#x}, of {sorted(owners) or 'nobody'}")
    must(found, "the private key is nowhere: the search is wrong")
    # Its text, if anywhere, is the image's own file, which a restarted holder reads again; nobody has it mapped.
    written = [place for half in halves(digits) for place in machine.places(half)]
    for at, owners in written:
        page = at & -PAGE
        must(machine.ram[page:page + len(text)] == text and not owners,
             f"the key's digits lie at {RAM_BASE + at:#x}, of {sorted(owners) or 'nobody'}")
    must(bool(written) == is_in_image, f"the key's digits lie in {len(written)} places")
    return f"the private key is in {HOLDER}'s memory alone ({len(found)} halves)"
