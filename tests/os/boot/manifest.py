# SPDX-License-Identifier: Apache-2.0
"""What the log of a boot must hold: tests/os/markers and the table of adversarial cases (form: docs/testing.md)."""
import os
import re
import sys

END_ITEM = re.compile(r"([a-z0-9-]+(?:\([a-z0-9.-]+\))?)(?:\*(\d+))?(\+?)")


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
