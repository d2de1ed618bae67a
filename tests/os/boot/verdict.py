# SPDX-License-Identifier: Apache-2.0
"""Why a boot did not pass: the exit codes of scripts/qemu-test.sh (docs/testing.md)."""
PASSED = 0
BUILD_FAILED = 1
HOST_FAILED = 1  # what a scenario does on the host beside the machine
WRONG_USE = 2
NO_BOOT = 10
HANG = 11
MISSING = 12
OUT_OF_ORDER = 13
FORBIDDEN = 14
WRONG_COUNT = 15
PANIC = 16
DEATH = 17
ENDED_EARLY = 18
CASE_MISMATCH = 19
INTERRUPTED = 130


class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
