#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every assertion of lwIP's TCP and packet buffers has its line in the table, and the table no other.

usage: asserts_listed.py LWIP_SRC TABLE
"""
import re
import sys

FILES = ("tcp", "tcp_in", "tcp_out", "pbuf")


def main():
    source, table = sys.argv[1:]
    found = set()
    for name in FILES:
        with open(f"{source}/core/{name}.c", encoding="utf-8") as file:
            found |= {(f"{name}.c", text) for text in re.findall(r'LWIP_ASSERT\(\s*"([^"]*)"', file.read())}
    with open(table, encoding="utf-8") as file:
        listed = set(re.findall(r"^\| (\w+\.c) \| `(.*?)`(?: \(\d+ times\))? \| (?:yes|no|-) \| [A-H-] \|$",
                                file.read(), re.MULTILINE))
    for name, text in sorted(found - listed):
        print(f"not in the table: {name} {text}")
    for name, text in sorted(listed - found):
        print(f"not in the source: {name} {text}")
    return 0 if found and found == listed else 1


if __name__ == "__main__":
    sys.exit(main())
