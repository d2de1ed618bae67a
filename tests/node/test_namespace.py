# SPDX-License-Identifier: Apache-2.0
"""What would disturb others, in namespaces of its own: discovery on its real port, broadcast, IPv6, the
default ports, a full disk."""

import os
import socket
import subprocess

from bus_client import *

QUERY = b"NXSQ\x01\x00"


class Discovery(TestCase):
    def setUp(self):
        super().setUp()
        self.alpha, self.beta = self.pair()

    def beta_serves(self, *options, listen="0.0.0.0:0"):
        return self.daemon(self.beta, *options, listen=listen, discovery="37020")

    def ask(self, packet, address="127.0.0.1", source=""):
        """What comes back within a second, None if nothing does."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((source, 0))
            s.settimeout(1)
            s.sendto(packet, (address, 37020))
            try:
                return s.recv(2048)
            except TimeoutError:
                return None

    def test_finds_the_daemon(self):
        daemon = self.beta_serves()
        result = self.alpha.run("discover", "beta")
        self.assertEqual(result.returncode, EXIT_OK, result.stderr)
        self.assertEqual(result.stdout,
                         f"beta@127.0.0.1:{daemon.port} {self.beta.key} trusted echo\n")

    def test_names_the_services(self):
        self.beta_serves("--inbox", self.folder_named("inbox"))
        self.assertRegex(self.alpha.run("discover", "beta").stdout, " trusted echo file\n$")

    def test_says_when_the_key_is_another(self):
        self.alpha.run("trust", "remove", "beta")
        self.alpha.run("trust", "add", "beta", self.device("gamma").key)
        self.beta_serves()
        self.assertIn(" OTHER-KEY ", self.alpha.run("discover", "--wait", "0.5").stdout)

    def test_says_when_the_id_is_unknown(self):
        self.alpha.run("trust", "remove", "beta")
        self.beta_serves()
        self.assertIn(" unknown ", self.alpha.run("discover", "--wait", "0.5").stdout)

    def test_nobody(self):
        self.assert_fails(self.alpha.run("discover", "--wait", "0.2"), EXIT_NO_PEER, "nothing was found")

    def sent_by(self, interface):
        with open("/proc/self/net/dev", encoding="ascii") as lines:
            (line,) = [line for line in lines if line.strip().startswith(f"{interface}:")]
        return int(line.split(":")[1].split()[9])

    def test_a_daemon_of_the_loopback_tells_nobody_else(self):
        subprocess.run(["ip", "link", "add", "loud0", "type", "veth", "peer", "name", "loud1"], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "del", "loud0"], check=True)
        subprocess.run("ip link set loud0 addrgenmode none && ip addr add 192.0.2.1/24 brd 192.0.2.255 dev loud0 && "
                       "ip link set loud0 up && ip link set loud1 up", shell=True, check=True)
        before = self.sent_by("loud0")
        daemon = self.beta_serves(listen="127.0.0.1:0")
        self.assertIsNotNone(self.ask(QUERY))  # its first announce would have come before this answer
        self.assertEqual(self.sent_by("loud0"), before)
        daemon.terminate()
        self.beta_serves(listen="0.0.0.0:0")
        self.assertIsNotNone(self.ask(QUERY))
        self.assertGreater(self.sent_by("loud0"), before)

    def test_every_address_of_a_name_is_tried(self):
        with open(self.path("hosts"), "w", encoding="ascii") as hosts:
            hosts.write("::1 two\n127.0.0.1 two\n")
        subprocess.run(["mount", "--bind", self.path("hosts"), "/etc/hosts"], check=True)
        self.addCleanup(subprocess.run, ["umount", "/etc/hosts"], check=True)
        for address in ("127.0.0.1:0", "[::1]:0"):
            daemon = self.daemon(self.beta, listen=address)
            result = self.alpha.run("ping", "--count", "1", f"beta@two:{daemon.port}")
            self.assertEqual(result.returncode, EXIT_OK, result.stderr)
            daemon.terminate()

    def test_a_forged_answer_costs_a_try(self):
        """A neighbour answers first, with the true id and key and another port."""
        first = self.beta_serves(listen="127.0.0.1:0")
        announce = self.ask(QUERY)
        first.terminate()
        daemon = self.daemon(self.beta, listen="127.0.0.1:0")
        port_at = 6 + len("beta")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as answerer:
            answerer.bind(("127.0.0.1", 37020))
            answerer.settimeout(PATIENCE)
            ping = self.started(self.alpha.start("ping", "--count", "1", "--wait", "5", "beta"))
            _, asker = answerer.recvfrom(2048)
            for port in (9, 10, 11, daemon.port):
                answerer.sendto(announce[:port_at] + port.to_bytes(2, "big") + announce[port_at + 2:], asker)
            self.assertEqual(ping.wait(), EXIT_OK, ping.text())

    def test_a_forger_alone_is_not_believed_for_ever(self):
        first = self.beta_serves(listen="127.0.0.1:0")
        announce = self.ask(QUERY)
        first.terminate()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
            forger.bind(("127.0.0.1", 37020))
            forger.settimeout(PATIENCE)
            ping = self.started(self.alpha.start("ping", "--count", "1", "--wait", "1", "beta"))
            _, asker = forger.recvfrom(2048)
            forger.sendto(announce[:10] + (9).to_bytes(2, "big") + announce[12:], asker)
            self.assertEqual(ping.wait(), EXIT_UNREACHABLE)
            self.assertIn("cannot connect to beta at 127.0.0.1:9: Connection refused", ping.text())

    def test_ping_without_an_address(self):
        self.beta_serves()
        self.assertEqual(self.alpha.run("ping", "--count", "1", "beta").returncode, EXIT_OK)

    def test_send_without_an_address(self):
        receiver = self.started(self.beta.start("receive", "--listen", "127.0.0.1:0", self.path("got")))
        receiver.wait_line("waiting for a file")
        path = self.make_file("data", 1000)
        self.assertEqual(self.alpha.run("send", "beta", path).returncode, EXIT_OK)
        self.assertEqual(receiver.wait(), EXIT_OK)
        self.assert_same_file(path, self.path("got"))

    def test_peer_that_is_not_there(self):
        self.assert_fails(self.alpha.run("ping", "--wait", "0.2", "beta"), EXIT_NO_PEER,
                          "beta was not found on this network (name it as ID@HOST:PORT)")

    def test_forged_announce_is_not_followed(self):
        # somebody answers queries for beta with a key of its own: no connection is made to it
        with socket.create_server(("127.0.0.1", 0)) as trap, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forger:
            forger.bind(("127.0.0.1", 37020))
            ping = self.started(self.alpha.start("ping", "--wait", "1", "beta"))
            packet, source = forger.recvfrom(100)
            self.assertEqual(packet, QUERY)
            forger.sendto(b"NXSB\x01\x04beta" + trap.getsockname()[1].to_bytes(2, "big") + b"\x05" * 32
                          + b"\x00", source)
            self.assertEqual(ping.wait(), EXIT_NO_PEER)
            trap.setblocking(False)
            with self.assertRaises(BlockingIOError):
                trap.accept()

    def test_malformed_packets_are_ignored_and_counted(self):
        daemon = self.beta_serves()
        bad = [b"", b"NXSQ", b"NXSQ\x02\x00", b"NXSQ\x01\x01", QUERY + b"x", b"NXSB\x01\x00", b"x" * 1500]
        for packet in bad:
            self.assertIsNone(self.ask(packet))
        self.assertEqual(daemon.status()["packets-ignored"], str(len(bad)))
        self.assertIsNotNone(self.ask(QUERY))

    def test_answers_are_rate_limited(self):
        daemon = self.beta_serves()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for _ in range(200):
                s.sendto(QUERY, ("127.0.0.1", 37020))
            self.assertIsNotNone(s.recv(2048))
        counters = daemon.status()
        self.assertLess(int(counters["queries-answered"]), 100)
        self.assertGreater(int(counters["packets-ignored"]), 100)

    def test_answers_only_near_sources(self):
        daemon = self.beta_serves()
        ip = ["ip", "address", "add", "dev", "lo"]
        subprocess.run([*ip, "192.0.2.1/24"], check=True)
        self.addCleanup(subprocess.run, ["ip", "address", "delete", "192.0.2.1/24", "dev", "lo"], check=True)
        self.assertIsNotNone(self.ask(QUERY, "192.0.2.1", "192.0.2.1"))  # the own subnet
        subprocess.run(["ip", "route", "add", "local", "198.51.100.7/32", "dev", "lo"], check=True)
        self.addCleanup(subprocess.run, ["ip", "route", "delete", "local", "198.51.100.7/32", "dev", "lo"],
                        check=True)
        self.assertIsNone(self.ask(QUERY, "127.0.0.1", "198.51.100.7"))  # elsewhere
        self.assertEqual(daemon.status()["packets-ignored"], "1")

    def test_port_of_another_daemon(self):
        self.beta_serves()
        other = self.daemon(self.alpha, discovery="37020")
        other.wait_line("warning no discovery: UDP port 37020: Address already in use")
        self.assertNotIn("queries-answered", other.status())

    def test_announces_are_broadcast(self):
        subprocess.run(["ip", "link", "add", "one", "type", "veth", "peer", "name", "two"], check=True)
        self.addCleanup(subprocess.run, ["ip", "link", "delete", "one"], check=True)
        subprocess.run(["ip", "address", "add", "10.77.0.1/24", "broadcast", "10.77.0.255", "dev", "one"],
                       check=True)
        for end in ("one", "two"):
            subprocess.run(["ip", "link", "set", end, "up"], check=True)
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)) as wire:
            wire.bind(("two", 0x0800))
            wire.settimeout(PATIENCE)
            self.beta_serves()
            while True:
                packet = wire.recv(2048)
                if b"NXSB\x01\x04beta" in packet:
                    break
            self.assertIn(bytes.fromhex(self.beta.key), packet)

    def test_loopback_daemon_tells_the_network_nothing(self):
        daemon = self.beta_serves(listen="127.0.0.1:0")
        subprocess.run(["ip", "address", "add", "192.0.2.1/24", "dev", "lo"], check=True)
        self.addCleanup(subprocess.run, ["ip", "address", "delete", "192.0.2.1/24", "dev", "lo"], check=True)
        self.assertIsNone(self.ask(QUERY, "192.0.2.1", "192.0.2.1"))
        self.assertIsNotNone(self.ask(QUERY))
        self.assertEqual(daemon.status()["queries-answered"], "1")



class BusDiscovery(BusCase):
    """The daemon dials a device by its id alone. Both are on one machine here, so only one has the port of announces."""

    def setUp(self):
        super().setUp()
        self.there = self.daemon(self.beta, listen="0.0.0.0:0", discovery="37020")
        self.here = self.daemon(self.alpha, listen="127.0.0.1:0", discovery="37020")
        self.here.wait_line("no discovery: UDP port 37020")

    def test_a_device_is_found(self):
        bus = self.bus(self.alpha)
        _, stream = self.assert_stream(bus.connect("beta", "echo"))
        stream.sendall(b"found")
        self.assertEqual(stream.recv(100), b"found")

    def test_a_device_with_another_key_is_not_dialled(self):
        self.alpha.run("trust", "remove", "beta")
        self.alpha.run("trust", "add", "beta", self.device("gamma").key)
        self.here.wait_line("trust store read again: 1 peers")
        self.assertEqual(self.bus(self.alpha).connect("beta", "echo"), "error timeout not found")
        self.assertEqual(self.there.status()["accepted"], "0")


class Network(TestCase):
    def test_default_port_both_families(self):
        alpha, beta = self.pair()
        daemon = self.started(Process([f"{BIN}/dsoftbusd", "--dir", beta.dir]))
        daemon.wait_line(r"ready id=beta listen=\[::\]:34567")
        for host in ("127.0.0.1", "[::1]", "127.0.0.1:34567", "[::1]:34567"):
            result = alpha.run("ping", "--count", "1", f"beta@{host}")
            self.assertEqual(result.returncode, EXIT_OK, result.stderr)

    def test_ipv6_only(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, listen="[::1]:0")
        self.assertRegex(daemon.at, r"^\[::1\]:\d+$")
        self.assertEqual(alpha.run("ping", "--count", "1", daemon.target).returncode, EXIT_OK)
        daemon.wait_line(r"opened peer=alpha from=\[::1\]:\d+")


class FullDisk(TestCase):
    """A file system of 256 KiB."""

    def setUp(self):
        super().setUp()
        self.disk = self.folder_named("disk")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.disk], check=True)

    def fill(self):
        with open(os.path.join(self.disk, "filler"), "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 4096)
            except OSError:
                pass

    def test_file_that_does_not_fit(self):
        alpha, beta = self.pair()
        daemon = self.daemon(beta, "--inbox", self.disk)
        result = alpha.run("send", daemon.target, self.make_file("data", 1 << 20))
        self.assert_fails(result, EXIT_REFUSED, f"beta at {daemon.at} refused the file: no space left there")
        daemon.wait_line("file not stored name=data .*: No space left on device")
        self.assertEqual(os.listdir(self.disk), [])

    def test_receive_what_does_not_fit(self):
        alpha, beta = self.pair()
        receiver = self.started(beta.start("receive", "--listen", "127.0.0.1:0", "--discovery-port", "0",
                                           os.path.join(self.disk, "got")))
        at = receiver.wait_line(r"file on (\S+)$").group(1)
        self.assertEqual(alpha.run("send", f"beta@{at}", self.make_file("data", 1 << 20)).returncode,
                         EXIT_REFUSED)
        self.assertEqual(receiver.wait(), EXIT_LOCAL)
        self.assertEqual(receiver.lines[-1].replace(self.folder, "DIR"),
                         "dsoftbus: DIR/disk/got: not kept: No space left on device")
        self.assertEqual(os.listdir(self.disk), [])

    def test_trust_store_on_a_full_disk(self):
        device = Device(self.disk, "alpha")
        self.assertEqual(device.run("trust", "add", "beta", PUBLIC_KEYS[0]).returncode, EXIT_OK)
        before = device.read("trust")
        self.fill()
        result = device.run("trust", "add", "gamma", PUBLIC_KEYS[1])
        self.assert_fails(result, EXIT_LOCAL, "DIR/disk/alpha/trust: cannot write: No space left on device")
        self.assertEqual(device.read("trust"), before)
        self.assertEqual(sorted(os.listdir(device.dir)), ["identity", "trust"])

    def test_identity_on_a_full_disk(self):
        device = self.device("alpha")
        os.mkdir(os.path.join(self.disk, "new"), 0o700)
        self.fill()
        result = device.run("keygen", "--dir", os.path.join(self.disk, "new"), "beta")
        self.assert_fails(result, EXIT_LOCAL, "DIR/disk/new/identity: cannot write: No space left on device")
        self.assertEqual(os.listdir(os.path.join(self.disk, "new")), [])


if __name__ == "__main__":
    namespaces("--net", "--mount")
    main()
