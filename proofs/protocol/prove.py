#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the prover every question of questions.txt about the description under whose name it stands: the handshake (xk.model),
that with attested identities, and pairing (attested.model, pairing.model).

usage: prove.py [--mutants]     the questions; or each question's mutant, which must make its attack possible

Prints a line a question; ends with "N claims, N proved, N unknown, N failed", exits 0 only when all are proved.
"""
import os
import subprocess
import sys
import tempfile

import clauses

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_S = 60
ANSWERS = {"Satisfiable": "never", "Unsatisfiable": "possible"}


def read_questions():
    questions, model = [], None
    with open(os.path.join(HERE, "questions.txt"), encoding="utf-8") as file:
        for line in file:
            if line.startswith("  mutant "):
                edits = line.removeprefix("  mutant ").strip().split(" && ")
                questions[-1]["mutant"] = [edit.split(" => ") for edit in edits]
            elif line.startswith("model "):
                model = line.split()[1]
            elif line.strip() and not line.startswith("#"):
                name, arguments, expected, meaning = [part.strip() for part in line.split("|")]
                questions.append({"name": name, "model": model, "leaked": arguments.split(), "expected": expected, "meaning": meaning})
    return questions


def read_model(name):
    with open(os.path.join(HERE, f"{name}.model"), encoding="utf-8") as file:
        return file.read()


def altered(text, edits):
    for old, new in edits:
        if text.count(old) != 1:
            sys.exit(f"prove: questions.txt: '{old}' is not once in its model")
        text = text.replace(old, new)
    return text


def ask(question, text):
    """never, possible, or what the prover said instead."""
    arguments = {"leaked": question["leaked"]} if question["leaked"] else {}
    world = getattr(clauses, question["name"])(clauses.read_model(text), **arguments)
    with tempfile.NamedTemporaryFile("w", suffix=".p") as problem:
        problem.write("\n".join(world.clauses.lines) + "\n")
        problem.flush()
        said = subprocess.run(["eprover", "--auto", f"--cpu-limit={TIMEOUT_S}", "-s", problem.name],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    status = said.partition("SZS status ")[2].split()
    return ANSWERS.get(status[0], status[0]) if status else said.strip()[-200:]


def main():
    proved = unknown = failed = 0
    for question in read_questions():
        expected = question["expected"]
        text = read_model(question["model"])
        if "--mutants" in sys.argv[1:]:
            if expected == "possible":
                continue
            if "mutant" not in question:
                sys.exit(f"prove: {question['name']} has no mutant: it does not count")
            text, expected = altered(text, question["mutant"]), "possible"
        answer = ask(question, text)
        proved += answer == expected
        failed += answer != expected and answer in ANSWERS.values()
        unknown += answer not in ANSWERS.values()
        mark = "ok" if answer == expected else f"FAILED: expected {expected}, the prover says {answer}"
        prefix = [] if question["model"] == "xk" else [question["model"]]
        name = " ".join([*prefix, question["name"], *question["leaked"]])
        print(f"protocol: {name}: {expected}: {question['meaning']}: {mark}")
    print(f"{proved + unknown + failed} claims, {proved} proved, {unknown} unknown, {failed} failed")
    return 0 if unknown == failed == 0 and proved else 1


if __name__ == "__main__":
    sys.exit(main())
