#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/os/boot/show.py: banner left out, repeated lines once, parts in order, the sum at the end."""
import contextlib
import io
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TOP}/tests/os/boot")
from show import Show  # noqa: E402

LOG = ["OpenSBI v1.1", "kernel: up", "SELFTEST: net ping ok", "dsoftbusd: handshake: message 1 read",
       "dsoftbusd: auth ok", "SELFTEST: dsoftbus case flood begin", *["dsoftbusd: session refused reason=x"] * 3,
       "SELFTEST: dsoftbus reject flood ok", "SELFTEST: end"]
WANT = """
-- boot
kernel: up

-- network, from processes of their own
SELFTEST: net ping ok

-- a session: Noise XK, then the identity bound to the key, then application records
dsoftbusd: handshake: message 1 read
dsoftbusd: auth ok

-- adversaries: each against the real dsoftbusd
SELFTEST: dsoftbus case flood begin
dsoftbusd: session refused reason=x
   (3 times)
SELFTEST: dsoftbus reject flood ok

-- end
SELFTEST: end

1 sessions authenticated, 1 adversarial cases held off
"""
show, said = Show(), io.StringIO()
with contextlib.redirect_stdout(said):
    for line in LOG:
        show.line(line)
    show.end()
print(said.getvalue())
sys.exit(said.getvalue() != WANT)
