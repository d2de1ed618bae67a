# SPDX-License-Identifier: Apache-2.0
"""One judged boot: a machine, its log as it grows, and the verdict."""
import collections
import os
import re
import subprocess
import tempfile
import time

from judge import BOOT, Judge, Log
from machine import HASTY_STOP_S, STOP_S, Machine
from manifest import Manifest
from settings import WrongUse
from show import Show
from verdict import ENDED_EARLY, HANG, HOST_FAILED, NO_BOOT, PASSED, Failure

POLL_S = 0.05
END_GRACE_S = 5  # so long lines after the end marker are judged, unless the machine has ended before


class Boot:
    """Made: image built, nothing started. Entered: the machine runs. Left: it does not."""

    def __init__(self, settings):
        settings.build()
        self.settings = settings
        os.makedirs("build/run", exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix=f"{settings.profile}.", dir="build/run")
        self.log_path, self.errors = settings.uart_log or f"{self.folder}/uart.log", f"{self.folder}/qemu.err"
        self.show = Show() if settings.show else None
        try:
            self.judge = Judge(Manifest(settings.manifest, {"client": settings.client()}), settings.until)
            with open(self.log_path, "wb"):
                self.log = Log(self.log_path)
            self.machine = Machine(settings.kernel, settings.qemu)
            self.machine.add(settings.devices, self.folder, settings.rng_file, settings.rng_quota)
        except OSError as error:
            raise WrongUse(f"cannot read or write {error.filename}: {error.strerror}") from error
        except ValueError as error:
            raise WrongUse(str(error)) from error
        self.end_deadline = None

    def __enter__(self):
        self.deadline = time.monotonic() + self.settings.timeout_s
        link = f"{self.folder}/link"
        os.symlink(os.path.realpath(self.log_path), link)
        os.replace(link, "build/uart.log")
        self.machine.start(self.log_path, self.errors)
        return self

    def __exit__(self, kind, *_):
        # Whoever presses Ctrl-C waits for the prompt.
        self.machine.stop(STOP_S if kind is None or issubclass(kind, Exception) else HASTY_STOP_S)
        if self.show:
            for text in self.log.lines():
                self.show.line(text)
            self.show.end()

    def lines(self):
        """What the log has grown by, shown and judged."""
        lines = list(self.log.lines())
        for text in lines if self.show else ():
            self.show.line(text)
        for text in lines:
            self.judge.line(text)
        return lines

    def waited_for(self):
        return self.judge.first_missing() or self.judge.until

    def is_over(self, alive):
        """After the lines that a machine, alive or not, had written: is there nothing to wait for?"""
        now, judge = time.monotonic(), self.judge
        if judge.ended:
            self.end_deadline = self.end_deadline or (now if judge.until else now + END_GRACE_S)
            return not alive or now >= self.end_deadline
        if not alive and not judge.booted:
            raise Failure(NO_BOOT, f"no boot: QEMU ended before '{BOOT}'")
        if not alive:
            raise Failure(ENDED_EARLY, f"the machine ended before: {self.waited_for()}")
        if now >= self.deadline and not judge.booted:
            raise Failure(NO_BOOT, f"no boot within {self.settings.timeout_s:g} s")
        if now >= self.deadline:
            raise Failure(HANG, f"time is up ({self.settings.timeout_s:g} s), waiting for: {self.waited_for()}")
        return False

    def wait_until(self, condition, what):
        """Follows the log until condition(the new lines) holds, and gives what it gave."""
        while True:
            alive = self.machine.running()  # asked before reading, so that the last lines are not lost
            found = condition(self.lines())
            if found:
                return found
            if self.is_over(alive):
                raise Failure(HOST_FAILED, f"never came: {what}")
            time.sleep(POLL_S)

    def wait_for(self, text):
        """Until the machine says this line."""
        return self.wait_until(lambda lines: text in lines, text)

    def follow(self, beside=lambda: None):
        """To the end marker, a failure, or the time limit; what runs beside may find a failure too."""
        while True:
            alive = self.machine.running()
            self.lines()
            beside()
            if self.is_over(alive):
                return
            time.sleep(POLL_S)

    def report(self, code, words):
        """After any failure the end of the log, then one line that says how it went."""
        if code != PASSED:
            print(f"--- end of {self.log_path}")
            tail(self.log_path, 25)
            if os.path.exists(self.errors) and os.path.getsize(self.errors) > 0:
                print("--- QEMU says")
                tail(self.errors, 5)
            print("---")
        print(f"qemu-test: {self.settings.profile}: {words} (log: {self.log_path}{self.settings.given})", flush=True)
        return code


def tail(path, count):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in collections.deque(file, count):
            print(re.sub(r"[^\x20-\x7e\t]", "", line.rstrip("\n")))


def judged(settings, before=lambda boot: None, meanwhile=lambda boot: None):
    """Boots, and judges: the exit code. `before` the start it may wire the machine, `meanwhile` act from outside."""
    boot = Boot(settings)
    try:
        before(boot)
        with boot:
            meanwhile(boot)
            boot.follow()
            boot.judge.finish()
    except Failure as failure:
        return boot.report(failure.code, f"FAILED: {failure}")
    except (OSError, subprocess.SubprocessError) as fault:
        return boot.report(HOST_FAILED, f"FAILED: on the host: {fault}")
    return boot.report(PASSED, boot.judge.verdict())
