# SPDX-License-Identifier: Apache-2.0
"""Files through a session: complete or not there, and never in doubt."""

import contextlib
import hashlib
import os
import signal
import subprocess
import threading
import time

from e2e import *

MIB = 1 << 20


class TransferCase(TestCase):
    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()
        self.inbox = self.folder_named("inbox")

    def serve(self, *options, **named):
        return self.daemon(self.beta, "--inbox", self.inbox, *options, **named)

    def receive(self, *words, **popen):
        process = self.started(self.beta.start("receive", "--listen", "127.0.0.1:0", "--discovery-port", "0",
                                               *words, **popen))
        at = process.wait_line(r"^dsoftbus: waiting for a file on (\S+)$").group(1)
        return process, f"beta@{at}"

    def sending_half(self, target, length):
        """A `send -` that has been given so many bytes and waits for more."""
        process = self.started(self.alpha.start("send", "--name", "half", target, "-",
                                                stdin=subprocess.PIPE))
        process.popen.stdin.write(os.urandom(length))
        process.popen.stdin.flush()
        return process

    def wait_growing(self, folder, length):
        """Waits until a temporary file in the folder has so many bytes; returns its name."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for name in os.listdir(folder):
                if name.endswith(".part") and os.stat(os.path.join(folder, name)).st_size >= length:
                    return name
            time.sleep(0.005)
        raise AssertionError(f"no growing file in {folder}: {os.listdir(folder)}")


class Complete(TransferCase):
    def sent_and_same(self, length):
        daemon = self.serve()
        path = self.make_file("data", length)
        result = self.alpha.run("send", daemon.target, path)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        self.assertRegex(result.stderr, rf"^dsoftbus: \S+/data stored by beta at {daemon.at} \(")
        self.assert_same_file(path, self.path("inbox", "data"))
        self.assertEqual(os.listdir(self.inbox), ["data"])
        daemon.wait_line(f"file stored name=data peer=alpha session=1 bytes={length}: complete")
        daemon.wait_line("session 1 ended peer=alpha reason=clean")

    def test_empty_file(self):
        self.sent_and_same(0)

    def test_one_byte(self):
        self.sent_and_same(1)

    def test_lengths_around_a_message(self):
        daemon = self.serve()
        body_max = 32768 - 3
        for length in (body_max - 1, body_max, body_max + 1, 4 * body_max, 4 * body_max + 1):
            path = self.make_file(f"data-{length}", length)
            self.assertEqual(self.alpha.run("send", daemon.target, path).returncode, EXIT_OK)
            self.assert_same_file(path, self.path("inbox", f"data-{length}"))

    def test_pipe_in_small_pieces(self):
        daemon = self.serve()
        process = self.started(self.alpha.start("send", "--name", "many", daemon.target, "-",
                                                stdin=subprocess.PIPE))
        digest = hashlib.sha256()
        piece = os.urandom(512)
        os.set_blocking(process.popen.stdin.fileno(), True)
        for _ in range(1000):
            os.write(process.popen.stdin.fileno(), piece)
            digest.update(piece)
        process.popen.stdin.close()
        process.popen.stdin = None
        self.assertEqual(process.wait(), EXIT_OK, process.text())
        with open(self.path("inbox", "many"), "rb") as stored:
            self.assertEqual(hashlib.sha256(stored.read()).digest(), digest.digest())

    def test_one_gib(self):
        length = int(os.environ.get("DSB_TRANSFER_BYTES", 1 << 30))
        path = self.path("big")
        # not random from the system, which is slow: a keystream, different at every offset
        subprocess.run(f"openssl enc -aes-128-ctr -K {'17' * 16} -iv {'00' * 16} -in /dev/zero 2>/dev/null"
                       f" | head -c {length} > {path}", shell=True, check=True)
        daemon = self.serve()
        result = self.alpha.run("send", daemon.target, path, timeout=300)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        self.assertEqual(os.stat(self.path("inbox", "big")).st_size, length)
        self.assert_same_file(path, self.path("inbox", "big"))

    def test_many_at_once(self):
        daemon = self.serve()
        paths = [self.make_file(f"file-{i}", 300_000 + i) for i in range(30)]
        sending = [self.started(self.alpha.start("send", daemon.target, path)) for path in paths]
        for process, path in zip(sending, paths):
            self.assertEqual(process.wait(), EXIT_OK, process.text())
            self.assert_same_file(path, self.path("inbox", os.path.basename(path)))
        self.assertEqual(daemon.status()["files-stored"], "30")

    def test_pipe_to_pipe(self):
        receiver, target = self.receive("-")
        content = os.urandom(3 * MIB)
        sender = self.started(self.alpha.start("send", target, "-", stdin=subprocess.PIPE))
        writer = threading.Thread(target=lambda: (sender.popen.stdin.write(content),
                                                  sender.popen.stdin.close()))
        writer.start()
        self.assertEqual(receiver.popen.stdout.read(), content)
        writer.join()
        sender.popen.stdin = None
        self.assertEqual(sender.wait(), EXIT_OK)
        self.assertEqual(receiver.wait(), EXIT_OK)
        self.assertEqual(receiver.lines[-1], "dsoftbus: - received from alpha (3.0 MiB)")

    def test_receive_to_a_device(self):
        receiver, target = self.receive("/dev/null")
        self.assertEqual(self.alpha.run("send", target, self.make_file("data", MIB)).returncode, EXIT_OK)
        self.assertEqual(receiver.wait(), EXIT_OK)

    def test_receive_to_a_file(self):
        receiver, target = self.receive(self.path("inbox", "got"))
        path = self.make_file("data", MIB)
        self.assertEqual(self.alpha.run("send", target, path).returncode, EXIT_OK)
        self.assertEqual(receiver.wait(), EXIT_OK)
        self.assert_same_file(path, self.path("inbox", "got"))
        self.assertEqual(os.listdir(self.inbox), ["got"])

    def test_receive_force_replaces_in_one_step(self):
        with open(self.path("inbox", "got"), "w", encoding="ascii") as old:
            old.write("the old one")
        receiver, target = self.receive("--force", self.path("inbox", "got"))
        sender = self.sending_half(target, MIB)
        self.wait_growing(self.inbox, MIB)
        with open(self.path("inbox", "got"), encoding="ascii") as old:
            self.assertEqual(old.read(), "the old one")
        sender.popen.stdin.close()
        sender.popen.stdin = None
        self.assertEqual(sender.wait(), EXIT_OK, sender.text())
        self.assertEqual(receiver.wait(), EXIT_OK)
        self.assertEqual(os.stat(self.path("inbox", "got")).st_size, MIB)

    def test_receive_waits_for_the_named_peer(self):
        gamma = self.device("gamma")
        gamma.trust(self.beta)
        self.beta.trust(gamma)
        receiver, target = self.receive("--from", "gamma", self.path("inbox", "got"))
        path = self.make_file("data", 1000)
        result = self.alpha.run("send", target, path)
        self.assert_fails(result, EXIT_REFUSED,
                          f"beta at {target[5:]} refused the file: it waits for another peer")
        self.assertEqual(gamma.run("send", target, path).returncode, EXIT_OK)
        self.assertEqual(receiver.wait(), EXIT_OK)


class Progress(TransferCase):
    def on_a_terminal(self, *options):
        """What `send` draws on a terminal while a pipe gives it two seconds' worth of bytes."""
        daemon = self.serve()
        screen, terminal = os.openpty()
        sender = subprocess.Popen(self.alpha.argv("send", *options, "--name", "slow", daemon.target, "-"), env=ENV,
                                  stdin=subprocess.PIPE, stderr=terminal)
        os.close(terminal)
        for _ in range(22):
            sender.stdin.write(bytes(100_000))
            sender.stdin.flush()
            time.sleep(0.1)  # the speed of the pipe
        sender.stdin.close()
        drawn = b""
        with contextlib.suppress(OSError):  # how a terminal ends when its last writer is gone
            while True:
                drawn += os.read(screen, 4096)
        os.close(screen)
        self.assertEqual(sender.wait(PATIENCE), EXIT_OK)
        return drawn.decode()

    def test_drawn_on_a_terminal(self):
        drawn = self.on_a_terminal()
        self.assertRegex(drawn, "\r- [0-9.]+ [KM]iB [0-9.]+ [KM]iB/s\x1b\\[K")
        self.assertLessEqual(drawn.count("/s"), 9)  # four times a second
        self.assertRegex(drawn, "\r\x1b\\[Kdsoftbus: - stored by beta at .*\r\n$")  # gone at the end

    def test_not_drawn_when_quiet(self):
        self.assertEqual(self.on_a_terminal("--quiet"), "")


class Interrupted(TransferCase):
    def test_sender_killed(self):
        daemon = self.serve()
        sender = self.sending_half(daemon.target, MIB)
        self.wait_growing(self.inbox, MIB)
        sender.signal(signal.SIGKILL)
        daemon.wait_line(f"warning file not stored name=half peer=alpha session=1 bytes={MIB}: truncated")
        daemon.wait_line("warning session 1 ended peer=alpha reason=session-truncated")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_sender_killed_receive_reports_it(self):
        receiver, target = self.receive(self.path("inbox", "got"))
        sender = self.sending_half(target, MIB)
        self.wait_growing(self.inbox, MIB)
        sender.signal(signal.SIGKILL)
        self.assertEqual(receiver.wait(), EXIT_BROKEN)
        self.assertEqual(receiver.lines[-1].replace(self.folder, "DIR"), "dsoftbus: DIR/inbox/got: truncated,"
                         " not kept: alpha sent 1.0 MiB and not the end")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_sender_interrupted(self):
        daemon = self.serve()
        sender = self.sending_half(daemon.target, MIB)
        self.wait_growing(self.inbox, MIB)
        sender.signal(signal.SIGINT)
        self.assertEqual(sender.wait(), EXIT_INTERRUPTED)
        self.assertEqual(sender.text(), "dsoftbus: interrupted")
        daemon.wait_line(f"warning file not stored name=half peer=alpha session=1 bytes={MIB}: truncated")
        daemon.wait_line("info session 1 ended peer=alpha reason=clean")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_receiver_killed(self):
        receiver, target = self.receive(self.path("inbox", "got"))
        sender = self.sending_half(target, MIB)
        self.wait_growing(self.inbox, MIB)
        receiver.signal(signal.SIGKILL)
        self.assertEqual(sender.wait(), EXIT_BROKEN)
        self.assertEqual(sender.text(), f"dsoftbus: session with beta at {target[5:]} broke off: the "
                         "connection ended without a close (session-truncated)")
        # what is left does not claim to be the file
        (left,) = os.listdir(self.inbox)
        self.assertRegex(left, r"^\.dsoftbus-[0-9a-f]{16}\.part$")

    def test_daemon_terminated(self):
        daemon = self.serve()
        sender = self.sending_half(daemon.target, MIB)
        self.wait_growing(self.inbox, MIB)
        self.assertEqual(daemon.terminate(), EXIT_OK)
        self.assertEqual(sender.wait(), EXIT_BROKEN)
        self.assertEqual(sender.text(), f"dsoftbus: beta at {daemon.at} closed the session before the file "
                         "was stored")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_receiver_interrupted(self):
        receiver, target = self.receive(self.path("inbox", "got"))
        sender = self.sending_half(target, MIB)
        self.wait_growing(self.inbox, MIB)
        receiver.signal(signal.SIGINT)
        self.assertEqual(receiver.wait(), EXIT_INTERRUPTED)
        self.assertEqual(sender.wait(), EXIT_BROKEN)
        self.assertEqual(os.listdir(self.inbox), [])

    def test_receiver_interrupted_while_it_waits(self):
        receiver, _ = self.receive(self.path("inbox", "got"))
        receiver.signal(signal.SIGTERM)
        self.assertEqual(receiver.wait(), EXIT_INTERRUPTED)

    def test_sender_killed_while_nobody_reads_the_pipe(self):
        receiver, target = self.receive("-")  # its standard output is a pipe that this test leaves full
        sender = self.sending_half(target, MIB // 4)
        receiver.popen.stdout.read(1)
        sender.signal(signal.SIGKILL)
        self.assertEqual(receiver.wait(), EXIT_BROKEN)
        self.assertIn("dsoftbus: -: truncated, not kept: alpha sent ", receiver.lines[-1])


class Refused(TransferCase):
    def refused(self, daemon, why, *words):
        result = self.alpha.run("send", *words)
        self.assertEqual(result.returncode, EXIT_REFUSED)
        self.assertIn(f"beta at {daemon.at} refused the file: {why}", result.stderr)

    def test_daemon_without_an_inbox(self):
        daemon = self.daemon(self.beta)
        self.refused(daemon, "it takes no files", daemon.target, self.make_file("data", 10))

    def test_existing_file_is_kept(self):
        daemon = self.serve()
        with open(self.path("inbox", "data"), "w", encoding="ascii") as old:
            old.write("the old one")
        self.refused(daemon, "a file of that name exists there", daemon.target, self.make_file("data", 10))
        with open(self.path("inbox", "data"), encoding="ascii") as old:
            self.assertEqual(old.read(), "the old one")

    def test_names_that_lead_elsewhere(self):
        daemon = self.serve()
        path = self.make_file("data", 10)
        why = "the name is not valid UTF-8 of 1 to 255 bytes without / and control characters"
        for name in ("../evil", "/tmp/evil", "", "new\nline", b"\xff"):
            result = self.alpha.run("send", "--name", name, daemon.target, path)
            self.assertEqual(result.returncode, EXIT_REFUSED)
            self.assertIn(why, result.stderr)
        daemon.wait_line(r'warning file refused name="\.\./evil" peer=alpha session=1: the name')
        daemon.wait_line(r'warning file refused name="new\\x0aline" peer=alpha')
        self.assertEqual(daemon.status()["files-refused"], "5")
        self.assertEqual(os.listdir(self.inbox), [])
        self.assertEqual(sorted(os.listdir(self.folder)), ["alpha", "beta", "data", "inbox"])

    def test_names_of_every_other_kind_pass(self):
        daemon = self.serve()
        path = self.make_file("data", 10)
        for name, kept in ((".hidden", "_hidden"), ("..", "_."), ("-rf", "_rf"), ("a b", "a b"),
                           ("caf\u00e9", "caf\u00e9"), ("a" * 255, "a" * 255), ("$(id)", "$(id)")):
            result = self.alpha.run("send", f"--name={name}", daemon.target, path)
            self.assertEqual(result.returncode, EXIT_OK)
            self.assertIn(kept, os.listdir(self.inbox))
            self.assertEqual(f" as {kept} (" in result.stderr, name != kept, result.stderr)
        daemon.wait_line('file stored name="a b" peer=alpha')
        daemon.wait_line("file stored name=_rf offered=-rf peer=alpha")

    def test_a_changed_name_is_shown_in_quotes_where_it_could_deceive(self):
        daemon = self.serve()
        name = ".a\u202etxt.exe"
        result = self.alpha.run("send", f"--name={name}", daemon.target, self.make_file("data", 10))
        self.assertIn(' as "_a\\xe2\\x80\\xaetxt.exe" (', result.stderr)
        self.assertEqual(os.listdir(self.inbox), ["_" + name[1:]])
        daemon.wait_line(r'file stored name="_a\\xe2\\x80\\xaetxt\.exe" offered="\.a\\xe2\\x80\\xaetxt\.exe" peer=alpha')

    def without_hard_links(self, before="(void)name;"):
        """A daemon on a file system that answers link(2) as exFAT does; `before` is done just before the answer."""
        library = self.preloaded("#include <errno.h>\n#include <fcntl.h>\n#include <unistd.h>\n"
                                 "int linkat(int from, const char *old, int dir, const char *name, int flags)\n"
                                 "{ (void)from, (void)old, (void)dir, (void)flags; %s errno = EPERM; return -1; }\n" % before)
        return self.serve(prefix=library)

    def test_a_file_system_without_hard_links(self):
        daemon = self.without_hard_links()
        path = self.make_file("data", MIB)
        self.assertEqual(self.alpha.run("send", daemon.target, path).returncode, EXIT_OK)
        self.assertEqual(os.listdir(self.inbox), ["data"])
        self.assertEqual(os.path.getsize(self.path("inbox", "data")), MIB)
        self.refused(daemon, "a file of that name exists there", daemon.target, path)

    def test_a_file_that_appears_meanwhile_is_kept_without_hard_links(self):
        daemon = self.without_hard_links("int fd = openat(dir, name, O_CREAT | O_WRONLY, 0600);"
                                         " if (write(fd, \"mine\", 4) != 4) _exit(1); close(fd);")
        self.refused(daemon, "a file of that name exists there", daemon.target, self.make_file("data", MIB))
        with open(self.path("inbox", "data"), encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")
        self.assertEqual(os.listdir(self.inbox), ["data"])

    def test_no_space_for_the_daemon(self):
        daemon = self.serve(prefix=["prlimit", "--fsize=100000"])
        self.refused(daemon, "no space left there", daemon.target, self.make_file("data", MIB))
        daemon.wait_line("warning file not stored name=data peer=alpha session=1 .*: File too large")
        self.assertEqual(os.listdir(self.inbox), [])
        # and it goes on serving
        self.assertEqual(self.alpha.run("send", daemon.target, self.make_file("small", 10)).returncode,
                         EXIT_OK)

    def test_no_space_for_receive(self):
        receiver, target = self.receive("/dev/full")
        result = self.alpha.run("send", target, self.make_file("data", MIB))
        self.assert_fails(result, EXIT_REFUSED, f"beta at {target[5:]} refused the file: no space left there")
        self.assertEqual(receiver.wait(), EXIT_LOCAL)
        self.assertEqual(receiver.lines[-1], "dsoftbus: /dev/full: not kept: No space left on device")

    def test_pipe_closed_by_its_reader(self):
        receiver, target = self.receive("-")
        receiver.popen.stdout.close()
        result = self.alpha.run("send", target, self.make_file("data", MIB))
        self.assertEqual(result.returncode, EXIT_REFUSED)
        self.assertEqual(receiver.wait(), EXIT_LOCAL)
        self.assertEqual(receiver.lines[-1], "dsoftbus: -: not kept: Broken pipe")
        receiver.popen.stdout = None

    def test_missing_inbox(self):
        result = self.beta.run("serve", "--listen", "127.0.0.1:0", "--discovery-port", "0", "--inbox",
                               self.path("none"))
        self.assert_fails(result, EXIT_LOCAL, "--inbox DIR/none: No such file or directory")

    def test_receive_does_not_overwrite(self):
        path = self.make_file("data", 10)
        self.assert_fails(self.beta.run("receive", path), EXIT_LOCAL,
                          "DIR/data: exists already (--force overwrites it)")

    def test_receive_into_a_directory(self):
        self.assert_fails(self.beta.run("receive", self.inbox), EXIT_LOCAL,
                          "DIR/inbox: Is a directory")

    def test_send_what_is_not_there(self):
        daemon = self.serve()
        self.assert_fails(self.alpha.run("send", daemon.target, self.path("none")), EXIT_LOCAL,
                          "DIR/none: No such file or directory")
        self.assert_fails(self.alpha.run("send", daemon.target, self.inbox), EXIT_LOCAL,
                          "DIR/inbox: Is a directory")
        self.assertEqual(daemon.status()["accepted"], "0")

    def test_file_that_changes_its_length(self):
        daemon = self.serve()
        # a file of /sys says that it has a page of bytes, and has fewer
        result = self.alpha.run("send", daemon.target, "/sys/devices/system/cpu/online")
        self.assert_fails(result, EXIT_LOCAL, "/sys/devices/system/cpu/online: its length changed while it was sent")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_file_that_tells_no_length(self):
        daemon = self.serve()
        self.assertEqual(self.alpha.run("send", daemon.target, "/proc/version").returncode, EXIT_OK)
        with open(self.path("inbox", "version"), encoding="utf-8") as got, open("/proc/version", encoding="utf-8") as sent:
            self.assertEqual(got.read(), sent.read())


class Quota(TransferCase):
    """What one peer's files may have in the inbox."""

    def send(self, daemon, name, length, device=None):
        return (device or self.alpha).run("send", "--name", name, daemon.target, self.make_file("data", length))

    def assert_full(self, result):
        self.assertEqual(result.returncode, EXIT_REFUSED, result.stderr)
        self.assertIn("refused the file: no space left there", result.stderr)

    def test_files_that_are_there_count(self):
        daemon = self.serve("--peer-bytes", "1000")
        self.assertEqual(self.send(daemon, "one", 600).returncode, EXIT_OK)
        self.assert_full(self.send(daemon, "two", 401))
        daemon.wait_line("warning file refused name=two peer=alpha .*: no space left there")
        self.assertEqual(self.send(daemon, "three", 400).returncode, EXIT_OK)
        self.assert_full(self.send(daemon, "four", 1))
        os.unlink(self.path("inbox", "one"))  # whoever takes it out makes room
        self.assertEqual(self.send(daemon, "four", 600).returncode, EXIT_OK)

    def test_it_outlives_the_daemon(self):
        daemon = self.serve("--peer-bytes", "1000")
        self.assertEqual(self.send(daemon, "one", 1000).returncode, EXIT_OK)
        daemon.terminate()
        self.assert_full(self.send(self.serve("--peer-bytes", "1000"), "two", 1))

    def test_each_peer_has_its_own(self):
        gamma = self.device("gamma")
        gamma.trust(self.beta)
        self.beta.trust(gamma)
        daemon = self.serve("--peer-bytes", "1000")
        self.assertEqual(self.send(daemon, "one", 1000).returncode, EXIT_OK)
        self.assertEqual(self.send(daemon, "two", 1000, gamma).returncode, EXIT_OK)

    def test_a_pipe_is_cut_off(self):
        daemon = self.serve("--peer-bytes", "100000")
        sender = self.sending_half(daemon.target, MIB // 4)
        sender.popen.stdin.close()
        sender.popen.stdin = None
        self.assertEqual(sender.wait(), EXIT_REFUSED)
        self.assertIn("refused the file: no space left there", sender.text())
        daemon.wait_line("warning file not stored name=half .*: more than this peer may have here")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_one_at_a_time(self):
        daemon = self.serve("--peer-bytes", str(MIB))
        sender = self.sending_half(daemon.target, 1000)
        self.wait_growing(self.inbox, 1000)
        result = self.send(daemon, "other", 10)
        self.assertIn("refused the file: another transfer is under way", result.stderr)
        sender.signal(signal.SIGKILL)
        daemon.wait_line("file not stored name=half")
        self.assertEqual(self.send(daemon, "other", 10).returncode, EXIT_OK)


def put(length, name):
    return b"\x10" + length.to_bytes(8, "big") + name.encode()


def done(length):
    return b"\x12" + length.to_bytes(8, "big")


READY, REFUSED_LENGTH, REFUSED_BUSY = "20", "2206", "2207"


class OutOfTurn(TransferCase):
    """An authenticated peer that does not keep to the convention: nothing is stored, nobody else suffers."""

    def says(self, *bodies, ends=True, service="file"):
        """Says the bodies to a daemon; returns what came back until it reset the stream, or (ends False) until
        the peer is told to stop, when it has refused."""
        daemon = self.serve()
        rude = self.started(Process([f"{TOOLS}/rude", self.alpha.dir, "beta", daemon.at, service,
                                     *[message(body).hex() for body in bodies]]))
        answers, came = [], b""
        for line in rude.popen.stdout:
            word = line.decode().strip()
            if word == "closed":
                break
            if word.startswith("reset"):
                answers.append(word)
                continue
            came += bytes.fromhex(word)
            while len(came) >= 2 and len(came) >= 2 + int.from_bytes(came[:2], "big"):
                end = 2 + int.from_bytes(came[:2], "big")
                answers.append(came[2:end].hex())
                came = came[end:]
            if not ends and answers[-1] != READY:
                daemon.terminate()
        self.assertEqual(rude.wait(), EXIT_OK, rude.text())
        daemon.wait_line("session 1 ended peer=alpha reason=clean")
        return answers, daemon

    def test_unknown_kind(self):
        self.assertEqual(self.says(b"\x7f")[0], ["reset protocol"])

    def test_message_of_no_length(self):
        self.assertEqual(self.says(b"", b"\x7f")[0], ["reset protocol"])

    def test_bytes_without_an_offer(self):
        self.assertEqual(self.says(b"\x11abc")[0], ["reset protocol"])

    def test_done_without_an_offer(self):
        self.assertEqual(self.says(done(0))[0], ["reset protocol"])

    def test_answers_of_a_receiver(self):
        self.assertEqual(self.says(b"\x20")[0], ["reset protocol"])

    def test_service_of_nobody(self):
        self.assertEqual(self.says(b"x", service="nothing")[0], ["reset no-such-service"])

    def test_more_bytes_than_announced(self):
        answers, daemon = self.says(put(2, "x"), b"\x11abc", ends=False)
        self.assertEqual(answers, [READY, REFUSED_LENGTH])
        daemon.wait_line("file not stored name=x peer=alpha session=1 bytes=0: wrong length")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_fewer_bytes_than_announced(self):
        answers, _ = self.says(put(4, "x"), b"\x11abc", done(3), ends=False)
        self.assertEqual(answers, [READY, REFUSED_LENGTH])
        self.assertEqual(os.listdir(self.inbox), [])

    def test_total_that_is_not_what_came(self):
        answers, _ = self.says(put((1 << 64) - 1, "x"), b"\x11abc", done(4), ends=False)
        self.assertEqual(answers, [READY, REFUSED_LENGTH])
        self.assertEqual(os.listdir(self.inbox), [])

    def test_second_offer_meanwhile(self):
        answers, daemon = self.says(put(4, "x"), put(4, "y"), ends=False)
        self.assertEqual(answers, [READY, REFUSED_BUSY])
        daemon.wait_line("file not stored name=x .*: truncated")
        self.assertEqual(os.listdir(self.inbox), [])

    def test_echo_comes_back_unchanged(self):
        body = os.urandom(2000)
        self.assertEqual(self.says(body, ends=False, service="echo")[0], [body.hex()])


if __name__ == "__main__":
    main()
