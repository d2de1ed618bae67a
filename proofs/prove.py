#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every machine-checked claim (docs/proofs.md says in words what each means, and under which assumptions).

usage: prove.py [CLAIM...]                        all claims, or those named
       prove.py --mutants [--part I/N] [NAME...]  seeded faults, or those named, must make their claims fail (seeded.py);
                                                  --part takes every Nth, from the Ith on: N parts are the whole

Several at a time, one for each processor. Ends with "N claims, N proved, N unknown, N failed"; exits 0 only when all are proved.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(HERE, folder) for folder in ("contracts", "stack", "timing", "search")]
import bits  # noqa: E402
import framac  # noqa: E402
import search  # noqa: E402
import stack  # noqa: E402
import timing  # noqa: E402
import wp  # noqa: E402

PROGRAMS = (stack, timing)  # claims about what is linked
PROGRAM_CLAIMS = {claim: module for module in PROGRAMS for claim in module.CLAIMS}
SOURCE_CLAIMS = {**dict.fromkeys(search.CLAIMS, search), **dict.fromkeys(wp.CLAIMS, wp), **dict.fromkeys(bits.CLAIMS, bits),
                 **dict.fromkeys(framac.MEMORY, framac)}


def workers():
    return concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0)))


def build(tree, *modules):
    targets = [target for module in modules for target in module.TARGETS]
    subprocess.run([os.path.join(tree, "scripts", "build.sh"), "os", *targets], check=True)


def protocol(*arguments):
    """What protocol/prove.py prints: (claim, whether it holds) of each line."""
    said = framac.run([os.path.join(HERE, "protocol", "prove.py"), *arguments], ROOT)
    return [(line.rpartition(": ")[0], line.endswith(": ok")) for line in said.splitlines() if line.startswith("protocol: ")]


def of_protocol():
    return {name: (is_proved, "ok" if is_proved else "see protocol/prove.py") for name, is_proved in protocol()}


def of_source(name):
    return {name: SOURCE_CLAIMS[name].claim(ROOT, name)}


def prove(names):
    """All that there is, or the claims of these names; `protocol`, and a program's claims, come together."""
    programs = [module for module in PROGRAMS if not names or {*module.CLAIMS} & {*names}]
    found = {}
    if programs:
        build(ROOT, *programs)
    with workers() as pool:  # what takes longest begins
        running = [*[pool.submit(module.claims, ROOT) for module in programs],
                   *[pool.submit(of_source, name) for name in SOURCE_CLAIMS if not names or name in names]]
        if not names or "protocol" in names:
            running.append(pool.submit(of_protocol))
        for done in concurrent.futures.as_completed(running):
            for name, (is_proved, detail) in done.result().items():
                found[name] = is_proved
                print(f"prove: {name}: {'ok' if is_proved else 'NOT PROVED'} ({detail})", flush=True)
    count = list(found.values()).count
    print(f"{len(found)} claims, {count(True)} proved, {count(None)} unknown, {count(False)} failed")
    return 0 if found and count(True) == len(found) else 1


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].partition(": ")[2])
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--part", type=framac.mutant_list.a_part, default=(1, 1))
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    wp.detect_provers()
    if arguments.mutants:
        import seeded
        return seeded.main(arguments.part, arguments.names)
    unknown = {*arguments.names} - {*SOURCE_CLAIMS, *PROGRAM_CLAIMS, "protocol"}
    if unknown:
        parser.error(f"no claim {' '.join(sorted(unknown))}; there are: {' '.join([*SOURCE_CLAIMS, *PROGRAM_CLAIMS, 'protocol'])}")
    return prove(arguments.names)


if __name__ == "__main__":
    sys.exit(main())
