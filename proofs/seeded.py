# SPDX-License-Identifier: Apache-2.0
"""Faults that must make a claim fail: the mutants of mutants.txt, the bounds checks of memory/checks.txt, each removed, and
the mutants of protocol/questions.txt. A claim without one does not count.

A fault is caught when the claim fails by its own means: the analyser raises an alarm, a goal is left that no prover proves,
something would be believed without a word, a search finds what must not be, a stack does not fit, courses differ. A mutant
that does not compile, or that the tool could not judge, is an error of the list. Ends with "N caught of M".
"""
import os
import re
import subprocess

import bits
import comparisons
import framac
import prove
import search
import wp

CAUGHT, SURVIVED = "caught", "SURVIVED"


def bounds_checks():
    """Those of memory/checks.txt, as mutants."""
    for claim, path, condition, value in comparisons.checks(prove.ROOT):
        yield {"name": f"{path}: without {condition}", "test": claim, "file": path, "condition": condition, "value": value}


def function_of(mutant):
    """The function in which the change stands, or None."""
    with open(os.path.join(prove.ROOT, mutant["file"]), encoding="utf-8") as file:
        before = file.read().partition(mutant["old"])[0]
    names = re.findall(r"^[a-z][\w *]*?(\w+)\([^;\n]*$", before, re.MULTILINE)
    return names[-1] if names else None


def leaves_a_goal(copy, mutant):
    """Of the function that was changed, if it is the claim's; when it is proved, of all that the claim is about."""
    claim, functions = mutant["test"], wp.CLAIMS[mutant["test"]].proved
    changed = function_of(mutant)
    wp.weave(copy, claim)
    return (changed in functions and wp.leaves_a_goal(copy, claim, [changed])) or \
        wp.leaves_a_goal(copy, claim, functions)


def verdict(is_caught):
    return {True: CAUGHT, False: SURVIVED}.get(is_caught, "error: the tool could not judge it")


def in_source(mutant):
    claim = mutant["test"]
    with framac.copy_of(prove.ROOT) as copy:
        if "condition" in mutant:
            comparisons.without(copy, claim, mutant["file"], mutant["condition"], mutant["value"])
            return verdict(comparisons.is_missed(copy, claim, mutant["condition"])) if framac.compiles(copy, mutant["file"]) \
                else "error: does not compile"
        framac.edited(copy, mutant)
        if claim in {*search.CLAIMS, *bits.CLAIMS}:
            holds, words = prove.SOURCE_CLAIMS[claim].claim(copy, claim)
            return f"error: {words}" if holds is None else verdict(not holds)
        if mutant["file"].startswith("proofs/contracts/"):
            return verdict(wp.has_a_hole(copy, claim))
        if not framac.compiles(copy, mutant["file"]):
            return "error: does not compile"
        return verdict(framac.raises_alarm(copy, claim) if claim in framac.MEMORY else leaves_a_goal(copy, mutant))


def in_program(tree, mutant):
    module = prove.PROGRAM_CLAIMS[mutant["test"]]
    text = framac.edited(tree, mutant)
    try:
        prove.build(tree, module)
        holds, words = module.claims(tree)[mutant["test"]]
        return f"error: {words}" if holds is None else verdict(not holds)
    except subprocess.CalledProcessError:
        return "error: does not build"
    finally:
        with open(os.path.join(tree, mutant["file"]), "w", encoding="utf-8") as file:
            file.write(text)


def tell(mutant, result):
    print(f"prove-mutants: {mutant['name']}: {result} by {mutant['test']}", flush=True)
    return result


def programs(mutants):
    """What is claimed of linked programs needs a tree that builds: one, one mutant after the other."""
    tree = framac.mutant_list.Worker(0, framac.mutant_list.tracked_files()).tree
    return [tell(mutant, in_program(tree, mutant)) for mutant in mutants]


def main(part, names):
    """Of the faults of these names, or of all, every Nth; the protocol's are in the first part, all or none."""
    index, count = part
    found = []
    if index == 1 and not names:
        found = [tell({"name": name, "test": "protocol"}, verdict(is_caught)) for name, is_caught in prove.protocol("--mutants")]
    faults = [*framac.mutant_list.parse(os.path.join(prove.HERE, "mutants.txt")), *bounds_checks()]
    without = sorted({*prove.SOURCE_CLAIMS, *prove.PROGRAM_CLAIMS} - {mutant["test"] for mutant in faults})
    unknown = {*names} - {mutant["name"] for mutant in faults}
    if unknown:
        raise SystemExit(f"prove-mutants: no fault {', '.join(sorted(unknown))}")
    chosen = [mutant for mutant in faults if not names or mutant["name"] in names]
    of_programs = [mutant for mutant in chosen if mutant["test"] in prove.PROGRAM_CLAIMS][index - 1::count]
    of_source = [mutant for claims in (search.CLAIMS, wp.CLAIMS, bits.CLAIMS, framac.MEMORY) for mutant in chosen
                 if mutant["test"] in claims][index - 1::count]
    with prove.workers() as pool:  # what takes longest begins
        running = pool.submit(programs, of_programs)
        found += [*pool.map(lambda mutant: tell(mutant, in_source(mutant)), of_source), *running.result()]
    print(f"{found.count(CAUGHT)} caught of {len(found)}")
    if without:
        print(f"prove-mutants: no mutant for {' '.join(without)}: the claim does not count")
    return 0 if found and found.count(CAUGHT) == len(found) and not without else 1
