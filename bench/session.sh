#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a session, an application's stream and a record on the disk cost on the OS, in instructions, and what the system takes in
# memory: docs/figures.md says what the figures mean. Traces every instruction of the images `deterministic`, in boots that differ
# by their entropy, `bus-inside` and `store`. Fails when the handshake's share beside the cryptography exceeds the aim.
# usage: bench/session.sh BUILD_FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
runs=2
share_max_percent=15 # all but the cryptography, of a handshake
entropy_bytes=1048576 # far more than a boot reads: QEMU spins for ever when the file is used up
run=$(mktemp -d)
machine_pid=""
finish() {
    [ -z "$machine_pid" ] || kill -TERM "$machine_pid" 2>/dev/null || true
    rm -rf "$run"
}
trap finish EXIT

program() { # name: its file, with symbols
    find "$build/services" "$build/tests/os" -type f -name "$1"
}
address() { # program, function
    riscv64-unknown-elf-nm "$(program "$1")" | awk -v name="$2" '$3 == name { print "0x" $1 }'
}
boot() { # file for the counts, image, windows in one word, the machine's further words...
    local counts=$1 image=$build/images/$2/kernel.elf windows=$3 profile_pid
    shift 3
    # shellcheck disable=SC2086
    "$run/profile" "$run/ranges" $windows <"$run/trace" >"$counts" &
    profile_pid=$!
    tests/os/boot/machine.py "$@" --log "$run/uart.log" --trace "$run/trace" \
        --trace-of 0x10000..0xfffffff,0x80200000..0x87ffffff,0xffffffc000000000..0xffffffcfffffffff "$image" &
    machine_pid=$!
    wait "$profile_pid" || { tail -n 5 "$run/uart.log"; echo "bench-session: what is measured did not come about"; exit 1; }
    wait "$machine_pid" || true
    machine_pid=""
    grep -q "^SELFTEST: end" "$run/uart.log" || { echo "bench-session: the run did not end"; exit 1; }
}

cc -O2 -o "$run/profile" bench/session_profile.c
bench/session_ranges.py "$build" >"$run/ranges"
auth_ok=$(address dsoftbusd journal_authenticated),1
# The ping's end is the client's next call, its second echo; the stream's, that it lets go of the second one.
windows="handshake:$(address selftest-client link_connect),1:$auth_ok
    ping:$(address selftest-client link_ping),1:$(address selftest-client link_echo),2
    stream:$(address selftest-client link_echo),2:$(address selftest-client dsb_streams_let_go),2 boot:0,1:$auth_ok"
# A file is two messages that the client writes out, PUT and DONE, and BYTES between them.
message=$(address selftest-client message_write)
files="small:$message,1:$message,3 large:$message,3:$(address selftest-client link_close),1"
put=$(address store-client record_put)
mkfifo "$run/trace"
for i in $(seq $runs); do
    truncate -s 0 "$run/disk"
    truncate -s 1M "$run/disk"
    boot "$run/record.$i" store "record:$put,1:$put,2" --devices icount --disk "$run/disk"
    python3 -c 'import random, sys
sys.stdout.buffer.write(random.Random(sys.argv[1]).randbytes(int(sys.argv[2])))' "$i" $entropy_bytes >"$run/entropy"
    boot "$run/session.$i" deterministic "$windows" --devices "net rng icount" --rng-file "$run/entropy"
    boot "$run/files.$i" bus-inside "$files" --devices "net rng icount" --rng-file "$run/entropy"
done

table() { # window, title, whose counts
    awk -v window="$1" -v title="$2" '
        $1 == window { count[$2] = $3; total += $3; name[++n] = $2 }
        END {
            printf "%-44s %12s %7s\n", title, "instructions", "share"
            for (i = 1; i <= n; i++)
                printf "  %-42s %12d %6.1f %%\n", name[i], count[name[i]], 100 * count[name[i]] / total
        }' "$run/$3.1"
    total "$1" "  all" "$3"
}
total() { # window, title, whose counts: of the first run, and how far the others are from it
    awk -v window="$1" -v title="$2" '
        FNR == 1 { run++ }
        $1 == window { sum[run] += $3 }
        END {
            for (i = 2; i <= run; i++) { d = sum[i] - sum[1]; if (d < 0) d = -d; if (d > spread) spread = d }
            printf "%-44s %12d   (%d boots, largest difference %d)\n", title, sum[1], run, spread
        }' "$run/$3".*
}
table handshake "connect to auth ok, both ends" session
table ping "encrypted ping, there and back" session
table stream "a stream: open, 256 bytes there and back" session
table small "a file of 256 bytes to filed" files
table large "a file of 16384 bytes to filed" files
total boot "kernel entry to auth ok" session
table record "a record of 3584 bytes, until it is certain" record
printf '\n%-44s %12s\n' "memory of a process, page tables included" "KiB"
sed -n 's/^init: pages \([a-z-]*\) \([0-9]*\).*$/\1 \2/p' "$run/uart.log" |
    while read -r name pages; do printf '  %-42s %12d\n' "$name" $((pages * 4)); done
awk -v max=$share_max_percent '
    $1 == "handshake" { total += $3; if ($2 != "crypto") own += $3 }
    END {
        printf "\nall but the cryptography: %.1f %% of a handshake (aim: under %d %%)\n", 100 * own / total, max
        exit own * 100 >= total * max
    }' "$run/session.1"
