#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The runner of vectors itself: what it must pass, fail, skip and refuse.

usage: noise_vectors_test.py NOISE_VECTORS
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

RUNNER = sys.argv.pop(1)
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "noise_xk.json")
ALL = "5 passed, 0 failed"
ONE_LESS = "4 passed, 0 failed"
ONE_FAILED = "4 passed, 1 failed"


def changed(change):
    """The committed vectors after `change` was called with their list."""
    with open(SOURCE, encoding="ascii") as file:
        root = json.load(file)
    change(root["vectors"])
    return json.dumps(root).encode()


def setter(index, **fields):
    return lambda v: v[index].update(fields)


def dropper(index, name):
    return lambda v: v[index].pop(name)


def cut_to_one(**fields):
    def change(v):
        del v[1:]
        v[0].update(fields)
    return change


def two_messages(v):
    del v[1:]
    del v[0]["messages"][2:]
    del v[0]["handshake_hash"]


def tamper(index):
    def change(v):
        message = v[3]["messages"][index]
        last = message["ciphertext"][-1]
        message["ciphertext"] = message["ciphertext"][:-1] + ("1" if last == "0" else "0")
    return change


def swap_transport(v):
    m = v[3]["messages"]
    m[3], m[5] = m[5], m[3]


def each(do):
    return lambda v: [do(x) for x in v]


def first(name):
    with open(SOURCE, encoding="ascii") as file:
        return json.load(file)["vectors"][0][name]


# name: change, exit status, last line
CHANGED = {
    "committed": (lambda v: None, 0, ALL),
    "upper case": (cut_to_one(init_static=first("init_static").upper()), 0, "1 passed, 0 failed"),
    "another protocol is skipped": (
        setter(0, protocol_name="Noise_XX_25519_ChaChaPoly_BLAKE2s"), 0, ONE_LESS),
    "a psk variant is skipped": (
        setter(0, protocol_name="Noise_XKpsk3_25519_ChaChaPoly_BLAKE2s"), 0, ONE_LESS),
    "nothing run": (
        each(lambda x: x.update(protocol_name="Noise_NN_448_AESGCM_SHA512")), 1, "0 passed, 0 failed"),
    "empty": (lambda v: v.clear(), 1, "0 passed, 0 failed"),
    "remote static missing": (each(lambda x: x.pop("init_remote_static")), 0, ALL),
    "two messages": (two_messages, 0, "1 passed, 0 failed"),
    "no messages": (setter(0, messages=[]), 1, ONE_FAILED),
    "messages missing": (dropper(0, "messages"), 1, ONE_FAILED),
    "messages not objects": (setter(0, messages=[1, 2, 3]), 1, ONE_FAILED),
    "wrong hash": (setter(0, handshake_hash="00" * 32), 1, ONE_FAILED),
    "short hash": (setter(0, handshake_hash=first("handshake_hash")[:-2]), 1, ONE_FAILED),
    "hash not reached": (setter(0, messages=first("messages")[:2]), 1, ONE_FAILED),
    "wrong prologue on one side": (setter(3, resp_prologue="00"), 1, ONE_FAILED),
    "prologue a number": (setter(3, resp_prologue=7), 1, ONE_FAILED),
    "wrong remote static": (
        lambda v: v[0].update(init_remote_static=v[1]["init_remote_static"]), 1, ONE_FAILED),
    "static missing": (dropper(0, "resp_static"), 1, ONE_FAILED),
    "static short": (setter(0, init_static=first("init_static")[:-2]), 1, ONE_FAILED),
    "odd hexadecimal": (setter(0, init_static=first("init_static")[:-1]), 1, ONE_FAILED),
    "not hexadecimal": (setter(0, init_ephemeral="zz" * 32), 1, ONE_FAILED),
    "wrong payload": (lambda v: v[2]["messages"][1].update(payload="00"), 1, ONE_FAILED),
    "wrong transport order": (swap_transport, 1, ONE_FAILED),
    "noise-c calls it name": (each(lambda x: x.update(name=x.pop("protocol_name"))), 0, ALL),
    "another name": (lambda v: v[0].update(name=v[0]["protocol_name"], protocol_name="Noise_XX"), 0, ONE_LESS),
    "name missing": (dropper(0, "protocol_name"), 1, ONE_FAILED),
    "name a number": (setter(0, protocol_name=3), 1, ONE_FAILED),
    "vector a number": (lambda v: v.__setitem__(0, 3), 1, ONE_FAILED),
    "over length": (
        lambda v: v[0]["messages"][0].update(payload="00" * 65536), 1, ONE_FAILED),
    **{f"tampered message {i}": (tamper(i), 1, ONE_FAILED) for i in (0, 1, 2, 3, 11)},
}

UNREADABLE = {
    "cut": changed(lambda v: None)[:500],
    "zero bytes": b"",
    "array": b"[1, 2]",
    "vectors an object": b'{"vectors": {}}',
    "vectors twice": b'{"vectors": [], "vectors": []}',
    "not UTF-8": b'{"vectors": "\xff\xfe"}',
    "too deep": b"[" * 100000,
}


class Runner(unittest.TestCase):
    def run_on(self, content):
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(content)
            file.flush()
            return subprocess.run([RUNNER, file.name], capture_output=True, text=True, timeout=60)

    def test_changed(self):
        for name, (change, status, last_line) in CHANGED.items():
            with self.subTest(name):
                done = self.run_on(changed(change))
                self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (status, last_line))
                self.assertEqual(done.stderr, "")

    def test_skipped_are_counted(self):
        done = self.run_on(changed(setter(0, protocol_name="Noise_XX_25519_AESGCM_SHA256")))
        self.assertIn("1 of other protocols skipped\n", done.stdout)

    def test_unreadable(self):
        for name, content in UNREADABLE.items():
            with self.subTest(name):
                done = self.run_on(content)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"\Anoise-vectors: .*\n\Z")

    def test_file_missing(self):
        done = subprocess.run([RUNNER, "/nonexistent.json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nonexistent.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
