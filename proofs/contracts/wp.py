# SPDX-License-Identifier: Apache-2.0
"""Claims about source that Frama-C's WP proves: what a function needs, and what it promises.

The tool believes much without a word: that a function without a contract writes what its prototype suggests, whatever is promised of
one that never returns, everything of one whose precondition nobody meets. What it believes so is a hole, and a claim
with a hole is not proved.
"""
import functools
import itertools
import os
import re
from typing import NamedTuple

import bits
import framac

LIB = framac.LIB
# Which provers are here, found anew by each run.
PROVERS = os.path.join(framac.ROOT, "build", "provers.conf")
WP = ["-wp", "-wp-rte", "-wp-prover", "z3,cvc4", "-wp-timeout", "10", "-wp-par", "2"]
# Can each precondition be met, can each loop be entered, does each call return? A prover that can show otherwise
# mostly does so at once.
SMOKE = ["-wp-smoke-tests", "-wp-smoke-timeout", "1", "-wp-no-smoke-dead-code"]
UNPROVED = r": (?:Unknown|Timeout|Stepout)\b"
CALLS, PRINTED = "calls.dot", "printed.c"
PRINT = ["-print", "-ocode", PRINTED]


class Contract(NamedTuple):
    source: str
    proved: list     # functions
    stand_ins: list  # functions of the claim's own file that those call: what is promised of them is proved, too
    assumed: list    # functions that those call, and whose contract is believed
    goals: int
    options: tuple = ()
    warned: tuple = ()  # of what the tool does not follow: it knows nothing of the value then, and a goal about it is left


# What one claim assumes and another proves stands first where it is proved: so none is proved by itself.
CLAIMS = {
    "contract-cipher": Contract(
        "proofs/contracts/cipher.c", ["noise_cipher_encrypt", "noise_cipher_decrypt", "encode_nonce", "put_word", "nonces_differ"],
        ["noise_aead_seal", "noise_aead_open"], [], 115),
    "contract-frame": Contract("proofs/contracts/frame.c", ["dsb_frame_next", "dsb_frame_header"], [], [], 28),
    "contract-byte-ring": Contract(
        "proofs/contracts/byte_ring.c",
        ["lesser", *(f"dsb_byte_ring_{name}" for name in ("room", "added", "front", "drop", "put", "get"))],
        ["copy_bytes"], [], 153),
    "contract-ring": Contract(
        "proofs/contracts/ring.c",
        [f"ring_{name}" for name in ("used_len", "free_len", "at", "piece_len", "put", "get", "hear_put", "hear_got")],
        ["copy_bytes"], ["position"], 157,
        # Bytes are passed as `void *`, and looked at as bytes alone: so a cast may keep the pointer.
        ("-wp-model", "Typed+cast"), ("Cast with incompatible pointers types (source: sint8*) (target: uint8*)",)),
    "contract-lines": Contract(
        "proofs/contracts/lines.c",
        ["is_allowed", "split_words", "line_fault", "read_line", "dsb_lines_next", "next_service", "has_service",
         "dsb_service_list_fault"],
        ["find", "compare", "memset_of_line"], ["dsb_service_name_is_valid"], 307),
    "contract-words": Contract(
        "proofs/contracts/words.c",
        ["dsb_utf8_next", "dsb_utf8_is_control", "is_letter", "is_letter_or_digit", "is_id", "set_id", "get_u64",
         "dsb_attestation_read"], ["clear", "copy", "copied"], ["dsb_service_list_fault"], 223,
        ("-wp-alias-vars", "dsb_utf8_next_least")),
    "contract-payload": Contract(
        "proofs/contracts/payload.c",
        ["read_fields", "read_recv_max", "read_streams", "read_limits", "dsb_payload2_read", "dsb_payload3_read",
         "dsb_payload_attestation_read"],
        ["memset_of_fields"], ["set_id", "dsb_attestation_read"], 201),
    "contract-announce": Contract(
        "proofs/contracts/announce.c",
        ["take", "read_head", "is_printable_utf8", "check_service", "read_id", "read_port_and_key", "read_service",
         "read_services", "read_attestation", "dsb_announce_decode", "dsb_query_decode"],
        ["copied"], ["dsb_utf8_next", "dsb_utf8_is_control", "set_id", "dsb_attestation_read"], 335,
        # That nobody else points to these would be believed.
        ("-wp-alias-vars", "announce_magic,query_magic")),
    "contract-admission": Contract("proofs/contracts/admission.c", ["find_victim"], [], [], 22),
    "contract-streams": Contract(
        "proofs/contracts/streams.c", ["add_credit", "on_bytes", "tell_readable", "dsb_stream_owed"], [],
        ["dsb_byte_ring_put", "dsb_streams_wake", "dsb_streams_tell"], 69),
    "contract-bundle": Contract(
        "proofs/contracts/bundle.c", ["pages_for", "name_ok", "bundle_check", "bundle_find"], [], ["is_zero"], 101,
        warned=("Cast with incompatible pointers types (source: abi_bundle_header*) (target: uint8*)",)),
    "contract-object": Contract(
        "proofs/contracts/object.c",
        ["serve_handle_number", "handle_of", "serve_take", "serve_end_handle", "serve_free", "serve_find", "serve_give", "after_its_end",
         "is_another_in_its_next_life", "while_it_lives"],
        ["object_at"], [], 160,
        # An object is passed as `void *`, and looked at as what it is alone: so a cast may keep the pointer.
        ("-wp-model", "Typed+cast"),
        tuple(f"Cast with incompatible pointers types (source: {source}) (target: {target})"
              for source, target in (("serve_object*", "sint8*"), ("sint8*", "serve_reply*")))),
    "contract-elf": Contract(
        "proofs/contracts/elf.c", ["read_header", "read_program", "check_segment", "add_segment", "entry_is_code", "elf_read"], [],
        ["copy_header", "copy_program"], 214, ("-wp-alias-vars", "read_header_magic")),
    "contract-space": Contract(
        "proofs/contracts/space.c",
        ["left_in_page", "least", "translate", "is_user_range", "space_walk_buffer", "space_has_buffer", "space_find_buffer",
         "buffer_at", "copy_parts", "space_copy", "space_get", "space_put"],
        ["page_at", "copy_bytes", "holds"], ["sv39_lookup", "sv39_entry_phys"], 264,
        # Pages and bytes are passed as `void *`, and looked at as bytes alone.
        ("-wp-model", "Typed+cast"),
        (*(f"Cast with incompatible pointers types (source: {source}) (target: {target})"
           for source, target in (("sint8*", "uint8*"), ("uint8*", "sint8*"))),
         # In functions that are not looked at here.
         *(f"implicit conversion from void * to {target} *" for target in ("struct process", "uint64_t")))),
    "contract-cap": Contract("proofs/contracts/cap.c", ["cap_derive"], [], [], 23),
}


def detect_provers():
    os.makedirs(os.path.dirname(PROVERS), exist_ok=True)
    framac.run(["why3", "config", "detect"], framac.ROOT, WHY3CONFIG=PROVERS)


def woven(name):
    return [loop for loop in framac.mutant_list.parse(os.path.join(framac.HERE, "contracts", "loops.txt")) if loop["test"] == name]


def weave(copy, name):
    """Writes the annotations for a claim into a copy of the source; nothing but annotations."""
    for loop in woven(name):
        if re.sub(r" */\*@(?:[^*]|\*(?!/))*\*/\n", "", loop["new"]) != loop["old"]:
            raise SystemExit(f"prove: {loop['name']}: changes more than annotations")
        framac.edited(copy, loop)


def read(copy, name, *more, run=framac.run):
    """What the tool says of a claim's file."""
    return run([*framac.FRAMA_C, f"-cpp-extra-args={' '.join(framac.INCLUDES)}", *more, CLAIMS[name].source], copy,
               WHY3CONFIG=PROVERS)


def said_of(copy, name, functions, *more, **how):
    """What the tool says of these functions."""
    return read(copy, name, *WP, *CLAIMS[name].options, *more, "-wp-fct", ",".join(functions), **how)


def goals(said):
    """(proved, all)."""
    found = re.search(r"Proved goals: *(\d+) / (\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def callees(copy, functions):
    """Names of the functions that these call."""
    with open(os.path.join(copy, CALLS), encoding="utf-8") as file:
        calls = re.findall(r"(\w+) -> (\w+);", file.read())
    return {callee for caller, callee in calls if caller in functions}


def believed_warnings(said, called):
    """What the tool warns of, but for functions that no function of the claim calls."""
    for warning in re.findall(r"Warning:(.*(?:\n  .*)*)", said):
        words = " ".join(warning.split())
        other = re.search(framac.MISSING, words)
        if not (other and other[1] not in called) and not words.startswith("Clobber list"):
            yield words


def believed_words(copy, name):
    """What the annotations of a claim's files have believed; of bits.h each lemma is a claim's."""
    folder = os.path.join("proofs", "contracts")
    paths = {os.path.join(folder, header) for header in os.listdir(os.path.join(copy, folder)) if header.endswith(".h")}
    for path in sorted({CLAIMS[name].source, *paths, *(loop["file"] for loop in woven(name))} - {bits.HEADER}):
        with open(os.path.join(copy, path), encoding="utf-8") as file:
            annotations = " ".join(re.findall(r"/\*@.*?\*/|//@[^\n]*", file.read(), re.DOTALL))
        yield from (f"{path}: {word}: believed, not proved" for word in re.findall(r"\b(?:admit|axiom|lemma)\b", annotations))


def promised(copy, function):
    """A function's contract, as the tool has read it."""
    contract = r"/\*@ ((?:requires|terminates|assigns)\b(?:[^*]|\*(?!/))*)\*/\n"
    with open(os.path.join(copy, PRINTED), encoding="utf-8") as file:
        found = re.findall(rf"{contract}(?=\w)[^;={{}}]*\b{function}\s*\(", file.read())
    return " ".join(found[0].split()) if len(found) == 1 else None


def promised_by(folder, name, function):
    """The same, as a claim proves it."""
    with framac.copy_of(folder) as copy:
        weave(copy, name)
        read(copy, name, *PRINT)
        return promised(copy, function)


def unmet(copy, folder, name, said):
    """Promises of which nobody has shown that a function can keep them: one that contradicts itself proves everything."""
    earlier = itertools.takewhile(lambda other: other != name, CLAIMS)
    provers = {function: other for other in earlier for function in CLAIMS[other].proved}
    for function in CLAIMS[name].assumed:
        promise = promised(copy, function)
        if promise is None:
            yield f"{function} is assumed to promise nothing that can be read"
        elif function in provers:
            if promised_by(folder, provers[function], function) != promise:
                yield f"{provers[function]} proves something else of {function}"
        elif re.search(r"\b(?:ensures|exits|behavior)\b", promise):  # else a function keeps it that does nothing
            yield f"{function} is assumed to promise what no function is shown to keep"
    for function in CLAIMS[name].stand_ins:
        goal = rf"^\[wp\] \[\w+\] Goal typed_(?:cast_)?{function}_.*\n(?:  .*\n)*?  .*{UNPROVED}"
        if re.search(goal, said, re.MULTILINE):
            yield f"{function} does not keep what it promises"


def holes(copy, contract, said):
    """What would be believed without a word."""
    shown = {*contract.proved, *contract.stand_ins}
    called = callees(copy, shown)
    for name in sorted(called - {*shown, *contract.assumed}):
        yield f"{name} is called and neither proved nor assumed"
    for name in sorted({*contract.stand_ins, *contract.assumed} - called):
        yield f"{name} is assumed and not called"
    for name in sorted(shown):
        for promise in ("assigns", "terminates"):
            if not re.search(rf"Goal (?:typed_(?:cast_)?)?{name}_{promise}\w* ", said):
                yield f"{name} does not say what it {promise}"
        if f"annotating function {name}\n" not in said:
            yield f"undefined behaviour of {name} is not excluded"
    yield from (words for words in believed_warnings(said, called) if words not in contract.warned)
    yield from re.findall(r"^\[wp\] (?!\[Passed\])(.* Smoke-test .*|.*\(Unreachable\).*)", said, re.MULTILINE)


def judged(folder, name):
    """(proved, goals, holes)."""
    contract = CLAIMS[name]
    with framac.copy_of(folder) as copy:
        weave(copy, name)
        said = said_of(copy, name, [*contract.proved, *contract.stand_ins], *SMOKE, "-cg", CALLS, "-cg-no-services", *PRINT)
        proved, count = goals(said)
        if count:
            return proved, count, [*holes(copy, contract, said), *believed_words(copy, name), *unmet(copy, folder, name, said)], said
        # It stopped: where it lacked a contract it may not get further.
        found = [f"{function} has no body" for function in re.findall(r"\(no function '(\w+)'\)", said)]
        if os.path.exists(os.path.join(copy, CALLS)):
            found += believed_warnings(said, callees(copy, contract.proved))
        return 0, 0, found, said


def claim(folder, name):
    proved, count, found, said = judged(folder, name)
    if count == 0 and not found:
        return None, said.strip()[-300:]
    expected = CLAIMS[name].goals
    return proved == count == expected and not found, "; ".join([f"{proved} of {count} goals, {expected} expected", *found])


def leaves_a_goal(copy, name, functions):
    """Is there, in a woven copy, a goal of which a prover says that it cannot prove it? One that could not run says nothing."""
    said = said_of(copy, name, functions, run=functools.partial(framac.run_until, UNPROVED))
    if re.search(UNPROVED, said):
        return True
    return None if goals(said)[1] == 0 else False


def has_a_hole(folder, name):
    _, count, found, _ = judged(folder, name)
    return None if count == 0 and not found else bool(found)
