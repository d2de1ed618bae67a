// SPDX-License-Identifier: Apache-2.0
// flynn-golden makes the session of session.txt from its keys with flynn/noise and the text of RFC-0008 alone, and
// compares every byte: the golden bytes are not only what our library happens to write.
//
//	flynn-golden session.txt
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/flynn/noise"
	"golang.org/x/crypto/curve25519"
)

const (
	accept = 1 + iota
	_ // DATA of version 1
	ping
	pong
	close_
	open
	opened
	bytes_
	credit
	fin
	reset
)

const rekeyAt = 65536

var compared int

func check(err error) {
	if err != nil {
		fmt.Println("flynn-golden:", err)
		os.Exit(1)
	}
}

// blocks reads the file: a name on a line, then its bytes in hexadecimal on the next ones.
func blocks(path string) map[string][]byte {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	found, name := map[string][]byte{}, ""
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if b, err := hex.DecodeString(line); err == nil {
			found[name] = append(found[name], b...)
		} else if !strings.HasPrefix(line, "#") {
			name = line
		}
	}
	return found
}

func keypair(private []byte) noise.DHKey {
	public, err := curve25519.X25519(private, curve25519.Basepoint)
	check(err)
	return noise.DHKey{Private: private, Public: public}
}

func prologue(responder string) []byte {
	return append([]byte("DSoftBus/2\x00"), append([]byte{byte(len(responder))}, responder...)...)
}

func field(kind byte, value []byte) []byte {
	return append([]byte{0x80 | kind, byte(len(value))}, value...)
}

func unit(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
}

func compare(golden map[string][]byte, name string, got []byte) {
	if want, ok := golden[name]; !ok || !bytes.Equal(want, got) {
		check(fmt.Errorf("%s:\n  file  %x\n  flynn %x", name, want, got))
	}
	compared++
}

func record(c *noise.CipherState, kind byte, body string) []byte {
	sealed, err := c.Encrypt(nil, nil, append([]byte{kind}, body...))
	check(err)
	return unit(sealed)
}

func u32(value uint32) string {
	return string(binary.BigEndian.AppendUint32(nil, value))
}

// handshake compares messages 1 to 3 and ACCEPT. Returns what alpha and beta seal with.
func handshake(golden map[string][]byte) (fromAlpha, fromBeta *noise.CipherState) {
	alpha := keypair(golden["initiator alpha, private key"])
	beta := keypair(golden["responder beta, private key"])
	config := func(own noise.DHKey, ephemeral string) noise.Config {
		return noise.Config{
			CipherSuite: noise.NewCipherSuite(noise.DH25519, noise.CipherChaChaPoly, noise.HashBLAKE2s),
			Pattern:     noise.HandshakeXK, Prologue: prologue("beta"), StaticKeypair: own,
			Random: bytes.NewReader(golden[ephemeral]),
		}
	}
	initConfig := config(alpha, "alpha, ephemeral private key")
	initConfig.Initiator, initConfig.PeerStatic = true, beta.Public
	init, err := noise.NewHandshakeState(initConfig)
	check(err)
	resp, err := noise.NewHandshakeState(config(beta, "beta, ephemeral private key"))
	check(err)

	limits := field(2, []byte{4096 >> 8, 4096 & 255}) // recv_max
	limits = append(limits, field(3, []byte{0, 0, 0, 4})...) // stream_window
	limits = append(limits, field(4, []byte{0, 1})...) // streams_max
	message, _, _, err := init.WriteMessage(nil, nil)
	check(err)
	compare(golden, "alpha: message 1", unit(message))
	_, _, _, err = resp.ReadMessage(nil, message)
	check(err)
	message, _, _, err = resp.WriteMessage(nil, limits)
	check(err)
	compare(golden, "beta: message 2", unit(message))
	_, _, _, err = init.ReadMessage(nil, message)
	check(err)
	message, fromAlpha, fromBeta, err = init.WriteMessage(nil, append(field(1, []byte("alpha")), limits...))
	check(err)
	compare(golden, "alpha: message 3", unit(message))
	compare(golden, "handshake hash", init.ChannelBinding())
	compare(golden, "beta: ACCEPT", record(fromBeta, accept, ""))
	return fromAlpha, fromBeta
}

// session is sections 2.1 to 2.4 and 2.7: a window of 4, one stream of each side, and new keys for both.
func session(golden map[string][]byte) {
	fromAlpha, fromBeta := handshake(golden)
	compare(golden, "alpha: PING golden", record(fromAlpha, ping, "golden"))
	compare(golden, "beta: PONG golden", record(fromBeta, pong, "golden"))
	compare(golden, "alpha: OPEN 1 log", record(fromAlpha, open, u32(1)+"\x03log"))
	compare(golden, "alpha: BYTES 1 hell", record(fromAlpha, bytes_, u32(1)+"hell"))
	compare(golden, "beta: OPENED 1 4", record(fromBeta, opened, u32(1)+u32(4)))
	compare(golden, "alpha: BYTES 1 o, l", record(fromAlpha, bytes_, u32(1)+"o, l"))
	compare(golden, "beta: CREDIT 1 4", record(fromBeta, credit, u32(1)+u32(4)))
	compare(golden, "alpha: BYTES 1 og", record(fromAlpha, bytes_, u32(1)+"og"))
	compare(golden, "alpha: FIN 1", record(fromAlpha, fin, u32(1)))
	compare(golden, "beta: BYTES 1 ok", record(fromBeta, bytes_, u32(1)+"ok"))
	compare(golden, "beta: FIN 1", record(fromBeta, fin, u32(1)))
	compare(golden, "beta: OPEN 2 clock", record(fromBeta, open, u32(2)+"\x05clock"))
	compare(golden, "alpha: RESET 2 not-allowed", record(fromAlpha, reset, u32(2)+"\x00\x02"))
	var asked, answered []byte
	for n := 7; n < rekeyAt; n++ {
		asked, answered = record(fromAlpha, ping, "filler"), record(fromBeta, pong, "filler")
	}
	compare(golden, "alpha: PING filler, n = 65535", asked)
	compare(golden, "beta: PONG filler, n = 65535", answered)
	fromAlpha.Rekey()
	fromBeta.Rekey()
	compare(golden, "alpha: PING rekeyed, n = 65536", record(fromAlpha, ping, "rekeyed"))
	compare(golden, "beta: PONG rekeyed, n = 65536", record(fromBeta, pong, "rekeyed"))
	compare(golden, "alpha: CLOSE", record(fromAlpha, close_, ""))
	compare(golden, "beta: CLOSE", record(fromBeta, close_, ""))
}

func main() {
	golden := blocks(os.Args[1])
	session(golden)
	fmt.Println(compared, "blocks are the same,", len(golden)-compared, "are keys")
}
