#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What scripts/image.sh says to a directory that will not do, and what it makes of a good one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=build/host/node/dsoftbus
scripts/build.sh host dsoftbus_program

refused() { # words that must be said, directory
    if said=$(IDENTITY=$2 OUT=$work/out scripts/image.sh 2>&1); then
        echo "an image was made of $2"
        exit 1
    fi
    grep -qF "$1" <<<"$said" || {
        echo "said: $said"
        echo "and not: $1"
        exit 1
    }
}
refused "no such directory" "$work/none"
mkdir -m 700 "$work/empty"
refused "has no file 'identity': \`dsoftbus keygen --dir $work/empty ID\`" "$work/empty"
mkdir -m 700 "$work/bring-up"
install -m 600 tests/identities/dsoftbusd.identity "$work/bring-up/identity"
install -m 600 tests/identities/dsoftbusd.trust "$work/bring-up/trust"
refused "a bring-up test key, not for use" "$work/bring-up"

"$tool" keygen --quiet --dir "$work/lamp" lamp-1
"$tool" keygen --quiet --dir "$work/gateway" gateway
refused "has no file 'trust'" "$work/lamp"
"$tool" trust --dir "$work/lamp" add gateway "$("$tool" id --dir "$work/gateway" | cut -d' ' -f2)"
cp -p "$work/lamp/trust" "$work/trust"
echo junk >>"$work/lamp/trust"
refused "$work/lamp/trust:3: wrong number of words, or not one space between them" "$work/lamp"
cp -p "$work/trust" "$work/lamp/trust"

"$tool" root new "$work/root" >/dev/null
"$tool" root sign "$work/root" lamp-1 "$("$tool" id --dir "$work/lamp" | cut -d' ' -f2)" >"$work/word"
"$tool" attest --dir "$work/lamp" "$work/word" >/dev/null
IDENTITY=$work/lamp OUT=$work/out scripts/image.sh | grep -qF "$work/out/kernel.elf, id and key: lamp-1 "
grep -qF "$(sed -n 's/^signature //p' "$work/word")" "$work/out/kernel.elf" || { echo "the image lacks what the root says"; exit 1; }
[ "$(stat -c %a "$work/out/kernel.elf")" = 600 ]
for word in lamp-1 "$(sed -n 's/^gateway //p' "$work/trust")"; do
    grep -qF "$word" "$work/out/kernel.elf" || { echo "the image lacks $word"; exit 1; }
done
for word in SELFTEST selftest device.test; do
    ! grep -qF "$word" "$work/out/kernel.elf" || { echo "the image holds $word"; exit 1; }
done

boot_until_up() { # console; sets boot, port
    port=$(python3 - <<'END'
import socket
while True:  # two free ports, one behind the other
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        try:
            second.bind(("127.0.0.1", first.getsockname()[1] + 1))
        except (OSError, OverflowError):
            continue
        print(first.getsockname()[1])
        break
END
    )
    IMAGE=$work/out/kernel.elf PORT=$port tests/os/boot/product.py >"$1" 2>&1 &
    boot=$!
    trap 'kill $boot 2>/dev/null || true; wait; rm -rf "$work"' EXIT
    for _ in $(seq 300); do
        ! grep -q "^dsoftbusd: os transport up" "$1" || break
        sleep 0.1
    done
}
switch_off() {
    local code=0
    kill "$boot"
    wait "$boot" || code=$?
    [ $code -eq 130 ] || { echo "switched off by TERM it ended with $code"; exit 1; }
}

# It boots, and who it trusts gets in.
"$tool" trust --dir "$work/gateway" add lamp-1 "$("$tool" id --dir "$work/lamp" | cut -d' ' -f2)"
boot_until_up "$work/console"
"$tool" ping --dir "$work/gateway" --count 1 "lamp-1@127.0.0.1:$port" || { cat "$work/console"; exit 1; }
switch_off

# Without a key in the image it makes one, and is the same device the next time.
if said=$(IDENTITY=$work/lamp TRUST=$work/lamp/trust OUT=$work/out scripts/image.sh 2>&1); then
    echo "an image was made with a key and without"
    exit 1
fi
echo junk >"$work/junk"
if said=$(TRUST=$work/junk OUT=$work/out scripts/image.sh 2>&1) || ! grep -qF "TRUST=$work/junk cannot be used" <<<"$said"; then
    echo "said: $said"
    exit 1
fi
cp -p "$work/lamp/trust" "$work/whom"
TRUST=$work/whom OUT=$work/out scripts/image.sh | grep -qF "$work/out/kernel.elf, without a key"
! grep -qaE "^private [0-9a-f]{64}" "$work/out/kernel.elf" || { echo "the image holds a key"; exit 1; }
export DISK=$work/disk
boot_until_up "$work/first"
read -r id key < <(sed -n 's/^keystored: this device is //p' "$work/first" | tr -d '\r')
"$tool" trust --dir "$work/gateway" add "$id" "$key"
switch_off
[ "$(stat -c %a "$DISK")" = 600 ]
boot_until_up "$work/second"
"$tool" ping --dir "$work/gateway" --count 1 "$id@127.0.0.1:$port" || { cat "$work/second"; exit 1; }
switch_off

# Without a trust store either it pairs: in two lines, one on each side.
code_refused() { # words that must be said, CODE, IDENTITY
    if said=$(CODE=$2 IDENTITY=$3 OUT=$work/out scripts/image.sh 2>&1) || ! grep -qF "$1" <<<"$said"; then
        echo "CODE=$2 IDENTITY=$3 said: $said"
        exit 1
    fi
}
for word in 1234567 12345678- none-at-all; do
    code_refused "CODE=$word: fresh, none, or 8 to 64" "$word" ""
done
code_refused "IDENTITY or CODE, not both" fresh "$work/lamp"
ATTESTATION=$work/trust code_refused "ATTESTATION=$work/trust is no attestation" fresh ""
ATTESTATION=$work/word code_refused "ATTESTATION goes with TRUST or CODE" "" "$work/lamp"
ATTESTATION=$work/word CODE=4TZK7q2M OUT=$work/out scripts/image.sh | grep -qF "$work/out/kernel.elf, without a key"
export DISK=$work/disk-of-another
boot_until_up "$work/third"
grep -q "^dsoftbusd: pairing by the given code, for " "$work/third"
grep -q "^dsoftbusd: dsoftbusd.attestation: not of this device's id and key, not used" "$work/third"
echo 4TZK-7q2M | "$tool" pair --dir "$work/gateway" "127.0.0.1:$((port + 1))" || { cat "$work/third"; exit 1; }
id=$(sed -n 's/^keystored: this device is \([^ ]*\) .*/\1/p' "$work/third")
"$tool" ping --dir "$work/gateway" --count 1 "$id@127.0.0.1:$port" || { cat "$work/third"; exit 1; }
switch_off
boot_until_up "$work/fourth"
! grep "^dsoftbusd: pairing" "$work/fourth" || { echo "the given code serves twice"; exit 1; }
"$tool" ping --dir "$work/gateway" --count 1 "$id@127.0.0.1:$port" || { cat "$work/fourth"; exit 1; }
switch_off
DISK=$work/none/disk IMAGE=$work/out/kernel.elf tests/os/boot/product.py 2>"$work/said" && exit 1
grep -qF "boot: DISK=$work/none/disk: No such file or directory" "$work/said"
unset DISK
! IMAGE=$work/none tests/os/boot/product.py 2>"$work/said" || exit 1
grep -qF "there is no $work/none: \`make image IDENTITY=DIR\` makes one" "$work/said"

private=$(sed -n 's/^private //p' "$work/lamp/identity")
left=$(grep -rlF "$private" build/os || true)
if [ -z "$private" ] || [ -n "$left" ] || [ -e build/os/release ]; then
    echo "the key was left in $left build/os/release"
    exit 1
fi
echo "image: ok"
