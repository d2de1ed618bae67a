#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RFC-0008 lists exactly the reasons of reason.h, with their numbers and names.
# usage: reasons_doc_test.sh REASON_H RFC
set -euo pipefail
in_header=$(sed -n 's/^ *X([A-Z0-9_]*, \(0x[0-9a-f]*\), "\([a-z0-9-]*\)").*/\1 \2/p' "$1")
in_rfc=$(sed -n 's/^| `\(0x[0-9a-f]*\)` | `\([a-z0-9-]*\)` | .*/\1 \2/p' "$2")
[ -n "$in_header" ] || { echo "no reason found in $1"; exit 1; }
diff <(echo "$in_header") <(echo "$in_rfc")
