#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dsoftbusd over the loopback, beside plain TCP and TLS 1.3 with mutual authentication, as tables in Markdown.
# `make bench` calls it. usage: scripts/bench-linux.sh PROGRAMS_DIR TOOLS_DIR [--rounds N --sessions N --bytes N]
set -euo pipefail
exec python3 -B "$(dirname "${BASH_SOURCE[0]}")/../tests/node/bench/bench.py" "$@"
