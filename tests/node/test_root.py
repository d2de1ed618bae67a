# SPDX-License-Identifier: Apache-2.0
"""dsoftbus root: what is signed is checked by OpenSSL over bytes that this file puts together itself."""

import hashlib
import re
import resource
import stat

from e2e import *
from test_secrets import regions_with

KEY = PUBLIC_KEYS[0]
DER_OF_A_KEY = bytes.fromhex("302a300506032b6570032100")  # what stands before an Ed25519 key in SubjectPublicKeyInfo


def fields(text):
    """The words behind each first word, as lists: "revoke" may come more than once."""
    found = {}
    for line in text.splitlines()[1:]:
        name, *words = line.split(" ")
        found.setdefault(name, []).append(words)
    return found


def short(text):
    return bytes([len(text)]) + text.encode()


class RootTestCase(TestCase):
    def setUp(self):
        super().setUp()
        self.file = self.path("plant", "root")

    def root(self, *words, **options):
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([f"{BIN}/dsoftbus", "root", *words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              env=ENV, check=False, timeout=PATIENCE, **options)

    def new(self):
        result = self.root("new", self.file)
        self.assertEqual((result.stderr, result.returncode), ("", EXIT_OK))
        return re.fullmatch(r"root:([0-9a-f]{64})\n", result.stdout).group(1)

    def sign(self, *words):
        result = self.root("sign", self.file, *words)
        self.assertEqual((result.stderr, result.returncode), ("", EXIT_OK))
        return result.stdout

    def serial(self, *words):
        return int(fields(self.sign(*words))["serial"][0][0])

    def assert_signed(self, root, signature, message):
        for name, content in (("key", DER_OF_A_KEY + bytes.fromhex(root)), ("message", message),
                              ("signature", bytes.fromhex(signature))):
            with open(self.path(name), "wb") as out:
                out.write(content)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", self.path("key"), "-rawin",
                        "-in", self.path("message"), "-sigfile", self.path("signature")], check=True, stdout=subprocess.DEVNULL)

    def text(self, name):
        with open(self.path("plant", name), encoding="ascii") as file:
            return file.read()

    def write(self, name, text):
        with open(self.path("plant", name), "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(self.path("plant", name), 0o600)


class New(RootTestCase):
    def test_the_file_is_private_whatever_the_umask(self):
        subprocess.run(f"umask 0; exec {BIN}/dsoftbus root new {self.file}", shell=True, check=True, stdout=subprocess.DEVNULL,
                       env=ENV)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("plant")).st_mode), 0o700)
        self.assertRegex(self.text("root"), r"\Adsoftbus-root 1\nprivate [0-9a-f]{64}\n\Z")
        self.assertEqual(os.listdir(self.path("plant")), ["root"])

    def test_never_overwrites(self):
        self.new()
        before = self.text("root")
        self.assert_fails(self.root("new", self.file), EXIT_CONFIG, "DIR/plant/root: exists already, not overwritten")
        self.assertEqual(self.text("root"), before)

    def test_a_full_disk_leaves_nothing(self):
        result = self.root("new", self.file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)))
        self.assert_fails(result, EXIT_LOCAL, "DIR/plant/root: cannot write: File too large")
        self.assertEqual(os.listdir(self.path("plant")), [])

    def test_the_private_half_is_never_shown(self):
        key = self.new()
        private = self.text("root").split()[-1]
        shown = [self.root("show", self.file), self.root("sign", self.file, "lamp", KEY)]
        self.assertEqual(shown[0].stdout, f"root:{key}\n")
        for result in shown:
            self.assertNotIn(private, result.stdout + result.stderr)

    def test_a_known_key_gives_its_public_half(self):
        """RFC 8032, 7.1, TEST 1."""
        self.new()
        self.write("root", "dsoftbus-root 1\nprivate 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n")
        self.assertEqual(self.root("show", self.file).stdout,
                         "root:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n")


class File(RootTestCase):
    def check(self, text, message):
        self.new()
        self.write("root", text)
        self.assert_fails(self.root("show", self.file), EXIT_CONFIG, f"DIR/plant/root{message}")

    def test_missing(self):
        self.assert_fails(self.root("show", self.file), EXIT_CONFIG, "DIR/plant/root: No such file or directory")
        self.new()
        os.unlink(self.file)
        self.assert_fails(self.root("show", self.file), EXIT_CONFIG, "DIR/plant/root: No such file or directory")

    def test_no_name(self):
        self.assert_fails(self.root("new", self.path("plant") + "/"), EXIT_USAGE, '"DIR/plant/" names no file')

    def test_open_to_others(self):
        self.new()
        os.chmod(self.file, 0o640)
        self.assert_fails(self.root("show", self.file), EXIT_CONFIG, "DIR/plant/root: mode 0640 lets others in, must be 0600"
                          " (chmod 600 DIR/plant/root)")

    def test_directory_open_to_others(self):
        self.new()
        os.chmod(self.path("plant"), 0o755)
        self.assert_fails(self.root("show", self.file), EXIT_CONFIG, "DIR/plant: mode 0755 lets others in, must be 0700"
                          " (chmod 700 DIR/plant)")

    def test_without_a_key(self):
        self.check("dsoftbus-root 1\n", ":1: a field is missing")

    def test_with_two_keys(self):
        self.check("dsoftbus-root 1\n" + f"private {KEY}\n" * 2, ":3: field given twice")

    def test_with_half_a_key(self):
        self.check(f"dsoftbus-root 1\nprivate {KEY[1:]}\n", ":2: not a key of 64 lower-case hexadecimal digits")

    def test_with_another_field(self):
        self.check(f"dsoftbus-root 1\npublic {KEY}\n", ":2: unknown field")

    def test_of_another_version(self):
        self.check(f"dsoftbus-root 2\nprivate {KEY}\n", ":1: unknown version of the format")

    def test_an_identity_is_no_root(self):
        self.check(f"dsoftbus-identity 1\nid lamp\nprivate {KEY}\n", ":1: first line does not name the format")

    def test_cut_off(self):
        self.check(f"dsoftbus-root 1\nprivate {KEY}", ":2: last line has no end (the last line needs a line feed at its end)")


class Sign(RootTestCase):
    def check(self, *words):
        root = self.new()
        attestation = self.sign(*words)
        self.assertEqual(attestation.splitlines()[0], "dsoftbus-attestation 1")
        f = fields(attestation)
        (device,), (key,), (serial,) = f["id"][0], f["key"][0], f["serial"][0]
        services = f["services"][0][0] if "services" in f else ""
        self.assertEqual((device, key, f["root"], services), (words[0], words[1], [[root]], words[2] if len(words) > 2 else ""))
        self.assert_signed(root, "".join(f["signature"][0]),
                           b"DSoftBus/2 attestation\0" + int(serial).to_bytes(8, "big") + bytes.fromhex(key) + short(device) +
                           short(services))

    def test_a_device(self):
        self.check("lamp-1.example", KEY)

    def test_a_device_with_services(self):
        self.check("lamp-1.example", KEY, "echo,log")

    def test_the_longest_of_all(self):
        names = ",".join(letter * 62 for letter in "ab") + ",cd"
        self.assertEqual(len(names), 128)
        self.check("a" * 64, KEY, names)

    def test_more_services_than_fit(self):
        self.new()
        names = ",".join(letter * 62 for letter in "ab") + ",cde"
        self.assert_fails(self.root("sign", self.file, "lamp", KEY, names), EXIT_CONFIG,
                          "lamp not signed: more than 128 bytes of services")

    def test_what_no_device_has(self):
        self.new()
        for words, code, message in (
                (("Lamp", KEY), EXIT_USAGE, '"Lamp" is not a device id (1 to 64 of a-z 0-9 . -)'),
                (("lamp", KEY[1:]), EXIT_USAGE, "the key of lamp has 63 digits, not 64: copy it whole from `dsoftbus id`"),
                (("lamp", "00" * 32), EXIT_CONFIG, "lamp not signed: low-order key"),
                (("lamp", KEY, ""), EXIT_CONFIG, "lamp not signed: not names of services with one comma between"),
                (("lamp", KEY, "a,,b"), EXIT_CONFIG, "lamp not signed: not names of services with one comma between"),
                (("lamp", KEY, "a,a"), EXIT_CONFIG, "lamp not signed: a service named twice")):
            self.assert_fails(self.root("sign", self.file, *words), code, message)
        self.assertEqual(os.listdir(self.path("plant")), ["root"])  # and no serial was used up

    def test_serials_count_for_each_id(self):
        self.new()
        self.assertEqual([self.serial("lamp", KEY), self.serial("door", KEY), self.serial("lamp", KEY)], [1, 1, 2])
        self.assertEqual(self.text("root.serials"), "dsoftbus-serials 1\nlamp 2\ndoor 1\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.path("plant", "root.serials")).st_mode), 0o600)

    def test_two_roots_count_apart(self):
        self.new()
        self.serial("lamp", KEY)
        self.file = self.path("plant", "other")
        self.new()
        self.assertEqual(self.serial("lamp", KEY), 1)

    def test_a_serial_can_be_chosen_once(self):
        self.new()
        self.assertEqual(self.serial("lamp", KEY, "--serial", "7"), 7)
        for serial in ("7", "6"):
            self.assert_fails(self.root("sign", self.file, "lamp", KEY, "--serial", serial), EXIT_CONFIG,
                              "lamp has serial 7 already: --serial must be higher")
        self.assertEqual(self.serial("lamp", KEY), 8)

    def test_the_last_serial(self):
        self.new()
        self.assert_fails(self.root("sign", self.file, "lamp", KEY, "--serial", str(2**64 - 1)), EXIT_USAGE,
                          f'--serial: "{2**64 - 1}" is not a number from 1 to {2**64 - 2}')
        self.assertEqual(self.serial("lamp", KEY, "--serial", str(2**64 - 2)), 2**64 - 2)
        self.assert_fails(self.root("sign", self.file, "lamp", KEY), EXIT_CONFIG, "lamp has had the last serial that there is")

    def test_a_serial_whose_attestation_nobody_saw_is_gone(self):
        """Power lost in between is the same: what may have been seen is never signed anew with the same serial."""
        self.new()
        with open("/dev/full", "w", encoding="ascii") as full:
            result = self.root("sign", self.file, "lamp", KEY, stdout=full)
        self.assertEqual(result.returncode, EXIT_LOCAL)
        self.assertEqual(self.serial("lamp", KEY), 2)

    def test_a_serial_that_cannot_be_kept_is_not_given(self):
        self.new()
        result = self.root("sign", self.file, "lamp", KEY,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)))
        self.assertEqual(result.stdout, "")
        self.assert_fails(result, EXIT_LOCAL, "DIR/plant/root.serials: cannot write: File too large")

    def test_many_at_once_have_a_serial_each(self):
        self.new()
        all_of_them = [self.started(Process([f"{BIN}/dsoftbus", "root", "sign", self.file, "lamp", KEY])) for _ in range(8)]
        serials = [int(fields(process.popen.stdout.read().decode())["serial"][0][0]) for process in all_of_them]
        self.assertEqual(sorted(serials), list(range(1, 9)))

    def test_serials_that_are_none(self):
        self.new()
        for line, fault in (("lamp 0", "not a serial (digits, from 1 on)"), ("lamp 01", "not a serial (digits, from 1 on)"),
                            *((f"lamp {2**64 + more}", "not a serial (digits, from 1 on)") for more in (-1, 0, 1)),
                            ("lamp 1x", "not a serial (digits, from 1 on)"), ("Lamp 1", "not a device id"),
                            ("lamp", "wrong number of words, or not one space between them"),
                            ("lamp 1\nlamp 2", "duplicate id")):
            self.write("root.serials", f"dsoftbus-serials 1\n{line}\n")
            result = self.root("sign", self.file, "lamp", KEY)
            self.assert_fails(result, EXIT_CONFIG, f"DIR/plant/root.serials:{2 + line.count(chr(10))}: {fault}")
            self.assertEqual(result.stdout, "")


class Revoke(RootTestCase):
    def revoke(self, *words):
        result = self.root("revoke", self.file, *words)
        self.assertEqual((result.stderr, result.returncode), ("", EXIT_OK))
        return result.stdout

    def check_list(self, root, text, serial, *revoked):
        """It says this, is signed, and is the one that the root keeps."""
        f = fields(text)
        self.assertEqual((text.splitlines()[0], f["root"], f["serial"]), ("dsoftbus-revocations 1", [[root]], [[str(serial)]]))
        self.assertEqual(f.get("revoke", []), [[device, str(first)] for device, first in revoked])
        self.assert_signed(root, "".join(f["signature"][0]),
                           b"DSoftBus/2 revocations\0" + serial.to_bytes(8, "big") + len(revoked).to_bytes(2, "big") +
                           b"".join(short(device) + first.to_bytes(8, "big") for device, first in revoked))
        self.assertEqual(self.text("root.revocations"), text)
        self.assertEqual(stat.S_IMODE(os.stat(self.path("plant", "root.revocations")).st_mode), 0o600)

    def test_each_list_has_the_next_serial_and_all_that_was_revoked(self):
        root = self.new()
        for device in ("lamp", "door", "lamp"):
            self.sign(device, KEY)
        self.check_list(root, self.revoke("lamp"), 1, ("lamp", 3))
        self.check_list(root, self.revoke("door"), 2, ("lamp", 3), ("door", 2))
        self.check_list(root, self.revoke("lamp", "9"), 3, ("lamp", 9), ("door", 2))

    def test_what_is_signed_next_is_good(self):
        self.new()
        self.sign("lamp", KEY)
        self.revoke("lamp")
        self.assertEqual(self.serial("lamp", KEY), 2)
        self.revoke("lamp", "9")
        self.assert_fails(self.root("sign", self.file, "lamp", KEY, "--serial", "8"), EXIT_CONFIG,
                          "lamp is revoked below serial 9: --serial must be that")
        self.assertEqual(self.serial("lamp", KEY), 9)

    def test_an_id_for_ever(self):
        root = self.new()
        self.check_list(root, self.revoke("lamp", str(2**64 - 1)), 1, ("lamp", 2**64 - 1))
        self.assert_fails(self.root("sign", self.file, "lamp", KEY), EXIT_CONFIG, "lamp has had the last serial that there is")

    def test_what_is_revoked_stays_so(self):
        self.new()
        self.sign("lamp", KEY)
        self.revoke("lamp", "5")
        before = self.text("root.revocations")
        for words in (("lamp",), ("lamp", "4"), ("lamp", "5")):
            self.assert_fails(self.root("revoke", self.file, *words), EXIT_CONFIG, "lamp is revoked below serial 5 already")
        self.assertEqual(self.text("root.revocations"), before)

    def test_what_cannot_be_revoked(self):
        self.new()
        for words, code, message in (
                (("lamp",), EXIT_CONFIG, "lamp has no attestation of this root: name the first SERIAL that is to be good"),
                (("Lamp",), EXIT_USAGE, '"Lamp" is not a device id (1 to 64 of a-z 0-9 . -)'),
                (("lamp", "1"), EXIT_USAGE, f'"1" is not a serial from 2 to {2**64 - 1}'),
                (("lamp", "two"), EXIT_USAGE, f'"two" is not a serial from 2 to {2**64 - 1}'),
                (("lamp", "--serial", "3"), EXIT_USAGE, "--serial is for dsoftbus root sign")):
            self.assert_fails(self.root("revoke", self.file, *words), code, message)
        self.assertEqual(os.listdir(self.path("plant")), ["root"])

    def test_a_full_list(self):
        self.new()
        for number in range(64):
            self.revoke(f"lamp-{number:02}", "2")
        self.assert_fails(self.root("revoke", self.file, "lamp", "2"), EXIT_CONFIG,
                          "lamp not revoked: the list has 64 ids already")
        self.assertEqual(self.root("sign", self.file, "lamp", KEY).returncode, EXIT_OK)

    def test_a_list_has_a_bound_of_bytes(self):
        root = self.new()
        longest = [("a" * 62 + f"{number:02}", 2**64 - 1) for number in range(36)]
        for device, first in longest[:-1]:
            self.revoke(device, str(first))
        self.assert_fails(self.root("revoke", self.file, longest[-1][0], str(longest[-1][1])), EXIT_CONFIG,
                          "DIR/plant/root.revocations: no room for another id: a list has 3584 bytes")
        self.check_list(root, self.text("root.revocations"), 35, *longest[:-1])

    def test_a_full_disk_leaves_the_last_list(self):
        self.new()
        before = self.revoke("lamp", "2")
        result = self.root("revoke", self.file, "door", "2",
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)))
        self.assertEqual(result.stdout, "")
        self.assert_fails(result, EXIT_LOCAL, "DIR/plant/root.revocations: cannot write: File too large")
        self.assertEqual(self.text("root.revocations"), before)

    def test_a_list_that_was_changed(self):
        """By hand, or by who wants the root to sign on from it: every line of it, and every field twice or not at all."""
        self.new()
        good = self.revoke("lamp", "3")
        head, root, serial, revoke, signature = good.splitlines(keepends=True)
        other = "ab" * 32
        for text, message in (
                (good.replace("lamp 3", "lamp 2"), ":5: not the root's signature"),
                (good.replace("serial 1", "serial 2"), ":5: not the root's signature"),
                (head + root + serial + signature, ":4: not the root's signature"),
                (head + root + serial + revoke + f"signature {other} {other}\n", ":5: not the root's signature"),
                (head + root + serial + revoke + f"signature {other} x\n", ":5: not the root's signature"),
                (head + f"root {other}\n" + serial + revoke + signature, ":5: not the root's signature"),
                (head + root + root + serial, ":3: field given twice"),
                (head + root + serial + serial, ":4: field given twice"),
                (good + signature, ":6: field given twice"),
                (head + root + serial + revoke + revoke, ":5: duplicate id"),
                (head + root + revoke + signature, ":4: a field is missing"),
                (head + serial + revoke + signature, ":4: a field is missing"),
                (head + root + serial + revoke, ":4: a field is missing"),
                (head + "serial 0\n", ":2: not a serial (digits, from 1 on)"),
                (head + "root x\n", ":2: not a key of 64 lower-case hexadecimal digits"),
                (head + "revoke lamp\n", ":2: wrong number of words, or not one space between them"),
                (head + "revoke lamp 0\n", ":2: not a serial (digits, from 1 on)"),
                (head + "revoke Lamp 2\n", ":2: not a device id"),
                (head + "serial 1 2\n", ":2: wrong number of words, or not one space between them"),
                (head + "pardon lamp\n", ":2: unknown field"),
                (head + "".join(f"revoke a{n} 2\n" for n in range(65)), ":66: too many entries")):
            self.write("root.revocations", text)
            for words in (("revoke", self.file, "door", "2"), ("sign", self.file, "lamp", KEY)):
                self.assert_fails(self.root(*words), EXIT_CONFIG, f"DIR/plant/root.revocations{message}")
            self.assertEqual(self.text("root.revocations"), text)

    def test_the_list_of_another_root(self):
        self.new()
        self.revoke("lamp", "2")
        other = self.text("root.revocations")
        self.file = self.path("plant", "other")
        self.new()
        self.write("other.revocations", other)
        self.assert_fails(self.root("revoke", self.file, "door", "2"), EXIT_CONFIG,
                          "DIR/plant/other.revocations: another root's list")


class Attest(RootTestCase):
    """The device's side: it takes what was signed for it, and nothing else."""

    def setUp(self):
        super().setUp()
        self.key = self.new()
        self.lamp = self.device("lamp")

    def signed(self, *words):
        self.write("signed", self.sign("lamp", self.lamp.key, *words))
        return self.path("plant", "signed")

    def test_it_becomes_the_devices_own(self):
        path = self.signed("echo,log")
        result = self.lamp.run("attest", path)
        self.assertEqual((result.stdout, result.stderr), (f"attested by root:{self.key} serial 1\n", ""))
        self.assertEqual(self.lamp.read("attestation"), self.text("signed"))
        self.assertEqual(stat.S_IMODE(os.stat(self.lamp.path("attestation")).st_mode), 0o600)

    def test_from_standard_input_with_a_persons_remarks(self):
        self.signed()
        result = self.lamp.run("attest", "-", input="# from the office\n\n" + self.text("signed"))
        self.assertEqual((result.stderr, result.returncode), ("", EXIT_OK))
        self.assertEqual(self.lamp.read("attestation"), self.text("signed"))

    def test_for_another_device(self):
        self.write("signed", self.sign("door", self.lamp.key))
        self.assert_fails(self.lamp.run("attest", self.path("plant", "signed")), EXIT_CONFIG,
                          "DIR/plant/signed: it is for door, and this device is lamp")
        self.assertNotIn("attestation", os.listdir(self.lamp.dir))

    def test_for_another_key(self):
        self.write("signed", self.sign("lamp", KEY))
        self.assert_fails(self.lamp.run("attest", self.path("plant", "signed")), EXIT_CONFIG,
                          "DIR/plant/signed: it is for another key than this device's (see `dsoftbus id`)")

    def test_an_older_one(self):
        older, newer = self.sign("lamp", self.lamp.key), self.sign("lamp", self.lamp.key)
        for text, code in ((newer, EXIT_OK), (newer, EXIT_OK), (older, EXIT_CONFIG)):
            self.write("signed", text)
            result = self.lamp.run("attest", self.path("plant", "signed"))
            self.assertEqual(result.returncode, code, result.stderr)
        self.assert_fails(result, EXIT_CONFIG, "DIR/plant/signed: serial 1, and this device has 2 of the same root")
        self.assertEqual(self.lamp.read("attestation"), newer)

    def test_another_roots_replaces_it_whatever_the_serials(self):
        self.lamp.run("attest", self.signed("--serial", "9"))
        self.file = self.path("plant", "other")
        self.new()
        self.assertEqual(self.lamp.run("attest", self.signed()).returncode, EXIT_OK)
        self.assertEqual(self.lamp.read("attestation"), self.text("signed"))

    def test_one_that_cannot_be_read_is_replaced(self):
        self.lamp.write("attestation", "nonsense\n")
        self.assertEqual(self.lamp.run("attest", self.signed()).returncode, EXIT_OK)
        self.assertEqual(self.lamp.read("attestation"), self.text("signed"))

    def test_altered_at_each_character(self):
        """One process for some of them; the fuzz target reads the rest of all texts."""
        self.signed("echo")
        good = self.text("signed")
        header_len = len("dsoftbus-attestation 1\n")
        for at in range(0, len(good), 7):
            digit = "1" if good[at] in "023456789abcdef" else "2" if good[at] == "1" else "x"
            self.write("signed", good[:at] + digit + good[at + 1:])
            result = self.lamp.run("attest", self.path("plant", "signed"))
            self.assertEqual(result.returncode, EXIT_CONFIG, (at, good[at], digit))
            self.assertRegex(result.stderr, r"signed:\d+: " if at >= header_len else r"signed:1: ")
        self.assertNotIn("attestation", os.listdir(self.lamp.dir))

    def test_each_field_by_another_value(self):
        self.signed("echo")
        good = self.text("signed")
        head, device, key, serial, services, root, signature = good.splitlines(keepends=True)
        first, second = signature.split()[1:]
        other = "ab" * 32
        for text, message in (
                (good.replace("id lamp", "id lamp-2"), ":7: not the root's signature"),
                (good.replace(key, f"key {KEY}\n"), ":7: not the root's signature"),
                (good.replace("serial 1", "serial 2"), ":7: not the root's signature"),
                (good.replace("echo", "echo,file"), ":7: not the root's signature"),
                (good.replace(services, ""), ":6: not the root's signature"),
                (good.replace(root, f"root {other}\n"), ":7: not the root's signature"),
                (good.replace(first, second), ":7: not the root's signature"),
                (good.replace(f"{first} {second}", f"{first}{second}"), ":7: wrong number of words, or not one space between them"),
                (good.replace(" " + second, ""), ":7: wrong number of words, or not one space between them"),
                (good.replace("serial 1", "serial 1 2"), ":4: wrong number of words, or not one space between them"),
                (good.replace("attestation 1", "attestation 1 2"), ":1: wrong number of words, or not one space between them"),
                (good.replace("id lamp", "id Lamp"), ":2: not a device id"),
                (good.replace(key, "key x\n"), ":3: not a key of 64 lower-case hexadecimal digits"),
                (good.replace(key, f"key {'00' * 32}\n"), ":7: low-order key"),
                (good.replace("serial 1", "serial 0"), ":4: not a serial (digits, from 1 on)"),
                (good.replace("serial 1", f"serial {2**64 - 1}"), ":4: not a serial (digits, from 1 on)"),
                (good.replace("echo", "a" * 129), ":5: more than 16 services, or than 255 bytes of them"),
                (good.replace("echo", "e,,o"), ":7: not names of services with one comma between"),
                (good.replace(root, root + root), ":7: field given twice"),
                (good.replace(root, ""), ":6: a field is missing"),
                (good.replace(serial, ""), ":6: a field is missing"),
                (good.replace(signature, ""), ":6: a field is missing"),
                (good.replace(device, ""), ":6: a field is missing"),
                (good.replace("services", "service"), ":5: unknown field"),
                (good.replace("attestation 1", "attestation 2"), ":1: unknown version of the format"),
                (good.replace(head, ""), ":1: first line does not name the format"),
                ("", ": first line does not name the format"),
                (good + "#" + "x" * 390 + "\n" + ("#" * 399 + "\n") * 10, ": longer than 4096 bytes")):
            self.write("signed", text)
            self.assert_fails(self.lamp.run("attest", self.path("plant", "signed")), EXIT_CONFIG, f"DIR/plant/signed{message}")
        self.assertNotIn("attestation", os.listdir(self.lamp.dir))

    def test_no_such_file(self):
        self.assert_fails(self.lamp.run("attest", self.path("nosuch")), EXIT_LOCAL, "DIR/nosuch: No such file or directory")
        self.assert_fails(self.lamp.run("attest", self.folder), EXIT_LOCAL, "DIR: Is a directory")

    def test_a_full_disk_leaves_the_old_one(self):
        self.lamp.run("attest", self.signed())
        before = self.lamp.read("attestation")
        result = self.lamp.run("attest", self.signed(), prefix=["prlimit", "--fsize=10"])
        self.assert_fails(result, EXIT_LOCAL, "DIR/lamp/attestation: cannot write: File too large")
        self.assertEqual(self.lamp.read("attestation"), before)


@unittest.skipIf(os.geteuid() != 0, "only root may read the memory of a process that forbids it")
class Memory(RootTestCase):
    def test_nothing_of_the_key_is_left_when_the_work_is_done(self):
        """Held up where it writes its answer, to a pipe that is full."""
        self.new()
        digits = self.text("root").split()[-1]
        seed = bytes.fromhex(digits)
        scalar = hashlib.sha512(seed).digest()
        clamped = bytes([scalar[0] & 248]) + scalar[1:31] + bytes([scalar[31] & 63 | 64])
        needles = {seed[:16], seed[16:], digits[:32].encode(), digits[32:].encode(), clamped[:16], clamped[16:],
                   *(scalar[at:at + 16] for at in range(0, 64, 16))}
        for words in (("show", self.file), ("sign", self.file, "lamp", KEY), ("revoke", self.file, "lamp", "9")):
            ours, full = os.pipe()
            os.set_blocking(full, False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.write(full, bytes(1 << 16))
            os.set_blocking(full, True)
            process = self.started(Process([f"{BIN}/dsoftbus", "root", *words], stdout=full))
            os.close(full)
            while True:  # write(2) is call 1 on x86-64, 64 on others
                with open(f"/proc/{process.pid}/syscall", encoding="ascii") as call:
                    if call.read().split()[:2] in (["1", "0x1"], ["64", "0x1"]):
                        break
                time.sleep(0.01)
            self.assertEqual(regions_with(process.pid, needles), [], words)
            process.stop()
            os.close(ours)


class Crash(RootTestCase):
    """The process dies before its Nth call that could leave something on the disk, for every N until it does not."""

    def setUp(self):
        super().setUp()
        calls = (("int", "fsync", "int fd", "fd"), ("ssize_t", "write", "int fd, const void *b, size_t n", "fd, b, n"),
                 ("int", "renameat", "int d, const char *a, int f, const char *b", "d, a, f, b"),
                 ("int", "linkat", "int d, const char *a, int f, const char *b, int g", "d, a, f, b, g"),
                 ("int", "unlinkat", "int d, const char *a, int g", "d, a, g"))
        self.prefix = self.preloaded("""
            #include <dlfcn.h>
            #include <stdlib.h>
            #include <sys/types.h>
            #include <unistd.h>
            static void count(void)
            {
                static int calls;
                const char *last = getenv("LAST_CALL");
                if (last != NULL && ++calls == atoi(last))
                    _exit(99);
            }""" + "".join(f"""
            {kind} {name}({parameters})
            {{
                count();
                return (({kind} (*)({parameters}))dlsym(RTLD_NEXT, "{name}"))({arguments});
            }}""" for kind, name, parameters, arguments in calls))

    def states_after_each_crash(self, prepare, *words):
        """What the directory holds after each; the last one is that of the run that came through."""
        states, codes = [], []
        while not codes or codes[-1] == 99:
            subprocess.run(["rm", "-rf", self.path("plant")], check=True)
            prepare()
            result = subprocess.run([*self.prefix, f"LAST_CALL={len(codes) + 1}", f"{BIN}/dsoftbus", "root", *words],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False, env=ENV)
            codes.append(result.returncode)
            names = [name for name in os.listdir(self.path("plant")) if not name.startswith(".")]
            states.append(({name: self.text(name) for name in names}, result.stdout))
        self.assertEqual(codes[-1], EXIT_OK)
        self.assertGreater(len(codes), 4)
        return states

    def prepare_with_a_root(self):
        os.mkdir(self.path("plant"), 0o700)
        self.write("root", f"dsoftbus-root 1\nprivate {'17' * 32}\n")

    def prepare_with_a_past(self):
        self.prepare_with_a_root()
        self.write("root.serials", "dsoftbus-serials 1\nlamp 4\n")
        self.revoked = self.root("revoke", self.file, "lamp").stdout

    def test_a_new_root_is_whole_or_not_there(self):
        for files, _ in self.states_after_each_crash(lambda: os.mkdir(self.path("plant"), 0o700), "new", self.file):
            self.assertIn(list(files), ([], ["root"]))
            if files:
                self.assertRegex(files["root"], r"\Adsoftbus-root 1\nprivate [0-9a-f]{64}\n\Z")

    def test_a_serial_is_kept_before_its_attestation_is_seen(self):
        states = self.states_after_each_crash(self.prepare_with_a_past, "sign", self.file, "lamp", KEY)
        for files, shown in states:
            self.assertIn(files["root.serials"], ("dsoftbus-serials 1\nlamp 4\n", "dsoftbus-serials 1\nlamp 5\n"))
            if shown:
                self.assertEqual(files["root.serials"], "dsoftbus-serials 1\nlamp 5\n")
        self.assertEqual(fields(states[-1][1])["serial"], [["5"]])

    def test_a_list_is_the_last_or_the_next(self):
        states = self.states_after_each_crash(self.prepare_with_a_past, "revoke", self.file, "door", "2")
        next_list = states[-1][1]
        self.assertEqual(fields(next_list)["serial"], [["2"]])
        for files, shown in states:
            self.assertIn(files["root.revocations"], (self.revoked, next_list))
            if shown:
                self.assertEqual((shown, files["root.revocations"]), (next_list, next_list))


if __name__ == "__main__":
    main()
