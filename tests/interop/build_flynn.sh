#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Go side from Debian's golang-github-flynn-noise-dev. usage: build_flynn.sh OUTPUT [SOURCE_FOLDER]
# Exit 77 with a word when Go or the package is not installed.
set -euo pipefail
gopath=/usr/share/gocode
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v go >/dev/null || {
    echo "skipped: go is not installed (scripts/setup.sh interop installs it)"
    exit 77
}
[ -d "$gopath/src/github.com/flynn/noise" ] || {
    echo "skipped: golang-github-flynn-noise-dev is not installed (scripts/setup.sh interop installs it)"
    exit 77
}
mkdir -p "$(dirname "$1")"
output=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "${2:-$here/flynn}"
GO111MODULE=off GOPATH=$gopath GOFLAGS='' GOCACHE=$(dirname "$output")/gocache go build -o "$output" .
