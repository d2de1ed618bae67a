# SPDX-License-Identifier: Apache-2.0
"""dsoftbus-trust(5) against the programs: its examples are read, its bounds and faults are the code's."""

import re

from e2e import *

SOURCE = os.environ["DSB_SOURCE"]


def source(path):
    with open(f"{SOURCE}/{path}", encoding="utf-8") as text:
        return text.read()


def number(path, name):
    """What a macro of a header is defined as."""
    return int(re.search(rf"#define {name}\s+(\d+)", source(path)).group(1))


class Manual(TestCase):
    def setUp(self):
        super().setUp()
        self.page = re.sub(r"\\-", "-", source("docs/man/dsoftbus-trust.5"))
        self.text = " ".join(line for line in self.page.splitlines() if not line.startswith("."))
        self.blocks = re.findall(r"^\.nf\n(.*?)^\.fi\n", self.page, re.M | re.S)

    def example(self, beginning):
        (found,) = [block for block in self.blocks if re.search(f"^{beginning}", block, re.M)]
        return found

    def test_the_identity_is_read_and_not_for_use(self):
        device = self.device("alpha")
        device.write("identity", self.example("dsoftbus-identity"))
        self.assertEqual(device.run("id").returncode, EXIT_CONFIG)
        self.assertRegex(device.run("id", "--allow-test-keys").stdout, r"\Alamp-1\.example [0-9a-f]{64}\n\Z")

    def test_the_trust_store_is_read(self):
        device = self.device("alpha")
        example = self.example("dsoftbus-trust")
        device.write("trust", example)
        result = device.run("trust", "list")
        self.assertEqual((result.stderr, result.returncode), ("", EXIT_OK))
        for line in example.splitlines()[2:]:
            self.assertIn(line.split()[0], result.stdout)

    def test_the_root_and_its_serials_are_read_and_what_it_signs_is_made(self):
        folder = self.folder_named("plant")
        os.chmod(folder, 0o700)
        for name, beginning in (("root", "dsoftbus-root"), ("root.serials", "dsoftbus-serials")):
            with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                os.chmod(file.name, 0o600)
                file.write(self.example(beginning).replace("lamp-1.example 3", "lamp-1.example 2"))
        example = self.example("dsoftbus-attestation")
        of = dict(line.split(" ", 1) for line in example.splitlines())
        result = subprocess.run([f"{BIN}/dsoftbus", "root", "sign", f"{folder}/root", of["id"], of["key"], of["services"]],
                                stdout=subprocess.PIPE, text=True, check=True, env=ENV)
        elided = ("signature [0-9a-f]{64} [0-9a-f]{64}", "signature FIRST SECOND")
        self.assertEqual(re.sub(*elided, result.stdout), example)
        result = subprocess.run([f"{BIN}/dsoftbus", "root", "revoke", f"{folder}/root", of["id"]], stdout=subprocess.PIPE,
                                text=True, check=True, env=ENV)
        self.assertEqual(re.sub(*elided, result.stdout), self.example("dsoftbus-revocations"))

    def test_the_attempts_are_read(self):
        device = self.device("alpha")
        device.write("pairing-attempts", self.example("failed"))
        result = device.run("pair", "--listen", "127.0.0.1:0", "--window", "1")
        self.assertEqual(result.returncode, EXIT_NO_PEER, result.stderr)  # long ago: the window opens

    def test_faults_are_those_of_the_code(self):
        named = re.findall(r'\] =\s*"([^"]*)"', source("lib/dsoftbus/text.c"))
        self.assertEqual(self.example("line too long").splitlines(), named[1:])

    def test_bounds_are_those_of_the_code(self):
        for words, path, name in (
                ("at most {} bytes each", "lib/dsoftbus/text.h", "DSB_TEXT_LINE_MAX"),
                ("is 1 to {} characters", "lib/dsoftbus/device_id.h", "DSB_DEVICE_ID_MAX"),
                ("are 1 to {} names", "lib/dsoftbus/trust_store.h", "DSB_TRUST_SERVICES_MAX"),
                ("between, {} bytes at most", "lib/dsoftbus/trust_store.h", "DSB_TRUST_SERVICES_LEN_MAX"),
                ("room for {} peers", "node/store/keyring.h", "KEYRING_TRUST_MAX"),
                ("for {} roots", "node/store/keyring.h", "KEYRING_ROOT_MAX"),
                ("for {} devices that they", "node/store/keyring.h", "KEYRING_VOUCHED_MAX"),
                ("in at most {} bytes;", "lib/dsoftbus/attestation.h", "DSB_ATTESTATION_SERVICES_MAX"),
                ("for {} ids and", "lib/dsoftbus/revocations.h", "DSB_REVOCATIONS_MAX"),
                ("and in {} bytes at most.", "lib/dsoftbus/revocations.h", "DSB_REVOCATIONS_TEXT_MAX"),
                ("{} seconds at most", "lib/dsoftbus/pairing.h", "DSB_PAIRING_WAIT_MAX_S")):
            self.assertIn(words.format(number(path, name)), self.text)

    def test_files_are_those_of_the_code(self):
        headers = "".join(source(f"node/{name}.h") for name in ("store/keyring", "store/attempts", "cli/pair", "daemon/status"))
        for name in re.findall(r'#define [A-Z_]+(?:FILE|LOCK|SOCKET)\s+"([a-z.-]+)"', headers):
            self.assertRegex(self.page, rf"(?m)^\.IR? {re.escape(name)}\b")


if __name__ == "__main__":
    main()
