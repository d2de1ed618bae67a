#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, then breaks the source in each place of tests/mutants/ (scripts/mutants.py).
cd "$(dirname "$0")/.." || exit 1
scripts/setup.sh && exec scripts/mutants.py "$@"
