# SPDX-License-Identifier: Apache-2.0
"""What scripts/qemu-test.sh was asked for: its variables (docs/testing.md) and the row of tests/os/profiles."""
import dataclasses
import hashlib
import os
import re
import subprocess

from machine import QEMU, RNG_FILE, RNG_QUOTA

WIRE_RNG_QUOTA = "2048/1000"  # more than the proof's, less than a flood would draw if it drew anything
BESIDE_THE_STORM_S = 440  # boot, cases, and what gives up slowly
PROFILES, MARKERS = "tests/os/profiles", "tests/os/markers"


class WrongUse(Exception):
    pass


class BuildFailed(Exception):
    pass


def read_profiles():
    """Name -> (image, devices)."""
    profiles = {}
    with open(PROFILES, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, image, devices = (field.strip() for field in line.split("|"))
                profiles[name] = image, devices.split()
    return profiles


def read_timeout(text):
    """Seconds; decimal, also with zeros before it."""
    match = re.fullmatch(r"([0-9]+)([sm]?)", text, re.ASCII)
    if not match:
        raise WrongUse(f"RUN_TIMEOUT={text}: a number of seconds (90s) or minutes (2m)")
    return int(match[1]) * (60 if match[2] == "m" else 1)


@dataclasses.dataclass
class Settings:
    profile: str
    image: str
    devices: list
    until: str  # None: the whole manifest
    timeout_s: int
    uart_log: str
    identities: str
    rng_file: str
    rng_quota: str
    show: bool
    kernel: str
    given: str  # an image or an emulator that the caller chose is part of what was judged
    qemu: str

    @property
    def manifest(self):
        return f"{MARKERS}/{self.profile}.txt"

    def client(self):
        """The id that {client} stands for in manifests."""
        path = f"{self.identities or 'tests/identities'}/client.identity"
        if not os.path.exists(path):
            return ""
        with open(path, encoding="ascii", errors="replace") as file:
            return "\n".join(line[3:].rstrip("\n") for line in file if line.startswith("id "))

    def build(self):
        """The image, as a file. Only this and the packages may take long; the clock starts at the boot."""
        if self.kernel:
            return
        build, extra = "os", {}
        if self.identities:
            if not os.path.isdir(self.identities):
                raise BuildFailed(f"IDENTITIES={self.identities}: no such folder")
            self.identities = os.path.realpath(self.identities)
            build = "os-" + hashlib.sha256(self.identities.encode()).hexdigest()[:8]
            extra = {"IDENTITIES": self.identities, "DSB_BUILD": build}
        build = extra.get("DSB_BUILD") or os.environ.get("DSB_BUILD") or "os"
        for command in (["scripts/setup.sh"], ["scripts/build.sh", "os", f"image_{self.image}"]):
            if subprocess.run(command, env={**os.environ, **extra}, check=False).returncode != 0:
                raise BuildFailed(f"the image of profile {self.profile} does not build")
        self.kernel = f"build/{build}/images/{self.image}/kernel.elf"


def read(environment):
    def get(name, default=None):
        return environment.get(name) or default  # empty is not given

    if get("PROFILE") == "hostile-wire":
        seconds = get("WIRE_SECONDS", "60")
        if not seconds.isdecimal():
            raise WrongUse(f"WIRE_SECONDS={seconds}: a number of seconds")
        environment = {"RNG_QUOTA": WIRE_RNG_QUOTA, "RUN_TIMEOUT": str(int(seconds) + BESIDE_THE_STORM_S), **environment}
    timeout_s = read_timeout(get("RUN_TIMEOUT", "90s"))
    profile, profiles = get("PROFILE", "default"), read_profiles()
    if profile not in profiles or not os.path.isfile(f"{MARKERS}/{profile}.txt"):
        raise WrongUse(f"PROFILE={profile}: none of {' '.join(profiles)}")
    until = get("RUN_UNTIL_MARKER", "1")
    return Settings(
        profile, *profiles[profile], None if until == "1" else until, timeout_s, get("UART_LOG"), get("IDENTITIES"),
        get("RNG_FILE", RNG_FILE), get("RNG_QUOTA", RNG_QUOTA), get("SHOW") == "1", get("KERNEL"),
        "".join(f", {name}={get(name)}" for name in ("KERNEL", "QEMU") if get(name)), get("QEMU", QEMU))
