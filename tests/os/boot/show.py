# SPDX-License-Identifier: Apache-2.0
"""The machine's log for a person, as it grows: from the kernel's first line on, in parts, a line that comes
many times in a row once, and at the end what came of it all."""
import re

PARTS = (
    (re.compile(r"kernel: up$"), "boot"),
    (re.compile(r"SELFTEST: net "), "network, from processes of their own"),
    (re.compile(r"dsoftbusd: handshake: "),
     "a session: Noise XK, then the identity bound to the key, then application records"),
    (re.compile(r"SELFTEST: dsoftbus case .* begin$"), "adversaries: each against the real dsoftbusd"),
    (re.compile(r"(log|clock|file): published$"), "applications, which hold no key and no socket, offer services"),
    (re.compile(r"SELFTEST: bus clock ok$"), "a peer uses what its trust line names, and is refused the rest"),
    (re.compile(r"SELFTEST: end$"), "end"),
)


class Show:
    def __init__(self):
        self.shown, self.last, self.count, self.sessions, self.cases = set(), None, 0, 0, 0

    def line(self, text):
        names = [name for pattern, name in PARTS if pattern.match(text)]
        if not self.shown and names != ["boot"]:
            return  # the firmware's
        if text == self.last:
            self.count += 1
            return
        self.repeats()
        self.last, self.count = text, 1
        for name in names:
            if name not in self.shown:
                self.shown.add(name)
                print(f"\n-- {name}")
        self.sessions += text == "dsoftbusd: auth ok"
        self.cases += re.match(r"SELFTEST: dsoftbus reject .* ok$", text) is not None
        print(text, flush=True)

    def repeats(self):
        if self.count > 1:
            print(f"   ({self.count} times)")
        self.count = 0

    def end(self):
        self.repeats()
        print(f"\n{self.sessions} sessions authenticated, {self.cases} adversarial cases held off", flush=True)
