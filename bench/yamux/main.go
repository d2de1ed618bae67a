// SPDX-License-Identifier: Apache-2.0

// Streams by yamux, to compare with: both sides of a port forwarding over one TCP connection, without encryption.
//
//	yamux serve TARGET           prints the port of the session
//	yamux forward SESSION        prints the port that leads to TARGET
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"github.com/hashicorp/yamux"
)

// relay copies both ways; yamux closes a stream's own direction with Close.
func relay(stream net.Conn, local *net.TCPConn) {
	done := make(chan struct{})
	go func() {
		io.Copy(stream, local)
		stream.Close()
		close(done)
	}()
	io.Copy(local, stream)
	local.CloseWrite()
	<-done
	local.Close()
}

func listen() *net.TCPListener {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return listener
}

func dial(port string) *net.TCPConn {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

func config() *yamux.Config {
	c := yamux.DefaultConfig()
	c.LogOutput = io.Discard
	return c
}

func serve(target string) {
	conn, err := listen().Accept()
	if err != nil {
		log.Fatal(err)
	}
	session, err := yamux.Server(conn, config())
	if err != nil {
		log.Fatal(err)
	}
	for {
		stream, err := session.Accept()
		if err != nil {
			return
		}
		go relay(stream, dial(target))
	}
}

func forward(port string) {
	session, err := yamux.Client(dial(port), config())
	if err != nil {
		log.Fatal(err)
	}
	listener := listen()
	for {
		local, err := listener.AcceptTCP()
		if err != nil {
			log.Fatal(err)
		}
		stream, err := session.Open()
		if err != nil {
			log.Fatal(err)
		}
		go relay(stream, local)
	}
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		serve(os.Args[2])
	} else if len(os.Args) == 3 && os.Args[1] == "forward" {
		forward(os.Args[2])
	} else {
		log.Fatal("usage: yamux serve TARGET | forward SESSION")
	}
}
