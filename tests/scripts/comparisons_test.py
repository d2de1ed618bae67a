#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""proofs/comparisons.py: which comparisons it finds in C, and what it says of lists that do not fit them."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../proofs"))
import comparisons  # noqa: E402

FILE = "lib/x.c"
CODE = """/* SPDX-License-Identifier: Apache-2.0 */
#include "x.h"
static int f(const char *s, unsigned len)
{
    if (%s)
        return 1;
    return 0;
}
"""


def found(condition):
    return [name.partition(": ")[2] for name, *_ in comparisons.comparisons(CODE % condition)]


class Finds(unittest.TestCase):
    def finds(self, condition, *names):
        self.assertEqual(found(condition), list(names))

    def test_each_operand(self):
        self.finds("s == 0 || len < 3 || (len > 9 && s[len - 1] != 0)", "len < 3", "len > 9")

    def test_both_sides_whole(self):
        self.finds("(size_t)(len + 4) * 2 >= g(s, len) - sizeof s", "(size_t)(len + 4) * 2 >= g(s, len) - sizeof s")

    def test_across_lines(self):
        self.finds("len\n  <\n  3", "len < 3")

    def test_equality_of_lengths_and_counts(self):
        self.finds("x->out_len == 0 || a != b || strlen(s) != c || n == ID_MAX", "x->out_len == 0", "strlen(s) != c", "n == ID_MAX")

    def test_not_an_index_in_brackets(self):
        self.finds("s[len] == 0 || g(len) != 0")

    def test_an_order_beside_an_equality(self):
        self.finds("(a < b) == (c_len == d)", "a < b", "c_len == d")

    def test_bits_are_not_of_it(self):
        self.finds("m & len < 3", "len < 3")

    def test_an_address_is(self):
        self.finds("p < &s[len]", "p < &s[len]")

    def test_loops_choices_and_answers(self):
        text = "int f(int n)\n{\n for (int i = 0; i < n; i++)\n  while (n > 1)\n   g(n < 2 ? n : 2);\n return n >= 3;\n}\n"
        self.assertEqual([name for name, *_ in comparisons.comparisons(text)],
                         ["f: i < n", "f: n > 1", "f: n < 2", "f: n >= 3"])

    def test_the_second_of_the_same_text(self):
        names = [name for name, *_ in comparisons.comparisons(CODE % "len < 3 || g(len < 3)")]
        self.assertEqual(names, ["f: len < 3", "f#2: len < 3"])

    def test_those_of_a_macro(self):
        text = "#define A(x) ((x) < 3 ? 3 : \\\n    (x) > 9)\n#define N 3\n"
        self.assertEqual([name for name, *_ in comparisons.comparisons(text)], ["A: (x) < 3", "A: (x) > 9"])

    def test_nothing_in_comments_text_and_conditions_of_the_preprocessor(self):
        self.finds('g("a < b", \'<\') /* len < 3 */')
        self.assertEqual(list(comparisons.comparisons("#if N < 3\n// len < 3\n#endif\n")), [])


class Lists(unittest.TestCase):
    """A tree of one product's file that one claim runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = folder.name
        self.memory = comparisons.framac.MEMORY
        comparisons.framac.MEMORY = {"memory-x": (["proofs/memory/driver.c"], [], 1, 1)}
        self.addCleanup(setattr, comparisons.framac, "MEMORY", self.memory)
        self.contracts = comparisons.wp.CLAIMS
        comparisons.wp.CLAIMS = {}
        self.addCleanup(setattr, comparisons.wp, "CLAIMS", self.contracts)
        self.put("proofs/memory/driver.c", '#include "x.c"\n')
        self.put(FILE, CODE % "len < 3 || len > 9")
        self.lists("memory-x lib/x.c len < 3\n", "lib/x.c\n    f: len > 9 # none\n")

    def put(self, path, text):
        os.makedirs(os.path.dirname(os.path.join(self.tree, path)), exist_ok=True)
        with open(os.path.join(self.tree, path), "w", encoding="utf-8") as file:
            file.write(text)

    def lists(self, checks, exempt):
        self.put("proofs/memory/checks.txt", checks)
        self.put("proofs/memory/exempt.txt", exempt)

    def says(self, *words):
        self.assertEqual(list(comparisons.faults(self.tree)), list(words))

    def test_complete(self):
        self.says()

    def test_a_comparison_in_neither(self):
        self.put(FILE, CODE % "len < 3 || len > 9 || len == 7")
        self.says("lib/x.c: f: len == 7: neither in checks.txt nor in exempt.txt")

    def test_one_in_a_header(self):
        self.put("proofs/memory/driver.c", '#include "x.c"\n#include "y.h"\n')
        self.put("lib/y.h", "int g(int n)\n{\n    return n < 3;\n}\n")
        self.says("lib/y.h: g: n < 3: neither in checks.txt nor in exempt.txt")

    def test_a_check_that_went(self):
        self.put(FILE, CODE % "len > 9")
        self.says("checks.txt: lib/x.c: len < 3: is not there, or more than once")

    def test_an_exempt_one_that_went(self):
        self.put(FILE, CODE % "len < 3")
        self.says("exempt.txt: lib/x.c: f: len > 9: is not there")

    def test_one_without_a_reason(self):
        self.lists("memory-x lib/x.c len < 3\n", "lib/x.c\n    f: len > 9\n")
        self.says("exempt.txt: lib/x.c: f: len > 9: no reason")

    def test_one_in_both(self):
        self.lists("memory-x lib/x.c f: len < 3\nmemory-x lib/x.c f: len > 9\n", "lib/x.c\n    f: len > 9 # none\n")
        self.says("lib/x.c: f: len > 9: in both lists")

    def test_a_claim_that_does_not_run_the_file(self):
        self.lists("memory-y lib/x.c len < 3\n", "lib/x.c\n    f: len > 9 # none\n")
        self.says("checks.txt: lib/x.c: memory-y does not run it")

    def test_a_contract_that_includes_the_file(self):
        self.put("proofs/contracts/x.c", '#include "../../lib/x.c"\n')
        comparisons.wp.CLAIMS["contract-x"] = comparisons.wp.Contract("proofs/contracts/x.c", ["f"], [], [], 1)
        self.lists("contract-x lib/x.c f: len < 3\n", "lib/x.c\n    f: len > 9 # none\n")
        self.says()

    def test_a_contract_that_does_not(self):
        self.put("proofs/contracts/x.c", '#include "x.h"\n')
        comparisons.wp.CLAIMS["contract-x"] = comparisons.wp.Contract("proofs/contracts/x.c", ["f"], [], [], 1)
        self.lists("contract-x lib/x.c f: len < 3\n", "lib/x.c\n    f: len > 9 # none\n")
        self.says("checks.txt: lib/x.c: contract-x does not run it")

    def test_of_a_contract_only_what_it_proves(self):
        comparisons.framac.MEMORY = {}
        self.put("proofs/contracts/x.c", '#include "../../lib/x.c"\n')
        self.lists("", "")
        comparisons.wp.CLAIMS["contract-x"] = comparisons.wp.Contract("proofs/contracts/x.c", ["g"], [], [], 1)
        self.says()
        comparisons.wp.CLAIMS["contract-x"] = comparisons.wp.Contract("proofs/contracts/x.c", ["f"], [], [], 1)
        self.says(*(f"lib/x.c: f: {words}: neither in checks.txt nor in exempt.txt" for words in ("len < 3", "len > 9")))

    def test_a_row_is_removed_at_its_place_alone(self):
        self.put(FILE, CODE % "len < 3 || g(len < 3)")
        comparisons.remove(self.tree, FILE, "f#2: len < 3", "1")
        self.assertEqual(comparisons.read(self.tree, FILE), CODE % "len < 3 || g(1)")

    def test_a_condition_by_its_text(self):
        comparisons.remove(self.tree, FILE, "len < 3 || len > 9", "0")
        self.assertEqual(comparisons.read(self.tree, FILE), CODE % "0")


if __name__ == "__main__":
    unittest.main()
