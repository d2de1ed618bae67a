#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""The judge against forged logs: the log of a good boot, edited in one place, must not pass.

Judges with the manifest of PROFILE=default. default.log is such a boot's log from the kernel's first line on; after
a change to what a boot prints, and a look at what has changed:

    UART_LOG=/tmp/log scripts/qemu-test.sh && sed -n '/^kernel: up/,$p' /tmp/log >tests/scripts/default.log
"""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TOP}/tests/os/boot")
from judge import Judge  # noqa: E402
from manifest import Manifest  # noqa: E402

MANIFEST = f"{TOP}/tests/os/markers/default.txt"
LOG = f"{TOP}/tests/scripts/default.log"
BOUND, AUTH_OK = "dsoftbusd: identity bound peer=client.test", "dsoftbusd: auth ok"
CLEAN = "dsoftbusd: session ended reason=clean"
HANDSHAKE = [f"dsoftbusd: handshake: message {step}" for step in ("1 read", "2 written", "3 read")]
SESSION = [*HANDSHAKE, BOUND, AUTH_OK]


def places(lines, pattern):
    found = [i for i, line in enumerate(lines) if re.fullmatch(pattern, line)]
    assert found, f"the log has no line '{pattern}'"
    return found


def replace(pattern, new, at=0, count=1):
    """The at-th line of the pattern, or as many as count says from there, told differently."""
    def edit(lines):
        for i in places(lines, pattern)[at:][:count]:
            lines[i] = re.sub(pattern, new, lines[i])
        return lines
    return edit


def drop(pattern, at=0, count=1):
    def edit(lines):
        gone = set(places(lines, pattern)[at:][:count])
        return [line for i, line in enumerate(lines) if i not in gone]
    return edit


def cut(first, last):
    """From the first line of one pattern to the next of the other."""
    def edit(lines):
        begin = places(lines, first)[0]
        end = next(i for i in places(lines, last) if i >= begin)
        return lines[:begin] + lines[end + 1:]
    return edit


def before(pattern, *new, at=0):
    def edit(lines):
        i = places(lines, pattern)[at]
        return [*lines[:i], *new, *lines[i:]]
    return edit


def after(pattern, *new, at=0):
    def edit(lines):
        i = places(lines, pattern)[at] + 1
        return [*lines[:i], *new, *lines[i:]]
    return edit


def swap(first, second, at=0):
    def edit(lines):
        i, j = places(lines, first)[at], places(lines, second)[at]
        lines[i], lines[j] = lines[j], lines[i]
        return lines
    return edit


def move(first, last, behind):
    """What cut takes, to behind the next line of another pattern."""
    def edit(lines):
        begin = places(lines, first)[0]
        end = next(i for i in places(lines, last) if i >= begin) + 1
        target = next(i for i in places(lines, behind) if i >= end) + 1
        return lines[:begin] + lines[end:target] + lines[begin:end] + lines[target:]
    return edit


def both(*edits):
    def edit(lines):
        for one in edits:
            lines = one(lines)
        return lines
    return edit


def begin(name):
    return f"SELFTEST: dsoftbus case {name} begin"


def ok(name):
    return f"SELFTEST: dsoftbus reject {name} ok"


REFUSED, ENDED = r"dsoftbusd: session refused (.*)", r"dsoftbusd: session ended (.*)"
ALL = 10000
NO_CASES = cut(begin("wrong-responder-key"), ok("stalled-handshake"))

# name: (edit, exit code[, where the run is said to end])
EDITS = {
    # Where the run is said to end.
    "no-cases-until-end": (NO_CASES, 19, "SELFTEST: end"),
    "no-cases-until-behind-end": (NO_CASES, 19, "init: pages"),
    "no-cases": (NO_CASES, 19),
    "last-case-missing": (cut(begin("stalled-handshake"), ok("stalled-handshake")), 19),
    "end-before-the-cases": (both(drop("SELFTEST: end"), before(begin("wrong-responder-key"), "SELFTEST: end")), 19),
    "no-end": (drop("SELFTEST: end"), 12),
    "end-twice": (before("SELFTEST: end", "SELFTEST: end"), 15),
    # Who was let in.
    "extra-bound": (before(begin("truncated"), "dsoftbusd: identity bound peer=stranger.test"), 13),
    "extra-bound-of-a-handshake":
        (before(begin("truncated"), *HANDSHAKE, "dsoftbusd: identity bound peer=stranger.test"), 13),
    "extra-bound-and-auth-ok": (before(begin("truncated"), *HANDSHAKE, BOUND, AUTH_OK), 15),
    "extra-auth-ok": (before(begin("truncated"), AUTH_OK), 13),
    "extra-session-of-a-stranger":
        (before(begin("truncated"), *HANDSHAKE, "dsoftbusd: identity bound peer=stranger.test", AUTH_OK), 15),
    "auth-ok-before-bound": (swap(BOUND, AUTH_OK), 13),
    "auth-ok-before-bound-later": (swap(BOUND, AUTH_OK, at=3), 13),
    "auth-ok-not-directly-behind": (before(AUTH_OK, CLEAN, at=2), 13),
    "bound-without-auth-ok": (drop(AUTH_OK, at=6), 13),
    "auth-ok-without-bound": (drop(BOUND, at=6), 13),
    "bound-to-another": (replace(BOUND, "dsoftbusd: identity bound peer=sensor.test", at=4), 15),
    "bound-to-nobody": (replace(BOUND, "dsoftbusd: identity bound peer=", at=4), 14),
    "auth-ok-with-an-addition": (before(begin("truncated"), "dsoftbusd: auth ok (stub)"), 14),
    "service-refused-without-a-reason": (before(begin("truncated"), "dsoftbusd: service refused peer=client.test service=log"), 14),
    "dial-of-nobody": (before(begin("truncated"), "dsoftbusd: dial ok peer="), 14),
    "dial-failed-without-a-reason": (before(begin("truncated"), "dsoftbusd: dial failed peer=client.test"), 14),
    "dial-says-auth-ok": (before(begin("truncated"), "dsoftbusd: dial auth ok peer=client.test"), 14),
    "bound-at-the-end": (after("SELFTEST: end", *HANDSHAKE, BOUND), 15),
    "stranger-bound-at-the-end": (after("SELFTEST: end", *HANDSHAKE, "dsoftbusd: identity bound peer=a.b"), 12),
    "session-ok-twice": (after("dsoftbusd: os session ok", "dsoftbusd: os session ok"), 15),
    # The steps of the handshake.
    "no-messages": (drop("dsoftbusd: handshake: message .*", count=ALL), 13),
    "no-message-1": (drop(HANDSHAKE[0], count=ALL), 13),
    "one-message-1-missing": (drop(HANDSHAKE[0]), 13),
    "one-message-2-missing": (drop(HANDSHAKE[1]), 13),
    "one-message-3-missing": (drop(HANDSHAKE[2]), 13),
    "message-1-missing-in-a-case": (drop(HANDSHAKE[0], at=3), 13),
    "message-3-of-a-refusal-missing": (drop(HANDSHAKE[2], at=1), 13),
    "message-2-before-message-1": (swap(HANDSHAKE[0], HANDSHAKE[1]), 13),
    "message-3-behind-bound": (swap(HANDSHAKE[2], BOUND), 13),
    "extra-message-1": (after(begin("oversize-frame"), HANDSHAKE[0]), 19),
    "extra-message-1-outside": (before(begin("oversize-frame"), HANDSHAKE[0]), 15),
    "message-of-the-other-side": (after(HANDSHAKE[0], "dsoftbusd: handshake: message 2 read"), 14),
    # Why connections ended.
    "honest-end-told-as-failure": (replace(CLEAN, "dsoftbusd: session ended reason=record-decrypt"), 15),
    "honest-end-not-told": (drop(CLEAN), 15),
    "honest-end-in-the-first-case": (both(drop(CLEAN), after(begin("wrong-responder-key"), CLEAN)), 19),
    "refusal-outside": (before(begin("truncated"), "dsoftbusd: session refused reason=msg1-decrypt"), 15),
    "end-outside": (before(begin("truncated"), CLEAN), 13),
    "all-refusals-told-as-ends": (replace(REFUSED, r"dsoftbusd: session ended \1", count=ALL), 14),
    "one-refusal-told-as-end": (replace(REFUSED, r"dsoftbusd: session ended \1", at=5), 14),
    "drop-told-as-end": (replace("dsoftbusd: .*(reason=local-dropped)", r"dsoftbusd: session ended \1"), 13),
    "one-end-told-as-refusal": (replace(ENDED, r"dsoftbusd: session refused \1", at=2), 14),
    "refusal-told-as-packet": (replace(REFUSED, r"dsoftbusd: packet ignored \1 count=1"), 14),
    "packet-told-as-refusal":
        (replace(r"dsoftbusd: packet ignored (reason=\S+).*", r"dsoftbusd: session refused \1", at=2), 14),
    "packet-count-stands-still": (replace("(dsoftbusd: packet .*) count=5", r"\1 count=4"), 14),
    "packet-missing": (drop("dsoftbusd: packet .*utf8.*"), 19),
    "another-reason": (replace(REFUSED, "dsoftbusd: session refused reason=msg1-length"), 19),
    "reason-with-an-addition": (replace(REFUSED, "dsoftbusd: session refused reason=msg1-decrypt really"), 14),
    "claim-left-out": (replace("(dsoftbusd: .*) claim=stranger.test", r"\1"), 13),
    "claim-of-another": (replace("(dsoftbusd: .*) claim=sensor.test", r"\1 claim=client.test"), 19),
    "all-claims-wrong": (replace("(dsoftbusd: .*) claim=.*", r"\1 claim=a.b", count=ALL), 19),
    "claim-added": (replace("dsoftbusd: .*msg1-decrypt", r"\g<0> claim=client.test"), 13),
    "end-with-a-claim": (replace(CLEAN, CLEAN + " claim=client.test"), 14),
    "told-in-the-next-case":
        (both(drop(REFUSED), after(begin("wrong-responder-id"), "dsoftbusd: session refused reason=msg1-decrypt")), 19),
    "flood-not-dropped": (drop("dsoftbusd: .*reason=local-dropped.*", count=ALL), 19),
    # The client's side.
    "client-saw-nothing": (drop("SELFTEST: dsoftbus case truncated sees .*"), 19),
    "client-saw-something-else": (replace("(SELFTEST: .* bitflip-msg3 sees) .*", r"\1 closed"), 19),
    "client-saw-twice":
        (before("SELFTEST: .* bitflip-msg3 sees .*", "SELFTEST: dsoftbus case bitflip-msg3 sees closed"), 19),
    "case-twice": (after(ok("truncated"), begin("truncated")), 19),
    "case-in-a-case": (after(begin("truncated"), begin("oversize-frame")), 19),
    "case-without-ok": (drop(ok("truncated")), 19),
    "ok-without-case": (before(begin("truncated"), ok("truncated")), 19),
    "case-behind-the-next": (move(begin("truncated"), ok("truncated"), ok("oversize-frame")), 19),
    "cases-in-another-order": (swap(begin("oversize-frame"), begin("truncated")), 19),
    "case-begins-before-the-session":
        (both(drop(begin("wrong-responder-key")), before("dsoftbusd: ready", begin("wrong-responder-key"))), 13),
    "sees-outside": (before(begin("truncated"), "SELFTEST: dsoftbus case truncated sees closed"), 19),
    "ok-with-an-addition": (replace(ok("truncated"), ok("truncated") + " (skipped)"), 19),
    "a-failure-more": (before("SELFTEST: end", "SELFTEST: FAIL dsoftbus close"), 14),
    # The client against impostors.
    "impostor-accepted": (replace("(SELFTEST: .* impostor replayed-accept sees) .*", r"\1 session"), 13),
    "impostor-left-out": (drop("SELFTEST: .* impostor bitflip-msg2-tag .*", count=2), 13),
    "impostor-without-ok": (drop("SELFTEST: .* impostor other-pong ok"), 13),
    "impostor-twice": (after("SELFTEST: .* impostor none ok", "SELFTEST: dsoftbus impostor none ok"), 15),
    # The rest of the system.
    "network-not-tried": (drop("SELFTEST: net udp ok"), 13),
    "transport-up-before-ready": (swap("dsoftbusd: ready", r"dsoftbusd: os transport up .*"), 13),
    "daemon-dies": (before(begin("truncated"), "kernel: process dsoftbusd died: load fault at 0x0"), 17),
    "panic-behind-the-end": (after("SELFTEST: end", "kernel: panic: page account"), 16),
}


def judge(lines, until=None):
    return Judge(Manifest(MANIFEST, {"client": "client.test"}), until).whole(lines)


def main():
    with open(LOG, encoding="ascii") as file:
        good = file.read().split("\n")[:-1]
    wrong = 0
    code, said = judge(good)
    print(f"unedited: {code} {said}")
    wrong += code != 0
    names = os.environ.get("DSB_CASE", "").split() or EDITS
    for name in names:
        edit, wanted, *until = EDITS[name]
        lines = edit(list(good))
        code, said = judge(lines, *until)
        if lines == good or code != wanted:
            wrong += 1
            print(f"{name}: exit {code}, not {wanted}: {said}")
    print(f"{len(names)} edits, {wrong} wrong verdicts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
