# SPDX-License-Identifier: Apache-2.0
"""The Linux programs beside a machine: the host that the device trusts, and a stranger under the same name."""
import os
import re
import shutil
import subprocess
import tempfile

from host import must, output
from settings import BuildFailed
from verdict import PASSED

TOOL = "build/host/node/dsoftbus"
DEVICE, HOST = "device.test", "host.test"
DISCOVERY_PORT = 37020
SESSION_PORT = 34567  # the device's, and inside the host's as the device sees it
PAIRING_PORT = 34568
EXIT_REJECTED = 6  # of dsoftbus: connected, but no session
EXIT_REFUSED = 8  # and a session, but the peer refused


def build():
    if subprocess.run(["scripts/build.sh", "host", "dsoftbus_program", "dsoftbusd_program", "fleet_peer"], check=False).returncode:
        raise BuildFailed("the host's programs do not build")


def run_beside(settings, session):
    """session(settings, folder) with the host's programs and the image built; the folder stays when it fails."""
    settings.build()  # installs what is missing, too
    build()
    os.makedirs("build/run", exist_ok=True)
    work = tempfile.mkdtemp(prefix=f"{settings.profile}-", dir="build/run")
    code = session(settings, work)
    if code == PASSED:
        shutil.rmtree(work)
    else:
        print(f"{settings.profile}: the host's side is in {work}")
    return code


def call(command, folder, *words):
    """(exit code, what it said)"""
    return output([TOOL, command, "--dir", folder, "--allow-test-keys", *words])


def make_host(work, identities, name="host"):
    """The host's identity, or another of the device's peers, from the same files that the image takes."""
    folder = f"{work}/{name}"
    os.mkdir(folder, 0o700)
    for part in ("identity", "trust"):
        shutil.copyfile(f"{identities or 'tests/identities'}/{name}.{part}", f"{folder}/{part}")
        os.chmod(f"{folder}/{part}", 0o600)
    return folder


def make_stranger(work, host):
    """Another key that claims the host's id, and knows the device."""
    folder = f"{work}/stranger"
    _, list_of_keys = call("trust", host, "list")
    key = re.search(rf"^{re.escape(DEVICE)} (\S+)$", list_of_keys, re.M)
    must(key, f"{host}/trust does not know {DEVICE}: {list_of_keys}")
    subprocess.run([TOOL, "keygen", "--quiet", "--dir", folder, HOST], check=True)
    subprocess.run([TOOL, "trust", "--dir", folder, "add", DEVICE, key[1]], check=True)
    return folder


def make_member(work, host, name, root):
    """A device that has a root's word and trusts the machine alone: its folder, and its announce. root: the seed's digits."""
    folder, plant = f"{work}/{name}", f"{work}/plant"
    os.mkdir(plant, 0o700)
    with open(f"{plant}/root", "w", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(f"dsoftbus-root 1\nprivate {root}\n")
    shutil.copytree(host, folder, ignore=lambda *_: ["identity"])
    made = subprocess.run([TOOL, "keygen", "--dir", folder, name], check=True, capture_output=True, text=True)
    key = made.stdout.split()[1]
    word = subprocess.run([TOOL, "root", "sign", f"{plant}/root", name, key], check=True, capture_output=True, text=True).stdout
    subprocess.run([TOOL, "attest", "--dir", folder, "-"], check=True, input=word, text=True, stdout=subprocess.DEVNULL)
    said = dict(line.split(" ", 1) for line in word.splitlines()[1:])
    tail = bytes.fromhex(said["root"]) + int(said["serial"]).to_bytes(8, "big") + b"\0" + bytes.fromhex(said["signature"])
    head = b"NXSB" + bytes([2, len(name)]) + name.encode() + SESSION_PORT.to_bytes(2, "big") + bytes.fromhex(key) + b"\0"
    return folder, head + len(tail).to_bytes(2, "big") + tail


def ping(folder, port, count=2, device=DEVICE):
    """The device at this port of the host's; gives the last line said."""
    code, said = call("ping", folder, "--count", str(count), "--interval", "0.1", f"{device}@127.0.0.1:{port}")
    must(code == 0, f"the trusted key: exit {code}, {said}")
    return said.splitlines()[-1]


def ping_refused(folder, port):
    code, said = call("ping", folder, f"{DEVICE}@127.0.0.1:{port}")
    must(code == EXIT_REJECTED and "(accept-truncated)" in said, f"the untrusted key: exit {code}, {said}")
