#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Boots a profile's image in QEMU and judges its log by the profile's markers. docs/testing.md describes
# markers, profiles and exit codes.
#
#   RUN_UNTIL_MARKER  1 (default): the whole manifest; any other text: stop at the first line with it
#                     (the manifest's own end marker: the same as 1)
#   RUN_TIMEOUT       seconds from the boot, "90s" (default) or "2m"; building does not count
#   PROFILE           default, or another name of tests/os/profiles
#   UART_LOG          where the log goes (default: uart.log in a folder of this run under build/run/)
#   IDENTITIES        folder of other identities than the bring-up ones (the image is built with them)
#   RNG_FILE          file that feeds the machine's entropy device (default: /dev/urandom)
#   WIRE_SEED, WIRE_SECONDS  of the storm in PROFILE=hostile-wire (default: 1, 60)
#   RNG_QUOTA         bytes/milliseconds of a slow entropy device (default: 256/2000)
#   SHOW=1            also show the log as it grows, made readable (scripts/show-log.awk)
#   KERNEL, QEMU      boot this file with this emulator instead of the built one
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

BUILD_FAILED=1 WRONG_USE=2
profile=${PROFILE:-default}
until_marker=${RUN_UNTIL_MARKER:-1}
RNG_QUOTA=${RNG_QUOTA:-256/2000}
qemu=${QEMU:-qemu-system-riscv64}
manifest=tests/os/markers/$profile.txt

wrong_use() {
    echo "qemu-test: $*" >&2
    exit $WRONG_USE
}
[[ ${RUN_TIMEOUT:-90s} =~ ^([0-9]+)(s|m|)$ ]] || wrong_use "RUN_TIMEOUT=$RUN_TIMEOUT: a number of seconds (90s) or minutes (2m)"
timeout_s=$((10#${BASH_REMATCH[1]} * ($([ "${BASH_REMATCH[2]}" = m ] && echo 60 || echo 1))))
row=$(awk -F'|' -v name="$profile" '!/^#/ { gsub(/ /, "", $1) } $1 == name { print $2 "|" $3 }' tests/os/profiles)
[ -n "$row" ] && [ -f "$manifest" ] || wrong_use "PROFILE=$profile: none of $(awk -F'|' '!/^#/ && NF { printf "%s ", $1 }' tests/os/profiles)"
IFS='|' read -r image devices <<<"$row"
image=${image// /}

# A profile with programs on the host as well: its script starts them and calls this one for the boot.
if [ -z "${HOST_PEER:-}" ]; then
    case $profile in
    host-peer | hostile-wire) exec "scripts/$profile-test.py" ;;
    esac
fi

# The image. Only this and the packages may take long; the clock starts at the boot.
kernel=${KERNEL:-}
if [ -z "$kernel" ]; then
    scripts/setup.sh || exit $BUILD_FAILED
    if [ -n "${IDENTITIES:-}" ]; then
        IDENTITIES=$(realpath "$IDENTITIES") || exit $BUILD_FAILED
        DSB_BUILD=os-$(printf %s "$IDENTITIES" | sha256sum | head -c 8)
        export IDENTITIES DSB_BUILD
    fi
    scripts/build.sh os "image_$image" || {
        echo "qemu-test: the image of profile $profile does not build" >&2
        exit $BUILD_FAILED
    }
    kernel=build/${DSB_BUILD:-os}/images/$image/kernel.elf
fi

mkdir -p build/run
run=$(mktemp -d "build/run/$profile.XXXXXX")
log=${UART_LOG:-$run/uart.log}
: >"$log" || wrong_use "cannot write UART_LOG=$log"
ln -sfn "$(realpath "$log")" build/uart.log

command=("$qemu" -machine virt -bios default -global virtio-mmio.force-legacy=false -m 128M -smp 1
    -display none -monitor none -serial stdio -no-reboot -kernel "$kernel")
for device in $devices; do
    case $device in
    rng | slow-rng) # the slow one gives so many bytes in so many milliseconds, then nothing until the next
        quota=""
        [ "$device" = rng ] || quota=",max-bytes=${RNG_QUOTA%/*},period=${RNG_QUOTA#*/}"
        command+=(-object "rng-random,id=r0,filename=${RNG_FILE:-/dev/urandom}"
            -device "virtio-rng-device,rng=r0,bus=virtio-mmio-bus.1$quota")
        ;;
    net) # everything that answers is inside QEMU; nothing reaches the network outside
        mkdir -p "$run/tftp"
        echo "hello from tftp" >"$run/tftp/hello.txt"
        command+=(-netdev "user,id=n0,restrict=on,tftp=$run/tftp${HOSTFWD:+,hostfwd=$HOSTFWD}${GUESTFWD:+,guestfwd=$GUESTFWD}"
            -device "virtio-net-device,netdev=n0,bus=virtio-mmio-bus.0")
        ;;
    wire) # a program on the host is the wire (WIRE: QEMU's UDP port, and that program's)
        end="inet,%s.host=127.0.0.1,%s.port"
        command+=(-netdev "dgram,id=n0,local.type=${end//%s/local}=${WIRE%:*},remote.type=${end//%s/remote}=${WIRE#*:}"
            -device "virtio-net-device,netdev=n0,bus=virtio-mmio-bus.0")
        ;;
    reboots) # a reset of the machine is a new boot, not the end
        for i in "${!command[@]}"; do [ "${command[i]}" != -no-reboot ] || unset "command[i]"; done
        ;;
    icount) command+=(-icount shift=0) ;;
    virtual-time) command+=(-icount "shift=0,sleep=off" -rtc clock=vm) ;; # also the clock device's
    *) wrong_use "tests/os/profiles: unknown device '$device'" ;;
    esac
done

qemu_pid="" show_pid="" check_pid=""
stop_qemu() { # TERM, then KILL: a QEMU whose entropy file ran out does not listen to TERM
    [ -n "$qemu_pid" ] || return
    kill -TERM "$qemu_pid" 2>/dev/null
    for _ in $(seq 20); do
        kill -0 "$qemu_pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$qemu_pid" 2>/dev/null
    wait "$qemu_pid" 2>/dev/null
    qemu_pid=""
    [ -z "$show_pid" ] || wait "$show_pid" 2>/dev/null
}
trap stop_qemu EXIT
interrupted() {
    echo "qemu-test: interrupted"
    [ -z "$check_pid" ] || kill "$check_pid" 2>/dev/null
    exit 130
}
trap interrupted INT TERM

"${command[@]}" </dev/null >"$log" 2>"$run/qemu.err" &
qemu_pid=$!
if [ "${SHOW:-0}" = 1 ]; then
    tail -n +1 -s 0.1 -f --pid="$qemu_pid" "$log" 2>/dev/null | scripts/show-log.awk &
    show_pid=$!
fi

client=$(sed -n 's/^id //p' "${IDENTITIES:-tests/identities}/client.identity" 2>/dev/null)
check=(scripts/uart-check.py --define "client=$client" --watch "$qemu_pid" --timeout "$timeout_s")
[ "$until_marker" = 1 ] || check+=(--until "$until_marker")
# In the background, since a shell that waits for a foreground command does not hear Ctrl-C.
"${check[@]}" "$manifest" "$log" >"$run/verdict" 2>&1 &
check_pid=$!
wait "$check_pid"
code=$?
stop_qemu

if [ $code -ne 0 ]; then
    echo "--- end of $log"
    tail -n 25 "$log"
    [ ! -s "$run/qemu.err" ] || { echo "--- QEMU says"; tail -n 5 "$run/qemu.err"; }
    echo "---"
fi
# An image or an emulator that this script did not choose is part of what was judged.
echo "qemu-test: $profile: $(tail -n 1 "$run/verdict") (log: $log${KERNEL:+, KERNEL=$KERNEL}${QEMU:+, QEMU=$QEMU})"
exit $code
