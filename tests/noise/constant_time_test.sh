#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The library makes no branch and no index that depends on a secret, and valgrind would find one.
# usage: constant_time_test.sh CONSTANT_TIME
set -euo pipefail
found=99
check() { valgrind --quiet --error-exitcode=$found "$1" "$2"; }

for control in control-branch control-index; do
    status=0
    check "$1" $control >/dev/null 2>&1 || status=$?
    [ "$status" -eq $found ] || {
        echo "$control: valgrind did not find it (status $status)"
        exit 1
    }
done
check "$1" run
