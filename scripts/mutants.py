#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the source in one place at a time and demands that the named test notices.

usage: mutants.py [-j WORKERS] [--part I/N] [NAME...]      all of tests/mutants/*.txt, or those named

Works on copies of the tracked files under build/mutants, never on the checkout: one copy for each worker,
a worker for each processor unless -j says otherwise. A mutant is

    mutant NAME
    why    what an attacker would gain
    file   PATH
    test   PRESET TEST [CASE]    a ctest test; PRESET is host-asan, host, or os for one that boots QEMU;
                                 CASE is the one that notices, where a test can be asked for one (DSB_CASE)
    old
    <whole lines that occur exactly once in the file>
    new
    <lines in their place>
    end

A mutant is caught when its test fails, or takes several times as long as on the unbroken source. One that the
test survives is a hole in the tests. One whose text is not there, or that does not compile, is an error of the
list, and so is a test that fails unbroken. One whose test is skipped on this machine is left out, and not counted.
Ends with "N caught of M"; exits 0 only when all are caught.

--part takes every Nth test, from the Ith on, with its mutants: N parts are the whole.

Tests are told by DSB_FAIL_FAST that the first failure is enough, and by DSB_PATIENCE how many seconds something
that should come soon may take.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "mutants")
UNBROKEN_LIMIT_S = 300
LIMIT_FACTOR = 4  # so many times as long as unbroken a test may take, but
LIMIT_LEAST_S = 15  # never less than this: a busy machine must not pass for a caught mutant
PATIENCE_S = 10
LEFT_OUT = "left out: its test is skipped here"
LAST_WORDS_S = 5  # between SIGTERM and SIGKILL: a boot's script takes its emulator along


class ListError(Exception):
    pass


def parse(path):
    """The mutants of one file, as dictionaries."""
    mutants, current, block = [], None, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            word, _, rest = line.rstrip("\n").partition(" ")
            if block and word == "mutant":
                raise ListError(f"{path}:{number}: {current['name']} has no end")
            if block and line.strip() not in (("new",) if block == "old" else ("end",)):
                current[block] += line
            elif line.strip() in ("old", "new") and current:
                block = line.strip()
                current[block] = ""
            elif line.strip() == "end" and current:
                missing = {"why", "file", "test", "old", "new"} - set(current)
                if missing:
                    raise ListError(f"{path}:{number}: {current['name']} has no {sorted(missing)[0]}")
                mutants.append(current)
                current = block = None
            elif word == "mutant" and not current:
                current = {"name": rest.strip()}
            elif word in ("why", "file", "test") and current:
                current[word] = rest.strip()
            elif line.strip() and not line.startswith("#"):
                raise ListError(f"{path}:{number}: not understood: {line.strip()}")
    if current:
        raise ListError(f"{path}: {current['name']} has no end")
    return mutants


def check_tests(mutants):
    for mutant in mutants:
        if len(mutant["test"].split()) not in (2, 3):
            raise ListError(f"{mutant['name']}: test is PRESET TEST [CASE]")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True,
    ).stdout.decode().split("\0")
    return {name for name in listed if name and os.path.isfile(os.path.join(ROOT, name))}


class Worker:
    """A copy of the tree, and what is built of it."""

    def __init__(self, number, files):
        self.folder = os.path.join(BUILD, str(number))
        self.tree = os.path.join(self.folder, "tree")
        self.log = os.path.join(self.folder, "log")
        self.presets = {}  # configured ones: the names of their targets
        self.process = None  # what runs just now
        os.makedirs(self.folder, exist_ok=True)
        open(self.log, "wb").close()
        self.copy(files)

    def copy(self, wanted):
        """The tracked files; one that is the same stays, so that a second run builds little."""
        for folder, folders, names in os.walk(self.tree):
            folders[:] = [name for name in folders if name not in ("build", "third_party")]
            for name in names:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.tree) not in wanted and not os.path.islink(path):
                    os.remove(path)
        for name in wanted:
            source, target = os.path.join(ROOT, name), os.path.join(self.tree, name)
            if os.path.exists(target) and read(source) == read(target):
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
        link = os.path.join(self.tree, "third_party")
        if os.path.isdir(os.path.join(ROOT, "third_party")) and not os.path.islink(link):
            os.symlink(os.path.join(ROOT, "third_party"), link)

    def run(self, command, limit_s=None, **env):
        """Exit status, None when the time was up; output goes to the log. Leaves no process behind."""
        with open(self.log, "ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(command, cwd=self.tree, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **env}, start_new_session=True)
            try:
                return self.process.wait(limit_s)
            except subprocess.TimeoutExpired:
                end = time.monotonic() + LAST_WORDS_S
                self.kill(signal.SIGTERM)
                while self.kill(0) and time.monotonic() < end:
                    self.process.poll()
                    time.sleep(0.1)
                return None
            finally:
                self.kill(signal.SIGKILL)
                self.process.wait()

    def kill(self, number):
        """Sends a signal to all that the command started; false when nothing is left."""
        try:
            os.killpg(self.process.pid, number)
            return True
        except ProcessLookupError:
            return False

    def configure(self, preset):
        if preset in self.presets:
            return
        if self.run(["cmake", "--preset", preset]) != 0:
            raise ListError(f"preset {preset} does not configure, see {self.log}")
        listed = subprocess.run(["ninja", "-C", f"build/{preset}", "-t", "targets", "all"],
                                cwd=self.tree, check=True, capture_output=True, text=True).stdout
        self.presets[preset] = {line.partition(":")[0] for line in listed.splitlines()}

    def builds(self, preset, test):
        """What a test needs is a target of its name; where there is none, everything is built."""
        targets = [test] if test in self.presets[preset] else []
        return self.run(["ninja", "-C", f"build/{preset}", *targets]) == 0

    def test(self, preset, test, case, limit_s):
        """As run(); no case: all of them."""
        pattern = "^" + test.replace(".", "\\.") + "$"
        command = ["ctest", "--test-dir", f"build/{preset}", "-R", pattern, "--no-tests=error", "--output-on-failure"]
        return self.run(command, limit_s, DSB_FAIL_FAST="1", DSB_PATIENCE=str(PATIENCE_S),
                        DSB_CASE=" ".join(case))

    def prepare(self, preset, test, cases):
        """Builds the unbroken source and passes the cases; returns the seconds that a broken one has for each: none
        when the test is skipped."""
        self.configure(preset)
        if not self.builds(preset, test):
            raise ListError(f"the unbroken source does not build for {test} ({preset}), see {self.log}")
        limits_s = {}
        for case in sorted(cases):
            start, log_len = time.monotonic(), os.path.getsize(self.log)
            if self.test(preset, test, case, UNBROKEN_LIMIT_S) != 0:
                raise ListError(f"{' '.join([test, *case])} ({preset}) does not pass on the unbroken source, see {self.log}")
            is_skipped = b"***Skipped" in read(self.log)[log_len:]
            limits_s[case] = 0 if is_skipped else max(LIMIT_LEAST_S, LIMIT_FACTOR * (time.monotonic() - start))
        return limits_s

    def try_mutant(self, mutant, limits_s):
        path = os.path.join(self.tree, mutant["file"])
        if not os.path.exists(path):
            return "error: no such file"
        original = read(path)
        old, new = mutant["old"].encode(), mutant["new"].encode()
        if original.count(old) != 1:
            return f"error: the old text occurs {original.count(old)} times in {mutant['file']}"
        preset, test, *case = mutant["test"].split()
        if limits_s[tuple(case)] == 0:
            return LEFT_OUT
        try:
            with open(path, "wb") as file:
                file.write(original.replace(old, new))
            if not self.builds(preset, test):
                return "error: does not compile"
            status = self.test(preset, test, tuple(case), limits_s[tuple(case)])
            return {0: "SURVIVED", None: "caught by its time"}.get(status, "caught")
        finally:
            with open(path, "wb") as file:
                file.write(original)


def part_of(mutants, part):
    """Those of every Nth test: the tests' order is that of their names, so that parts are alike in all but boots."""
    index, count = part
    tests = sorted({tuple(mutant["test"].split()[:2]) for mutant in mutants})
    return [mutant for mutant in mutants if tests.index(tuple(mutant["test"].split()[:2])) % count == index - 1]


def a_part(text):
    index, _, count = text.partition("/")
    if not (index.isdigit() and count.isdigit() and 1 <= int(index) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text}: not I/N with I from 1 to N")
    return int(index), int(count)


class Run:
    """The mutants, in groups of one test: a group is one worker's, so that little is built twice."""

    def __init__(self, mutants):
        groups = {}
        for mutant in mutants:
            preset, test, *_ = mutant["test"].split()
            groups.setdefault((preset, test), []).append(mutant)
        # Boots take longest: they begin, so that nobody waits for them in the end.
        self.groups = sorted(groups.items(), key=lambda item: (item[0][0] != "os", -len(item[1])))
        self.begun = set()  # presets that a worker has
        self.count = len(mutants)
        self.caught = 0
        self.workers = []
        self.fault = None
        self.lock = threading.Lock()

    def next_group(self, worker):
        """One whose preset the worker has, else one that nobody has, else any."""
        with self.lock:
            if not self.groups or self.fault:
                return None
            wanted = min(self.groups, key=lambda item: (item[0][0] not in worker.presets, item[0][0] in self.begun))
            self.groups.remove(wanted)
            self.begun.add(wanted[0][0])
            return wanted

    def tell(self, mutant, result, seconds):
        with self.lock:
            self.caught += result.startswith("caught")
            self.count -= result == LEFT_OUT
            print(f"{mutant['name']}: {result} ({mutant['test'].split()[1]}, {seconds:.1f} s)", flush=True)

    def work(self, number, files):
        try:
            worker = Worker(number, files)
            self.workers.append(worker)
            while group := self.next_group(worker):
                (preset, test), mutants = group
                limits_s = worker.prepare(preset, test, {tuple(mutant["test"].split()[2:]) for mutant in mutants})
                for mutant in mutants:
                    if self.fault:
                        return
                    start = time.monotonic()
                    result = worker.try_mutant(mutant, limits_s)
                    self.tell(mutant, result, time.monotonic() - start)
        except Exception as error:  # whatever it is, the others stop and it is told
            self.fault = self.fault or error

    def stop(self):
        """Nothing of it runs on."""
        self.fault = self.fault or ListError("interrupted")
        for worker in self.workers:
            if worker.process:
                worker.kill(signal.SIGTERM)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].partition(": ")[2])
    parser.add_argument("-j", type=int, default=len(os.sched_getaffinity(0)), dest="workers")
    parser.add_argument("--part", type=a_part, default=(1, 1))
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()

    folder = os.path.join(ROOT, "tests", "mutants")
    mutants = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".txt"):
            mutants += parse(os.path.join(folder, name))
    check_tests(mutants)
    if len({mutant["name"] for mutant in mutants}) != len(mutants):
        raise ListError("two mutants have the same name")
    if arguments.names:
        unknown = set(arguments.names) - {mutant["name"] for mutant in mutants}
        if unknown:
            raise ListError(f"no mutant has the name {', '.join(sorted(unknown))}")
        mutants = [mutant for mutant in mutants if mutant["name"] in arguments.names]
    mutants = part_of(mutants, arguments.part)
    if not mutants:
        raise ListError("no mutants")

    run, files = Run(mutants), tracked_files()
    workers = min(max(arguments.workers, 1), len(run.groups))
    threads = [threading.Thread(target=run.work, args=(i, files), daemon=True) for i in range(workers)]
    for thread in threads:
        thread.start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        run.stop()
        for thread in threads:
            thread.join()
    if run.fault:
        raise run.fault
    print(f"{run.caught} caught of {run.count}")
    return 0 if run.caught == run.count else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListError as error:
        print(f"mutants: {error}", file=sys.stderr)
        sys.exit(2)
