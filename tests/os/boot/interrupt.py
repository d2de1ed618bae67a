# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and TERM, once: they become an exception, never between the start of a process and its being known."""
import contextlib
import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM)
held, pending = 0, False


class Interrupted(BaseException):
    pass


def take(*_):
    global pending
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # the cleaning up is not interrupted again
    if held:
        pending = True
    else:
        raise Interrupted


def listen():
    for number in SIGNALS:
        signal.signal(number, take)


@contextlib.contextmanager
def hold():
    """What is done within is done whole."""
    global held
    held += 1
    try:
        yield
    finally:
        held -= 1
    if pending and not held:
        raise Interrupted
