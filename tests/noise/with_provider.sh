#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: with_provider.sh NOISE_PROVIDER NAME PROGRAM...   runs PROGRAM with DSB_CRYPTO=NAME
# Exit 77 (skipped) when this processor, as PROGRAM will see it, cannot run that code.
set -euo pipefail
export DSB_CRYPTO=$2
status=0
name=$("$1") || status=$?
if [ $status -eq 77 ]; then
    echo "left out: this processor cannot run $2"
    exit 77
fi
[ "$name" = "$2" ] || {
    echo "DSB_CRYPTO=$2 gives: $name"
    exit 1
}
shift 2
exec "$@"
