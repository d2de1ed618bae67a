#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Boots a profile's image in QEMU and judges its log by the profile's markers: tests/os/boot does it.
# docs/testing.md describes markers, profiles and exit codes.
#
#   RUN_UNTIL_MARKER  1 (default): the whole manifest; any other text: stop at the first line with it
#                     (the manifest's own end marker: the same as 1)
#   RUN_TIMEOUT       seconds from the boot, "90s" (default) or "2m"; building does not count
#   PROFILE           default, or another name of tests/os/profiles
#   UART_LOG          where the log goes (default: uart.log in a folder of this run under build/run/)
#   IDENTITIES        folder of other identities than the bring-up ones (the image is built with them)
#   RNG_FILE          file that feeds the machine's entropy device (default: /dev/urandom)
#   WIRE_SEED, WIRE_SECONDS  of the storm in PROFILE=hostile-wire (default: 1, 60)
#   RNG_QUOTA         bytes/milliseconds of a slow entropy device (default: 256/2000)
#   SHOW=1            also show the log as it grows, made readable
#   KERNEL, QEMU      boot this file with this emulator instead of the built one
command -v python3 >/dev/null || "$(dirname "$0")/setup.sh" || exit 1
exec python3 -B "$(dirname "$0")/../tests/os/boot"
