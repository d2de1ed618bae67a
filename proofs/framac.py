# SPDX-License-Identifier: Apache-2.0
"""Running Frama-C, and the claims about memory that it shows by abstract interpretation (Eva); contracts/wp.py has those by proof.

What is found of a claim is (True, words) when it is proved, (False, words) when it does not hold (an alarm, a goal that no
prover proves, fewer statements than before), and (None, words) when the tool did not come to a judgement.
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "scripts"))
import mutants as mutant_list  # noqa: E402  the same format of list

LIB = "lib"
SOURCE = ("proofs", LIB, "abi", "apps", "kernel", "proto", "services", "tests/kernel")  # what claims about source read
TIMEOUT_S = 1200
# Frama-C 25 knows no RISC-V: sizes are those of x86-64, where plain char has a sign (the code uses none).
FRAMA_C = ["frama-c", "-c11", "-machdep", "gcc_x86_64"]
# Never `-eva-precision` above 1 and never the domain `equality`: it drops reachable states in this version.
EVA = ["-eva", "-eva-no-show-progress", "-eva-domains", "cvalue,symbolic-locations"]
# For drivers that try one length after the other (memory/exact.h).
EXACT = ["-eva-slevel", "12", "-eva-split-return", "auto", "-eva-min-loop-unroll", "101"]

# For drivers that begin in every state: what a call leaves is told apart by what it returns.
STATES = ["-eva-split-return", "full"]

# Streams: the paths of a call are told apart until what it leaves is looked at, in functions of one call. Queues are a promise.
STREAMS = ["proofs/memory/streams.c",
           *[f"{LIB}/dsoftbus/{name}.c" for name in ("streams_receive", "streams_table", "streams_send", "streams_application",
                                                     "stream_record", "record", "byte_ring")]]
STREAM_CALLS = ("receiving", "sending", "application", "receive", "receive_bytes", "next_records", "next_open", "next_bytes",
                "each_position", "put", "get")
STREAM_STATES = [*STATES, "-eva-interprocedural-history", "-eva-partition-history", "2", "-eva-slevel", "200",
                 "-eva-slevel-function", ",".join(f"{name}:0" for name in (*STREAM_CALLS, "dsb_service_name_is_valid")),
                 "-eva-use-spec", "dsb_streams_first,dsb_streams_enqueue,dsb_streams_dequeue"]

# A function without code or promise: the tool believes that it reads nothing.
MISSING = r"Neither code nor specification for function (\w+)"

# Name: sources, options, functions and statements that the analysis must reach at least. It ends early without a word
# where it believes that nothing follows, so a proof that reaches less than before is none.
MEMORY = {
    "memory-noise": (
        ["proofs/memory/noise.c", "proofs/memory/seam.c",
         *[f"{LIB}/noise/{name}.c" for name in ("cipher", "symmetric", "noise_xk", "transport", "static_key")]],
        ["-eva-slevel", "200", "-eva-auto-loop-unroll", "100", "-eva-split-return", "auto"], 57, 544),
    "memory-virtqueue": (
        ["proofs/memory/virtqueue.c", f"{LIB}/virtio/virtqueue.c"],
        ["-eva-slevel", "100", "-eva-auto-loop-unroll", "128"], 7, 148),
    "memory-records": (
        ["proofs/memory/records.c", *[f"{LIB}/dsoftbus/{name}.c" for name in ("frame", "record", "stream_record")]],
        [*EXACT, "-eva-slevel-function", "main:0,dsb_service_name_is_valid:0,is_name_byte:0"], 19, 252),
    "memory-text": (
        ["proofs/memory/text.c", *[f"{LIB}/dsoftbus/{name}.c" for name in ("device_id", "utf8", "lines", "text")]],
        [*EXACT, "-eva-slevel-function", "main:0,is_id:0"], 19, 258),
    "memory-handshake": (
        ["proofs/memory/handshake.c", "proofs/memory/noise_promise.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("handshake", "handshake_begin", "step", "frame", "record", "device_id")]],
        [*STATES, "-eva-slevel", "300", "-eva-slevel-function", "main:0"], 87, 855),
    "memory-session": (
        ["proofs/memory/session.c", "proofs/memory/noise_promise.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("session", "session_receive", "frame", "record")]],
        [*STATES, "-eva-slevel", "60", "-eva-slevel-function",
         "main:0,from_state:0,with_length:0,feed_types:0,dsb_session_output:400,output:400"], 78, 888),
    "memory-streams-receive": ([*STREAMS], [*STREAM_STATES, "-main", "receiving"], 54, 704),
    "memory-streams-application": ([*STREAMS], [*STREAM_STATES, "-main", "application"], 73, 1027),
    "memory-streams-queue": (
        ["proofs/memory/streams_queue.c", *STREAMS[1:]], [*STATES, "-eva-slevel", "100", "-eva-min-loop-unroll", "8"], 8, 139),
    "memory-streams-send": ([*STREAMS], [*STREAM_STATES, "-main", "sending"], 53, 615),
    "memory-stream-link": (
        ["proofs/memory/stream_link.c", f"{LIB}/dsoftbus/stream_link.c"], [*STATES, "-eva-slevel", "20"], 22, 160),
    "memory-ahead": (
        ["proofs/memory/ahead.c", "proofs/memory/seam.c", f"{LIB}/noise/ahead.c", f"{LIB}/noise/cipher.c"],
        [*STATES, "-eva-slevel", "20", "-eva-min-loop-unroll", "17"], 17, 167),
    "memory-shelf": (
        ["proofs/memory/shelf.c", "apps/filed/shelf.c"], [*STATES, "-eva-slevel", "30", "-eva-min-loop-unroll", "9"], 16, 183),
    "memory-fleet": (
        ["proofs/memory/fleet.c"],
        [*STATES, "-eva-slevel", "30", "-eva-slevel-function", "main:0,give_texts:0,begin:0,fleet_turn:0"], 43, 335),
    "memory-kept": (
        ["proofs/memory/kept.c", f"{LIB}/dsoftbus/attestation.c", "services/dsoftbusd/root_lists.c", "services/dsoftbusd/record.c"],
        [*STATES, "-eva-slevel", "60", "-eva-min-loop-unroll", "40"], 45, 566),
    "memory-attestation-text": (
        ["proofs/memory/attestation_text.c", "proofs/memory/lines_promise.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("attestation_text", "lines_read", "device_id")]],
        [*EXACT, "-eva-slevel-function", "main:0,is_id:0"], 19, 295),
    "memory-names": (
        ["proofs/memory/names.c", f"{LIB}/dsoftbus/utf8.c"],
        [*STATES, "-eva-slevel", "100", "-eva-min-loop-unroll", "301", "-eva-slevel-function", "main:0,is_shown:0"], 17, 287),
    "memory-discovery": (
        ["proofs/memory/discovery.c", "services/dsoftbusd/discovery.c"],
        [*STATES, "-eva-slevel", "20", "-eva-slevel-function", "main:0,with_announce:0,receive:0,discovery_turn:0"], 40, 280),
    "memory-pairing": (
        ["proofs/memory/pairing.c", "proofs/memory/seam.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("pairing", "cpace", "device_id")]],
        [*STATES, "-eva-slevel", "60", "-eva-min-loop-unroll", "12", "-eva-slevel-function", "main:0,of_role:0,is_id:0"], 61, 613),
    "memory-rate": (
        ["proofs/memory/rate.c", *[f"{LIB}/dsoftbus/{name}.c" for name in ("rate", "hearsay", "admission")]],
        [*STATES, "-eva-slevel", "20", "-eva-min-loop-unroll", "17"], 30, 369),
    "memory-link": (
        ["proofs/memory/link.c", *[f"{LIB}/dsoftbus/{name}.c" for name in ("link", "link_view", "link_ahead")]],
        [*STATES, "-eva-slevel", "100", "-eva-slevel-function", "main:0,from_state:0,input_calls:0,output_calls:0,hear:400"], 107, 927),
    "memory-attestation": (
        ["proofs/memory/attestation.c", f"{LIB}/dsoftbus/attestation.c"],
        [*EXACT, "-eva-min-loop-unroll", "10", "-eva-slevel-function", "main:0"], 15, 137),
    "memory-announce": (
        ["proofs/memory/announce.c", *[f"{LIB}/dsoftbus/{name}.c" for name in ("announce", "attestation", "device_id")]],
        [*EXACT, "-eva-slevel-function", "main:0,is_id:0"], 24, 298),
    "memory-identity": (
        ["proofs/memory/identity.c", "proofs/memory/lines_promise.c", "proofs/memory/seam.c", f"{LIB}/noise/static_key.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("identity", "key", "device_id")]],
        [*EXACT, "-eva-slevel-function", "main:0,is_id:0,is_canonical:0"], 38, 432),
    "memory-vouched": (
        ["proofs/memory/vouched.c", f"{LIB}/dsoftbus/vouched.c", f"{LIB}/dsoftbus/device_id.c"],
        [*STATES, "-eva-min-loop-unroll", "10", "-eva-slevel", "500", "-eva-slevel-function", "main:0,take:0,with_services:0"],
        43, 513),
    "memory-revocations": (
        ["proofs/memory/revocations.c", "proofs/memory/lines_promise.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("revocations", "lines_read", "device_id")]],
        [*EXACT, "-eva-slevel-function", "main:0,is_id:0,find:0"], 33, 447),
    "memory-trust": (
        ["proofs/memory/trust.c", "proofs/memory/lines_promise.c",
         *[f"{LIB}/dsoftbus/{name}.c" for name in ("trust_store", "trust_find", "lines_read", "device_id")]],
        [*EXACT, "-eva-slevel", "40", "-eva-slevel-function", "main:0,is_id:0"], 59, 683),
    "memory-message": (["proofs/memory/message.c"], [*STATES, "-eva-slevel", "300", "-eva-slevel-function", "main:0"], 21, 272),
    "memory-elf": (
        ["proofs/memory/elf.c", "kernel/elf.c"],
        [*EXACT, "-eva-min-loop-unroll", "12", "-eva-slevel-function", "main:0,elf_read:200"], 14, 275),
    "memory-ring": (["proofs/memory/ring.c"], ["-eva-slevel", "12", "-eva-slevel-function", "main:0"], 16, 125),
    "memory-facade": (
        ["proofs/memory/facade.c", "services/netstackd/facade.c",
         *[f"{LIB}/serve/{name}.c" for name in ("dispatch", "client", "object")]],
        [*EXACT, "-eva-min-loop-unroll", "41", "-eva-slevel-function", "main:0,lengths:0,request:0,make_objects:0"],
        75, 640),
    "memory-bus": (
        ["proofs/memory/endpoint.c",
         *[f"services/dsoftbusd/{name}.c" for name in ("endpoint", "endpoint_object", "endpoint_stream", "endpoint_watch")],
         *[f"{LIB}/serve/{name}.c" for name in ("dispatch", "client", "object")]],
        [*EXACT, "-eva-min-loop-unroll", "17", "-eva-slevel-function",
         "main:0,scene:0,operations:0,lengths:0,request:0,make_objects:0,watch_do_next:200"],
        97, 1034),
}
INCLUDES = [f"-I{LIB}", "-I.", "-Iservices/netstackd", "-Ikernel", "-Ikernel/arch/riscv64", "-Ikernel/arch/riscv64/include"]


def run_until(pattern, command, folder, **more):
    """What a command says as far as the first line like this, at which it is ended with all that it started."""
    said = []
    with subprocess.Popen(command, cwd=folder, env={**os.environ, "PWD": folder, **more}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, start_new_session=True) as process:
        for line in process.stdout:
            said.append(line)
            if re.search(pattern, line):
                os.killpg(process.pid, signal.SIGKILL)
                break
    return "".join(said)


def run(command, folder, text_in=None, **more):
    # Frama-C takes its folder from PWD.
    env = {**os.environ, "PWD": folder, **more}
    try:
        return subprocess.run(command, cwd=folder, env=env, input=text_in, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=TIMEOUT_S).stdout
    except subprocess.TimeoutExpired:
        return f"not at an end after {TIMEOUT_S} s"


def analysed(folder, name, *more):
    sources, options = MEMORY[name][:2]
    return run([*FRAMA_C, f"-cpp-extra-args=-include proofs/memory/atomics.h -Iproofs/memory {' '.join(INCLUDES)}", *EVA, *options,
                *more, *sources], folder)


def claim(folder, name):
    """(proved, what was found): no alarm, no unknown property, nothing cut off, and as much reached as before."""
    functions_min, statements_min = MEMORY[name][2:]
    said = analysed(folder, name)
    unknown_function = re.search(MISSING, said)
    if unknown_function:
        return False, f"of {unknown_function[1]} nothing is known"
    functions = re.search(r"(\d+) functions analyzed", said)
    statements = re.search(r"(\d+) statements reached", said)
    if not functions or not statements:
        return None, said.strip()[-300:]
    reached = int(functions[1]), int(statements[1])
    faults = re.findall(r"\[eva:alarm\] .*|.*led to bottom.*", said)
    unknown = sum(int(count) for count in re.findall(r"(\d+) unknown", said))
    detail = f"{reached[0]} functions, {reached[1]} statements, {len(faults)} alarms"
    return not faults and not unknown and reached[0] >= functions_min and reached[1] >= statements_min, detail


@contextlib.contextmanager
def copy_of(folder):
    with tempfile.TemporaryDirectory() as copy:
        for part in SOURCE:
            shutil.copytree(os.path.join(folder, part), os.path.join(copy, part))
        yield copy


def raises_alarm(folder, name):
    """The analyser stops at its first alarm. None: it did not come to an end."""
    said = analysed(folder, name, "-eva-stop-at-nth-alarm", "1")
    return True if "[eva:alarm]" in said else False if "statements reached" in said else None


def compiles(folder, path):
    """A file of the product, by itself."""
    command = ["gcc", "-std=gnu11", "-w", "-fsyntax-only", *INCLUDES, "-Iproofs/memory", "-x", "c", path]
    return subprocess.run(command, cwd=folder, stderr=subprocess.DEVNULL, check=False).returncode == 0


def edited(tree, mutant):
    """Writes a mutant into a copy of the tree; the text that was there before."""
    path = os.path.join(tree, mutant["file"])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(mutant["old"]) != 1:
        sys.exit(f"prove-mutants: {mutant['name']}: its text is not once in {mutant['file']}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(mutant["old"], mutant["new"]))
    return text
