#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""bench/check.py against pages and outputs made here: what it must name, and what it must let pass."""
import os
import subprocess
import tempfile
import unittest

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench/check.py")
KERNEL = """instructions, user and kernel (two equal boots)                 median       min       max       aim
null system call (number 0, refused)                               {null}       139       139       150
call and reply, 0 bytes                                            {call}       400      1092
"""
NET = """least, median, most of 21 batches:
facade call: 1 {facade} 9 instructions
loopback tcp, 1024 bytes a call: 1 {rate} 999999 bytes per 1000000 instructions
ping over the wire: 4700 4800 9400 ns
"""
NOISE = """| rv64imac, -icount shift=0 | |
|---|---|
| handshake, both sides, instructions (at most 4800000) | {handshake} |
| seal 64 bytes, instructions per byte | 104.4 |
| record written, sectors read and written | {sectors} |
| libnoise.a, text and rodata, bytes | 1 |
"""


def check(committed, printed, name="bench-kernel"):
    """(exit code, output)"""
    with tempfile.TemporaryDirectory() as folder:
        page, output = os.path.join(folder, "page"), os.path.join(folder, "output")
        with open(page, "w", encoding="utf-8") as file:
            file.write(f"before\n<!-- figures: os {name} -->\n2026-11-26\n\n```\n{committed}```\n<!-- end -->\nbehind\n")
        with open(output, "w", encoding="utf-8") as file:
            file.write(printed)
        done = subprocess.run([CHECK, page, name, output], check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class BenchCheck(unittest.TestCase):
    WAS = KERNEL.format(null=100, call=1000)

    def fails(self, printed, words, committed=WAS, name="bench-kernel"):
        code, said = check(committed, printed, name)
        self.assertNotEqual(code, 0, said)
        self.assertIn(words, said)

    def test_the_same_passes(self):
        code, said = check(self.WAS, self.WAS)
        self.assertEqual(code, 0, said)
        self.assertIn("2 rows, as they were", said)

    def test_one_percent_more_passes(self):
        code, said = check(self.WAS, KERNEL.format(null=101, call=1010))
        self.assertEqual(code, 0, said)

    def test_more_than_one_percent_fails_and_is_named(self):
        self.fails(KERNEL.format(null=100, call=1011), "call and reply, 0 bytes: 1000 -> 1011, 1.1% worse")

    def test_better_passes_and_is_named(self):
        code, said = check(self.WAS, KERNEL.format(null=50, call=1000))
        self.assertEqual(code, 0, said)
        self.assertIn("null system call (number 0, refused): 100 -> 50, 50.0% better", said)

    def test_a_row_that_went_fails(self):
        self.fails(self.WAS.splitlines()[2] + "\n", "null system call (number 0, refused): not measured")

    def test_a_row_that_came_fails(self):
        self.fails(self.WAS + "a new row                          5     5     5\n", "a new row: not on the page")

    def test_a_page_without_rows_fails(self):
        self.fails("", "0 rows, FAILED", committed="")

    def test_a_page_without_the_place_fails(self):
        with tempfile.NamedTemporaryFile() as page:
            done = subprocess.run([CHECK, page.name, "bench-kernel", page.name], check=False, capture_output=True)
            self.assertNotEqual(done.returncode, 0)

    def test_a_lower_rate_fails(self):
        was = NET.format(facade=1000, rate=100000)
        self.fails(NET.format(facade=1000, rate=98000), "loopback tcp, 1024 bytes a call", was, "bench-net")
        self.fails(NET.format(facade=1020, rate=100000), "facade call: 1000 -> 1020", was, "bench-net")
        self.assertEqual(check(was, NET.format(facade=1000, rate=120000), "bench-net")[0], 0)

    def test_tables_are_read(self):
        was = NOISE.format(handshake=4000000, sectors=8)
        self.fails(NOISE.format(handshake=4100000, sectors=8), "2.5% worse", was, "bench-noise")
        self.fails(NOISE.format(handshake=4000000, sectors=9), "sectors read and written: 8 -> 9", was, "bench-noise")
        self.assertIn("3 rows", check(was, was, "bench-noise")[1])


if __name__ == "__main__":
    unittest.main()
