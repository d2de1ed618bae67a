# SPDX-License-Identifier: Apache-2.0
"""dsoftbus pair: two devices that come to trust each other by a code, and all who would like to without."""

import re
import socket
import threading

from e2e import *

PENDING, ATTEMPTS = "pairing-pending", "pairing-attempts"
# What each side sends in a whole run, bytes: hello, share, peer, the last word.
MESSAGES = (17, 32, 113, 16)


class Window(Process):
    """A device that shows a code."""

    def __init__(self, device, *options):
        super().__init__([f"{BIN}/dsoftbus", "pair", "--dir", device.dir, "--listen", "127.0.0.1:0", *options])
        try:
            self.code = self.read("code: ")
            self.at = self.read("on the other device: dsoftbus pair ")
        except AssertionError:
            self.stop()
            raise

    def read(self, prefix):
        line = self.popen.stdout.readline().decode()
        assert line.startswith(prefix), f"{line!r}\n{self.text()}"
        return line[len(prefix):].rstrip("\n")

    def address(self):
        host, port = self.at.rsplit(":", 1)
        return host, int(port)

    def wrong_code(self):
        return f"{(int(self.code) + 1) % 1000000:06}"


class Relay:
    """One connection through a wire that may cut it, or alter it: forward(to_window, place, bytes) says what passes,
    None for the end."""

    def __init__(self, window, forward):
        self.window, self.forward = window, forward
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.at = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        dialler, _ = self.listening.accept()
        window = socket.create_connection(self.window.address())
        threads = [threading.Thread(target=self.pump, args=ends, daemon=True)
                   for ends in ((dialler, window, True), (window, dialler, False))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        dialler.close()
        window.close()

    def pump(self, source, sink, to_window):
        place = 0
        with contextlib.suppress(OSError):
            while data := source.recv(256):
                passed = self.forward(to_window, place, data)
                place += len(data)
                if passed is None:
                    break
                sink.sendall(passed)
                if len(passed) < len(data):
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.thread.join(PATIENCE)
        self.listening.close()


class PairCase(TestCase):
    def window(self, device, *options):
        window = Window(device, *options)
        self.addCleanup(window.stop)
        return window

    def dial(self, device, at, code):
        return device.run("pair", at, input=f"{code}\n")

    def trusted(self, device):
        result = device.run("trust", "list")
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        lines = dict(line.split(" ")[:2] for line in result.stdout.splitlines())
        return {name: key.removeprefix("paired:") for name, key in lines.items()}

    def has(self, device, name):
        return os.path.exists(f"{device.dir}/{name}")

    def unwait(self, device):
        """As if the time had passed that a failed attempt costs."""
        with contextlib.suppress(FileNotFoundError):
            os.remove(f"{device.dir}/{ATTEMPTS}")


class Pairing(PairCase):
    def test_both_trust_each_other_and_hold_a_session(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = self.window(alpha)
        self.assertRegex(window.code, r"^\d{6}$")
        result = self.dial(beta, window.at, window.code)
        self.assertEqual((result.returncode, result.stdout), (EXIT_OK, "paired with alpha\n"), result.stderr)
        self.assertEqual(window.wait(), EXIT_OK, window.text())
        self.assertEqual(window.read("paired with "), "beta")
        self.assertEqual((self.trusted(alpha), self.trusted(beta)), ({"beta": beta.key}, {"alpha": alpha.key}))
        self.assertEqual(beta.run("trust", "list").stdout, f"alpha paired:{alpha.key}\n")
        self.assertFalse(self.has(beta, PENDING))
        daemon = self.daemon(alpha)
        self.assertEqual(beta.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)

    def test_a_code_may_be_typed_with_a_blank_or_a_hyphen(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = self.window(alpha)
        self.assertEqual(self.dial(beta, window.at, f"{window.code[:3]} - {window.code[3:]}").returncode, EXIT_OK)

    def test_a_qr_text_has_place_and_code(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = Process([f"{BIN}/dsoftbus", "pair", "--dir", alpha.dir, "--listen", "127.0.0.1:0", "--qr"])
        self.addCleanup(window.stop)
        text = next((line for line in iter(lambda: window.popen.stdout.readline().decode(), "")
                     if line.startswith("dsoftbus-pair://")), None)
        if text is None and "has no libqrencode" in window.text():
            self.skipTest("built without libqrencode")
        self.assertRegex(text, r"^dsoftbus-pair://127\.0\.0\.1:\d+/[A-Z2-7]{26}\n$")
        self.assertEqual(beta.run("pair", text.strip()).returncode, EXIT_OK)
        self.assertEqual(window.wait(), EXIT_OK)

    def test_pairing_again_changes_nothing(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        for _ in range(2):
            window = self.window(alpha)
            self.assertEqual(self.dial(beta, window.at, window.code).returncode, EXIT_OK)
            self.assertEqual(window.wait(), EXIT_OK)
        self.assertEqual((self.trusted(alpha), self.trusted(beta)), ({"beta": beta.key}, {"alpha": alpha.key}))

    def test_a_window_that_nobody_came_to_is_shut(self):
        window = self.window(self.device("alpha"), "--window", "1")
        self.assertEqual(window.wait(), EXIT_NO_PEER)
        self.assertIn("nobody paired within 1 seconds", window.text())


class Strangers(PairCase):
    def test_a_wrong_code_is_refused_and_named(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = self.window(alpha)
        self.assert_fails(self.dial(beta, window.at, window.wrong_code()), EXIT_REJECTED,
                          "the other side closed the connection: the code is wrong, or its window is shut")
        window.wait_line("an attempt failed: the other side does not know the code")
        self.assertEqual((self.trusted(alpha), self.trusted(beta)), ({}, {}))
        self.assertFalse(self.has(beta, PENDING))
        self.assertEqual(self.dial(beta, window.at, window.code).returncode, EXIT_OK)  # the next one may be right

    def test_a_window_stands_three_guesses(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = self.window(alpha)
        for _ in range(3):
            self.assertEqual(self.dial(beta, window.at, window.wrong_code()).returncode, EXIT_REJECTED)
        self.assertEqual(window.wait(), EXIT_REJECTED)
        self.assertIn("3 attempts with a wrong code: the window is shut", window.text())
        self.assertNotEqual(self.dial(beta, window.at, window.code).returncode, EXIT_OK)
        self.assertEqual((self.trusted(alpha), self.trusted(beta)), ({}, {}))

    def test_no_fourth_guess_beside_one_who_has_the_code(self):
        """Two strangers use up the guesses while one who has the code is under way: a third is not answered, the one is."""
        alpha, beta, stranger = self.device("alpha"), self.device("beta"), self.device("stranger")
        window = self.window(alpha)
        guessed, goes_on = threading.Event(), threading.Event()

        def forward(to_window, place, data):
            if to_window and place >= sum(MESSAGES[:2]):
                guessed.set()
                goes_on.wait(PATIENCE)
            return data

        relay = Relay(window, forward)
        self.addCleanup(relay.close)
        results = []
        dialler = threading.Thread(target=lambda: results.append(self.dial(beta, relay.at, window.code)))
        dialler.start()
        self.assertTrue(guessed.wait(PATIENCE))
        for _ in range(3):
            self.assertEqual(self.dial(stranger, window.at, window.wrong_code()).returncode, EXIT_REJECTED)
        with open(f"{alpha.dir}/{ATTEMPTS}", encoding="ascii") as file:
            self.assertRegex(file.read(), r"^failed 3 at ")
        goes_on.set()
        dialler.join(PATIENCE)
        self.assertEqual(results[0].returncode, EXIT_OK, results[0].stderr)
        self.assertEqual(self.trusted(alpha), {"beta": beta.key})

    def test_failed_attempts_are_kept_and_shut_the_next_window_for_longer(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        waits = []
        for _ in range(3):
            window = self.window(alpha)
            self.dial(beta, window.at, window.wrong_code())
            window.stop()  # as a power cut would
            result = alpha.run("pair")
            self.assertEqual(result.returncode, EXIT_REFUSED, result.stderr)
            waits.append(int(re.search(r"attempts failed: wait (\d+) seconds", result.stderr).group(1)))
            with open(f"{alpha.dir}/{ATTEMPTS}", encoding="ascii") as file:
                count = file.read().split(" ")[1]
            with open(f"{alpha.dir}/{ATTEMPTS}", "w", encoding="ascii") as file:
                file.write(f"failed {count} at 1\n")  # long ago
        self.assertEqual(len(waits), 3)
        for least, most, wait in zip((1, 2, 5), (2, 4, 8), waits):
            self.assertTrue(least <= wait <= most, waits)

    def test_a_success_forgives_the_failures(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = self.window(alpha)
        self.dial(beta, window.at, window.wrong_code())
        self.assertEqual(self.dial(beta, window.at, window.code).returncode, EXIT_OK)
        self.assertEqual(window.wait(), EXIT_OK)
        self.window(alpha)

    def test_a_damaged_count_is_an_error_not_a_forgiveness(self):
        alpha = self.device("alpha")
        for text in ("", "failed 3\n", "failed x at 1\n", "failed 1 at 1", "failed -1 at 1\n"):
            with open(f"{alpha.dir}/{ATTEMPTS}", "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(text)
            result = alpha.run("pair")
            self.assertEqual(result.returncode, EXIT_CONFIG, text)
            self.assertIn("not a count of attempts (delete it to begin anew)", result.stderr)

    def test_strangers_who_say_nothing_or_anything_keep_nobody_out(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window = self.window(alpha)
        strangers = []
        for said in (b"", b"\x01" * 16) * 6 + (b"\x02" * 17, b"GET / HTTP/1.1\r\n\r\n") * 4:
            strangers.append(socket.create_connection(window.address()))
            strangers[-1].sendall(said)
        with contextlib.suppress(ConnectionResetError):  # all were let in before the last is put out
            self.assertEqual(strangers[-1].recv(1), b"")
        result = self.dial(beta, window.at, window.code)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        self.assertEqual(window.wait(), EXIT_OK, window.text())
        for stranger in strangers:
            stranger.close()

    def test_a_guess_that_breaks_off_counts(self):
        alpha = self.device("alpha")
        window = self.window(alpha)
        with socket.create_connection(window.address()) as stranger:
            stranger.sendall(b"\x01" + bytes(16))
            stranger.recv(17, socket.MSG_WAITALL)
            # A valid share, that of a run of its own: the encoding of the group's base point.
            stranger.sendall(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
            self.assertEqual(len(stranger.recv(32, socket.MSG_WAITALL)), 32)
        with open(f"{alpha.dir}/{ATTEMPTS}", encoding="ascii") as file:
            self.assertRegex(file.read(), r"^failed 1 at \d+\n$")

    def test_one_in_the_middle_who_alters_a_bit_gets_neither(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        places = [(to_window, sum(MESSAGES[:i]) + 1) for to_window in (True, False) for i in range(4)]
        for to_window, place in places:
            if (to_window, place) == (False, sum(MESSAGES[:3]) + 1):
                continue  # the last word of all: the window trusts already, see Broken
            self.unwait(alpha)
            window = self.window(alpha)

            def alter(direction, at, data, to_window=to_window, place=place):
                if direction == to_window and at <= place < at + len(data):
                    data = bytearray(data)
                    data[place - at] ^= 1
                return bytes(data)

            relay = Relay(window, alter)
            self.assertNotEqual(self.dial(beta, relay.at, window.code).returncode, EXIT_OK, (to_window, place))
            relay.close()
            window.stop()
            self.assertEqual((self.trusted(alpha), self.trusted(beta)), ({}, {}), (to_window, place))

    def test_a_known_id_with_another_key_is_named_and_stays(self):
        alpha, beta, other = self.device("alpha"), self.device("beta"), self.device("other")
        alpha.run("trust", "add", "beta", other.key)
        window = self.window(alpha)
        self.assertEqual(self.dial(beta, window.at, window.code).returncode, EXIT_REJECTED)
        self.assertEqual(window.wait(), EXIT_CONFIG)
        self.assertIn("beta is trusted with another key", window.text())
        self.assertEqual((self.trusted(alpha), self.trusted(beta)), ({"beta": other.key}, {}))

    def test_a_known_key_under_another_id_is_named_at_the_other_side_too(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        beta.run("trust", "add", "someone", alpha.key)
        window = self.window(alpha)
        self.assert_fails(self.dial(beta, window.at, window.code), EXIT_CONFIG,
                          "the key of alpha is trusted as someone: one of them is wrong")
        window.stop()
        self.assertEqual(self.trusted(alpha), {})


class Broken(PairCase):
    def cut(self, alpha, beta, to_window, byte_count):
        """The wire is cut behind so many bytes of one direction."""
        self.unwait(alpha)
        window = self.window(alpha)

        def forward(direction, at, data):
            if direction != to_window:
                return data
            return data[:max(0, byte_count - at)] or None

        relay = Relay(window, forward)
        code = self.dial(beta, relay.at, window.code).returncode
        relay.close()
        return window, code

    def test_a_cut_at_any_message_leaves_both_or_neither_or_a_question(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        ends = [sum(MESSAGES[:i]) for i in range(1, 5)]
        for to_window in (True, False):
            for end in ends:
                window, code = self.cut(alpha, beta, to_window, end - 1)
                with self.subTest(to_window=to_window, end=end):
                    self.assertNotEqual(code, EXIT_OK)
                    last_word = not to_window and end == ends[3]
                    if last_word:
                        self.assertEqual(window.wait(), EXIT_OK)
                    window.stop()
                    self.assertEqual(self.trusted(beta), {})
                    self.assertEqual(self.trusted(alpha), {"beta": beta.key} if last_word else {})
                    # The peer is known once its sealed message has come whole.
                    self.assertEqual(self.has(beta, PENDING), (to_window and end == ends[3]) or last_word)
                    with contextlib.suppress(FileNotFoundError):
                        os.remove(f"{beta.dir}/{PENDING}")

    def test_a_lost_last_word_is_asked_for(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window, code = self.cut(alpha, beta, False, sum(MESSAGES) - 1)
        self.assertEqual((code, window.wait()), (EXIT_BROKEN, EXIT_OK))
        daemon = self.daemon(alpha)
        self.assertEqual(beta.run("ping", daemon.target).returncode, EXIT_NO_PEER)  # pending is not trusted
        result = beta.run("pair", "--finish", daemon.at)
        self.assertEqual((result.returncode, result.stdout), (EXIT_OK, "paired with alpha\n"), result.stderr)
        self.assertEqual(self.trusted(beta), {"alpha": alpha.key})
        self.assertFalse(self.has(beta, PENDING))
        self.assertEqual(beta.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)

    def test_a_peer_that_did_not_come_to_the_end_is_not_trusted_by_asking(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        window, code = self.cut(alpha, beta, True, sum(MESSAGES) - 1)
        window.stop()
        self.assertEqual(code, EXIT_BROKEN)
        daemon = self.daemon(alpha)
        self.assert_fails(beta.run("pair", "--finish", daemon.at), EXIT_REJECTED,
                          "alpha does not take this device (accept-truncated): the pairing did not come to its end "
                          "there; pair again")
        self.assertEqual(self.trusted(beta), {})
        self.assertTrue(self.has(beta, PENDING))
        daemon.terminate()
        self.unwait(alpha)
        window = self.window(alpha)
        self.assertEqual(self.dial(beta, window.at, window.code).returncode, EXIT_OK)
        self.assertFalse(self.has(beta, PENDING))

    def test_an_impostor_cannot_answer_the_question(self):
        alpha, beta, other = self.device("alpha"), self.device("beta"), self.device("other")
        window, _ = self.cut(alpha, beta, False, sum(MESSAGES) - 1)
        window.stop()
        other.trust(beta)
        daemon = self.daemon(other)
        self.assertEqual(beta.run("pair", "--finish", daemon.at).returncode, EXIT_REJECTED)
        self.assertEqual(self.trusted(beta), {})


class Words(PairCase):
    def test_nothing_to_finish(self):
        alpha = self.device("alpha")
        self.assert_fails(alpha.run("pair", "--finish", "127.0.0.1:1"), EXIT_CONFIG,
                          "DIR/alpha: no pairing broke off, nothing to finish")
        self.assert_fails(alpha.run("pair", "--finish"), EXIT_USAGE,
                          "--finish needs HOST[:PORT], where the peer's daemon runs")

    def test_half_a_qr_text(self):
        self.assert_fails(self.device("alpha").run("pair", "dsoftbus-pair://127.0.0.1:1"), EXIT_USAGE,
                          "not dsoftbus-pair://HOST:PORT/CODE: copy the text whole")

    def test_no_code(self):
        alpha = self.device("alpha")
        self.assert_fails(alpha.run("pair", "127.0.0.1:1", input=""), EXIT_USAGE, "no code on standard input")
        self.assert_fails(alpha.run("pair", "127.0.0.1:1", input=" \n"), EXIT_USAGE,
                          "a pairing code has 1 to 64 characters")

    def test_nobody_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            at = f"127.0.0.1:{free.getsockname()[1]}"
            self.assert_fails(self.dial(self.device("alpha"), at, "123456"), EXIT_UNREACHABLE,
                              f"cannot connect to {at}: Connection refused")


if __name__ == "__main__":
    main()
