# SPDX-License-Identifier: Apache-2.0
"""A daemon's socket whose other side is the test itself: it hears and says packets, and holds the far ends of what it
hands over. No protocol is implemented here."""

import array
import os
import socket

PATIENCE = float(os.environ.get("DSB_PATIENCE", "60"))


class FakeBus:
    def __init__(self, folder, greets=True):
        self.path = os.path.join(folder, "bus")
        self.greets = greets
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.path)
        self.listener.listen()
        self.client = None

    def close(self):
        for each in (self.client, self.listener):
            if each:
                each.close()

    def take(self, timeout=PATIENCE):
        """Waits for a client, and greets it."""
        self.listener.settimeout(timeout)
        self.client, _ = self.listener.accept()
        self.client.settimeout(timeout)
        if self.greets:
            self.hears("hello 1")
            self.says("ok 1")
        return self

    def heard(self):
        return self.client.recv(2048).decode()

    def hears(self, wanted):
        heard = self.heard()
        assert heard == wanted, f"heard {heard!r}, not {wanted!r}"

    def says(self, packet):
        self.client.send(packet.encode())

    def gives(self, packet):
        """Says it with a descriptor; returns the other end."""
        near, far = socket.socketpair()
        self.client.sendmsg([packet.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [far.fileno()]))])
        far.close()
        near.settimeout(PATIENCE)
        return near


def read_all(stream):
    """Up to the end of its bytes."""
    parts = []
    while part := stream.recv(65536):
        parts.append(part)
    return b"".join(parts)
