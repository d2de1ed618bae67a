#!/usr/bin/env bash
# Every case of tests/os/kernel has its marker in the manifest of PROFILE=kernel, and the other way round: a
# case that is not expected could be lost without anybody noticing.
set -euo pipefail
cd "$DSB_ROOT"
cases=$(sed -nE '/^static const struct kt_case cases/,/^};/s/^ *\{"([a-z0-9-]+)".*/\1/p' tests/os/kernel/case_*.c | sort)
markers=$(sed -nE 's/^order KTEST: ([a-z0-9-]+) ok$/\1/p' tests/os/markers/kernel.txt | sort)
[ "$(wc -l <<<"$cases")" -gt 50 ]
diff <(echo "$cases") <(echo "$markers")
