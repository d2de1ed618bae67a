// SPDX-License-Identifier: Apache-2.0
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"

	"github.com/flynn/noise"
)

type message struct {
	Payload    string `json:"payload"`
	Ciphertext string `json:"ciphertext"`
}

type vector struct {
	Protocol     string    `json:"protocol_name"`
	InitPrologue *string   `json:"init_prologue,omitempty"`
	InitStatic   string    `json:"init_static"`
	InitEph      string    `json:"init_ephemeral"`
	InitRemote   string    `json:"init_remote_static"`
	RespPrologue *string   `json:"resp_prologue,omitempty"`
	RespStatic   string    `json:"resp_static"`
	RespEph      string    `json:"resp_ephemeral"`
	Hash         string    `json:"handshake_hash,omitempty"`
	Messages     []message `json:"messages"`
}

// stream gives the same bytes for the same label in every run: the vectors are reproducible.
func stream(label string, n int) []byte {
	var out []byte
	for i := uint32(0); len(out) < n; i++ {
		var counter [4]byte
		binary.BigEndian.PutUint32(counter[:], i)
		sum := sha256.Sum256(append([]byte(label), counter[:]...))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

func keypair(label string) noise.DHKey {
	key, err := noise.DH25519.GenerateKeypair(bytes.NewReader(stream(label, 32)))
	check(err)
	return key
}

// vectorOf runs a session whose messages carry payloads of the given sizes. prologue < 0 leaves the field out.
func vectorOf(label string, prologue int, withHash bool, sizes []int) vector {
	is, rs := keypair(label+" init static"), keypair(label+" resp static")
	ieSeed, reSeed := stream(label+" init ephemeral", 32), stream(label+" resp ephemeral", 32)
	var prologueBytes []byte
	v := vector{Protocol: "Noise_XK_25519_ChaChaPoly_BLAKE2s",
		InitStatic: hex.EncodeToString(is.Private), InitEph: hex.EncodeToString(ieSeed),
		InitRemote: hex.EncodeToString(rs.Public), RespStatic: hex.EncodeToString(rs.Private),
		RespEph: hex.EncodeToString(reSeed)}
	if prologue >= 0 {
		prologueBytes = stream(label+" prologue", prologue)
		text := hex.EncodeToString(prologueBytes)
		v.InitPrologue, v.RespPrologue = &text, &text
	}
	config := noise.Config{CipherSuite: suite, Pattern: noise.HandshakeXK, Prologue: prologueBytes}
	initConfig, respConfig := config, config
	initConfig.Initiator, initConfig.StaticKeypair, initConfig.PeerStatic = true, is, rs.Public
	initConfig.Random = bytes.NewReader(ieSeed)
	respConfig.StaticKeypair, respConfig.Random = rs, bytes.NewReader(reSeed)
	init, err := noise.NewHandshakeState(initConfig)
	check(err)
	resp, err := noise.NewHandshakeState(respConfig)
	check(err)

	sides := []*noise.HandshakeState{init, resp}
	var first, second *noise.CipherState
	for i, size := range sizes {
		payload := stream(label+" payload "+string(rune('a'+i)), size)
		var out []byte
		switch {
		case i < 3:
			out, first, second, err = sides[i%2].WriteMessage(nil, payload)
			check(err)
			_, _, _, err = sides[1-i%2].ReadMessage(nil, out)
		case i%2 == 0:
			out, err = first.Encrypt(nil, nil, payload)
		default:
			out, err = second.Encrypt(nil, nil, payload)
		}
		check(err)
		v.Messages = append(v.Messages, message{hex.EncodeToString(payload), hex.EncodeToString(out)})
	}
	if withHash {
		v.Hash = hex.EncodeToString(init.ChannelBinding())
	}
	return v
}

// vectors writes small cases, and with FLYNN_LARGE set messages at the protocol's limits.
func vectors() {
	all := []vector{
		vectorOf("empty", -1, true, []int{0, 0, 0}),
		vectorOf("empty prologue", 0, true, []int{0, 0, 0, 0, 0}),
		vectorOf("no hash", 17, false, []int{1, 2, 3, 4, 5, 6}),
		vectorOf("blocks", 64, true, []int{16, 64, 65, 15, 16, 17, 63, 64, 65, 127, 128, 129}),
		vectorOf("one way", 255, true, []int{0, 40, 0, 0, 1, 0, 2, 0, 3}),
	}
	if os.Getenv("FLYNN_LARGE") != "" {
		all = append(all, vectorOf("limits", 65535, true,
			[]int{65535 - 48, 65535 - 48, 65535 - 64, 65519, 65519, 65518, 0}))
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	check(out.Encode(map[string]interface{}{"vectors": all}))
}
