#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The library makes no branch and no index that depends on a secret, and valgrind would find one.
# usage: constant_time_test.sh CONSTANT_TIME NAME     NAME: of the code behind the seam
set -euo pipefail
found=99
check() { valgrind --quiet --error-exitcode=$found "$@"; }

for control in control-branch control-index; do
    status=0
    check "$1" $control >/dev/null 2>&1 || status=$?
    [ "$status" -eq $found ] || {
        echo "$control: valgrind did not find it (status $status)"
        exit 1
    }
done
# Not by DSB_CRYPTO: valgrind knows instructions (ADX) that its CPUID does not show.
check "$1" run "$2"
