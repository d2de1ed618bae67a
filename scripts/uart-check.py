#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges the log of a boot by a manifest of markers (tests/os/markers/, form: docs/testing.md).

usage: uart-check.py [--define NAME=TEXT] [--until TEXT] [--watch PID --timeout SECONDS] MANIFEST LOG

Without --watch the log is judged as it stands, as that of a machine that has ended. With it the log is
followed while the process PID runs, until the end marker (or TEXT), a failure, or the time limit. The
verdict is the last line of the output and the exit code:

"""
import argparse
import os
import re
import sys
import time

PASSED = 0
WRONG_USE = 2
NO_BOOT = 10
HANG = 11
MISSING = 12
OUT_OF_ORDER = 13
FORBIDDEN = 14
WRONG_COUNT = 15
PANIC = 16
DEATH = 17
ENDED_EARLY = 18
CASE_MISMATCH = 19
__doc__ += "\n".join(
    f"  {code:2}  {name}"
    for name, code in list(globals().items())
    if name.isupper() and isinstance(code, int)
)

BOOT = "kernel: up"
PANIC_LINE = re.compile(r"kernel: panic\b")
DEATH_LINE = re.compile(r"kernel: process (\S+) died\b")
CASE_LINE = re.compile(r"SELFTEST: dsoftbus (?:case (\S+) (begin)|case (\S+) (sees) (\S+)|reject (\S+) (ok))$")
AUTH_OK = "dsoftbusd: auth ok"
BOUND_LINE = re.compile(r"dsoftbusd: identity bound peer=[a-z0-9.-]+$")
MESSAGE_LINE = re.compile(r"dsoftbusd: handshake: message (?:(1) read|(2) written|(3) read)(?: times=(\d+))?$")
SESSION_LINE = re.compile(
    r"dsoftbusd: session (refused|ended) reason=([a-z0-9-]+)(?: claim=([a-z0-9.-]+))?(?: times=(\d+))?$"
)
PACKET_LINE = re.compile(r"dsoftbusd: packet (ignored) reason=([a-z0-9-]+) count=(\d+)$")
END_ITEM = re.compile(r"([a-z0-9-]+(?:\([a-z0-9.-]+\))?)(?:\*(\d+))?(\+?)")
# Said of a handshake whose message 3 was read; the claim names its sender.
READ_MESSAGE_3 = re.compile(r"\S+\(|msg3-(critical|recv-max|bad-id|payload)\b")
# Of what dsoftbusd says under these beginnings, every line has one of the forms above.
STRICT = ("auth", "identity", "handshake", "session", "packet")
POLL_S = 0.05
END_GRACE_S = 5  # so long lines after the end marker are judged, unless the machine has ended before


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def read_ends(text, where):
    """`clean msg3-decrypt*4 msg3-unknown-key(a.b)+` as key -> (min, max)."""
    ends = {}
    for item in text.split():
        match = END_ITEM.fullmatch(item)
        if not match or match[1] in ends:
            raise ValueError(f"{where}: reason '{item}'")
        low = int(match[2] or 1)
        ends[match[1]] = (low, sys.maxsize if match[3] else low)
    return ends


class Manifest:
    """order: first occurrences follow one another; counts: text -> (min, max) whole lines."""

    def __init__(self, path, names):
        self.names = names
        self.order, self.counts, self.forbidden, self.deaths = [], {}, [], []
        self.mortal = []  # names that die at least once, any number of times
        self.end, self.cases, self.cases_after = None, {}, 0
        self.ends, self.any_ends = {}, False  # outside the cases
        self.read(path)
        if self.end is None:
            raise ValueError(f"{path}: no end marker")

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                word, _, text = line.strip().partition(" ")
                if not word or word.startswith("#"):
                    continue
                where = f"{path}:{number}"
                text = self.define(text.strip(), where)
                if not text:
                    raise ValueError(f"{where}: '{word}' without a text")
                self.take(word, text, where, os.path.dirname(path))

    def take(self, word, text, where, folder):
        if word == "include":
            self.read(os.path.join(folder, text))
        elif word == "cases":
            self.cases, self.cases_after = self.read_cases(os.path.join(folder, text)), len(self.order)
        elif word == "order":
            self.order.append(text)
            self.counts.setdefault(text, (1, 1))
        elif word == "some":
            self.counts.setdefault(text, (1, 1))
        elif word == "count":
            wanted, _, text = text.partition(" ")
            low, plus, _ = wanted.partition("+")
            if not low.isdigit() or not text:
                raise ValueError(f"{where}: count N[+] TEXT")
            self.counts[text] = (int(low), sys.maxsize if plus else int(low))
        elif word == "forbid":
            self.forbidden.append(text)
        elif word == "death":
            name, _, times = text.partition("*")
            self.deaths += [name.removesuffix("+")] * int(times or 1)
            if name.endswith("+"):
                self.mortal.append(name.removesuffix("+"))
        elif word == "ends":
            self.any_ends = self.any_ends or text == "any"
            self.ends.update({} if text == "any" else read_ends(text, where))
        elif word == "end":
            self.order.append(text)
            self.counts[text] = (1, 1)
            self.end = text
        else:
            raise ValueError(f"{where}: unknown word '{word}'")

    def define(self, text, where):
        def value(match):
            if match[1] not in self.names:
                raise ValueError(f"{where}: nothing defines {{{match[1]}}}")
            return self.names[match[1]]

        return re.sub(r"\{(\w+)\}", value, text)

    def read_cases(self, path):
        cases = {}
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                where = f"{path}:{number}"
                line = self.define(line.split("#")[0].strip(), where)
                if not line:
                    continue
                fields = [field.strip() for field in line.split("|")]
                if len(fields) != 5 or fields[0] in cases or not fields[1].isdigit():
                    raise ValueError(f"{where}: case | auth ok | reasons | client sees | what it does")
                cases[fields[0]] = Case(fields, where)
        return cases


class Case:
    """One row of the table of adversarial cases: what both sides must show."""

    def __init__(self, fields, where):
        self.name, auth, reasons, self.sees, _ = fields
        self.auth_count, self.ends = int(auth), read_ends(reasons, where)


def verbs_of(reason):
    """Which of dsoftbusd's lines can name this reason."""
    if reason == "clean" or reason.startswith(("record-", "session-")):
        return ("ended",)
    if reason.startswith("local-"):
        return ("refused", "ended")
    return ("refused",) if re.match("(msg[123]|accept)-", reason) else ("ignored",)


class Tally:
    """What dsoftbusd did in one case, or outside of all cases."""

    def __init__(self):
        self.auth_count, self.ends, self.messages = 0, {}, {1: 0, 2: 0, 3: 0}

    def add_end(self, key, count):
        self.ends[key] = self.ends.get(key, 0) + count

    def fault(self, expected):
        """What is not as expected, as text; None when all is."""
        for key in sorted(set(self.ends) | set(expected)):
            low, high = expected.get(key, (0, 0))
            if not low <= self.ends.get(key, 0) <= high:
                return f"dsoftbusd logged reason {key} {self.ends.get(key, 0)} times"
        # Who failed at message 3, or later, had messages 1 and 2.
        late = sum(count for key, count in self.ends.items() if key.startswith("msg3-") or "(" in key)
        read = sum(count for key, count in self.ends.items() if READ_MESSAGE_3.match(key))
        for number, count in self.messages.items():
            wanted = self.auth_count + (read if number == 3 else late)
            if count != wanted:
                return f"dsoftbusd logged message {number} {count} times, not {wanted}"
        return None


class Daemon:
    """dsoftbusd's own lines, whose order proves that who is let in has been authenticated."""

    def __init__(self, is_stated):
        self.is_stated = is_stated  # each end and so each handshake is stated; else lines may be counted late
        self.stages = {1: 0, 2: 0, 3: 0}  # handshakes whose last line was this message's
        self.is_bound, self.session_count, self.packet_count = False, 0, 0

    def line(self, text, tally):
        word = text.removeprefix("dsoftbusd: ").split(" ")[0].rstrip(":")
        message, session, packet = MESSAGE_LINE.match(text), SESSION_LINE.match(text), PACKET_LINE.match(text)
        if self.is_bound != (text == AUTH_OK):
            raise Failure(OUT_OF_ORDER, f"'identity bound' and 'auth ok' are not one after the other: {text}")
        self.is_bound = False
        if text == AUTH_OK:
            self.session_count += 1
            tally.auth_count += 1
        elif BOUND_LINE.match(text):
            self.is_bound = True
            self.step(3, None, 1, text)
        elif message:
            number = int(message[1] or message[2] or message[3])
            self.step(number - 1, number, int(message[4] or 1), text)
            tally.messages[number] += int(message[4] or 1)
        elif session:
            self.session(session, tally, text)
        elif packet:
            if "ignored" not in verbs_of(packet[2]) or int(packet[3]) <= self.packet_count:
                raise Failure(FORBIDDEN, f"not a line of dsoftbusd's: {text}")
            self.packet_count = int(packet[3])
            tally.add_end(packet[2], 1)
        elif word in STRICT:
            raise Failure(FORBIDDEN, f"not a line of dsoftbusd's: {text}")

    def step(self, before, after, count, text):
        if before:
            self.stages[before] -= count
            if self.stages[before] < 0 and self.is_stated:
                raise Failure(OUT_OF_ORDER, f"no handshake had come that far: {text}")
        if after:
            self.stages[after] += count

    def session(self, match, tally, text):
        verb, reason, claim, times = match.groups()
        key = f"{reason}({claim})" if claim else reason
        tally.add_end(key, int(times or 1))
        if verb not in verbs_of(reason) or (claim and verb != "refused"):
            raise Failure(FORBIDDEN, f"not a line of dsoftbusd's: {text}")
        if verb == "ended":
            self.session_count -= 1
            if self.session_count < 0:
                raise Failure(OUT_OF_ORDER, f"more ends than sessions: {text}")
        elif READ_MESSAGE_3.match(key):
            self.step(3, None, int(times or 1), text)
        elif reason.startswith("msg3-"):
            self.step(2, None, int(times or 1), text)


class CaseJoin:
    """Joins, per case, the client's view with what dsoftbusd logged between its begin and its ok."""

    def __init__(self, manifest):
        self.cases, self.current, self.done = manifest.cases, None, []
        self.left, self.is_stated = list(manifest.cases), not manifest.any_ends
        self.outside, self.daemon = Tally(), Daemon(self.is_stated)

    def line(self, text):
        if text.startswith("kernel: process dsoftbusd died"):
            self.daemon = Daemon(self.is_stated)
        elif text.startswith("dsoftbusd: "):
            self.daemon.line(text, self.tally if self.current else self.outside)
        elif text.startswith(("SELFTEST: dsoftbus case ", "SELFTEST: dsoftbus reject ")):
            match = CASE_LINE.match(text)
            if not match:
                raise Failure(CASE_MISMATCH, f"not a line of a case: {text}")
            self.case_line(match)

    def case_line(self, match):
        name = match[1] or match[3] or match[6]
        if match[2]:
            if self.current:
                self.finish_cases()
            if name not in self.left:
                raise Failure(CASE_MISMATCH, f"case {name} is not in the table, or ran twice")
            if name != self.left[0]:
                raise Failure(CASE_MISMATCH, f"case {self.left[0]} did not run before {name}")
            self.current, self.tally, self.sees = self.cases[self.left.pop(0)], Tally(), None
        elif not self.current or self.current.name != name:
            raise Failure(CASE_MISMATCH, f"case {name} is {match[7] or match[4]} without having begun")
        elif match[4]:
            if self.sees:
                raise Failure(CASE_MISMATCH, f"case {name}: the client saw twice")
            self.sees = match[5]
        else:
            self.judge(self.current)
            self.done.append(name)
            self.current = None

    def judge(self, case):
        if self.tally.auth_count != case.auth_count:
            raise Failure(CASE_MISMATCH, f"case {case.name}: {self.tally.auth_count} auth ok, not {case.auth_count}")
        if self.sees != case.sees:
            raise Failure(CASE_MISMATCH, f"case {case.name}: the client saw {self.sees}, not {case.sees}")
        fault = self.tally.fault(case.ends)
        if fault:
            raise Failure(CASE_MISMATCH, f"case {case.name}: {fault}")

    def finish_cases(self):
        if self.current:
            raise Failure(CASE_MISMATCH, f"case {self.current.name} never ended with ok")
        if self.left:
            raise Failure(CASE_MISMATCH, f"case {self.left[0]} did not run to its ok")

    def finish(self, expected):
        self.finish_cases()
        if self.daemon.is_bound:
            raise Failure(MISSING, f"missing marker: {AUTH_OK}, after the last identity bound")
        fault = self.outside.fault(expected)
        if fault and self.is_stated:
            raise Failure(WRONG_COUNT, f"outside the cases {fault}")


class Judge:
    """Takes the log line by line and raises Failure as soon as one is certain."""

    def __init__(self, manifest, until):
        # The manifest's own end marker stands for the whole manifest.
        self.manifest, self.until = manifest, until if until != manifest.end else None
        self.join = CaseJoin(manifest)
        self.seen, self.next_idx, self.booted = {}, 0, False
        self.is_whole = False  # the manifest's end marker was printed
        self.ended = False  # that, or the text of --until
        self.deaths_left = list(manifest.deaths)
        # --until: what stands before that text in the manifest's order, and nothing after it.
        self.order = manifest.order
        if self.until in manifest.order:
            self.order = manifest.order[: manifest.order.index(self.until) + 1]

    def line(self, text):
        if self.until and self.ended:
            return
        if PANIC_LINE.match(text):
            raise Failure(PANIC, f"kernel panic: {text}")
        death = DEATH_LINE.match(text)
        if death:
            if death[1] in self.deaths_left:
                self.deaths_left.remove(death[1])
            elif death[1] not in self.manifest.mortal:
                raise Failure(DEATH, f"unexpected process death: {text}")
        for forbidden in self.manifest.forbidden:
            if forbidden in text:
                raise Failure(FORBIDDEN, f"forbidden marker: {text}")
        self.booted = self.booted or text == BOOT
        self.count(text)
        self.join.line(text)
        if self.join.current and self.next_idx < min(self.manifest.cases_after, len(self.order)):
            raise Failure(OUT_OF_ORDER, f"a case came before '{self.order[self.next_idx]}'")
        if text == self.manifest.end:
            self.is_whole = True
            self.join.finish_cases()
        self.ended = self.until in text if self.until else self.is_whole

    def count(self, text):
        if text not in self.manifest.counts:
            return
        self.seen[text] = self.seen.get(text, 0) + 1
        if self.seen[text] > self.manifest.counts[text][1]:
            raise Failure(WRONG_COUNT, f"too often ({self.seen[text]}): {text}")
        if self.seen[text] == 1 and text in self.order:
            idx = self.order.index(text)
            if idx > self.next_idx:
                raise Failure(OUT_OF_ORDER, f"'{text}' came before '{self.order[self.next_idx]}'")
            self.next_idx += 1

    def first_missing(self):
        return self.order[self.next_idx] if self.next_idx < len(self.order) else None

    def finish(self):
        """The machine has ended, or the end marker was seen: is everything there?"""
        if not self.booted:
            raise Failure(NO_BOOT, f"no boot: '{BOOT}' was never printed")
        if self.until and not self.ended:
            raise Failure(MISSING, f"missing marker: {self.until}")
        if self.until and not self.is_whole and self.until not in self.order:
            return  # a text between two markers, or part of one: where it stands is not known
        if self.first_missing():
            raise Failure(MISSING, f"missing marker: {self.first_missing()}")
        if self.until and not self.is_whole:
            return
        for text, (low, _) in self.manifest.counts.items():
            if self.seen.get(text, 0) == 0 and low > 0:
                raise Failure(MISSING, f"missing marker: {text}")
            if self.seen.get(text, 0) < low:
                raise Failure(WRONG_COUNT, f"only {self.seen[text]} of {low}: {text}")
        if self.deaths_left:
            raise Failure(MISSING, f"process {self.deaths_left[0]} did not die as expected")
        self.join.finish(self.manifest.ends)

    def verdict(self):
        part = f" up to '{self.until}'" if self.until and not self.is_whole else ""
        return f"passed{part}: {self.next_idx} markers in order, {len(self.join.done)} adversarial cases joined"


class Log:
    """Whole lines of a growing file; bytes that are no text are shown as '?'."""

    def __init__(self, path):
        self.file, self.rest = open(path, "rb"), b""

    def lines(self):
        data = self.rest + self.file.read()
        *whole, self.rest = data.split(b"\n")
        for line in whole:
            yield line.decode("ascii", "replace").rstrip("\r")


def running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def follow(judge, log, pid, timeout_s):
    deadline = time.monotonic() + timeout_s
    end_deadline = None
    while True:
        alive = running(pid)  # asked before reading, so that the last lines are not lost
        for text in log.lines():
            judge.line(text)
        now = time.monotonic()
        if judge.ended:
            end_deadline = end_deadline or (now if judge.until else now + END_GRACE_S)
            if not alive or now >= end_deadline:
                return
        elif not alive:
            if not judge.booted:
                raise Failure(NO_BOOT, f"no boot: QEMU ended before '{BOOT}'")
            raise Failure(ENDED_EARLY, f"the machine ended before: {judge.first_missing() or judge.until}")
        elif now >= deadline:
            if not judge.booted:
                raise Failure(NO_BOOT, f"no boot within {timeout_s:g} s")
            raise Failure(HANG, f"time is up ({timeout_s:g} s), waiting for: {judge.first_missing() or judge.until}")
        time.sleep(POLL_S)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--define", action="append", default=[])
    parser.add_argument("--until")
    parser.add_argument("--watch", type=int)
    parser.add_argument("--timeout", type=float, default=90)
    parser.add_argument("manifest")
    parser.add_argument("log")
    options = parser.parse_args()
    try:
        manifest = Manifest(options.manifest, dict(name.split("=", 1) for name in options.define))
        judge, log = Judge(manifest, options.until), Log(options.log)
    except (OSError, ValueError) as error:
        print(f"uart-check: {error}")
        return WRONG_USE
    try:
        if options.watch:
            follow(judge, log, options.watch, options.timeout)
        else:
            for text in log.lines():
                judge.line(text)
        judge.finish()
    except Failure as failure:
        print(f"FAILED: {failure}")
        return failure.code
    print(judge.verdict())
    return PASSED


if __name__ == "__main__":
    sys.exit(main())
