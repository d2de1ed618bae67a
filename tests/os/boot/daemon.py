# SPDX-License-Identifier: Apache-2.0
"""What dsoftbusd may say: the forms of its lines, their order, and their sums."""
import re

from verdict import FORBIDDEN, OUT_OF_ORDER, Failure

AUTH_OK = "dsoftbusd: auth ok"
BOUND_LINE = re.compile(r"dsoftbusd: identity bound peer=[a-z0-9.-]+$")
MESSAGE_LINE = re.compile(r"dsoftbusd: handshake: message (?:(1) read|(2) written|(3) read)(?: times=(\d+))?$")
SESSION_LINE = re.compile(
    r"dsoftbusd: session (refused|ended) reason=([a-z0-9-]+)(?: claim=([a-z0-9.-]+))?(?: times=(\d+))?$"
)
PACKET_LINE = re.compile(r"dsoftbusd: packet (ignored) reason=([a-z0-9-]+) count=(\d+)$")
SERVICE_LINE = re.compile(
    r"dsoftbusd: service refused (?:peer=[a-z0-9.-]+ service=[a-z0-9.-]+ reason=[a-z-]+|reason=[a-z-]+ times=\d+)$"
)
# What came of dialling a device for an application: a session, of which nothing else is said until it ends, or none.
DIAL_LINE = re.compile(r"dsoftbusd: dial (?:(ok) peer=[a-z0-9.-]+|failed peer=[a-z0-9.-]+ reason=[a-z0-9-]+)$")
# Said of a handshake whose message 3 was read; the claim names its sender.
READ_MESSAGE_3 = re.compile(r"\S+\(|msg3-(critical|recv-max|bad-id|payload)\b")
# Of what dsoftbusd says under these beginnings, every line has one of the forms above.
STRICT = ("auth", "identity", "handshake", "session", "service", "packet", "dial")


def verbs_of(reason):
    """Which of dsoftbusd's lines can name this reason."""
    if reason == "clean" or reason.startswith(("record-", "session-")):
        return ("ended",)
    if reason.startswith("local-"):
        return ("refused", "ended")
    return ("refused",) if re.match("(msg[123]|accept)-", reason) else ("ignored",)


class Tally:
    """What dsoftbusd did in one case, or outside of all cases."""

    def __init__(self):
        self.auth_count, self.ends, self.messages = 0, {}, {1: 0, 2: 0, 3: 0}

    def add_end(self, key, count):
        self.ends[key] = self.ends.get(key, 0) + count

    def fault(self, expected):
        """What is not as expected, as text; None when all is."""
        for key in sorted(set(self.ends) | set(expected)):
            low, high = expected.get(key, (0, 0))
            if not low <= self.ends.get(key, 0) <= high:
                return f"dsoftbusd logged reason {key} {self.ends.get(key, 0)} times"
        # Who failed at message 3, or later, had messages 1 and 2.
        late = sum(count for key, count in self.ends.items() if key.startswith("msg3-") or "(" in key)
        read = sum(count for key, count in self.ends.items() if READ_MESSAGE_3.match(key))
        for number, count in self.messages.items():
            wanted = self.auth_count + (read if number == 3 else late)
            if count != wanted:
                return f"dsoftbusd logged message {number} {count} times, not {wanted}"
        return None


class Daemon:
    """dsoftbusd's own lines, whose order proves that who is let in has been authenticated."""

    def __init__(self, is_stated):
        self.is_stated = is_stated  # each end and so each handshake is stated; else lines may be counted late
        self.stages = {1: 0, 2: 0, 3: 0}  # handshakes whose last line was this message's
        self.is_bound, self.session_count, self.packet_count = False, 0, 0

    def line(self, text, tally):
        word = text.removeprefix("dsoftbusd: ").split(" ")[0].rstrip(":")
        message, session, packet = MESSAGE_LINE.match(text), SESSION_LINE.match(text), PACKET_LINE.match(text)
        if self.is_bound != (text == AUTH_OK):
            raise Failure(OUT_OF_ORDER, f"'identity bound' and 'auth ok' are not one after the other: {text}")
        self.is_bound = False
        if text == AUTH_OK:
            self.session_count += 1
            tally.auth_count += 1
        elif BOUND_LINE.match(text):
            self.is_bound = True
            self.step(3, None, 1, text)
        elif message:
            number = int(message[1] or message[2] or message[3])
            self.step(number - 1, number, int(message[4] or 1), text)
            tally.messages[number] += int(message[4] or 1)
        elif session:
            self.session(session, tally, text)
        elif packet:
            if "ignored" not in verbs_of(packet[2]) or int(packet[3]) <= self.packet_count:
                raise Failure(FORBIDDEN, f"not a line of dsoftbusd's: {text}")
            self.packet_count = int(packet[3])
            tally.add_end(packet[2], 1)
        elif DIAL_LINE.match(text):
            self.session_count += DIAL_LINE.match(text)[1] is not None
        elif word in STRICT and not SERVICE_LINE.match(text):
            raise Failure(FORBIDDEN, f"not a line of dsoftbusd's: {text}")

    def step(self, before, after, count, text):
        if before:
            self.stages[before] -= count
            if self.stages[before] < 0 and self.is_stated:
                raise Failure(OUT_OF_ORDER, f"no handshake had come that far: {text}")
        if after:
            self.stages[after] += count

    def session(self, match, tally, text):
        verb, reason, claim, times = match.groups()
        key = f"{reason}({claim})" if claim else reason
        tally.add_end(key, int(times or 1))
        if verb not in verbs_of(reason) or (claim and verb != "refused"):
            raise Failure(FORBIDDEN, f"not a line of dsoftbusd's: {text}")
        if verb == "ended":
            self.session_count -= 1
            if self.session_count < 0:
                raise Failure(OUT_OF_ORDER, f"more ends than sessions: {text}")
        elif READ_MESSAGE_3.match(key):
            self.step(3, None, int(times or 1), text)
        elif reason.startswith("msg3-"):
            self.step(2, None, int(times or 1), text)
