# SPDX-License-Identifier: Apache-2.0
"""A fleet: devices with one root's line each, that know each other by what the root signed. Whoever dials has the key of the
device that he dials in a line."""

import datetime
import stat

from bus_client import *
from e2e import *
from test_services import Side


FLOOD_COUNT = 10000


def at(line):
    """When a line was logged, seconds."""
    return datetime.datetime.fromisoformat(line.split(" ")[0].replace("Z", "+00:00")).timestamp()


class Root:
    def __init__(self, test, name):
        self.file = test.path("plant", name)
        self.run("new")
        self.key = self.run("show").split()[0]
        self.short = self.key[len("root:"):][:16]

    def run(self, verb, *words):
        return subprocess.run([f"{BIN}/dsoftbus", "root", verb, self.file, *words], stdin=subprocess.DEVNULL, env=ENV, text=True,
                              stdout=subprocess.PIPE, check=True, timeout=PATIENCE).stdout

    def attest(self, device, *words):
        result = device.run("attest", "-", input=self.run("sign", device.id, device.key, *words))
        assert result.returncode == 0, result.stderr


class FleetTestCase(TestCase):
    def setUp(self):
        super().setUp()
        self.root = Root(self, "root")

    def node(self, device_id, *pinned, folder=None):
        """A device with the root's line and its word, and lines of those that it dials."""
        device = Device(folder or self.folder, device_id)
        self.assertEqual(device.run("trust", "add", "*.plant", self.root.key).stderr, "")
        for other in pinned:
            device.trust(other)
        self.root.attest(device)
        return device

    def two(self):
        """b, whom a dials."""
        b = self.node("b.plant")
        a = self.node("a.plant", b)
        self.a, self.b = Side(self, a), Side(self, b)

    def dial(self, side, other):
        """A session, by its daemon."""
        result = side.run("call", other.target, "info")
        self.assertEqual((result.stderr, result.returncode), (b"", EXIT_OK))

    def bring(self, side, other, text):
        """What the other device answers to a list that is brought from this side."""
        text = text.encode() if isinstance(text, str) else text
        result = side.run("call", other.target, "revocations", input=text)
        while b"as many streams as it takes" in result.stderr:  # the daemon brings its own just now, on the same session
            result = side.run("call", other.target, "revocations", input=text)
        self.assertEqual((result.stderr, result.returncode), (b"", EXIT_OK))
        return result.stdout.decode()

    def restarted(self, side):
        self.assertEqual(side.daemon.terminate(), EXIT_OK)
        return Side(self, side.device)


class Attested(FleetTestCase):
    def test_a_device_is_known_by_its_roots_word(self):
        self.two()
        self.dial(self.a, self.b)
        self.b.daemon.wait_line(rf"attested id=a\.plant root={self.root.short} serial=1$")
        kept = self.b.device.path(f"vouched/a.plant@{self.root.short}")
        with open(kept, encoding="ascii") as text:
            self.assertEqual(text.read(), self.a.device.read("attestation"))
        self.assertEqual(stat.S_IMODE(os.stat(kept).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(kept)).st_mode), 0o700)

    def test_a_command_shows_the_roots_word_too(self):
        self.two()
        self.assertEqual(self.a.device.run("ping", "--count", "1", self.b.target).returncode, EXIT_OK)

    def test_who_is_known_can_be_dialled_and_is_shown(self):
        self.two()
        self.dial(self.a, self.b)
        self.a.daemon.wait_line("opened peer=b")
        self.dial(self.b, self.a)
        self.assertRegex(self.b.run("peers").stdout.decode(), r"\Aa\.plant online \S+\n\Z")
        self.assertEqual(self.b.daemon.status()["vouched-devices"], "1")

    def test_it_is_kept_over_restarts(self):
        """Without a word from a: b dials it."""
        self.two()
        self.dial(self.a, self.b)
        self.b.daemon.wait_line("attested id")
        self.a, self.b = self.restarted(self.a), self.restarted(self.b)
        self.dial(self.b, self.a)
        self.assertNotIn("attested id", self.b.daemon.text())

    def test_without_a_word_nobody_is_known(self):
        self.two()
        self.a.daemon.terminate()
        os.unlink(self.a.device.path("attestation"))
        self.assertEqual(self.a.device.run("ping", "--count", "1", self.b.target).returncode, EXIT_REJECTED)
        self.b.daemon.wait_line(r"rejected .* reason=msg3-unknown-key claim=a\.plant")

    def test_another_roots_word(self):
        self.two()
        os.unlink(self.a.device.path("attestation"))
        Root(self, "other").attest(self.a.device)
        self.assertEqual(self.a.device.run("ping", "--count", "1", self.b.target).returncode, EXIT_REJECTED)
        self.b.daemon.wait_line(r"rejected .* reason=msg3-root claim=a\.plant")

    def test_services_are_what_both_permit(self):
        self.two()
        self.root.attest(self.a.device, "echo,info")
        self.b.device.run("trust", "remove", "*.plant", self.root.key)
        self.b.device.run("trust", "add", "*.plant", self.root.key, "info,log")
        self.b.daemon.wait_line("read again: 0 peers, 1 roots")
        self.a.daemon.terminate()
        self.a = Side(self, self.a.device)
        self.dial(self.a, self.b)
        self.assertEqual(self.a.run("call", self.b.target, "echo").returncode, EXIT_REFUSED)

    def test_an_attestation_is_taken_while_the_daemon_runs(self):
        b = self.node("b.plant")
        a = self.device("a.plant")
        a.trust(b)
        self.a, self.b = Side(self, a), Side(self, b)
        self.assertNotEqual(self.a.run("call", self.b.target, "info").returncode, EXIT_OK)
        self.root.attest(a)
        self.a.daemon.wait_line("read again")
        self.dial(self.a, self.b)


class Rotation(FleetTestCase):
    def test_a_newer_key_ends_the_older_ones_session(self):
        self.two()
        self.dial(self.a, self.b)
        newer = Side(self, self.node("a.plant", self.b.device, folder=self.folder_named("newer")))
        self.dial(newer, self.b)
        self.b.daemon.wait_line(r"session \d+ ended peer=a\.plant reason=local-revoked")
        self.b.daemon.wait_line(rf"attested id=a\.plant root={self.root.short} serial=2$")
        self.assertEqual(self.a.device.run("ping", "--count", "1", self.b.target).returncode, EXIT_REJECTED)
        self.b.daemon.wait_line("reason=msg3-serial claim=a.plant")
        lines = self.b.daemon.lines
        (opened,) = [line for line in lines if re.search(r"session 2 opened", line)]
        (ended,) = [line for line in lines if "ended peer=a.plant reason=local-revoked" in line]
        self.assertLess(at(ended) - at(opened), 1)
        self.dial(newer, self.b)


class Revocation(FleetTestCase):
    def chain(self):
        """a - b - c, and d, who is with c and will be revoked."""
        b = self.node("b.plant")
        a, c = self.node("a.plant", b), self.node("c.plant", b)
        d = self.node("d.plant", c)
        self.a, self.b, self.c, self.d = (Side(self, device) for device in (a, b, c, d))
        self.dial(self.a, self.b)
        self.dial(self.c, self.b)
        self.dial(self.d, self.c)

    def rejected(self, side, other, reason):
        start = len(other.daemon.lines)
        self.assertEqual(side.device.run("ping", "--count", "1", other.target).returncode, EXIT_REJECTED)
        other.daemon.wait_line(f"reason={reason} claim={side.id}", start=start)

    def test_a_list_reaches_who_has_a_session_with_who_has_it(self):
        self.chain()
        text = self.root.run("revoke", "d.plant")
        self.assertEqual(self.bring(self.b, self.a, text), "taken 1\n")
        self.c.daemon.wait_line(r"ended peer=d\.plant reason=local-revoked")
        taken = next(line for line in self.c.daemon.lines if "revocations peer=b.plant" in line)
        self.assertRegex(taken, rf"root={self.root.short}: taken 1$")
        ended = next(line for line in self.c.daemon.lines if "ended peer=d.plant" in line)
        self.assertLess(at(ended) - at(taken), 1)
        self.rejected(self.d, self.c, "msg3-revoked")
        for side in (self.a, self.b, self.c):
            side.daemon.wait_line(rf"revocations kept root={self.root.short} serial=1 ids=1")
            self.assertEqual(side.device.read(f"revocations/{self.root.short}"), text)
            self.assertIn(f"d.plant revoked below serial 2 by root:{self.root.short} list 1\n",
                          side.device.run("trust", "show").stdout)
            self.assertEqual(side.daemon.status()[f"revocations {self.root.short}"], "1")
        self.assertEqual(self.bring(self.a, self.b, text), "known 1\n")
        for side in (self.a, self.b, self.c):  # each was told by each neighbour at most, and b by this test
            self.assertLess(len([line for line in side.daemon.lines if "revocations peer=" in line]), 4)

    def test_it_is_kept_over_restarts(self):
        self.chain()
        self.assertEqual(self.bring(self.b, self.c, self.root.run("revoke", "d.plant")), "taken 1\n")
        self.c.daemon.wait_line("revocations kept")
        self.c = self.restarted(self.c)
        self.rejected(self.d, self.c, "msg3-revoked")

    def test_who_was_away_hears_of_it_later(self):
        self.chain()
        self.c.daemon.terminate()
        self.assertEqual(self.bring(self.a, self.b, self.root.run("revoke", "d.plant")), "taken 1\n")
        self.c = Side(self, self.c.device)
        self.dial(self.c, self.b)
        self.c.daemon.wait_line("revocations kept")
        self.rejected(self.d, self.c, "msg3-revoked")

    def test_the_same_id_comes_back_by_a_higher_serial(self):
        self.chain()
        self.assertEqual(self.bring(self.b, self.c, self.root.run("revoke", "d.plant")), "taken 1\n")
        self.c.daemon.wait_line("ended peer=d.plant")
        self.root.attest(self.d.device)
        self.assertEqual(self.d.device.run("ping", "--count", "1", self.c.target).returncode, EXIT_OK)


class Refused(FleetTestCase):
    """b hears lists from a, and has a session with a that must stay."""

    def setUp(self):
        super().setUp()
        self.two()
        self.dial(self.a, self.b)
        self.good = self.root.run("revoke", "x.plant", "5")

    def check(self, text, answer):
        self.assertEqual(self.bring(self.a, self.b, text), f"refused {answer}\n")
        self.assertNotIn("revocations", os.listdir(self.b.device.dir))
        self.assertNotIn("ended", self.b.daemon.text())

    def test_forged(self):
        self.check(self.good.replace("x.plant", "a.plant"), "bad-signature")
        self.b.daemon.wait_line(rf"revocations peer=a\.plant session=\d+ root={self.root.short}: refused bad-signature")

    def test_who_forged_is_not_heard_for_a_while_and_others_are(self):
        self.check(self.good.replace("x.plant", "a.plant"), "bad-signature")
        self.assertEqual(self.a.run("call", self.b.target, "revocations", input=self.good.encode()).returncode, EXIT_BROKEN)
        self.b.daemon.wait_line(rf"revocations peer=a\.plant session=\d+ root={self.root.short}: busy")
        c = Side(self, self.node("c.plant", self.b.device))
        self.assertEqual(self.bring(c, self.b, self.good), "taken 1\n")

    def test_lists_that_come_faster_than_signatures_are_looked_at(self):
        """From a device without a root, which brings none by itself."""
        lists = [self.root.run("revoke", f"x{count}.plant", "2").encode() for count in range(12)]
        gate = self.device("gate")
        gate.trust(self.b.device)
        self.b.device.trust(gate)
        self.b.daemon.wait_line("read again: 1 peers, 1 roots")
        bus = Bus(Side(self, gate).bus)
        self.addCleanup(bus.close)
        answers = []
        for text in lists:
            _, stream = bus.connect(self.b.target, "revocations")
            stream.sendall(text)
            stream.shutdown(socket.SHUT_WR)
            answers.append(read_all(stream).decode())
            stream.close()
            bus.end()
        self.assertEqual(answers[:2], ["taken 2\n", "taken 3\n"])
        self.assertIn("", answers)  # reset, busy

    def test_whose_line_lists_other_services(self):
        self.b.device.run("trust", "remove", "*.plant", self.root.key)
        self.b.device.run("trust", "add", "*.plant", self.root.key, "info")
        self.b.daemon.wait_line("read again: 0 peers, 1 roots")
        self.dial(self.a, self.b)
        self.assertEqual(self.a.run("call", self.b.target, "echo").returncode, EXIT_REFUSED)
        self.assertEqual(self.bring(self.a, self.b, self.good), "taken 1\n")

    def test_of_another_root(self):
        self.check(Root(self, "other").run("revoke", "a.plant", "9"), "unknown-root")

    def test_old(self):
        newer = self.root.run("revoke", "y.plant", "2")
        self.assertEqual(self.bring(self.a, self.b, newer), "taken 2\n")
        for text in (newer, self.good):
            self.assertEqual(self.bring(self.a, self.b, text), "known 2\n")
        self.b.daemon.wait_line("kept")
        self.assertEqual(self.b.device.read(f"revocations/{self.root.short}"), newer)

    def test_cut_anywhere(self):
        for cut in (*range(0, len(self.good), 7), len(self.good) - 1):
            answer = self.bring(self.a, self.b, self.good[:cut])
            self.assertRegex(answer, r"^refused malformed: line \d+: ", cut)
        self.assertNotIn("revocations", os.listdir(self.b.device.dir))

    def test_too_long(self):
        self.check(self.good + "#" + "x" * 390 + "\n" + ("#" * 399 + "\n") * 9, "malformed: over 3584 bytes")

    def test_the_longest_and_one_byte_more(self):
        """Comments fill it up: nobody signed them, and they are not kept."""
        comments = "#" * 399 + "\n"
        whole, rest = divmod(3584 - len(self.good), len(comments))
        longest = self.good + comments * whole + comments[-rest:]
        self.assertEqual(len(longest), 3584)
        self.check(longest + "\n", "malformed: over 3584 bytes")
        self.assertEqual(self.bring(self.a, self.b, longest), "taken 1\n")
        self.b.daemon.wait_line("revocations kept")
        self.assertEqual(self.b.device.read(f"revocations/{self.root.short}"), self.good)

    def test_bytes_that_are_no_text(self):
        self.check(bytes(range(256)) * 4, "malformed: line 1: character not allowed")

    def test_two_at_once(self):
        bus = Bus(self.a.bus)
        self.addCleanup(bus.close)
        number, stream = bus.connect(self.b.target, "revocations")
        stream.send(b"dsoftbus-rev")
        self.assertRegex(bus.connect(self.b.target, "revocations"), "^error busy")
        stream.send(b"ocations 1\n")
        stream.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(stream), b"refused malformed: line 1: a field is missing\n")
        self.assertEqual(bus.end(), f"end {number} clean")
        stream.close()

    def test_one_that_never_ends(self):
        bus = Bus(self.a.bus)
        self.addCleanup(bus.close)
        number, stream = bus.connect(self.b.target, "revocations")
        self.addCleanup(stream.close)
        stream.send(b"dsoftbus-revocations 1\n")
        self.assertEqual(bus.end(), f"end {number} reset cancelled")
        self.b.daemon.wait_line(r"revocations peer=a\.plant session=1: no list within 10 s")
        self.assertEqual(self.bring(self.a, self.b, self.good), "taken 1\n")

    def test_a_flood_harms_nobody_else(self):
        """10,000 forged lists from one peer; another one brings the good one meanwhile, and is served."""
        c = Side(self, self.node("c.plant", self.b.device))
        self.dial(c, self.b)
        bus = Bus(self.a.bus)
        self.addCleanup(bus.close)
        forged = self.good.replace("x.plant", "a.plant").encode()
        answers = {}
        for count in range(FLOOD_COUNT):
            _, stream = bus.connect(self.b.target, "revocations")
            stream.sendall(forged)
            stream.shutdown(socket.SHUT_WR)
            answer = read_all(stream) or b"busy"
            self.assertRegex(bus.end(), "reset busy$" if answer == b"busy" else "clean$")
            answers[answer] = answers.get(answer, 0) + 1
            stream.close()
            if count == FLOOD_COUNT // 2:
                start = time.monotonic()
                self.assertEqual(self.bring(c, self.b, self.good), "taken 1\n")
                self.dial(c, self.b)
                self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(set(answers), {b"refused bad-signature\n", b"busy", b"known 1\n"})
        self.assertLess(answers[b"refused bad-signature\n"], 20)
        self.assertNotIn("ended", self.b.daemon.text())


class Answered(FleetTestCase):
    """What a daemon makes of the answers to a list that it brings: to a peer without a root, which is told all the same."""

    def told(self, text):
        """The peer's lines, from its first stream on; b has one list."""
        b, gate = self.node("b.plant"), self.device("gate")
        gate.trust(b)
        b.trust(gate)
        self.b = Side(self, b, "--verbose")
        c = self.c = Side(self, self.node("c.plant", b))
        self.assertEqual(self.bring(c, self.b, self.root.run("revoke", "x.plant", "2")), "taken 1\n")
        self.gate = self.started(Process([f"{TOOLS}/answers", gate.dir, b.id, self.b.daemon.at, text]))
        self.assertEqual(self.gate.popen.stdout.readline(), b"open\n")
        self.assertRegex(self.gate.popen.stdout.readline(), rb"^stream revocations \d{3}\n")

    def then(self, *lines):
        """After the next list, which comes at once, nothing else was said."""
        self.assertEqual(self.bring(self.c, self.b, self.root.run("revoke", "y.plant", "2")), "taken 2\n")
        for line in (*lines, rb"stream revocations \d{3}"):
            self.assertRegex(self.gate.popen.stdout.readline(), b"^" + line + b"\n")
        self.assertEqual(self.b.daemon.status()["sessions"], "2")

    def test_taken(self):
        self.told("taken 1")
        self.b.daemon.wait_line(rf"revocations given peer=gate root={self.root.short} serial=1: taken 1$")
        self.then()

    def test_a_higher_one_is_known(self):
        """Whether that is true is the peer's affair: it is not told of what it says it has."""
        self.told("known 2")
        self.b.daemon.wait_line("given peer=gate .*: known 2$")
        self.assertEqual(self.bring(self.c, self.b, self.root.run("revoke", "y.plant", "2")), "taken 2\n")
        self.assertEqual(self.bring(self.c, self.b, self.root.run("revoke", "z.plant", "2")), "taken 3\n")
        self.assertRegex(self.gate.popen.stdout.readline(), rb"^stream revocations \d{3}\n")
        self.b.daemon.wait_line(r"given peer=gate .* serial=3: ")
        self.assertNotIn("serial=2: known", self.b.daemon.text())

    def test_refused(self):
        self.told("refused unknown-root")
        self.b.daemon.wait_line("given peer=gate .*: refused unknown-root$")
        self.then()

    def nonsense(self, text):
        """It counts as refused: brought again with the next list or session, not before."""
        self.told(text)
        self.b.daemon.wait_line("given peer=gate .* serial=1: ")
        self.then()
        self.assertNotIn("\x1b", self.b.daemon.text())

    def test_a_serial_that_is_lower(self):
        self.nonsense("taken 0")

    def test_a_serial_that_is_none(self):
        self.nonsense("known 18446744073709551616")

    def test_what_would_move_a_cursor(self):
        self.nonsense("\x1b[2J" * 20)

    def test_reset(self):
        self.told("!")
        self.then()

    def test_without_end(self):
        self.told("+")
        self.b.daemon.wait_line(r"given peer=gate .* serial=1: no answer$", timeout=5)  # does not wait for more
        self.then(b"reset cancelled")

    def test_never(self):
        self.told("-")
        self.assertEqual(self.gate.popen.stdout.readline(), b"reset cancelled\n")
        self.then()


class Kept(FleetTestCase):
    """What is in the directory, and what a person does to it."""

    def known(self):
        """b with a's word in a file, its daemon gone."""
        self.two()
        self.dial(self.a, self.b)
        self.b.daemon.wait_line("attested id")
        self.b.daemon.terminate()
        return f"vouched/a.plant@{self.root.short}"

    def left_out(self, name, reason, level="warning"):
        self.b = Side(self, self.b.device)
        line = self.b.daemon.wait_line(f"{re.escape(name)}.*").group(0)
        self.assertTrue(line.endswith(reason), line)

    def test_a_file_that_was_altered_is_left_out(self):
        name = self.known()
        text = self.b.device.read(name)
        for wrong, reason in ((text.replace("serial 1", "serial 2"), " left out: bad-signature"),
                              (text.replace("serial 1", "serial"), ":4: wrong number of words, or not one space between them"),
                              (text[:-1], ":6: last line has no end (the last line needs a line feed at its end)")):
            self.b.device.write(name, wrong)
            self.left_out(name, reason)
            self.b.daemon.terminate()

    def test_a_list_that_was_altered_is_left_out(self):
        self.known()
        name = f"revocations/{self.root.short}"
        os.mkdir(self.b.device.path("revocations"), 0o700)
        self.b.device.write(name, self.root.run("revoke", "a.plant").replace("a.plant", "b.plant"))
        self.left_out(name, " left out: bad-signature")
        self.dial(self.a, self.b)

    def test_a_folder_that_is_open_to_others(self):
        self.known()
        os.chmod(self.b.device.path("vouched"), 0o755)
        self.b = Side(self, self.b.device)
        self.b.daemon.wait_line("left out: .*/vouched: mode 0755 lets others in, must be 0700")

    def test_a_root_without_a_line_counts_no_more(self):
        """And what it said is there again, with its line: nothing that was revoked comes back."""
        self.two()
        self.dial(self.a, self.b)
        self.b.device.run("trust", "remove", "*.plant", self.root.key)
        self.b.daemon.wait_line(r"ended peer=a\.plant reason=local-revoked")
        self.assertEqual(self.b.device.run("trust", "show").stdout, "")
        self.b.device.run("trust", "add", "*.plant", self.root.key)
        self.b.daemon.wait_line("read again: 0 peers, 1 roots")
        self.dial(self.b, self.a)

    def test_a_root_that_comes_later(self):
        """Its files lie there already."""
        self.known()
        self.b.device.run("trust", "remove", "*.plant", self.root.key)
        self.b = Side(self, self.b.device)
        self.b.device.run("trust", "add", "*.plant", self.root.key)
        self.b.daemon.wait_line("read again: 0 peers, 1 roots")
        self.dial(self.b, self.a)

    def test_a_command_knows_whom_a_root_vouched_for(self):
        self.known()
        self.assertEqual(self.b.device.run("ping", "--count", "1", self.a.target).returncode, EXIT_OK)

    def test_a_line_that_is_wrong_changes_nothing(self):
        self.two()
        self.dial(self.a, self.b)
        self.b.device.write("trust", self.b.device.read("trust") + "*.plant root:00\n")
        self.b.daemon.wait_line(r"kept as it was: .*/trust:3: not a key of 64 lower-case hexadecimal digits")
        self.dial(self.b, self.a)

    def test_more_roots_than_there_is_room_for(self):
        b = self.node("b.plant")
        roots = "".join(f"x{number}.plant {self.root.key}\n" for number in range(65))
        b.write("trust", "dsoftbus-trust 3\n" + roots)
        self.assert_fails(b.run("trust", "list"), EXIT_CONFIG, "DIR/b.plant/trust:66: too many entries")

    def test_an_attestation_of_another_key(self):
        b = self.node("b.plant")
        other = Device(self.folder_named("other"), "b.plant")
        b.write("attestation", self.root.run("sign", other.id, other.key))
        result = subprocess.run([f"{BIN}/dsoftbusd", "--dir", b.dir, "--listen", "127.0.0.1:0", "--bus", "none"], env=ENV,
                                stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(result.returncode, EXIT_CONFIG)
        self.assertIn("/attestation: it is for another id or key than this device's\n", result.stderr)

    def test_a_disk_that_is_full(self):
        """The device is known all the same, and written down once there is room."""
        b = self.node("b.plant")
        a = self.node("a.plant", b)
        self.a, self.b = Side(self, a), Side(self, b)
        self.b.device.write("vouched", "in the way")
        self.dial(self.a, self.b)
        self.b.daemon.wait_line("what a root said is not kept: .*/vouched: Not a directory")
        os.unlink(b.path("vouched"))
        self.b.daemon.wait_line("attested id=a.plant")


class Trust(FleetTestCase):
    def test_it_shows_why(self):
        self.two()
        b = self.b.device
        self.dial(self.a, self.b)
        self.bring(self.a, self.b, self.root.run("revoke", "x.plant", "4"))
        self.b.daemon.wait_line("attested id")
        self.b.daemon.wait_line("kept")
        b.run("trust", "add", "gate", PUBLIC_KEYS[0], "echo,log")
        b.write("trust", b.read("trust") + f"phone paired:{PUBLIC_KEYS[1]}\n")
        root = f"root:{self.root.short}"
        self.assertEqual(b.run("trust", "show").stdout, f"gate pinned services echo,log\nphone by pairing\n"
                         f"*.plant vouched for by {root}\na.plant by {root} serial 1\n"
                         f"x.plant revoked below serial 4 by {root} list 1\n")

    def test_of_two_roots_words_the_one_that_counts_is_shown(self):
        b, other = self.node("b.plant"), Root(self, "other")
        b.run("trust", "add", "*.plant", other.key)
        os.mkdir(b.path("vouched"), 0o700)
        for root, key in ((self.root, PUBLIC_KEYS[0]), (other, PUBLIC_KEYS[1])):
            b.write(f"vouched/a.plant@{root.short}", root.run("sign", "a.plant", key))
        shown = b.run("trust", "show").stdout
        self.assertEqual(len(re.findall("^a.plant by root:", shown, re.M)), 1, shown)

    def test_root_lines_are_added_and_removed(self):
        b = self.device("b.plant")
        key = self.root.key
        for ids, services in (("*", ()), ("*.plant", ("echo,log",)), ("a.plant", ())):
            self.assertEqual(b.run("trust", "add", ids, key, *services).stderr, "")
        b.run("trust", "add", "a.plant", PUBLIC_KEYS[0])
        lines = [f"* {key}\n", f"*.plant {key} echo,log\n", f"a.plant {key}\n"]
        self.assertEqual(b.run("trust", "list").stdout, f"a.plant {PUBLIC_KEYS[0]}\n" + "".join(lines))
        b.run("trust", "remove", "a.plant")
        self.assertEqual(b.run("trust", "list").stdout, "".join(lines))
        b.run("trust", "remove", "*", key)
        self.assertEqual(b.run("trust", "list").stdout, "".join(lines[1:]))
        b.run("trust", "remove", "a.plant", key)
        self.assertEqual(b.read("trust"), "dsoftbus-trust 3\n" + lines[1])

    def test_root_lines_that_are_none(self):
        b = self.device("b.plant")
        key = self.root.key
        b.run("trust", "add", "*.plant", key)
        for words, code, message in (
                (("add", "*.plant", key), EXIT_CONFIG, "*.plant not added: duplicate key"),
                (("add", "*plant", key), EXIT_USAGE, '"*plant" is not a device id (1 to 64 of a-z 0-9 . -)'),
                (("add", "*.plant", PUBLIC_KEYS[0]), EXIT_USAGE, '"*.plant" is not a device id (1 to 64 of a-z 0-9 . -)'),
                (("add", "*.plant", key[:-1]), EXIT_USAGE,
                 "the key of *.plant has 63 digits, not 64: copy it whole from `dsoftbus id`"),
                (("add", "*.hall", key, "a,,b"), EXIT_CONFIG, "*.hall not added: not names of services with one comma between"),
                (("remove", "*.hall", key), EXIT_NO_PEER, f"*.hall {key} is not in DIR/b.plant/trust"),
                (("remove", "*.plant", key[:-1]), EXIT_NO_PEER, f"*.plant {key[:-1]} is not in DIR/b.plant/trust"),
                (("remove", "*.plant", "everybody"), EXIT_USAGE, '"everybody" is no root: root:KEY'),
                (("remove", "a.plant"), EXIT_NO_PEER, "a.plant is not in DIR/b.plant/trust")):
            self.assert_fails(b.run("trust", *words), code, message)


if __name__ == "__main__":
    main()
