#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every case of tests/os/kernel has its marker in the manifest of PROFILE=kernel, and the other way round: a
# case that is not expected could be lost without anybody noticing.
set -euo pipefail
cd "$DSB_ROOT"
cases=$(sed -n '/^static const struct kt_case cases/,/^};/p' tests/os/kernel/case_*.c | grep -oE '\{"[a-z0-9-]+"' | tr -d '{"' | sort)
markers=$(sed -nE 's/^order KTEST: ([a-z0-9-]+) ok$/\1/p' tests/os/markers/kernel.txt | sort)
[ "$(wc -l <<<"$cases")" -gt 50 ]
diff <(echo "$cases") <(echo "$markers")
