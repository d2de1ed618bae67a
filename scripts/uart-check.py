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
CASE_BEGIN = re.compile(r"SELFTEST: dsoftbus case (\S+) begin$")
CASE_SEES = re.compile(r"SELFTEST: dsoftbus case (\S+) sees (\S+)$")
CASE_OK = re.compile(r"SELFTEST: dsoftbus reject (\S+) ok$")
AUTH_OK = "dsoftbusd: auth ok"
REASON = re.compile(r"dsoftbusd: (?:session|packet) \w+ reason=(\S+)")
POLL_S = 0.05
END_GRACE_S = 5  # so long lines after the end marker are judged, unless the machine has ended before


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Manifest:
    """order: first occurrences follow one another; counts: text -> (min, max) whole lines."""

    def __init__(self, path, names):
        self.names = names
        self.order, self.counts, self.forbidden, self.deaths = [], {}, [], []
        self.mortal = []  # names that die at least once, any number of times
        self.end, self.cases = None, {}
        self.read(path)
        if self.end is None:
            raise ValueError(f"{path}: no end marker")

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                word, _, text = line.strip().partition(" ")
                text = text.strip()
                if not word or word.startswith("#"):
                    continue
                where = f"{path}:{number}"
                text = re.sub(r"\{(\w+)\}", lambda name: self.define(name[1], where), text)
                if not text:
                    raise ValueError(f"{where}: '{word}' without a text")
                if word == "include":
                    self.read(os.path.join(os.path.dirname(path), text))
                elif word == "cases":
                    self.cases = read_cases(os.path.join(os.path.dirname(path), text))
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
                elif word == "end":
                    self.order.append(text)
                    self.counts[text] = (1, 1)
                    self.end = text
                else:
                    raise ValueError(f"{where}: unknown word '{word}'")


    def define(self, name, where):
        if name not in self.names:
            raise ValueError(f"{where}: nothing defines {{{name}}}")
        return self.names[name]


class Case:
    """One row of the table of adversarial cases: what both sides must show."""

    def __init__(self, fields):
        self.name, auth, reasons, self.sees, _ = fields
        self.auth_count = int(auth)
        self.reasons = {}
        for item in reasons.split():
            match = re.fullmatch(r"([a-z0-9-]+)(?:\*(\d+))?(\+?)", item)
            if not match:
                raise ValueError(f"case {self.name}: reason '{item}'")
            low = int(match[2] or 1)
            self.reasons[match[1]] = (low, sys.maxsize if match[3] else low)


def read_cases(path):
    cases = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.split("#")[0].strip()
            if not line:
                continue
            fields = [field.strip() for field in line.split("|")]
            if len(fields) != 5 or fields[0] in cases:
                raise ValueError(f"{path}:{number}: case | auth ok | reasons | client sees | what it does")
            cases[fields[0]] = Case(fields)
    return cases


class CaseJoin:
    """Joins, per case, the client's view with what dsoftbusd logged between its begin and its ok."""

    def __init__(self, cases):
        self.cases, self.current, self.done = cases, None, []

    def line(self, text):
        begin, sees, ok = CASE_BEGIN.match(text), CASE_SEES.match(text), CASE_OK.match(text)
        if begin:
            if self.current:
                raise Failure(CASE_MISMATCH, f"case {self.current.name} never ended with ok")
            if begin[1] not in self.cases or begin[1] in self.done:
                raise Failure(CASE_MISMATCH, f"case {begin[1]} is not in the table, or ran twice")
            self.current = self.cases[begin[1]]
            self.auth_count, self.reasons, self.sees = 0, {}, None
        elif ok:
            if not self.current or self.current.name != ok[1]:
                raise Failure(CASE_MISMATCH, f"case {ok[1]} is ok without having begun")
            self.judge()
            self.done.append(self.current.name)
            self.current = None
        elif self.current:
            if sees:
                self.sees = sees[2]
            elif text == AUTH_OK:
                self.auth_count += 1
            elif REASON.match(text):
                reason = REASON.match(text)[1]
                self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def judge(self):
        case = self.current
        if self.auth_count != case.auth_count:
            raise Failure(CASE_MISMATCH, f"case {case.name}: {self.auth_count} auth ok, not {case.auth_count}")
        if self.sees != case.sees:
            raise Failure(CASE_MISMATCH, f"case {case.name}: the client saw {self.sees}, not {case.sees}")
        for reason in sorted(set(self.reasons) | set(case.reasons)):
            low, high = case.reasons.get(reason, (0, 0))
            count = self.reasons.get(reason, 0)
            if not low <= count <= high:
                raise Failure(CASE_MISMATCH, f"case {case.name}: dsoftbusd logged reason {reason} {count} times")

    def finish(self):
        left = [name for name in self.cases if name not in self.done]
        if left:
            raise Failure(CASE_MISMATCH, f"case {left[0]} did not run to its ok")


class Judge:
    """Takes the log line by line and raises Failure as soon as one is certain."""

    def __init__(self, manifest, until):
        self.manifest, self.until = manifest, until
        self.join = CaseJoin(manifest.cases)
        self.seen, self.next_idx, self.booted, self.ended = {}, 0, False, False
        self.deaths_left = list(manifest.deaths)
        # --until: what stands before that text in the manifest's order, and nothing after it.
        self.order = manifest.order
        if until in manifest.order:
            self.order = manifest.order[: manifest.order.index(until) + 1]

    def line(self, text):
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
        self.ended = self.ended or text == (self.until or self.manifest.end)
        if self.until and self.until in text:
            self.ended = True

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
        if self.until and self.until not in self.order:
            return  # a text between two markers, or part of one: where it stands is not known
        if self.first_missing():
            raise Failure(MISSING, f"missing marker: {self.first_missing()}")
        if self.until:
            return
        for text, (low, _) in self.manifest.counts.items():
            if self.seen.get(text, 0) == 0 and low > 0:
                raise Failure(MISSING, f"missing marker: {text}")
            if self.seen.get(text, 0) < low:
                raise Failure(WRONG_COUNT, f"only {self.seen[text]} of {low}: {text}")
        if self.deaths_left:
            raise Failure(MISSING, f"process {self.deaths_left[0]} did not die as expected")
        self.join.finish()


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
    print(f"passed: {len(judge.order)} markers in order, {len(judge.join.done)} adversarial cases joined")
    return PASSED


if __name__ == "__main__":
    sys.exit(main())
