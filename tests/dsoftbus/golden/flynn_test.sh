#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The golden session against an independent implementation. usage: flynn_test.sh WORK_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/../../interop/build_flynn.sh" "$1/flynn-golden" "$here/flynn"
"$1/flynn-golden" "$here/session.txt"
