#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the handshake's description (xk.model) and one question into clauses for a first-order prover.

The attacker is the network (Dolev and Yao): it knows what was ever sent, applies every function that it has the
arguments of, and is itself a trusted but dishonest device C. A and B are honest; both dial C and answer anybody. The
number of sessions is unbounded: a fresh exponent is a function of who made it for whom and of a free variable, so that
one clause stands for all sessions. Every clause is Horn. When the prover finds no contradiction after saturation, the
fact of the question cannot be derived, by whatever number of steps.

Terms: g(x) public key; dh(x,P) shared secret; mk(ck,z), kk(ck,z) MixKey's two outputs; h(h,x) MixHash; sl(k,h,p) an
AEAD ciphertext with h as its associated data; s1(k) the key k with nonce 1; ki(ck), kr(ck) Split's two keys.

Attested identities: at(id,key,serial) is what a root signs, sg(root,x) the signature with what it signs.
Pairing: gn(code) the code's generator, gp(G,x) its power, cdh(x,P) the shared secret, pi and pr its two directions.
"""

TRUST = {"ida": "g(sa)", "idb": "g(sb)", "idc": "g(sc)"}  # C's private key sc is the attacker's
SECRETS = "sa sb solda soldb sroot code".split()  # nobody's to begin with but their owners'
CONSTANTS = "zero name parameters accept eatt ida idb idc first second sc".split() + SECRETS
FUNCTIONS = {"g": 1, "dh": 2, "mk": 2, "kk": 2, "h": 2, "sl": 3, "s1": 1, "ki": 1, "kr": 1, "ei": 3, "er": 2,
             "at": 3, "sg": 2, "gn": 1, "gp": 2, "cdh": 2, "pi": 1, "pr": 1, "two": 2, "xi": 1, "xr": 1}
FRESH = "ei er xi xr".split()  # exponents: nobody's to compute


class Clauses:
    def __init__(self):
        self.lines = ["cnf(dh_commutes, axiom, dh(X,g(Y)) = dh(Y,g(X))).",
                      "cnf(cdh_commutes, axiom, cdh(X,gp(G,Y)) = cdh(Y,gp(G,X)))."]

    def add(self, *literals):
        self.lines.append(f"cnf(c{len(self.lines)}, axiom, ({' | '.join(literals)})).")

    def rule(self, hypotheses, conclusion):
        self.add(*["~" + fact for fact in hypotheses], conclusion)

    def never(self, facts):
        """The question: these facts together would be the attack."""
        self.add(*["~" + fact for fact in facts])


def known(term, predicate="k"):
    return f"{predicate}({term})"


def attacker(clauses, predicate="k"):
    for function, arity in FUNCTIONS.items():
        if function in FRESH:
            continue
        names = [f"X{i}" for i in range(arity)]
        clauses.rule([known(name, predicate) for name in names], known(f"{function}({','.join(names)})", predicate))
    clauses.rule([known("K", predicate), known("sl(K,H,P)", predicate)], known("P", predicate))
    clauses.rule([known("sg(X,Y)", predicate)], known("Y", predicate))
    clauses.rule([known("at(X,Y,Z)", predicate)], known("Y", predicate))
    for part in "XY":
        clauses.rule([known("two(X,Y)", predicate)], known(part, predicate))
    for constant in CONSTANTS:
        if constant not in SECRETS:
            clauses.add(known(constant, predicate))
    for key in TRUST.values():
        clauses.add(known(key, predicate))


class Side:
    """One role's walk through the description: its symmetric state as terms, what it has received so far, and the
    clauses for what it sends."""

    def __init__(self, clauses, model, role, me, private, peer, peer_key, fresh):
        self.clauses, self.role = clauses, role
        self.me, self.s, self.peer = me, private, peer
        self.e, self.re, self.rs = fresh, "RE", peer_key
        self.chain, self.hash, self.key, self.nonce = "name", "name", None, 0
        self.received, self.authenticated = [], None
        words = [step for step, _ in model]
        self.serial = "second" if "newest" in words else "S"  # of the peer's attestation
        if "attested" in words and role == "initiator":
            self.rs = "RS"
            self.received.append(known(f"sg(sroot,at({peer},RS,{self.serial}))"))
        responder_id = peer if role == "initiator" else me
        responder_key = self.rs if role == "initiator" else f"g({private})"
        for step, words in model:
            self.step(step, words, responder_id, responder_key)
        if self.authenticated is None:  # a mutant of the description that awaits nothing
            self.authenticated = list(self.received)

    def step(self, step, words, responder_id, responder_key):
        if step == "prologue":
            self.mix_hash(responder_id)
        elif step == "premessage":
            self.mix_hash(responder_key)
        elif step.startswith("message-"):
            self.message(words[0] == self.role, words[1:])
        elif step == "accept" and self.role == "responder":
            self.clauses.rule(self.received, known(self.accept()))
            self.authenticated = list(self.received)
        elif step == "await-accept" and self.role == "initiator":
            self.authenticated = [*self.received, known(self.accept())]

    def accept(self):
        return f"sl(kr({self.chain}),zero,accept)"

    def message(self, is_mine, tokens):
        sent = []
        for token in tokens:
            if token == "e":
                public = f"g({self.e})" if is_mine else self.re
                self.mix_hash(public)
                sent.append(public)
            elif token in ("s", "s-in-clear"):
                public = f"g({self.s})" if is_mine else self.rs
                sent.append(self.encrypt(public, token == "s"))
            elif token in ("es", "ee", "se", "ss"):
                self.mix_key(self.dh(token))
            else:
                kind, _, content = token.partition("=")
                sent.append(self.encrypt(self.payload(content, is_mine), kind == "payload"))
        if is_mine:
            for term in sent:
                self.clauses.rule(self.received, known(term))
        else:
            self.received += [known(term) for term in sent]

    def payload(self, kind, is_mine):
        if kind == "device-id":
            return self.me if self.role == "initiator" else self.peer
        if kind == "attestation":
            return self.attestation(is_mine)
        if kind == "parameters":
            return "parameters" if is_mine else "P"
        return "zero"

    def attestation(self, is_mine):
        """The own newest one; or one that is taken: the root's, for the key that was shown."""
        if is_mine:
            return f"sg(sroot,at({self.me},g({self.s}),second))"
        return f"sg(sroot,at({self.peer},{self.rs},{self.serial}))"

    def dh(self, token):
        mine, theirs = token if self.role == "initiator" else token[::-1]
        return f"dh({self.e if mine == 'e' else self.s},{self.re if theirs == 'e' else self.rs})"

    def mix_hash(self, term):
        self.hash = f"h({self.hash},{term})"

    def mix_key(self, secret):
        self.key, self.nonce = f"kk({self.chain},{secret})", 0
        self.chain = f"mk({self.chain},{secret})"

    def encrypt(self, plaintext, sealed=True):
        term = plaintext
        if sealed and self.key:
            key = self.key if self.nonce == 0 else f"s1({self.key})"
            term = f"sl({key},{self.hash},{plaintext})"
            self.nonce += 1
        self.mix_hash(term)
        return term


def read_model(text):
    steps = [line.split("#")[0].split() for line in text.splitlines()]
    return [(words[0], words[1:]) for words in steps if words]


class World:
    """All honest runs, as far as a question lets them exist."""

    def __init__(self, model, a_dials_b=True, b_answers=True, b_trusts_a=True, leaked=()):
        self.clauses, self.model = Clauses(), model
        attacker(self.clauses)
        for secret in leaked:
            self.clauses.add(known(secret))
        for name, key in TRUST.items():
            self.clauses.add(known(f"sg(sroot,at({name},{key},second))"))
        for name, former in (("ida", "solda"), ("idb", "soldb")):  # their keys before they were replaced
            self.clauses.add(known(f"sg(sroot,at({name},g({former}),first))"))
        self.initiator("ida", "sa", "idc")
        self.initiator("idb", "sb", "idc")
        self.initiator("idb", "sb", "ida")
        self.responder("ida", "sa", ["idb", "idc"])
        self.a = self.initiator("ida", "sa", "idb") if a_dials_b else None
        self.b = self.responder("idb", "sb", ["ida", "idc"] if b_trusts_a else ["idc"]) if b_answers else {}

    def initiator(self, me, private, peer):
        return Side(self.clauses, self.model, "initiator", me, private, peer, TRUST[peer], f"ei({me},{peer},N)")

    def responder(self, me, private, trusted):
        words = [step for step, _ in self.model]
        is_told = "bind" in words and "attested" not in words  # the trust store has the key
        return {peer: Side(self.clauses, self.model, "responder", me, private, peer,
                           TRUST[peer] if is_told else "RS", f"er({me},N)") for peer in trusted}


def other_than(clauses, function, wanted):
    """other(t) for every term t but g(function(..)) with the wanted arguments; None fits any."""
    def shape(name, prefix):
        return f"{name}({','.join(prefix + str(i) for i in range(FUNCTIONS[name]))})"
    heads = [*CONSTANTS, *[shape(name, "V") for name in FUNCTIONS]]
    for head in heads:
        if not head.startswith("g("):
            clauses.add(f"other({head})")
        if not head.startswith(function + "("):
            clauses.add(f"other(g({head}))")
    for place, value in enumerate(wanted):
        if value is None:
            continue
        for head in heads:
            if head != value:
                arguments = [head if i == place else f"W{i}" for i in range(len(wanted))]
                clauses.add(f"other(g({function}({','.join(arguments)})))")


def later(clauses, leaked):
    """A second time, in which the attacker keeps what it knows and learns these."""
    attacker(clauses, "k2")
    clauses.rule([known("X")], known("X", "k2"))
    for secret in leaked:
        clauses.add(known(secret, "k2"))


# --- questions: each gives the clauses of one world and of one bad fact ---------------------------------------------

def responder_deceived(model, leaked=()):
    world = World(model, a_dials_b=False, leaked=leaked)
    world.clauses.never(world.b["ida"].authenticated)
    return world


def initiator_deceived(model, leaked=()):
    world = World(model, b_answers=False, leaked=leaked)
    world.clauses.never(world.a.authenticated)
    return world


def initiator_unaware_of_refusal(model):
    world = World(model, b_trusts_a=False)
    world.clauses.never(world.a.authenticated)
    return world


def initiator_key_known(model):
    world = World(model)
    world.clauses.never([*world.a.authenticated, known(world.a.chain)])
    return world


def responder_key_known(model):
    world = World(model)
    side = world.b["ida"]
    world.clauses.never([*side.authenticated, known(side.chain)])
    return world


def responder_disagrees(model):
    world = World(model)
    other_than(world.clauses, "ei", ["ida", "idb", None])
    world.clauses.never([*world.b["ida"].authenticated, "other(RE)"])
    return world


def initiator_disagrees(model):
    world = World(model)
    other_than(world.clauses, "er", ["idb", None])
    world.clauses.never([*world.a.authenticated, "other(RE)"])
    return world


def unknown_key_share(model):
    """A shares a key with B, and B believes that it shares this key with C."""
    world = World(model)
    world.clauses.rule(world.a.authenticated, f"a_has({world.a.chain})")
    for peer, side in world.b.items():
        if peer != "ida":
            world.clauses.rule(side.authenticated, f"b_has_with_other({side.chain})")
    world.clauses.never(["a_has(K)", "b_has_with_other(K)"])
    return world


def initiator_key_known_later(model):
    world = World(model)
    later(world.clauses, ["sa", "sb"])
    world.clauses.never([*world.a.authenticated, known(world.a.chain, "k2")])
    return world


def responder_key_known_later(model):
    world = World(model)
    later(world.clauses, ["sa", "sb"])
    side = world.b["ida"]
    world.clauses.never([*side.authenticated, known(side.chain, "k2")])
    return world


def honest_run(model):
    world = World(model)
    world.clauses.never(world.a.authenticated)
    return world


def message_1_key_later(model):
    world = World(model)
    later(world.clauses, ["sb"])
    world.clauses.never([known("mk(name,dh(ei(ida,idb,N),g(sb)))", "k2")])
    return world


# --- pairing --------------------------------------------------------------------------------------------------------

class Pairing:
    """A and B pair over a code, as often as they like; the attacker is the network, and may know the code."""

    def __init__(self, model, a_pairs=True, b_pairs=True, leaked=()):
        self.clauses = Clauses()
        self.open = "store" not in [step for step, _ in model]  # a mutant that stores without the confirmation
        attacker(self.clauses)
        for secret in leaked:
            self.clauses.add(known(secret))
        self.a = self.side(model, "ida", "sa", "xi(N)", ("pi", "pr")) if a_pairs else None
        self.b = self.side(model, "idb", "sb", "xr(N)", ("pr", "pi")) if b_pairs else None

    def side(self, model, me, private, secret, directions):
        confirms = [words for step, words in model if step == "confirm"]
        generator = "gn(code)" if ["share", "initiator"] in [[step, *words] for step, words in model] else "gn(zero)"
        shared = f"cdh({secret},Y)"
        self.clauses.add(known(f"gp({generator},{secret})"))
        mine, theirs = directions
        sealed = f"sl({mine}({shared}),zero,two({me},g({private})))"
        opened = f"sl({theirs}({shared}),zero,two(ID,KEY))"
        if "initiator" in confirms[0] and mine == "pi":  # confirms first, without having heard anything
            self.clauses.rule([known("Y")], known(sealed))
        else:
            self.clauses.rule([known("Y"), known(opened)], known(sealed))
        return [known("Y")] if self.open else [known("Y"), known(opened)]


def stored(side, key):
    """What a side has taken, with another key than the one that it should be."""
    return [*side, f"differs(KEY,{key})"]


def differs(clauses, key):
    """differs(t,key) for every term t but the key itself, g of one constant."""
    owner = key[2:-1]
    for head in [*CONSTANTS, *[f"{name}({','.join('V' + str(i) for i in range(arity))})" for name, arity in FUNCTIONS.items()]]:
        if not head.startswith("g("):
            clauses.add(f"differs({head},{key})")
        if head != owner:
            clauses.add(f"differs(g({head}),{key})")


def pairing_deceives_initiator(model, leaked=()):
    world = Pairing(model, leaked=leaked)
    differs(world.clauses, "g(sb)")
    world.clauses.never(stored(world.a, "g(sb)"))
    return world


def pairing_deceives_responder(model, leaked=()):
    world = Pairing(model, leaked=leaked)
    differs(world.clauses, "g(sa)")
    world.clauses.never(stored(world.b, "g(sa)"))
    return world


def pairing_alone_initiator(model):
    world = Pairing(model, b_pairs=False)
    world.clauses.never(world.a)
    return world


def pairing_alone_responder(model):
    world = Pairing(model, a_pairs=False)
    world.clauses.never(world.b)
    return world


def honest_pairing(model):
    world = Pairing(model)
    world.clauses.never(world.b)
    return world
