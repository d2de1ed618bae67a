#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Interoperation with flynn/noise: fresh vectors with messages at the protocol's limits, and live sessions.
# usage: interop_test.sh WORK_DIR NOISE_VECTORS NOISE_INTEROP
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
flynn=$1/flynn
"$here/build_flynn.sh" "$flynn"
FLYNN_LARGE=1 "$flynn" vectors >"$1/large.json"
"$2" "$1/large.json"
"$flynn" vectors | cmp - "$here/../vectors/noise_xk.json" # the committed vectors are what this makes
"$3" "$flynn"
