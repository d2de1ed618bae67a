# SPDX-License-Identifier: Apache-2.0
"""How the programs bear what people and other programs do to them: pipes without a writer, closed descriptors,
low limits, stopped daemons, a trust store that changes, words that are wrong."""

import os
import re
import signal
import socket
import subprocess
import time

from e2e import *


class Trust(TestCase):
    """The running daemon follows its trust store without being told."""

    def test_add_and_remove_take_effect_by_themselves(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.trust(beta)
        daemon = self.daemon(beta)
        beta.trust(alpha)
        daemon.wait_line("trust store read again: 1 peers")
        ping = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("session 1 opened peer=alpha")
        beta.run("trust", "remove", "alpha")
        daemon.wait_line("trust store read again: 0 peers")
        daemon.wait_line("session 1 ended peer=alpha reason=local-revoked")
        self.assertEqual(ping.wait(), EXIT_BROKEN)
        self.assertEqual(alpha.run("ping", daemon.target).returncode, EXIT_REJECTED)

    def test_a_trust_store_that_is_being_written_is_not_read(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        ping = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("session 1 opened peer=alpha")
        lines = beta.read("trust")
        with open(beta.path("trust"), "w", encoding="utf-8") as file:
            for part in ("", "# a remark that takes a while\n", lines):
                file.write(part)
                file.flush()
                time.sleep(0.05)
        daemon.wait_line("trust store read again: 1 peers")
        self.assertEqual(daemon.text().count("read again"), 1)
        self.assertNotIn("revoked", daemon.text())
        ping.signal(signal.SIGINT)
        self.assertEqual(ping.wait(), EXIT_INTERRUPTED)

    def test_other_files_of_the_directory_change_nothing(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        beta.write("notes", "x")
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        daemon.terminate()
        self.assertNotIn("read again", daemon.text())


class Addresses(TestCase):
    def test_a_peer_without_a_host(self):
        alpha, _ = self.pair()
        for target in ("beta@", "beta@[]", "beta@:1"):
            result = alpha.run("ping", target)
            self.assert_fails(result, EXIT_USAGE, f'"{target.partition("@")[2]}" is not HOST:PORT')

    def test_every_address_of_a_name_is_tried(self):
        alpha, beta = self.pair()
        port = self.daemon(beta).target.rpartition(":")[2]
        two = self.preloaded("""
            #include <dlfcn.h>
            #include <netdb.h>
            int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
            {
                int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
                    (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
                        dlsym(RTLD_NEXT, "getaddrinfo");
                (void)host;
                if (resolve("127.0.0.2", port, hints, found) != 0)
                    return EAI_FAIL;
                return resolve("127.0.0.1", port, hints, &(*found)->ai_next);
            }""")
        result = alpha.run("ping", "--count", "1", f"beta@two.invalid:{port}", prefix=two)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)

    def test_listening_on_an_unknown_name(self):
        result = subprocess.run([f"{BIN}/dsoftbusd", "--dir", self.device("beta").dir, "--listen", "nosuch.invalid:1"],
                                stderr=subprocess.PIPE, text=True, env=ENV, check=False, timeout=PATIENCE)
        self.assertEqual(result.returncode, EXIT_LISTEN)


class NamedPipe(TestCase):
    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()
        self.daemon_ = self.daemon(self.beta, "--inbox", self.folder_named("inbox"))
        self.pipe = self.path("pipe")
        os.mkfifo(self.pipe)

    def test_without_a_writer_can_be_interrupted(self):
        for session, number in enumerate((signal.SIGINT, signal.SIGTERM), 1):
            sender = self.started(self.alpha.start("send", self.daemon_.target, self.pipe))
            self.daemon_.wait_line(f"session {session} opened peer=alpha")
            sender.signal(number)
            self.assertEqual(sender.wait(10), EXIT_INTERRUPTED)

    def test_with_a_writer_is_sent_whole(self):
        sender = self.started(self.alpha.start("send", self.daemon_.target, self.pipe))
        with open(self.pipe, "wb") as writer:
            writer.write(b"hello")
        self.assertEqual(sender.wait(), EXIT_OK, sender.text())
        with open(self.path("inbox", "pipe"), "rb") as got:
            self.assertEqual(got.read(), b"hello")


class CryptoCode(TestCase):
    def test_an_unknown_name_is_an_error_that_names_it(self):
        result = self.device("alpha").run("id", env=dict(ENV, DSB_CRYPTO="nothing"))
        self.assertEqual(result.returncode, EXIT_LOCAL)
        self.assertEqual(result.stderr, "dsoftbus: DSB_CRYPTO: this program has no crypto code of that name\n")

    def test_libsodium_and_the_fastest_code_talk_to_each_other(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        for name in ("sodium", None):
            env = {word: value for word, value in ENV.items() if word != "DSB_CRYPTO"}
            if name is not None:
                env["DSB_CRYPTO"] = name
            self.assertEqual(alpha.run("ping", "--count", "2", daemon.target, env=env).returncode, EXIT_OK)


class Descriptors(TestCase):
    def closed(self, device, descriptors, *words):
        """The command, run by a shell that closes these descriptors first."""
        closing = " ".join(f"{fd}>&-" for fd in descriptors)
        return subprocess.run(["sh", "-c", f'exec "$@" {closing}', "sh", *device.argv(*words)], env=ENV,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                              check=False, timeout=PATIENCE)

    def test_standard_descriptors_that_are_closed(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--inbox", self.folder_named("inbox"))
        path = self.make_file("data", 10)
        for i, descriptors in enumerate(([0, 2], [1, 2], [0, 1], [0, 1, 2], [2])):
            result = self.closed(alpha, descriptors, "send", "--name", f"n{i}", daemon.target, path)
            self.assertEqual(result.returncode, EXIT_OK, (descriptors, result.stderr))
        self.assertEqual(self.closed(alpha, [0], "send", daemon.target, "-").stderr,
                         "dsoftbus: -: standard input is closed\n")
        self.assertEqual(self.closed(alpha, [1], "ping", "--count", "1", daemon.target).returncode, EXIT_LOCAL)

    def test_a_daemon_without_standard_error(self):
        alpha, beta = self.pair()
        port = self.free_port()
        process = subprocess.Popen(["sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh", f"{BIN}/dsoftbusd", "--dir", beta.dir,
                                    "--listen", f"127.0.0.1:{port}", "--discovery-port", "0", "--bus", "none"], env=ENV)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and alpha.run("ping", "--count", "1",
                                                   f"beta@127.0.0.1:{port}").returncode != EXIT_OK:
            time.sleep(0.1)
        self.assertEqual(alpha.run("ping", "--count", "1", f"beta@127.0.0.1:{port}").returncode, EXIT_OK)

    @staticmethod
    def free_port():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def test_few_descriptors_shrink_the_tables_and_say_so(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, prefix=["prlimit", "--nofile=100:100"])
        daemon.wait_line(r"warning the limit of 100 descriptors allows 30 sessions and 9 unfinished handshakes")
        strangers = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(150)]
        try:
            self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        finally:
            for stranger in strangers:
                stranger.close()
        self.assertNotIn("no file descriptors left", daemon.text())

    def test_too_few_descriptors_are_an_error(self):
        result = subprocess.run(["prlimit", "--nofile=40:40", f"{BIN}/dsoftbusd", "--dir", self.device("beta").dir,
                                 "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True, env=ENV, check=False,
                                timeout=PATIENCE)
        self.assertIn("the limit of 40 descriptors is too low: raise it to 64 or more (ulimit -n)", result.stderr)
        self.assertEqual(result.returncode, EXIT_LOCAL)


    def test_a_command_with_too_few_descriptors_says_so(self):
        alpha, beta = self.pair()
        target = self.daemon(beta).target
        commands = (["ping", "--count", "1", target], ["send", target, self.make_file("data", 1)],
                    ["receive", self.path("file")], ["discover"], ["status"])
        for limit in (5, 8, 31):
            for words in commands:
                result = alpha.run(*words, prefix=["prlimit", f"--nofile={limit}:{limit}"])
                self.assert_fails(result, EXIT_LOCAL, f"the limit of {limit} descriptors is too low: "
                                                      "raise it to 32 or more (ulimit -n)")
        for limit in ("32:32", "8:32"):
            result = alpha.run(*commands[0], prefix=["prlimit", f"--nofile={limit}"])
            self.assertEqual(result.returncode, EXIT_OK, result.stderr)


class Status(TestCase):
    def test_of_a_daemon_that_is_stopped(self):
        daemon = self.daemon(self.device("beta"))
        with frozen(daemon):
            result = daemon.device.run("status")
        self.assertEqual(result.returncode, EXIT_UNREACHABLE)
        self.assertIn(f"(process {daemon.pid}) does not answer: is it stopped?", result.stderr)
        self.assertEqual(daemon.status()["pid"], str(daemon.pid))


class Log(TestCase):
    def test_a_journal_that_is_another_file_is_none(self):
        daemon = self.daemon(self.device("beta"), env={**ENV, "JOURNAL_STREAM": "8:12345"})
        self.assertRegex(daemon.lines[-1], r"^\d{4}-\d\d-\d\dT")

    def test_a_trusted_peer_cannot_flood_it(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--inbox", self.folder_named("inbox"))
        offers = [message(b"\x10\0\0\0\0\0\0\0\x05../evil").hex()] * 200
        subprocess.run([f"{TOOLS}/rude", alpha.dir, "beta", daemon.at, "file", *offers, message(b"\x7f").hex()], stdout=subprocess.DEVNULL, env=ENV,
                       check=True, timeout=PATIENCE)
        self.assertEqual(daemon.status()["files-refused"], "200")
        daemon.terminate()
        self.assertLess(sum("file refused" in line for line in daemon.lines), 100)


class Words(TestCase):
    """Each wrong word is named, with what to do."""

    def says(self, argv, code, text):
        result = subprocess.run([f"{BIN}/dsoftbus", *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=ENV, check=False, timeout=PATIENCE)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(text, result.stdout + result.stderr)

    def test_each(self):
        directory = self.device("alpha").dir
        for argv, code, text in (
                (["-h"], EXIT_OK, "usage: dsoftbus COMMAND"),
                (["help"], EXIT_OK, "usage: dsoftbus COMMAND"),
                (["ping", "-h"], EXIT_OK, "usage: dsoftbus ping"),
                (["--dir", directory, "id"], EXIT_OK, "alpha "),
                ([f"--dir={directory}", "--quiet", "id"], EXIT_OK, "alpha "),
                (["--dri", directory, "id"], EXIT_USAGE, "--dri"),
                (["pnig", "beta"], EXIT_USAGE, 'unknown command "pnig"'),
                (["ping", "--dir", directory, "-cx", "beta"], EXIT_USAGE, "unknown option -c"),
                (["ping", "--wait", "5s", "beta"], EXIT_USAGE,
                 '--wait: "5s" is not a number of seconds from 0.001 to 3600, without a unit'),
                (["ping", "--count", "many", "beta"], EXIT_USAGE, '--count: "many" is not a number'),
                (["ping", "--count"], EXIT_USAGE, "--count needs a value"),
                (["ping"], EXIT_USAGE, "ID[@HOST[:PORT]] is missing: dsoftbus ping [options] ID[@HOST[:PORT]]"),
                (["ping", "a", "b"], EXIT_USAGE, '"b" is a word too many: dsoftbus ping [options] ID[@HOST[:PORT]]'),
                (["send", "a"], EXIT_USAGE, "FILE|- is missing: dsoftbus send"),
                (["send", "a", "b", "c"], EXIT_USAGE, '"c" is a word too many'),
                (["discover", "a", "b"], EXIT_USAGE, '"b" is a word too many: dsoftbus discover [options] [ID]'),
                (["id", "x"], EXIT_USAGE, '"x" is a word too many: dsoftbus id [options]'),
                (["trust"], EXIT_USAGE, "say what to do: dsoftbus trust add, list, remove or show"),
                (["trust", "add", "x"], EXIT_USAGE, "KEY is missing: dsoftbus trust add [options] ID KEY [SERVICES]"),
                (["trust", "list", "x"], EXIT_USAGE, '"x" is a word too many: dsoftbus trust list'),
                (["trust", "--dir", directory, "add", "beta", "5B" * 32], EXIT_USAGE, "capital letters"),
                (["trust", "--dir", directory, "add", "beta", "5b" * 32 + "\r"], EXIT_USAGE,
                 "a blank or a line's end at place 65"),
                (["trust", "--dir", directory, "add", "beta", "5g"], EXIT_USAGE, "'g' at place 2"),
                (["receive", "--dir", directory, "nosuchdir/x"], EXIT_LOCAL, "nosuchdir: No such file or directory")):
            with self.subTest(argv=argv):
                self.says(argv, code, text)

    def test_receive_into_a_link_that_leads_nowhere(self):
        os.symlink("nothing", self.path("link"))
        self.says(["receive", "--dir", self.device("alpha").dir, self.path("link")], EXIT_LOCAL,
                  "a link that leads nowhere")

    def test_an_interrupted_ping_sums_up(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        ping = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        self.assertIn(b"seq=1", ping.popen.stdout.readline())
        ping.signal(signal.SIGINT)
        self.assertEqual(ping.wait(), EXIT_INTERRUPTED)
        self.assertRegex(ping.popen.stdout.read(), rb"^1 ping answered, round trip")

    def test_a_quiet_ping_says_nothing(self):
        alpha, beta = self.pair()
        result = alpha.run("ping", "--quiet", "--count", "1", self.daemon(beta).target)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("", "", EXIT_OK))

    def test_no_control_byte_of_a_name_reaches_the_terminal(self):
        result = self.device("alpha").run("receive", "--from", "x\033[2Jy", "file")
        self.assertNotIn("\033", result.stderr)
        self.assertTrue(re.search(r"x\?\[2Jy", result.stderr), result.stderr)


if __name__ == "__main__":
    main()
