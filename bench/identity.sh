#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What trust costs a device, as a table in Markdown: a pairing, a root's word, a record that stays. Instructions of the
# libraries and of the store alone, on rv64imac, without the system around them. `make bench-os` calls it.
# usage: bench/identity.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$1/tests/rv64

for name in pairing attestation records; do
    tests/rv64/run.sh "$programs/rv64-$name" "rv64 $name: done"
done | awk '
    /^[a-z0-9-]+ [0-9]+$/ { v[$1] = $2 }
    function row(name, value) { printf "| %s | %s |\n", name, value }
    function record(what, key) {
        row(what ", instructions", v[key "-instructions"])
        row(what ", sectors read and written", v[key "-read"] + v[key "-written"])
    }
    END {
        print "| rv64imac, -icount shift=0 | |\n|---|---|"
        row("pairing, the one that listens, instructions", v["pairing-listener"])
        row("pairing, the one that dials, instructions", v["pairing-dialler"])
        row("longest turn of the one that listens, instructions", v["pairing-turn"])
        row("stack high-water of a pairing call, bytes", v["pairing-stack"])
        row("state of a pairing, bytes", v["pairing-state"])
        row("verification of an attestation, instructions", v["verify"])
        row("verification of one that is altered, instructions", v["verify-false"])
        row("verification of a list of 64 revocations, instructions", v["verify-list"])
        row("stack high-water of a verification, bytes", v["verify-stack"])
        record("record of 32 bytes written", "put-short")
        record("record of 3584 bytes written", "put-longest")
        record("record of 3584 bytes read", "get-longest")
        record("blank disk taken", "take")
        record("disk with records opened", "open")
    }'
