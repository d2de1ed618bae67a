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


def ping(folder, port, count=2, device=DEVICE):
    """The device at this port of the host's; gives the last line said."""
    code, said = call("ping", folder, "--count", str(count), "--interval", "0.1", f"{device}@127.0.0.1:{port}")
    must(code == 0, f"the trusted key: exit {code}, {said}")
    return said.splitlines()[-1]


def ping_refused(folder, port):
    code, said = call("ping", folder, f"{DEVICE}@127.0.0.1:{port}")
    must(code == EXIT_REJECTED and "(accept-truncated)" in said, f"the untrusted key: exit {code}, {said}")
