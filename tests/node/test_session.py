# SPDX-License-Identifier: Apache-2.0
"""Sessions between a command and a daemon: who is let in, and how every end is reported."""

import os
import signal
import socket
import threading

from e2e import *


class Admission(TestCase):
    def test_ping(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        result = alpha.run("ping", "--count", "3", "--interval", "0", daemon.target)
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        lines = result.stdout.splitlines()
        for seq, line in enumerate(lines[:3], 1):
            self.assertRegex(line, rf"^beta \({daemon.at}\): seq={seq} time=[0-9.]+ ms$")
        self.assertRegex(lines[3], r"^3 pings answered, round trip min/mean/max ")
        daemon.wait_line(r"session 1 ended peer=alpha reason=clean")
        self.assertEqual(daemon.terminate(), EXIT_OK)

    def test_verbose_names_every_step(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--verbose")
        result = alpha.run("ping", "--verbose", "--count", "1", daemon.target)
        self.assertEqual(result.stderr.splitlines(), [
            "dsoftbus: message 1 written", "dsoftbus: message 2 read", "dsoftbus: message 3 written",
            "dsoftbus: ACCEPT opened"])
        for step in ("message 1 read", "message 2 written", "message 3 read", "identity bound"):
            daemon.wait_line(f"debug connection 1: {step}")

    def test_peer_not_in_the_trust_store(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        daemon = self.daemon(beta)
        self.assert_fails(alpha.run("ping", daemon.target), EXIT_NO_PEER,
                          "beta is not in DIR/alpha/trust (add it with: dsoftbus trust add ID KEY)")
        self.assertEqual(daemon.status()["accepted"], "0")  # refused before any byte was sent

    def rejected(self, alpha, beta, message, reason, target="beta"):
        daemon = self.daemon(beta)
        result = alpha.run("ping", f"{target}@{daemon.at}")
        self.assert_fails(result, EXIT_REJECTED,
                          f"no session with {target} at {daemon.at}: {message}")
        daemon.wait_line(f"rejected from=127.0.0.1:\\d+ reason={reason}$")
        counters = daemon.status()
        self.assertEqual((counters["opened"], counters["sessions"]), ("0", "0"))
        self.assertEqual(counters[f"rejected {reason.split(' ')[0]}"], "1")

    def test_unknown_initiator(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.trust(beta)
        self.rejected(alpha, beta, "the peer does not trust this device, knows it by another id, or has no room for a session "
                      "(accept-truncated)", "msg3-unknown-key claim=alpha")

    def test_right_id_with_another_key(self):
        alpha, beta, other = self.device("alpha"), self.device("beta"), self.device("other")
        alpha.trust(beta)
        beta.run("trust", "add", "alpha", other.key)
        self.rejected(alpha, beta, "the peer does not trust this device, knows it by another id, or has no room for a session "
                      "(accept-truncated)", "msg3-unknown-key claim=alpha")

    def test_claimed_id_of_another(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.trust(beta)
        beta.run("trust", "add", "delta", alpha.key)
        self.rejected(alpha, beta, "the peer does not trust this device, knows it by another id, or has no room for a session "
                      "(accept-truncated)", "msg3-id-mismatch claim=alpha")

    def test_wrong_responder_key(self):
        alpha, beta, other = self.device("alpha"), self.device("beta"), self.device("other")
        alpha.run("trust", "add", "beta", other.key)
        beta.trust(alpha)
        self.rejected(alpha, beta, "the peer closed the connection: it has another id or key than the trust store says, or no room "
                      "(msg2-truncated)", "msg1-decrypt")

    def test_wrong_responder_id(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.run("trust", "add", "gamma", beta.key)
        beta.trust(alpha)
        self.rejected(alpha, beta, "the peer closed the connection: it has another id or key than the trust store says, or no room "
                      "(msg2-truncated)", "msg1-decrypt", target="gamma")

    def test_daemon_with_an_empty_trust_store_lets_nobody_in(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.trust(beta)
        daemon = self.daemon(beta)
        daemon.wait_line("warning the trust store is empty: every peer will be rejected")
        self.assertEqual(alpha.run("ping", daemon.target).returncode, EXIT_REJECTED)

    def test_reload_lets_in_and_throws_out(self):
        alpha, beta = self.device("alpha"), self.device("beta")
        alpha.trust(beta)
        daemon = self.daemon(beta)
        self.assertEqual(alpha.run("ping", daemon.target).returncode, EXIT_REJECTED)
        beta.trust(alpha)
        daemon.signal(signal.SIGHUP)
        daemon.wait_line("trust store read again: 1 peers")
        ping = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("opened peer=alpha")
        beta.run("trust", "remove", "alpha")
        daemon.signal(signal.SIGHUP)
        daemon.wait_line("session 2 ended peer=alpha reason=local-revoked")
        self.assertEqual(ping.wait(), EXIT_BROKEN)

    def test_reload_of_a_bad_file_keeps_the_old_store(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        # in one step: while it is written the file is an empty store, which is a good one
        beta.write("trust.new", "nonsense\n")
        os.rename(beta.path("trust.new"), beta.path("trust"))
        daemon.signal(signal.SIGHUP)
        daemon.wait_line(r"error trust store kept as it was: \S+/beta/trust:1: wrong number of words, or not one space between them")
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)

    def test_session_table_full(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--sessions", "1")
        first = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("session 1 opened")
        result = alpha.run("ping", daemon.target)
        self.assertEqual(result.returncode, EXIT_REJECTED)
        daemon.wait_line("connection 2 turned away peer=alpha from=.*: 1 sessions are open")
        self.assertEqual(daemon.status()["turned-away"], "1")
        self.assertEqual(daemon.status()["opened"], "1")
        first.signal(signal.SIGINT)
        self.assertEqual(first.wait(), EXIT_INTERRUPTED)


class Sockets(TestCase):
    def test_nobody_listens(self):
        alpha, _ = self.pair()
        with socket.create_server(("127.0.0.1", 0)) as server:
            at = f"127.0.0.1:{server.getsockname()[1]}"
        self.assert_fails(alpha.run("ping", f"beta@{at}"), EXIT_UNREACHABLE,
                          f"cannot connect to beta at {at}: Connection refused")

    def test_port_in_use(self):
        _, beta = self.pair()
        with socket.create_server(("127.0.0.1", 0)) as server:
            at = f"127.0.0.1:{server.getsockname()[1]}"
            result = beta.run("serve", "--listen", at, "--discovery-port", "0")
            self.assert_fails(result, EXIT_LISTEN, f"cannot listen on {at}: Address already in use")

    def test_address_of_nobody(self):
        _, beta = self.pair()
        result = beta.run("serve", "--listen", "192.0.2.1:0", "--discovery-port", "0")
        self.assert_fails(result, EXIT_LISTEN,
                          "cannot listen on 192.0.2.1:0: Cannot assign requested address")

    def test_no_address_and_no_discovery(self):
        alpha, _ = self.pair()
        self.assert_fails(alpha.run("ping", "--discovery-port", "0", "beta"), EXIT_USAGE,
                          "beta: without discovery an address is needed (ID@HOST:PORT)")

    def answered_with(self, answer):
        """A server that reads message 1 and answers these bytes; None: nothing, for ever."""
        alpha, _ = self.pair()
        with socket.create_server(("127.0.0.1", 0)) as server:
            at = f"127.0.0.1:{server.getsockname()[1]}"
            result = {}
            ping = threading.Thread(target=lambda: result.update(r=alpha.run("ping", f"beta@{at}")))
            ping.start()
            peer, _ = server.accept()
            with peer:
                self.assertEqual(len(peer.recv(50, socket.MSG_WAITALL)), 50)
                if answer is not None:
                    peer.sendall(answer)
                ping.join()
            return at, result["r"]

    def test_server_that_answers_garbage(self):
        at, result = self.answered_with(b"\x00\x34" + b"x" * 52)
        self.assertEqual(result.returncode, EXIT_REJECTED)
        self.assertRegex(result.stderr, rf"^dsoftbus: no session with beta at {at}: the peer does not keep "
                         r"to the protocol \(msg2-\S+\)\n$")

    def test_server_of_another_protocol(self):
        at, result = self.answered_with(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.assert_fails(result, EXIT_REJECTED, f"no session with beta at {at}: the peer does not keep "
                          "to the protocol (msg2-oversize)")

    def test_server_that_never_answers(self):
        at, result = self.answered_with(None)
        self.assert_fails(result, EXIT_REJECTED, f"no session with beta at {at}: the peer did not answer "
                          "in time (msg2-deadline)")

    def strangers_bytes(self, bytes_, reason):
        _, beta = self.pair()
        daemon = self.daemon(beta)
        with socket.create_connection(("127.0.0.1", daemon.port)) as stranger:
            stranger.sendall(bytes_)
            stranger.shutdown(socket.SHUT_WR)
            self.assertEqual(stranger.recv(1), b"")  # the wire tells nothing
        daemon.wait_line(f"rejected from=127.0.0.1:\\d+ reason={reason}$")
        self.assertEqual(daemon.status()[f"rejected {reason}"], "1")

    def test_stranger_with_zero_length(self):
        self.strangers_bytes(b"\x00\x00", "msg1-zero-length")

    def test_stranger_with_oversize_unit(self):
        self.strangers_bytes(b"GET / HTTP/1.1\r\n", "msg1-oversize")

    def test_stranger_with_wrong_length(self):
        self.strangers_bytes(b"\x00\x04abcd", "msg1-length")

    def test_stranger_with_random_message(self):
        self.strangers_bytes(b"\x00\x30" + os.urandom(47) + b"\x01", "msg1-decrypt")

    def test_stranger_who_stops_in_the_middle(self):
        self.strangers_bytes(b"\x00\x30abc", "msg1-truncated")

    def test_stranger_who_says_nothing(self):
        _, beta = self.pair()
        daemon = self.daemon(beta)
        with socket.create_connection(("127.0.0.1", daemon.port)) as stranger:
            self.assertEqual(stranger.recv(1), b"")  # the deadline of five seconds closes it
        daemon.wait_line("reason=msg1-deadline$")

    def test_drops_are_counted_and_log_lines_bounded(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--half-open", "8")
        strangers = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(300)]
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        counters = daemon.status()
        for stranger in strangers:
            stranger.close()
        self.assertGreaterEqual(int(counters["rejected local-dropped"]), 300 - 8)
        self.assertLessEqual(int(counters["half-open"]), 8)
        self.assertLess(sum("rejected" in line for line in daemon.lines), 100)


class Ends(TestCase):
    def session(self):
        """A daemon, and a ping that holds a session with it."""
        alpha, beta = self.pair()
        daemon = self.daemon(beta)
        ping = self.started(alpha.start("ping", "--interval", "3600", daemon.target))
        daemon.wait_line("session 1 opened peer=alpha")
        return daemon, ping

    def test_daemon_terminated(self):
        daemon, ping = self.session()
        self.assertEqual(daemon.terminate(), EXIT_OK)
        daemon.wait_line("stopping: 1 sessions")
        daemon.wait_line("session 1 ended peer=alpha reason=clean")
        self.assertEqual(ping.wait(), EXIT_BROKEN)
        self.assertEqual(ping.text(), f"dsoftbus: beta at {daemon.at} closed the session early")

    def test_daemon_killed(self):
        daemon, ping = self.session()
        daemon.signal(signal.SIGKILL)
        self.assertEqual(ping.wait(), EXIT_BROKEN)
        self.assertEqual(ping.text(), f"dsoftbus: session with beta at {daemon.at} broke off: the "
                         "connection ended without a close (session-truncated)")

    def test_client_killed(self):
        daemon, ping = self.session()
        ping.signal(signal.SIGKILL)
        daemon.wait_line("warning session 1 ended peer=alpha reason=session-truncated")
        self.assertEqual(daemon.status()["broken session-truncated"], "1")

    def interrupted(self, number):
        daemon, ping = self.session()
        ping.signal(number)
        self.assertEqual(ping.wait(), EXIT_INTERRUPTED)
        self.assertEqual(ping.text(), "dsoftbus: interrupted")
        daemon.wait_line("info session 1 ended peer=alpha reason=clean")

    def test_client_interrupted(self):
        self.interrupted(signal.SIGINT)

    def test_client_terminated(self):
        self.interrupted(signal.SIGTERM)

    def test_daemon_terminated_beside_a_frozen_client(self):
        daemon, ping = self.session()
        with frozen(ping):
            self.assertEqual(daemon.terminate(), EXIT_OK)
            daemon.wait_line("session 1 ended peer=alpha reason=local-aborted")

    def test_daemon_terminated_beside_strangers(self):
        daemon, _ = self.session()
        with socket.create_connection(("127.0.0.1", daemon.port)):
            self.assertEqual(daemon.terminate(), EXIT_OK)

    def test_second_daemon_of_a_directory(self):
        daemon, _ = self.session()
        result = daemon.device.run("serve", "--listen", "127.0.0.1:0", "--discovery-port", "0")
        self.assert_fails(result, EXIT_CONFIG,
                          "DIR/beta: another daemon is running with this directory")
        self.assertEqual(daemon.status()["sessions"], "1")

    def test_daemon_after_a_killed_one(self):
        daemon, _ = self.session()
        daemon.signal(signal.SIGKILL)
        daemon.wait()
        beta = daemon.device
        self.assert_fails(beta.run("status"), EXIT_UNREACHABLE,
                          "no daemon is running with DIR/beta")
        self.assertEqual(self.daemon(beta).status()["sessions"], "0")

    def test_status_without_a_daemon(self):
        self.assert_fails(self.device("alpha").run("status"), EXIT_UNREACHABLE,
                          "no daemon is running with DIR/alpha")

    def test_status_shows_the_session(self):
        daemon, _ = self.session()
        counters = daemon.status()
        self.assertEqual((counters["id"], counters["listen"]), ("beta", daemon.at))
        self.assertEqual((counters["sessions"], counters["opened"]), ("1", "1"))
        self.assertRegex(counters["session"][0], r"^session 1 peer=alpha from=127\.0\.0\.1:\d+ "
                         r"age-seconds=\d+ in=0 out=0$")

    def test_status_socket_is_private(self):
        daemon, _ = self.session()
        self.assertEqual(os.stat(daemon.device.path("status")).st_mode & 0o777, 0o600)

    def test_status_client_that_does_not_read_stops_nothing(self):
        daemon, _ = self.session()
        with socket.socket(socket.AF_UNIX) as lazy:
            lazy.connect(daemon.device.path("status"))
            daemon.status()
            self.assertEqual(daemon.terminate(), EXIT_OK)


if __name__ == "__main__":
    main()
