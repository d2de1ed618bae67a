// SPDX-License-Identifier: Apache-2.0
// flynn is the independent side of the interoperability tests and benchmarks: it runs XK with flynn/noise.
//
//	flynn peer ROLE PRIVATE REMOTE PROLOGUE PAYLOAD...   one session on the socket that is standard input
//	flynn vectors                                        writes a file of vectors to standard output
//	flynn bench                                          answers requests for timed rounds
package main

import (
	"fmt"
	"os"

	"github.com/flynn/noise"
)

var suite = noise.NewCipherSuite(noise.DH25519, noise.CipherChaChaPoly, noise.HashBLAKE2s)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "flynn:", err)
		os.Exit(1)
	}
}

func main() {
	switch {
	case len(os.Args) > 5 && os.Args[1] == "peer":
		peer(os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6:])
	case len(os.Args) == 2 && os.Args[1] == "vectors":
		vectors()
	case len(os.Args) == 2 && os.Args[1] == "bench":
		bench()
	default:
		fmt.Fprintln(os.Stderr, "usage: flynn peer ... | vectors | bench")
		os.Exit(2)
	}
}
