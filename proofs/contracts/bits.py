# SPDX-License-Identifier: Apache-2.0
"""The lemmas of bits.h, each proved by z3 as a formula about words of 128 bits.

A lemma reads `\\forall integer NAME, ...; HYPOTHESIS && ... ==> CONCLUSION`. It is about integers; words mean the same as long as
nothing leaves them, which the hypotheses that bound a variable by two numbers show (bound()). A lemma whose hypotheses
nothing meets, or of which z3 cannot tell, is not proved.
"""
import ast
import os
import re

import framac

CLAIMS = ("contract-bits",)
HEADER = os.path.join("proofs", "contracts", "bits.h")
WORD_BITS = 128
BOUND = 2 ** (WORD_BITS - 2)

WORDS = {ast.Add: "bvadd", ast.Sub: "bvsub", ast.Mult: "bvmul", ast.Div: "bvsdiv", ast.Mod: "bvsrem", ast.BitAnd: "bvand",
         ast.BitOr: "bvor", ast.LShift: "bvshl", ast.RShift: "bvashr"}
CASTS = {"uint8_t": 8, "uint32_t": 32}
ORDERS = {ast.Lt: "bvslt", ast.LtE: "bvsle", ast.Gt: "bvsgt", ast.GtE: "bvsge", ast.Eq: "="}


def parsed(text):
    """C's words in Python's: the same, but for these. (Where `&` binds otherwise Frama-C refuses the types.)"""
    text = re.sub(r"\((uint\d+_t)\)\(", r"\1(", text).replace("&&", " and ").replace("||", " or ")
    return ast.parse(" ".join(text.split()), mode="eval").body


def conjuncts(node):
    return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) else [node]


def number(node):
    """A constant, or None."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def bounds(hypotheses):
    """Variable: its least and its greatest value, of each hypothesis of the form NUMBER <= NAME < NUMBER."""
    found = {}
    for node in hypotheses:
        if isinstance(node, ast.Compare) and len(node.ops) == 2 and isinstance(node.comparators[0], ast.Name):
            least, greatest = number(node.left), number(node.comparators[1])
            if least is not None and greatest is not None and all(isinstance(op, (ast.Lt, ast.LtE)) for op in node.ops):
                low, high = (isinstance(op, ast.Lt) for op in node.ops)
                found[node.comparators[0].id] = least + low, greatest - high
    return found


def bound(node, of):
    """The least and the greatest value of an expression; raises ValueError where words could mean something else."""
    if number(node) is not None:
        return number(node), number(node)
    if isinstance(node, ast.Name):
        if node.id not in of:
            raise ValueError(f"{node.id} has no bounds")
        return of[node.id]
    if isinstance(node, ast.Call):
        bound(node.args[0], of)
        return 0, 2 ** CASTS[node.func.id] - 1
    (a, b), (c, d) = bound(node.left, of), bound(node.right, of)
    kind = type(node.op)
    if kind not in (ast.Add, ast.Sub) and (a < 0 or c < 0):
        raise ValueError(f"{ast.unparse(node)}: below 0")
    most = WORD_BITS if kind in (ast.LShift, ast.RShift) else BOUND
    if kind in (ast.Mult, ast.Div, ast.Mod, ast.LShift, ast.RShift) and not (c == d and 0 < c < most):
        raise ValueError(f"{ast.unparse(node)}: by what is no number")
    least, greatest = {
        ast.Add: lambda: (a + c, b + d), ast.Sub: lambda: (a - d, b - c), ast.Mult: lambda: (a * c, b * c),
        ast.Div: lambda: (0, b), ast.Mod: lambda: (0, c), ast.RShift: lambda: (0, b), ast.LShift: lambda: (a << c, b << c),
        ast.BitAnd: lambda: (0, min(b, d)), ast.BitOr: lambda: (0, b + d)}[kind]()
    if least < -BOUND or greatest > BOUND:
        raise ValueError(f"{ast.unparse(node)}: leaves a word")
    return least, greatest


def word(node, of):
    """An expression of SMT-LIB's theory FixedSizeBitVectors."""
    bound(node, of)
    if number(node) is not None:
        return f"(_ bv{number(node) % 2 ** WORD_BITS} {WORD_BITS})"
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        bits = CASTS[node.func.id]
        return f"((_ zero_extend {WORD_BITS - bits}) ((_ extract {bits - 1} 0) {word(node.args[0], of)}))"
    return f"({WORDS[type(node.op)]} {word(node.left, of)} {word(node.right, of)})"


def truth(node, of):
    if isinstance(node, ast.BoolOp):
        name = "and" if isinstance(node.op, ast.And) else "or"
        return f"({name} {' '.join(truth(part, of) for part in node.values)})"
    terms = [node.left, *node.comparators]
    pairs = [f"({ORDERS[type(op)]} {word(a, of)} {word(b, of)})" for op, a, b in zip(node.ops, terms, terms[1:])]
    return f"(and {' '.join(pairs)})"


def lemmas(text):
    """(name, variables, hypotheses, conclusion) of each, with what its predicates stand for."""
    for name, parameter, body in re.findall(r"predicate (\w+)\(integer (\w+)\) =([^;]*);", text):
        for use in {*re.findall(rf"\b{name}\((\w+)\)", text)}:
            text = text.replace(f"{name}({use})", "(" + re.sub(rf"\b{parameter}\b", use, body) + ")")
    for name, variables, formula in re.findall(r"lemma (\w+):\s*\\forall integer ([^;]*);([^;]*);", text):
        yield name, variables.replace(",", " ").split(), *(parsed(part) for part in formula.split("==>"))


def queries(variables, hypotheses, conclusion):
    """Can the hypotheses be met, and can they be met without the conclusion?"""
    of = bounds(conjuncts(hypotheses))
    constants = "".join(f"(declare-const {name} (_ BitVec {WORD_BITS}))" for name in variables)
    met = f"(set-logic QF_BV){constants}(assert {truth(hypotheses, of)})"
    return f"{met}(check-sat)", f"{met}(assert (not {truth(conclusion, of)}))(check-sat)"


def answer(query):
    return framac.run(["z3", "-T:60", "-in"], framac.ROOT, text_in=query).strip()


def claim(folder, _):
    with open(os.path.join(folder, HEADER), encoding="utf-8") as file:
        text = file.read()
    count = 0
    try:
        for name, *lemma in lemmas(text):
            found = [answer(query) for query in queries(*lemma)]
            if found != ["sat", "unsat"]:
                is_judged = {*found} <= {"sat", "unsat"}
                return False if is_judged else None, f"{name}: {', '.join(found)}"
            count += 1
    except (ValueError, KeyError, SyntaxError, AttributeError) as fault:
        return None, f"{HEADER}: {fault}"
    return count == len(re.findall(r"\blemma ", text)) > 0, f"{count} lemmas"
