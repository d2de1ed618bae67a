#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Nothing in scripts/ but what a target of `make help` comes to, and every variable that scripts and tests read is in
docs/testing.md, which names no other.
"""
import os
import re
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOC = "docs/testing.md"
# How each kind of file reads a variable that is its caller's.
READS = {
    "Makefile": (r"\$\(([A-Z][A-Z0-9_]*)\)",),
    ".sh": (r"\$\{([A-Z][A-Z0-9_]*):?[-=?+]", r"\b(DSB_[A-Z0-9]+_DIR)\b"),
    ".py": (r"environ(?:\.get\(|\[)[\"']([A-Z][A-Z0-9_]*)", r"\bget\([\"']([A-Z][A-Z0-9_]*)[\"']"),
    ".c": (r"(?:getenv|number_of)\(\"([A-Z][A-Z0-9_]*)\"",),
    ".cmake": (r"\$ENV\{([A-Z][A-Z0-9_]*)\}",),
    "CMakeLists.txt": (r"\$ENV\{([A-Z][A-Z0-9_]*)\}",),
    "run": (r"\$\{([A-Z][A-Z0-9_]*):?[-=?+]",),
}
APART = ("./build", "./third_party", "./.git", "./node")
# The system's, make's, and what /etc/os-release defines.
OTHERS = {"HOME", "PATH", "MAKEFILE_LIST", "VERSION_CODENAME", "BASH_SOURCE", "XDG_RUNTIME_DIR"}


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def tools():
    """All that runs, but the product's sources."""
    for folder, folders, names in os.walk("."):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in APART]
        yield from (os.path.relpath(os.path.join(folder, name)) for name in names if kind(name))


def kind(path):
    name = os.path.basename(path)
    return name if name in READS else os.path.splitext(name)[1] if os.path.splitext(name)[1] in READS else None


def variables(paths):
    found = {}
    for path in paths:
        for pattern in READS[kind(path)]:
            for name in re.findall(pattern, read(path), re.M):
                found.setdefault(name, path)
    return {name: path for name, path in found.items() if name not in OTHERS}


def documented():
    """The names in the first column of the document's tables."""
    names = set()
    for line in read(DOC).splitlines():
        if line.startswith("| `"):
            names.update(re.findall(r"`([A-Z][A-Z0-9_]+)(?:=[^`]*)?`", line.split("|")[1]))
    return names


def unreached(paths):
    """Scripts that no target of the Makefile comes to, over other scripts and what ctest runs."""
    scripts = {path: os.path.basename(path) for path in os_files("scripts")}
    texts, reached = [read("Makefile")], set()
    tested = [read(path) for path in paths if path.startswith("tests/") or path.endswith("CMakeLists.txt")]
    while texts:
        text = texts.pop()
        if re.search(r"\bctest\b", text) and tested:
            texts, tested = texts + tested, []
        for path, name in scripts.items():
            if path not in reached and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)", text):
                reached.add(path)
                texts.append(read(path))
    return sorted(set(scripts) - reached)


def os_files(folder):
    return [f"{folder}/{name}" for name in sorted(os.listdir(folder)) if os.path.isfile(f"{folder}/{name}")]


def hidden_targets():
    """Targets that `make help` does not list."""
    return [name for name in re.findall(r"^([a-z-]+):", read("Makefile"), re.M)
            if not re.search(rf"^{name}:.*## ", read("Makefile"), re.M)]


def faults():
    paths = list(tools())
    read_by = variables(paths)
    yield from (f"{name}, read by {path}, is not in {DOC}" for name, path in sorted(read_by.items())
                if name not in documented())
    yield from (f"{DOC} has a variable {name} that nothing reads" for name in sorted(documented() - set(read_by)))
    yield from (f"{path}: no target of the Makefile comes to it" for path in unreached(paths))
    yield from (f"make {name}: not in `make help`" for name in hidden_targets())


def refuses(files, words):
    """Whether a small tree, with these files besides, is told these words."""
    tree = {"Makefile": "run: ## boots\n\t@scripts/boot.sh\n", "scripts/boot.sh": "ctest", DOC: "| `LIMIT` | seconds |\n",
            "tests/CMakeLists.txt": "scripts/tested.sh", "scripts/tested.sh": "sleep ${LIMIT:-1}", **files}
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
            with open(f"{folder}/{path}", "w", encoding="ascii") as file:
                file.write(text)
        os.chdir(folder)
        found = list(faults())
        os.chdir(TOP)
    return [words] == found if words else not found


CASES = {
    "good": ({}, None),
    "stray-script": ({"scripts/stray.sh": ""}, "scripts/stray.sh: no target of the Makefile comes to it"),
    "only-begins-like-it": ({"scripts/boot": ""}, "scripts/boot: no target of the Makefile comes to it"),
    "unlisted-variable": ({"tests/a.py": "os.environ.get" + '("SPEED")'}, f"SPEED, read by tests/a.py, is not in {DOC}"),
    "variable-of-nobody": ({DOC: "| `LIMIT`, `OLD` | x |\n"}, f"{DOC} has a variable OLD that nothing reads"),
    "hidden-target": ({"Makefile": "run: ## boots\n\t@scripts/boot.sh\nsecret:\n"}, "make secret: not in `make help`"),
}


def main():
    os.chdir(TOP)
    found = list(faults()) + [f"case {name}" for name, case in CASES.items() if not refuses(*case)]
    print("\n".join(found) if found else "every script has a way in, every variable is in the document")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
