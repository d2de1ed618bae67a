#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom (docs/architecture.md). Prints every include that breaks a rule and every circle of
files; exits 1 if there is one, or if a folder of the product has no rule.

usage: check-includes.py [ROOT]
"""
import os
import re
import sys

ROOT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
# Where a quoted include is looked up, after the including file's own folder (CMakeLists.txt, lib/*/CMakeLists.txt).
INCLUDE_ROOTS = (".", "lib")
PRODUCT = ("abi", "proto", "kernel", "lib", "services", "apps", "system", "node", "tests/os/selftest-client")
# Headers of the language that need no operating system.
STANDARD = re.compile(r"(assert|errno|inttypes|limits|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string)\.h")

# Folder, or what its files' names begin with: the folders it may include beside itself, and the further
# angle includes. A rule names only folders of floors below, so an arrow upwards has no rule.
NODE = "lib/dsoftbus lib/noise lib/file"
RULES = {
    "abi": ("", None),
    "proto": ("abi", None),
    "kernel": ("abi", None),
    "lib/rt": ("abi", None),
    "lib/virtio": ("abi lib/rt", None),
    "lib/rng": ("abi proto lib/rt lib/call", None),
    "lib/key": ("abi proto lib/rt lib/call", None),
    "lib/store": ("abi proto lib/rt lib/call", None),
    "lib/serve": ("abi proto lib/rt", None),
    "lib/call": ("abi proto lib/rt", None),
    "lib/ring": ("proto", None),
    "lib/netfacade": ("proto lib/rt lib/call lib/ring", None),
    "lib/bus": ("abi proto lib/rt lib/call", None),
    "lib/file": ("lib/dsoftbus", None),
    "lib/noise": ("", None),
    "lib/noise/crypto_": ("lib/noise", r"(sodium/.*|blake2|cpuid|intel-ipsec-mb|pthread)\.h"),
    "lib/dsoftbus": ("lib/noise", None),
    "lib/dsoftbus/signature.": ("lib/noise", r"sodium/crypto_.*\.h"),
    "lib/dsoftbus/cpace.": ("lib/noise", r"sodium/crypto_.*\.h"),
    "system": ("abi proto", None),
    "apps": ("abi proto lib/rt lib/bus", None),
    "apps/filed": ("abi proto lib/rt lib/bus lib/file", None),
    "services/init": ("abi proto lib/rt system", None),
    "services/rngd": ("abi proto lib/rt lib/virtio lib/serve", None),
    "services/netstackd": ("abi proto lib/rt lib/virtio lib/rng lib/serve lib/ring", r"(lwip|netif)/.*"),
    "services/stored": ("abi proto lib/rt lib/virtio lib/serve lib/noise", None),
    "services/keystored": ("abi proto lib/rt lib/serve lib/rng lib/store lib/dsoftbus", None),
    "services/dsoftbusd": ("abi proto lib/rt lib/netfacade lib/rng lib/key lib/store lib/dsoftbus lib/serve", None),
    "tests/os/selftest-client": ("abi proto tests/os/system lib/rt lib/netfacade lib/rng lib/key lib/file lib/dsoftbus lib/noise", None),
    "node/base": (NODE, ".*"),
    "node/store": (NODE + " proto node/base", ".*"),
    "node/engine": (NODE + " node/base node/store", ".*"),
    "node/bus": (NODE + " node/base node/store node/engine", ".*"),
    "node/daemon": (NODE + " node/base node/store node/engine node/bus", ".*"),
    "node/cli": (NODE + " node/base node/store node/engine node/bus node/daemon node/client", ".*"),
    "node/client": ("", ".*"),
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def sources():
    for top in PRODUCT:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".S")):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def rule_of(path):
    fitting = [rule for rule in RULES if path.startswith(rule if rule[-1] in "_." else rule + "/")]
    return max(fitting, key=len, default=None)


def resolve(path, name):
    """The file that a quoted include means, relative to ROOT; a folder's include path may reach a file of the
    same rule below it (arch/, plat/, port/)."""
    for base in (os.path.dirname(path), *INCLUDE_ROOTS):
        found = os.path.normpath(os.path.join(base, name))
        if os.path.isfile(os.path.join(ROOT, found)):
            return found
    for base, _, _ in os.walk(os.path.join(ROOT, rule_of(path))):
        if os.path.isfile(os.path.join(base, name)):
            return os.path.relpath(os.path.join(base, name), ROOT)
    return None


def faults_of(path, text, arrows):
    rule = rule_of(path)
    if rule is None:
        yield f"{path}: no include rule for its folder"
        return
    folders, angle = RULES[rule]
    allowed = [os.path.dirname(rule) if rule[-1] in "_." else rule, *folders.split()]
    for match in INCLUDE.finditer(text):
        line, kind, name = text.count("\n", 0, match.start()) + 1, match[1], match[2]
        if kind == "<":
            if not STANDARD.fullmatch(name) and not (angle and re.fullmatch(angle, name)):
                yield f"{path}:{line}: <{name}> ({rule} may not include it)"
            continue
        if ".." in name:
            yield f"{path}:{line}: {name} (no .. in an include)"
            continue
        found = resolve(path, name)
        names = [found] if found else [name, "lib/" + name]
        if not any(each.startswith(folder + "/") for each in names for folder in allowed) and "/" in name:
            yield f"{path}:{line}: {name} ({rule} may not include it)"
        elif found:
            arrows.setdefault(unit(path), set()).add(unit(found))


def unit(path):
    """A .c file and its header are one: what it includes, it includes for both."""
    return os.path.splitext(path)[0]


def circles(arrows):
    """The strongly connected components of more than one unit (Tarjan's algorithm, without recursion)."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for start in sorted(arrows):
        work = [(start, iter(sorted(arrows.get(start, ()))))] if start not in index else []
        if work:
            index[start] = low[start] = len(index)
            stack.append(start)
            on_stack.add(start)
        while work:
            node, after = work[-1]
            for other in after:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(arrows.get(other, ())))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    component = stack[at:]
                    del stack[at:]
                    on_stack.difference_update(component)
                    if len(component) > 1:
                        found.append(sorted(component))
    return found


def main():
    arrows, faults = {}, []
    for path in sources():
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            faults += faults_of(path, file.read(), arrows)
    for unit_, others in arrows.items():
        others.discard(unit_)
    faults += [f"a circle of files: {' '.join(component)}" for component in circles(arrows)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
