# SPDX-License-Identifier: Apache-2.0
"""Devices that know each other by a root alone: a root's words in announces, honest and forged, in namespaces of their own.
What announces and attestations are in bytes is written here anew."""

import socket
import subprocess
import threading
import time

from bus_client import *

PORT = 37020
HONEST = "127.0.0.2"


def announce(device_id, key, port, word=None):
    """The packet; word: root, serial, signature."""
    name = device_id.encode()
    packet = b"NXSB" + bytes([2 if word else 1, len(name)]) + name + port.to_bytes(2, "big") + bytes.fromhex(key) + b"\0"
    if word:
        root, serial, signature = word
        tail = root + serial.to_bytes(8, "big") + b"\0" + signature
        packet += len(tail).to_bytes(2, "big") + tail
    return packet


class RootCase(TestCase):
    def setUp(self):
        super().setUp()
        self.root = self.new_root("plant")
        self.alpha, self.beta = self.member("alpha.lab"), self.member("beta.lab")

    def dsoftbus(self, *words):
        result = subprocess.run([f"{BIN}/dsoftbus", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=ENV, check=False, timeout=PATIENCE)
        self.assertEqual((result.stderr, result.returncode), ("", EXIT_OK))
        return result.stdout

    def new_root(self, name):
        """File and key."""
        path = self.path(name, "root")
        return path, self.dsoftbus("root", "new", path).strip()

    def sign(self, device, serial, root=None):
        """The attestation: a file's text."""
        return self.dsoftbus("root", "sign", "--serial", str(serial), (root or self.root)[0], device.id, device.key)

    def word(self, text_or_device):
        """Root, serial, signature: of a text, or of what the device has."""
        text = text_or_device if isinstance(text_or_device, str) else text_or_device.read("attestation")
        found = dict(line.split(" ", 1) for line in text.splitlines()[1:])
        return bytes.fromhex(found["root"]), int(found["serial"]), bytes.fromhex(found["signature"].replace(" ", ""))

    def attest(self, device, text):
        path = self.path(f"{device.id}.attestation")
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        self.assertEqual(device.run("attest", path).stderr, "")

    def member(self, device_id, folder=None, serial=1):
        """It trusts the root for every device of the lab, and nobody else, and the root vouches for it."""
        device = Device(folder or self.folder, device_id)
        self.attest(device, self.sign(device, serial))
        self.assertEqual(device.run("trust", "add", "*.lab", self.root[1]).stderr, "")
        return device

    def bus(self, device):
        bus = Bus(device.path("bus"))
        self.addCleanup(bus.close)
        return bus


class Neighbours(RootCase):
    """Two hosts with a wire between them."""

    def setUp(self):
        super().setUp()
        self.hosts = []
        for _ in range(2):
            self.hosts.append(self.started(Process(["unshare", "--net", "sh", "-c", "ip link set lo up; echo up >&2; exec sleep 3600"])))
            self.hosts[-1].wait_line("up")

    def link(self, broadcast=True):
        near, far = (str(host.popen.pid) for host in self.hosts)
        subprocess.run(["ip", "link", "add", "near", "netns", near, "type", "veth", "peer", "name", "far", "netns", far], check=True)
        for number, (host, name) in enumerate(((near, "near"), (far, "far")), 1):
            words = [f"192.0.2.{number}/24", *(["brd", "192.0.2.255"] if broadcast else [])]
            subprocess.run([*self.on(host), "ip", "addr", "add", *words, "dev", name], check=True)
            subprocess.run([*self.on(host), "ip", "link", "set", name, "up"], check=True)

    def on(self, host):
        return "nsenter", f"--net=/proc/{host}/ns/net"

    def start(self, number, device):
        return self.daemon(device, prefix=self.on(self.hosts[number].popen.pid), listen=f"192.0.2.{number + 1}:0",
                           discovery=str(PORT))

    def served(self, device):
        """A program beside it that takes a stream and says who came."""
        there = self.bus(device)
        self.assertEqual(there.ask("publish greet all"), "ok")

        def serve():
            _, _, peer, stream = there.incoming()
            stream.sendall(peer.encode())
            stream.close()
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)

    def assert_greeted(self, caller, target, callee):
        self.served(callee)
        answer = self.bus(caller).connect(target, "greet")
        self.assertIsInstance(answer, tuple, answer)
        with answer[1] as stream:
            self.assertEqual(read_all(stream).decode(), caller.id)

    def test_each_dials_the_other_by_its_id(self):
        self.link()
        here, there = self.start(0, self.alpha), self.start(1, self.beta)
        self.assert_greeted(self.alpha, "beta.lab", self.beta)
        self.assertEqual((here.status()["announces-verified"], there.status()["opened"]), ("1", "1"))
        here.terminate()
        self.start(0, self.alpha)
        self.assert_greeted(self.beta, "alpha.lab", self.alpha)

    def test_the_key_is_asked_for_where_the_device_is_said_to_be(self):
        self.link(broadcast=False)
        self.start(0, self.alpha)
        there = self.start(1, self.beta)
        answer = self.bus(self.alpha).connect("beta.lab", "greet")
        self.assertEqual(answer, "error timeout no root's word for it was heard")
        self.assert_greeted(self.alpha, there.target, self.beta)


class Words(RootCase):
    """beta's daemon tells nobody where it is: the test does, and so do liars at other addresses of the loopback."""

    def setUp(self):
        super().setUp()
        self.here = self.daemon(self.alpha)
        self.here.terminate()
        self.here = self.daemon(self.alpha, discovery=str(PORT))
        self.there = self.daemon(self.beta, listen=f"{HONEST}:0")
        self.honest = announce("beta.lab", self.beta.key, self.there.port, self.word(self.beta))

    def search_port(self):
        """Where alpha's daemon hears answers."""
        for _ in range(600):
            with open("/proc/net/udp", encoding="ascii") as lines:
                ports = [int(line.split()[1].split(":")[1], 16) for line in lines if ":" in line]
            for port in ports:
                if port != PORT:
                    return port
            time.sleep(0.1)
        raise AssertionError("nobody searches")

    def tell(self, packet, source):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((source, 0))
            s.sendto(packet, ("127.0.0.1", self.port))

    def is_refused(self, packet, source, why):
        """alpha's log says so of what is told ten times a second, while programs of alpha's ask for beta."""
        line = f"announce refused id=beta.lab from={source}:{self.there.port}: {why}"
        for turn in range(int(10 * PATIENCE)):
            if turn % 20 == 0:
                self.seek()
            self.tell(packet, source)
            if any(line in said for said in self.here.lines):
                return
            time.sleep(0.1)
        self.fail(f"not said: {line}")

    def seek(self, target="beta.lab"):
        """alpha's program asks for the device, which is looked for from then on."""
        bus = self.bus(self.alpha)
        bus.say(f"connect {target} echo")
        self.port = self.search_port()
        return bus

    def reaching(self):
        """Who asks while the search of the flood ends hears what that found: it asks again, and is answered each time."""
        end = time.monotonic() + PATIENCE
        while True:
            bus = self.seek()
            for _ in range(8):  # as to each of its questions
                self.tell(self.honest, HONEST)
                time.sleep(0.2)
            if self.here.status()["sessions"] != "0" or time.monotonic() > end:
                return bus
            bus.wait("ok", "error")

    def assert_reached(self, bus):
        text, stream = bus.wait("ok", "error")
        self.assertTrue(text.startswith("ok "), text)
        stream.close()

    def test_forged_words_are_refused_and_the_honest_one_wins(self):
        word, thief, gamma = self.word(self.beta), Device(self.folder, "thief"), self.member("gamma.lab")
        altered = word[2][:40] + bytes([word[2][40] ^ 1]) + word[2][41:]
        other = self.new_root("other")
        forged = self.word(self.sign(self.beta, 7, other))
        for number, (key, lie) in enumerate((
                (self.beta.key, (word[0], word[1], altered)),
                (self.beta.key, (word[0], 7, word[2])),
                (thief.key, word),
                (self.beta.key, (word[0], *forged[1:])),
                (gamma.key, self.word(gamma))), 3):
            self.is_refused(announce("beta.lab", key, self.there.port, lie), f"127.0.0.{number}", "bad-signature")
        time.sleep(1)  # now a look is left
        bus = self.seek()
        self.tell(announce("beta.lab", thief.key, self.there.port, forged), "127.0.0.9")
        self.tell(announce("beta.lab", thief.key, self.there.port), "127.0.0.9")
        self.tell(self.honest, HONEST)
        self.assert_reached(bus)
        self.assertFalse(any("127.0.0.9" in line for line in self.here.lines))

    def test_a_new_key_is_learned_and_the_old_word_no_more(self):
        bus = self.seek()
        self.tell(self.honest, HONEST)
        self.assert_reached(bus)
        self.there.terminate()
        newer = self.member("beta.lab", self.folder_named("newer"), 2)
        self.there = self.daemon(newer, listen=f"{HONEST}:0")
        bus = self.seek()
        self.tell(announce("beta.lab", newer.key, self.there.port, self.word(newer)), HONEST)
        self.assert_reached(bus)
        self.there.terminate()
        old = announce("beta.lab", self.beta.key, self.there.port, self.word(self.beta))
        self.is_refused(old, "127.0.0.3", "old-serial")
        self.assertEqual(self.here.status()["announces-verified"], "2")

    def test_a_flood_of_lies_costs_four_looks_a_second_and_keeps_nobody_out(self):
        root, serial, _ = self.word(self.beta)
        self.seek()
        began = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:
            liar.bind(("127.0.0.3", 0))
            while time.monotonic() < began + 2:
                lie = announce("beta.lab", self.beta.key, 9, (root, serial, os.urandom(64)))
                for _ in range(50):
                    liar.sendto(lie, ("127.0.0.1", self.port))
                time.sleep(0.01)
            passed_s = time.monotonic() - began
            count = int(self.here.status()["announces-verified"])
        self.assert_reached(self.reaching())
        self.assertGreaterEqual(count, 2)
        self.assertLessEqual(count, 4 * (passed_s + 1))

    def test_what_no_root_covers_is_not_looked_for(self):
        bus = self.bus(self.alpha)
        for device in ("beta.barn", "lab", "xlab"):
            self.assertEqual(bus.ask(f"connect {device} echo"), "error not-trusted the device is not in the trust store")

    def test_nobody_is_verified_who_is_not_looked_for(self):
        bus = self.seek("gamma.lab")
        for _ in range(20):
            self.tell(self.honest, HONEST)
        self.assertEqual(bus.wait("ok", "error")[0], "error timeout no root's word for it was heard")
        self.assertEqual(self.here.status()["announces-verified"], "0")

    def test_ids_that_nobody_has_are_forgotten(self):
        buses = [self.bus(self.alpha) for _ in range(4)]
        for number, bus in enumerate(buses):
            for other in range(16):
                bus.say(f"connect nobody-{number}-{other}.lab echo")
        for bus in buses:
            for _ in range(16):
                self.assertEqual(bus.wait("ok", "error")[0], "error timeout no root's word for it was heard")
        self.assertEqual(self.here.status()["peers-remembered"], "0")

    def test_a_line_wins(self):
        self.alpha.run("trust", "add", "beta.lab", Device(self.folder, "pinned").key)
        self.here.wait_line("trust store read again: 1 peers")
        bus = self.seek()
        for _ in range(5):
            self.tell(self.honest, HONEST)
        self.assertEqual(bus.wait("ok", "error")[0], "error timeout not found")
        self.assertEqual(self.here.status()["announces-verified"], "0")


class Commands(RootCase):
    def setUp(self):
        super().setUp()
        self.there = self.daemon(self.beta, discovery=str(PORT))

    def test_discover_says_who_vouches(self):
        self.assertEqual(self.alpha.run("discover", "beta.lab").stdout,
                         f"beta.lab@127.0.0.1:{self.there.port} {self.beta.key} by-root echo\n")
        self.alpha.write("trust", "dsoftbus-trust 3\n")
        self.assertIn(" unknown ", self.alpha.run("discover", "--wait", "0.5").stdout)

    def test_discover_says_what_is_wrong_with_a_word(self):
        self.there.terminate()
        root, serial, signature = self.word(self.beta)
        lie = announce("beta.lab", self.beta.key, 9, (root, serial, signature[::-1]))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:
            liar.bind(("127.0.0.1", PORT))
            liar.settimeout(PATIENCE)
            found = self.started(self.alpha.start("discover", "--wait", "2", stdout=subprocess.PIPE))
            _, asker = liar.recvfrom(2048)
            liar.sendto(lie, asker)
            self.assertEqual(found.popen.stdout.read().decode(),
                             f"beta.lab@127.0.0.1:9 {self.beta.key} bad-signature\n")

    def test_a_command_with_the_key_dials_by_the_word(self):
        for target in ("beta.lab", self.there.target):
            result = self.alpha.run("ping", "--count", "1", target)
            self.assertEqual(result.returncode, EXIT_OK, result.stderr)

    def test_a_file_is_sent_to_who_waits_for_it(self):
        self.there.terminate()
        receiver = self.started(self.beta.start("receive", "--from", "alpha.lab", "--listen", "127.0.0.1:0", self.path("got")))
        receiver.wait_line("waiting for a file")
        path = self.make_file("data", 1000)
        result = self.alpha.run("send", "beta.lab", path)
        self.assertEqual((result.returncode, receiver.wait()), (EXIT_OK, EXIT_OK), result.stderr)
        self.assert_same_file(path, self.path("got"))

    def test_a_command_that_hears_no_word(self):
        self.assert_fails(self.alpha.run("ping", "--wait", "0.5", "gamma.lab"), EXIT_NO_PEER,
                          "gamma.lab: no root's word for it was heard on this network")


if __name__ == "__main__":
    namespaces("--net", "--mount")
    main()
