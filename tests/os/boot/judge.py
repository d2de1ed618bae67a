#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""Judges the log of a boot by a manifest of markers (tests/os/markers/, form: docs/testing.md).

usage: judge.py [--define NAME=TEXT] [--until TEXT] MANIFEST LOG

As a program it judges a log as it stands, as that of a machine that has ended; boot.py follows a growing one. The
verdict is the last line of the output and the exit code (verdict.py).
"""
import argparse
import re
import sys

from daemon import AUTH_OK, Daemon, Tally
from manifest import Manifest
from verdict import (CASE_MISMATCH, DEATH, FORBIDDEN, MISSING, NO_BOOT, OUT_OF_ORDER, PANIC, PASSED, WRONG_COUNT,
                     WRONG_USE, Failure)

BOOT = "kernel: up"
PANIC_LINE = re.compile(r"kernel: panic\b")
DEATH_LINE = re.compile(r"kernel: process (\S+) died\b")
CASE_LINE = re.compile(r"SELFTEST: dsoftbus (?:case (\S+) (begin)|case (\S+) (sees) (\S+)|reject (\S+) (ok))$")


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

    def whole(self, lines):
        """A log that is complete: (exit code, verdict)."""
        try:
            for text in lines:
                self.line(text)
            self.finish()
        except Failure as failure:
            return failure.code, f"FAILED: {failure}"
        return PASSED, self.verdict()

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


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--define", action="append", default=[])
    parser.add_argument("--until")
    parser.add_argument("manifest")
    parser.add_argument("log")
    options = parser.parse_args()
    try:
        manifest = Manifest(options.manifest, dict(name.split("=", 1) for name in options.define))
        judge, log = Judge(manifest, options.until), Log(options.log)
    except (OSError, ValueError) as error:
        print(f"judge: {error}")
        return WRONG_USE
    code, words = judge.whole(log.lines())
    print(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
