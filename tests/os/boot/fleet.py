# SPDX-License-Identifier: Apache-2.0
"""Two boots of PROFILE=identity: the device's image names a root for *.lab, and no device. Whoever comes by that root's word
gets in; a newer key, or a list, ends the session of who was there; no other word gets anybody in, and each refusal has its
reason on the device's console. The disk keeps all of it, and vouches for nobody.
"""
import re
import subprocess
import time

from host import WAIT_S_MAX, must

PEER = "build/host/tests/dsoftbus/fleet_peer"
ROOT, OTHER_ROOT = 1, 2  # seeds
WORD_BYTES = {"msg3-root": 32, "msg3-signature": 8 + 64, "msg3-unknown-key": 1}  # root, serial, signature; a list that is none
VOUCHED_MAX = 20
ENDS_WITHIN_S = 1
REFUSED = re.compile(r"dsoftbusd: session refused reason=(msg3-\S+)(?: claim=\S+)?(?: times=(\d+))?")


class Comer:
    """Who a device of the fleet is: its id, the number that its key is made of, and its root's word."""

    def __init__(self, device, name, key, serial, root=ROOT):
        self.device, self.name = device, name
        self.words = [name, str(key), str(root), str(serial)]

    def start(self, *command):
        return subprocess.Popen([PEER, str(self.device.port), *self.device.told, *self.words, *command],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def says(self, *command):
        said, _ = self.start(*command).communicate(timeout=WAIT_S_MAX)
        return said.strip()

    def gets_in(self):
        must(self.says("try") == "session", f"{self.name} does not get in")

    def is_refused(self, reason):
        before = refusals(self.device).get(reason, 0)
        must(self.says("try") == "refused", f"{self.name} gets in, against {reason}")
        self.device.waits_until(lambda: refusals(self.device).get(reason, 0) == before + 1, f"{self.name}: {reason}")

    def brings(self, serial, name, first_good, root=ROOT):
        return self.says("revoke", str(root), str(serial), name, str(first_good))


def refusals(device):
    """How often each reason stands on the console, with those that were held back."""
    device.seen += device.machine.lines()
    counts = {}
    for refused in filter(None, map(REFUSED.fullmatch, device.seen)):
        counts[refused[1]] = counts.get(refused[1], 0) + int(refused[2] or 1)
    return counts


def ends(device, holder, what):
    """The session that it holds ends in time."""
    start = time.monotonic()
    must(holder.stdout.readline() == "ended\n", f"{what} did not end the session")
    seconds = time.monotonic() - start
    must(seconds < ENDS_WITHIN_S, f"{what} ended the session after {seconds:.2f} s")
    holder.wait(WAIT_S_MAX)
    device.hears("dsoftbusd: session ended reason=local-revoked")


def rotation(device):
    old, new = Comer(device, "lamp.lab", 3, 5), Comer(device, "lamp.lab", 4, 6)
    holder = old.start("hold")
    must(holder.stdout.readline() == "session\n", "the first key does not get in")
    new.gets_in()
    ends(device, holder, "a newer key")
    old.is_refused("msg3-serial")
    new.gets_in()


def revocation(device):
    door, lamp = Comer(device, "door.lab", 5, 2), Comer(device, "lamp.lab", 4, 6)
    holder = door.start("hold")
    must(holder.stdout.readline() == "session\n", "the door does not get in")
    must(lamp.brings(1, "door.lab", 3, OTHER_ROOT) == "refused unknown-root", "another root's list was taken")
    must(lamp.brings(1, "door.lab", 3) == "taken 1", "the list was not taken")
    ends(device, holder, "a list")
    door.is_refused("msg3-revoked")
    must(lamp.brings(1, "lamp.lab", 9) == "known 1", "a second list with the serial of the first was taken")
    lamp.gets_in()


def other_words(device):
    Comer(device, "new.lab", 6, 1, OTHER_ROOT).is_refused("msg3-root")
    Comer(device, "new.hall", 6, 1).is_refused("msg3-root")
    Comer(device, "new.lab", 4, 1).is_refused("msg3-id-mismatch")  # lamp.lab's key
    before = refusals(device)
    said = Comer(device, "new.lab", 6, 4).says("altered")
    must(said == f"refused {sum(WORD_BYTES.values())}", f"altered words: {said}")
    expected = {reason: before.get(reason, 0) + count for reason, count in WORD_BYTES.items()}
    device.waits_until(lambda: {reason: refusals(device).get(reason, 0) for reason in expected} == expected,
                       f"altered words: {expected}")
    print(f"identity: {sum(WORD_BYTES.values())} altered words refused: {WORD_BYTES}", flush=True)


def first(device):
    rotation(device)
    revocation(device)
    other_words(device)
    print("identity: rotation and revocation ended sessions within a second", flush=True)


def after_a_reboot(device):
    Comer(device, "door.lab", 5, 2).is_refused("msg3-revoked")
    Comer(device, "lamp.lab", 3, 5).is_refused("msg3-serial")
    Comer(device, "lamp.lab", 4, 6).gets_in()
    Comer(device, "door.lab", 7, 3).gets_in()
    for number in range(VOUCHED_MAX - 2):
        Comer(device, f"many-{number}.lab", 32 + number, 1).gets_in()
    Comer(device, "many.lab", 100, 1).is_refused("msg3-full")
    Comer(device, "door.lab", 7, 3).gets_in()
    print(f"identity: a reboot forgot nothing; {VOUCHED_MAX} devices, and no more", flush=True)
