// SPDX-License-Identifier: Apache-2.0
package main

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"

	"github.com/flynn/noise"
	"golang.org/x/crypto/curve25519"
)

// Both directions change their keys before this transport message, counted from 0 each way.
const rekeyAt = 500

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	check(err)
	return b
}

func readMessage(f *os.File) ([]byte, bool) {
	var head [2]byte
	if _, err := io.ReadFull(f, head[:]); err == io.EOF {
		return nil, false
	} else {
		check(err)
	}
	body := make([]byte, binary.BigEndian.Uint16(head[:]))
	_, err := io.ReadFull(f, body)
	check(err)
	return body, true
}

func writeMessage(f *os.File, body []byte) {
	out := make([]byte, 2, 2+len(body))
	binary.BigEndian.PutUint16(out, uint16(len(body)))
	_, err := f.Write(append(out, body...))
	check(err)
}

// peer runs a handshake, then sends a report (handshake hash, the other's static key, the payloads it received) as
// its first transport message, then sends every message it opens back, sealed anew, until the socket ends.
func peer(role, private, remote, prologue string, payloads []string) {
	f := os.Stdin
	key := noise.DHKey{Private: unhex(private)}
	public, err := curve25519.X25519(key.Private, curve25519.Basepoint)
	check(err)
	key.Public = public
	initiator := role == "initiator"
	config := noise.Config{CipherSuite: suite, Random: rand.Reader, Pattern: noise.HandshakeXK,
		Initiator: initiator, Prologue: unhex(prologue), StaticKeypair: key}
	if initiator {
		config.PeerStatic = unhex(remote)
	}
	hs, err := noise.NewHandshakeState(config)
	check(err)

	var first, second *noise.CipherState // the initiator's sending direction first
	var received []byte
	for i := 0; i < 3; i++ {
		if (i%2 == 0) == initiator {
			var out []byte
			out, first, second, err = hs.WriteMessage(nil, unhex(payloads[0]))
			check(err)
			payloads = payloads[1:]
			writeMessage(f, out)
		} else {
			in, _ := readMessage(f)
			var payload []byte
			payload, first, second, err = hs.ReadMessage(nil, in)
			check(err)
			received = append(received, payload...)
		}
	}
	send, recv := first, second
	if !initiator {
		send, recv = second, first
	}
	report := append(append(append([]byte{}, hs.ChannelBinding()...), hs.PeerStatic()...), received...)
	out, err := send.Encrypt(nil, nil, report)
	check(err)
	writeMessage(f, out)
	echo(f, send, recv)
}

func echo(f *os.File, send, recv *noise.CipherState) {
	for i := 0; ; i++ {
		in, more := readMessage(f)
		if !more {
			return
		}
		if i == rekeyAt {
			send.Rekey()
			recv.Rekey()
		}
		plain, err := recv.Decrypt(nil, nil, in)
		check(err)
		out, err := send.Encrypt(nil, nil, plain)
		check(err)
		writeMessage(f, out)
	}
}
