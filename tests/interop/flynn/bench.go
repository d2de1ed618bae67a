// SPDX-License-Identifier: Apache-2.0
package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"github.com/flynn/noise"
)

func handshake(is, rs noise.DHKey) {
	config := noise.Config{CipherSuite: suite, Random: rand.Reader, Pattern: noise.HandshakeXK}
	initConfig, respConfig := config, config
	initConfig.Initiator, initConfig.StaticKeypair, initConfig.PeerStatic = true, is, rs.Public
	respConfig.StaticKeypair = rs
	init, err := noise.NewHandshakeState(initConfig)
	check(err)
	resp, err := noise.NewHandshakeState(respConfig)
	check(err)
	sides := []*noise.HandshakeState{init, resp}
	for i := 0; i < 3; i++ {
		out, _, _, err := sides[i%2].WriteMessage(nil, nil)
		check(err)
		_, _, _, err = sides[1-i%2].ReadMessage(nil, out)
		check(err)
	}
}

func cipherStates() (send, recv *noise.CipherState) {
	config := noise.Config{CipherSuite: suite, Random: rand.Reader, Pattern: noise.HandshakeNN}
	initConfig := config
	initConfig.Initiator = true
	init, err := noise.NewHandshakeState(initConfig)
	check(err)
	resp, err := noise.NewHandshakeState(config)
	check(err)
	out, _, _, err := init.WriteMessage(nil, nil)
	check(err)
	_, _, _, err = resp.ReadMessage(nil, out)
	check(err)
	out, recv, _, err = resp.WriteMessage(nil, nil)
	check(err)
	_, send, _, err = init.ReadMessage(nil, out)
	check(err)
	return send, recv
}

// bench reads lines "handshake COUNT", "seal SIZE COUNT", "open SIZE COUNT" and answers each with the
// nanoseconds that the round took.
func bench() {
	is, rs := keypair("bench init"), keypair("bench resp")
	send, recv := cipherStates()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var what string
		var a, b int
		n, _ := fmt.Sscan(in.Text(), &what, &a, &b)
		var elapsed time.Duration
		switch {
		case what == "handshake" && n == 2:
			start := time.Now()
			for i := 0; i < a; i++ {
				handshake(is, rs)
			}
			elapsed = time.Since(start)
		case what == "seal" && n == 3:
			plain, out := make([]byte, a), make([]byte, 0, a+16)
			start := time.Now()
			for i := 0; i < b; i++ {
				_, err := send.Encrypt(out, nil, plain)
				check(err)
			}
			elapsed = time.Since(start)
			send, recv = cipherStates()
		case what == "open" && n == 3:
			sealed := make([][]byte, b)
			for i := range sealed {
				var err error
				sealed[i], err = send.Encrypt(nil, nil, make([]byte, a))
				check(err)
			}
			out := make([]byte, 0, a)
			start := time.Now()
			for i := range sealed {
				_, err := recv.Decrypt(out, nil, sealed[i])
				check(err)
			}
			elapsed = time.Since(start)
		default:
			check(fmt.Errorf("bad request %q", in.Text()))
		}
		fmt.Println(elapsed.Nanoseconds())
	}
}
