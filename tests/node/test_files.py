# SPDX-License-Identifier: Apache-2.0
"""Identity, trust store and their directory: every fault its own message and exit code."""

import os
import signal
import subprocess
import time

from e2e import *

KEY, OTHER_KEY = PUBLIC_KEYS[:2]
HEADER = "dsoftbus-trust 3\n"
OLD_HEADER = "dsoftbus-trust 1\n"
LOW_ORDER = "00" * 32
NON_CANONICAL = "ee" + "ff" * 30 + "7f"


class Keygen(TestCase):
    def test_makes_private_files_and_prints_the_public_key(self):
        device = self.device("alpha")
        self.assertEqual(os.stat(device.dir).st_mode & 0o7777, 0o700)
        self.assertEqual(os.stat(device.path("identity")).st_mode & 0o7777, 0o600)
        self.assertRegex(device.read("identity"),
                         r"\Adsoftbus-identity 1\nid alpha\nprivate [0-9a-f]{64}\n\Z")
        self.assertEqual(device.run("id").stdout, f"alpha {device.key}\n")

    def test_never_prints_the_private_key(self):
        device = self.device("alpha")
        private = device.read("identity").split()[-1]
        self.assertNotEqual(private, device.key)
        for words in (["id"], ["trust", "list"], ["id", "--verbose"]):
            result = device.run(*words)
            self.assertNotIn(private, result.stdout + result.stderr)

    def test_two_keys_differ(self):
        self.assertNotEqual(self.device("alpha").key, self.device("beta").key)

    def test_never_overwrites(self):
        device = self.device("alpha")
        before = device.read("identity")
        self.assert_fails(device.run("keygen", "other"), EXIT_CONFIG,
                          "DIR/alpha/identity: exists already, not overwritten")
        self.assertEqual(device.read("identity"), before)
        self.assertEqual(os.listdir(device.dir), ["identity"])

    def test_ignores_umask_and_replaces_what_a_crash_left(self):
        folder = self.folder_named("d")
        os.chmod(folder, 0o700)
        with open(os.path.join(folder, ".identity.new"), "w", encoding="ascii") as out:
            out.write("half of a ke")
        result = subprocess.run(f"umask 0; exec {BIN}/dsoftbus keygen --dir {folder} alpha", shell=True,
                                check=False, stdout=subprocess.PIPE, env=ENV)
        self.assertEqual(result.returncode, EXIT_OK)
        self.assertEqual(os.listdir(folder), ["identity"])
        self.assertEqual(os.stat(os.path.join(folder, "identity")).st_mode & 0o7777, 0o600)

    def test_bad_id(self):
        device = self.device("alpha")
        for bad in ("", "Alpha", "a_b", "a" * 65, "a b"):
            self.assert_fails(device.run("keygen", bad), EXIT_USAGE,
                              f'"{bad}" is not a device id (1 to 64 of a-z 0-9 . -)')

    def test_default_directory_is_below_home(self):
        env = {**ENV, "HOME": self.folder}
        env.pop("XDG_CONFIG_HOME", None)
        subprocess.run([f"{BIN}/dsoftbus", "keygen", "alpha"], env=env, check=True,
                       stdout=subprocess.PIPE)
        self.assertTrue(os.path.exists(self.path(".config/dsoftbus/identity")))

    def test_disk_full_leaves_nothing(self):
        device = self.device("alpha")
        other = self.folder_named("full")
        os.chmod(other, 0o700)
        result = device.run("keygen", "--dir", other, "beta", prefix=["prlimit", "--fsize=10"])
        self.assert_fails(result, EXIT_LOCAL, "DIR/full/identity: cannot write: File too large")
        self.assertEqual(os.listdir(other), [])


class Directory(TestCase):
    def test_missing(self):
        device = self.device("alpha")
        result = device.run("id", "--dir", self.path("none"))
        self.assert_fails(result, EXIT_CONFIG, "DIR/none: No such file or directory "
                          "(make an identity with: dsoftbus keygen ID)")

    def test_open_to_others(self):
        device = self.device("alpha")
        os.chmod(device.dir, 0o750)
        self.assert_fails(device.run("id"), EXIT_CONFIG, "DIR/alpha: mode 0750 lets others in, must be "
                          "0700 (chmod 700 DIR/alpha)")


class Identity(TestCase):
    def check(self, text, message, mode=0o600):
        device = self.device("alpha")
        device.write("identity", text, mode)
        self.assert_fails(device.run("id"), EXIT_CONFIG, f"DIR/alpha/identity{message}")

    def test_missing(self):
        device = self.device("alpha")
        os.remove(device.path("identity"))
        self.assert_fails(device.run("id"), EXIT_CONFIG,
                          "DIR/alpha/identity: No such file or directory")

    def test_open_to_others(self):
        self.check(f"dsoftbus-identity 1\nid alpha\nprivate {KEY}\n", ": mode 0644 lets others in, must be "
                   "0600 (chmod 600 DIR/alpha/identity)", 0o644)

    def test_no_header(self):
        self.check(f"id alpha\nprivate {KEY}\n", ":1: first line does not name the format")

    def test_empty(self):
        self.check("", ": first line does not name the format")

    def test_unknown_version(self):
        self.check(f"dsoftbus-identity 2\nid alpha\nprivate {KEY}\n",
                   ":1: unknown version of the format")

    def test_bad_id(self):
        self.check(f"dsoftbus-identity 1\nid Alpha\nprivate {KEY}\n", ":2: not a device id")

    def test_short_key(self):
        self.check("dsoftbus-identity 1\nid alpha\nprivate 5a5a\n",
                   ":3: not a key of 64 lower-case hexadecimal digits")

    def test_unknown_field(self):
        self.check(f"dsoftbus-identity 1\nid alpha\npublic {KEY}\n", ":3: unknown field")

    def test_field_twice(self):
        self.check(f"dsoftbus-identity 1\nid alpha\nid beta\nprivate {KEY}\n", ":3: field given twice")

    def test_field_missing(self):
        self.check("dsoftbus-identity 1\nid alpha\n", ":2: a field is missing")

    def test_cut_off(self):
        self.check(f"dsoftbus-identity 1\nid alpha\nprivate {KEY}",
                   ":3: last line has no end (the last line needs a line feed at its end)")

    def test_control_character(self):
        self.check(f"dsoftbus-identity 1\nid alpha\r\nprivate {KEY}\n",
                   ":2: character not allowed (it ends in a carriage return: save it with Unix line ends)")

    def test_too_long_a_file(self):
        self.check("#" * 5000, ": longer than 1024 bytes")

    def test_is_a_directory(self):
        device = self.device("alpha")
        os.remove(device.path("identity"))
        os.mkdir(device.path("identity"))
        self.assert_fails(device.run("id"), EXIT_CONFIG, "DIR/alpha/identity: not a regular file")

    def test_bring_up_key(self):
        text = f"# bring-up test key, not for production\ndsoftbus-identity 1\nid alpha\nprivate {KEY}\n"
        self.check(text, ": a bring-up test key, not for use (--allow-test-keys)")

    def test_bring_up_key_when_allowed(self):
        device = self.device("alpha")
        device.write("identity", "# bring-up test key, not for production\ndsoftbus-identity 1\n"
                     f"id alpha\nprivate {KEY}\n")
        self.assertEqual(device.run("id", "--allow-test-keys").returncode, EXIT_OK)


class TrustFile(TestCase):
    """Faults that a person can write into the file."""

    def check(self, text, message, mode=0o600):
        device = self.device("alpha")
        device.write("trust", text.replace("OWN", device.key), mode)
        self.assert_fails(device.run("trust", "list"), EXIT_CONFIG, f"DIR/alpha/trust{message}")
        # the daemon refuses the same file in the same words, and never serves
        daemon = subprocess.run([f"{BIN}/dsoftbusd", "--dir", device.dir, "--listen", "127.0.0.1:0",
                                 "--discovery-port", "0"], stderr=subprocess.PIPE, text=True, env=ENV,
                                check=False, timeout=PATIENCE)
        self.assertEqual(daemon.stderr.replace(self.folder, "DIR"),
                         f"dsoftbusd: DIR/alpha/trust{message}\n")
        self.assertEqual(daemon.returncode, EXIT_CONFIG)

    def test_open_to_others(self):
        self.check(HEADER, ": mode 0604 lets others in, must be 0600 (chmod 600 DIR/alpha/trust)", 0o604)

    def test_no_header(self):
        self.check(f"beta {KEY}\n", ":1: first line does not name the format")

    def test_unknown_version(self):
        self.check("dsoftbus-trust 9\n", ":1: unknown version of the format")

    def test_bad_id(self):
        self.check(f"{HEADER}BETA {KEY}\n", ":2: not a device id")

    def test_bad_key(self):
        self.check(f"{HEADER}beta {KEY[:-1]}g\n", ":2: not a key of 64 lower-case hexadecimal digits")

    def test_word_missing(self):
        self.check(f"{HEADER}# a comment\n\nbeta\n", ":4: wrong number of words, or not one space between them")

    def test_stray_space(self):
        self.check(f"{HEADER}beta  {KEY}\n", ":2: wrong number of words, or not one space between them")

    def test_own_id(self):
        self.check(f"{HEADER}alpha {KEY}\n", ":2: the device's own id")

    def test_own_key(self):
        self.check(f"{HEADER}beta OWN\n", ":2: the device's own key")

    def test_duplicate_id(self):
        self.check(f"{HEADER}beta {KEY}\nbeta {OTHER_KEY}\n", ":3: duplicate id")

    def test_duplicate_key(self):
        self.check(f"{HEADER}beta {KEY}\ngamma {KEY}\n", ":3: duplicate key")

    def test_low_order_key(self):
        self.check(f"{HEADER}beta {LOW_ORDER}\n", ":2: low-order key")

    def test_non_canonical_key(self):
        self.check(f"{HEADER}beta {NON_CANONICAL}\n", ":2: non-canonical key")

    def test_cut_off(self):
        self.check(f"{HEADER}beta {KEY}", ":2: last line has no end (the last line needs a line feed at its end)")

    def test_byte_order_mark(self):
        self.check(f"\ufeff{HEADER}beta {KEY}\n", ":1: character not allowed "
                   "(it begins with a byte order mark: save it without)")

    def test_tab(self):
        self.check(f"{HEADER}beta\t{KEY}\n", ":2: character not allowed "
                   "(it has a tab: words are separated by one space)")

    def test_long_line(self):
        self.check(f"{HEADER}#{'x' * 400}\n", ":2: line too long")

    def test_bytes_beyond_ascii(self):
        self.check(f"{HEADER}caf\u00e9 {KEY}\n", ":2: character not allowed")


class TrustCommand(TestCase):
    def test_add_list_remove(self):
        device = self.device("alpha")
        self.assertEqual(device.run("trust", "add", "beta", KEY).returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "add", "gamma", OTHER_KEY).returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "list").stdout, f"beta {KEY}\ngamma {OTHER_KEY}\n")
        self.assertEqual(device.run("trust", "remove", "beta").returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "list").stdout, f"gamma {OTHER_KEY}\n")
        self.assertEqual(os.stat(device.path("trust")).st_mode & 0o7777, 0o600)

    def test_keeps_comments(self):
        device = self.device("alpha")
        device.write("trust", f"{HEADER}# the lab\nbeta {KEY}\n# the attic\n")
        self.assertEqual(device.run("trust", "add", "gamma", OTHER_KEY).returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "remove", "beta").returncode, EXIT_OK)
        self.assertEqual(device.read("trust"),
                         f"{HEADER}# the lab\n# the attic\ngamma {OTHER_KEY}\n")

    def test_add_with_services(self):
        device = self.device("alpha")
        self.assertEqual(device.run("trust", "add", "beta", KEY, "echo,log.1").returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "list").stdout, f"beta {KEY} echo,log.1\n")
        self.assertEqual(device.read("trust"), f"{HEADER}beta {KEY} echo,log.1\n")

    def test_an_older_file_is_read_and_written_as_the_newest(self):
        device = self.device("alpha")
        device.write("trust", f"# the lab\n\n{OLD_HEADER}beta {KEY}\n")
        self.assertEqual(device.run("trust", "list").stdout, f"beta {KEY}\n")
        self.assertEqual(device.run("trust", "add", "gamma", OTHER_KEY, "echo").returncode, EXIT_OK)
        self.assertEqual(device.read("trust"),
                         f"# the lab\n\n{HEADER}beta {KEY}\ngamma {OTHER_KEY} echo\n")

    def test_remove_takes_the_whole_id(self):
        device = self.device("alpha")
        device.write("trust", f"{HEADER}beta {KEY}\nbeta.2 {OTHER_KEY}\n")
        self.assertEqual(device.run("trust", "remove", "beta").returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "list").stdout, f"beta.2 {OTHER_KEY}\n")

    def refused(self, words, code, message, device=None):
        device = device or self.device("alpha")
        device.write("trust", f"{HEADER}beta {KEY}\n")
        self.assert_fails(device.run("trust", *[device.key if w == "OWN" else w for w in words]), code,
                          message)
        self.assertEqual(device.read("trust"), f"{HEADER}beta {KEY}\n")

    def test_add_own_id(self):
        self.refused(["add", "alpha", OTHER_KEY], EXIT_CONFIG,
                     "alpha not added: the device's own id")

    def test_add_own_key(self):
        self.refused(["add", "gamma", "OWN"], EXIT_CONFIG, "gamma not added: the device's own key")

    def test_add_known_id(self):
        self.refused(["add", "beta", OTHER_KEY], EXIT_CONFIG, "beta not added: duplicate id")

    def test_add_known_key(self):
        self.refused(["add", "gamma", KEY], EXIT_CONFIG, "gamma not added: duplicate key")

    def test_add_low_order_key(self):
        self.refused(["add", "gamma", LOW_ORDER], EXIT_CONFIG, "gamma not added: low-order key")

    def test_add_short_key(self):
        self.refused(["add", "gamma", "5b"], EXIT_USAGE,
                     "the key of gamma has 2 digits, not 64: copy it whole from `dsoftbus id`")

    def test_add_upper_case_key(self):
        self.refused(["add", "gamma", "5B" * 32], EXIT_USAGE,
                     "the key of gamma has capital letters: write its digits as 0-9 a-f")

    def test_add_services_that_are_none(self):
        device = self.device("alpha")
        names = "not names of services with one comma between"
        words = "wrong number of words, or not one space between them"
        many = "more than 16 services, or than 255 bytes of them"
        for services, fault in (
                ("Echo", names), ("echo,", names), (",echo", names), ("echo,,log", names), ("*", names),
                ("x" * 65, names), ("echo,log,echo", "a service named twice"),
                ("", words), (" ", words), ("echo log", words), ("echo\nlog", words),
                ("echo\n# a comment", names),
                (",".join(f"s{i}" for i in range(17)), many), (",".join("abcd"[i] * 64 for i in range(4)), many)):
            self.refused(["add", "gamma", OTHER_KEY, services], EXIT_CONFIG, f"gamma not added: {fault}",
                         device)

    def test_remove_unknown(self):
        self.refused(["remove", "gamma"], EXIT_NO_PEER, "gamma is not in DIR/alpha/trust")

    def test_wrong_words(self):
        self.refused(["frob"], EXIT_USAGE,
                     'unknown word "frob": dsoftbus trust add, list, remove or show')

    def test_disk_full_keeps_the_old_file(self):
        device = self.device("alpha")
        device.write("trust", f"{HEADER}beta {KEY}\n")
        result = device.run("trust", "add", "gamma", OTHER_KEY, prefix=["prlimit", "--fsize=50"])
        self.assert_fails(result, EXIT_LOCAL, "DIR/alpha/trust: cannot write: File too large")
        self.assertEqual(device.read("trust"), f"{HEADER}beta {KEY}\n")
        self.assertEqual(sorted(os.listdir(device.dir)), ["identity", "trust"])

    def test_twenty_at_once_lose_nothing(self):
        device = self.device("alpha")
        adding = [device.start("trust", "add", f"peer-{i}", PUBLIC_KEYS[i]) for i in range(20)]
        for process in adding:
            self.started(process)
            self.assertEqual(process.wait(), EXIT_OK, process.text())
        ids = [line.split()[0] for line in device.run("trust", "list").stdout.splitlines()]
        self.assertEqual(sorted(ids), sorted(f"peer-{i}" for i in range(20)))

    def test_killed_at_any_moment_leaves_a_good_file(self):
        device = self.device("alpha")
        device.write("trust", HEADER)
        for i in range(40):
            process = self.started(device.start("trust", "add", f"peer-{i}", PUBLIC_KEYS[i]))
            time.sleep(i / 2000)  # not to wait for something: to be killed at another moment each time
            process.signal(signal.SIGKILL)
            process.wait()
            self.assertEqual(device.run("trust", "list").returncode, EXIT_OK)
        self.assertEqual(device.run("trust", "add", "last", PUBLIC_KEYS[40]).returncode, EXIT_OK)
        self.assertEqual(sorted(os.listdir(device.dir)), ["identity", "trust"])


class CommandLine(TestCase):
    def run_words(self, *words, **options):
        return subprocess.run([f"{BIN}/dsoftbus", *words], stdout=subprocess.PIPE, env=ENV,
                              stderr=subprocess.PIPE, text=True, check=False, **options)

    def test_help_names_every_command(self):
        result = self.run_words("--help")
        self.assertEqual(result.returncode, EXIT_OK)
        for name in ("keygen", "id", "trust", "serve", "ping", "send", "receive", "discover", "status"):
            self.assertIn(f"\n  {name} ", result.stdout)
            self.assertIn("--dir DIR", self.run_words(name, "--help").stdout)

    def test_without_a_command(self):
        self.assertEqual(self.run_words().returncode, EXIT_USAGE)

    def test_unknown_command(self):
        self.assert_fails(self.run_words("frob"), EXIT_USAGE,
                          'unknown command "frob" (see dsoftbus --help)')

    def test_unknown_option(self):
        self.assert_fails(self.run_words("id", "--frob"), EXIT_USAGE,
                          "unknown option --frob (see --help)")

    def test_option_of_another_command(self):
        self.assert_fails(self.run_words("id", "--count", "3"), EXIT_USAGE,
                          "unknown option --count (see --help)")

    def test_option_without_value(self):
        self.assert_fails(self.run_words("id", "--dir"), EXIT_USAGE, "--dir needs a value")

    def test_number_out_of_range(self):
        for bad in ("0", "-1", "3x", "99999999999999999999", ""):
            self.assert_fails(self.run_words("ping", "--count", bad, "beta"), EXIT_USAGE,
                              f'--count: "{bad}" is not a number from 1 to 4294967295')

    def test_bad_target(self):
        device = self.device("alpha")
        device.write("trust", f"{HEADER}beta {KEY}\n")
        self.assert_fails(device.run("ping", "BETA@127.0.0.1"), EXIT_USAGE,
                          '"BETA" is not a device id (1 to 64 of a-z 0-9 . -)')
        self.assert_fails(device.run("ping", "beta@127.0.0.1:99999"), EXIT_USAGE,
                          '"127.0.0.1:99999" is not HOST:PORT')

    def test_full_standard_output_is_an_error(self):
        device = self.device("alpha")
        with open("/dev/full", "w", encoding="ascii") as full:
            result = subprocess.run(device.argv("id"), stdout=full, stderr=subprocess.PIPE, text=True,
                                    env=ENV, check=False)
        self.assert_fails(result, EXIT_LOCAL, "standard output: No space left on device")


if __name__ == "__main__":
    main()
