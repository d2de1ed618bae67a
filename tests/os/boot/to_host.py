#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Joins standard input and output, which QEMU connects to a guest's TCP connection, to a port of this host."""

import os
import selectors
import socket
import sys


def main():
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as host, selectors.DefaultSelector() as ready:
        ways = {0: lambda data: host.sendall(data), host.fileno(): lambda data: os.write(1, data)}
        for fd in ways:
            ready.register(fd, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                data = os.read(key.fd, 65536)
                if not data:
                    return
                ways[key.fd](data)


if __name__ == "__main__":
    main()
