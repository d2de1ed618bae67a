#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: with_vectors_dir.sh SOURCE_DIR PROGRAM NAME   runs PROGRAM on NAME in the folder of shared vectors
# ($VECTORS_DIR, relative to the source; else ../shared/vectors). Exit 77 (skipped) when NAME is not there.
set -euo pipefail
cd "$1"
file=${VECTORS_DIR:-../shared/vectors}/$3
if [ ! -e "$file" ]; then
    echo "left out: $file is not there (VECTORS_DIR names the folder)"
    exit 77
fi
exec "$2" "$file"
