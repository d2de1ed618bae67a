#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""proofs/contracts/bits.py: of what integers a lemma may speak, so that words of a fixed length say the same."""
import os
import sys
import unittest

PROOFS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../proofs")
sys.path[:0] = [PROOFS, os.path.join(PROOFS, "contracts")]
import bits  # noqa: E402


def asked(formula):
    """What z3 is asked of a lemma about x and y."""
    (_, *lemma), = bits.lemmas(f"/*@ predicate is_odd(integer n) = n % 2 == 1; */ /*@ lemma l: \\forall integer x, y; {formula}; */")
    return bits.queries(*lemma)


class Lemma(unittest.TestCase):
    def is_refused(self, formula, words):
        with self.assertRaisesRegex(ValueError, words):
            asked(formula)

    def test_is_asked_for_its_hypotheses_and_for_its_conclusion(self):
        met, broken = asked("0 <= x <= 3 && 0 <= y <= 3 ==> (x & y) <= 3")
        self.assertIn("(assert (and (and (bvsle (_ bv0 128) x)", met)
        self.assertIn("(assert (not (and (bvsle (bvand x y) (_ bv3 128)))))", broken)

    def test_says_what_its_predicates_stand_for(self):
        self.assertIn("(bvsrem x (_ bv2 128))", asked("0 <= x <= 3 && 0 <= y <= 3 && is_odd(x) ==> x >= y")[0])

    def test_has_a_bound_for_each_variable(self):
        self.is_refused("0 <= x <= 3 ==> x + y >= x", "y has no bounds")
        self.is_refused("0 <= x <= 3 && 0 <= y ==> x + y >= x", "y has no bounds")

    def test_stays_in_a_word(self):
        self.is_refused(f"0 <= x <= {2 ** 125} && 0 <= y <= {2 ** 126} ==> x + y >= x", "leaves a word")
        self.is_refused(f"0 <= x <= {2 ** 125} && 0 <= y <= 3 ==> (x << 2) >= x", "leaves a word")

    def test_does_not_divide_what_is_below_0(self):
        self.is_refused("-1 <= x <= 3 && 0 <= y <= 3 ==> x % 2 >= 0", "below 0")

    def test_divides_and_shifts_by_numbers(self):
        self.is_refused("0 <= x <= 3 && 0 <= y <= 3 ==> (x << y) >= x", "by what is no number")
        self.is_refused("0 <= x <= 3 && 0 <= y <= 3 ==> x / 0 >= 0", "by what is no number")


if __name__ == "__main__":
    unittest.main()
