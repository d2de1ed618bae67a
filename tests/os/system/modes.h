/* SPDX-License-Identifier: Apache-2.0 */
/* What selftest-client is asked to do: its argument at process start, from init's table. */
#ifndef TESTS_OS_SYSTEM_MODES_H
#define TESTS_OS_SYSTEM_MODES_H

enum selftest_mode {
    SELFTEST_ALL = 0,       /* the network, a session, every adversarial case */
    SELFTEST_REFUSED = 1,   /* dsoftbusd does not trust us: a session must not come about */
    SELFTEST_NO_RNG = 2,    /* no entropy device: rngd must give an error */
    SELFTEST_LOCAL = 3,     /* a session without the wire, for the reproducible run */
    SELFTEST_HOST_PEER = 4, /* dial the host's `serve`, then stay while the host dials us */
    SELFTEST_RESTART = 5,   /* end netstackd in the middle, and have a session again */
    SELFTEST_BENCH = 6,     /* count instructions */
    SELFTEST_REKEY = 7,     /* a session of more records than one key is for */
    SELFTEST_HANG = 8,      /* make netstackd hang in the middle, and have a session again */
    SELFTEST_WIRE = 9,      /* serve the program that is the wire (PROFILE=hostile-wire) */
    SELFTEST_KEY = 10,      /* end keystored in the middle of a handshake, beside a session */
    SELFTEST_BUS = 11,      /* use the device's services as its trust line permits */
    SELFTEST_MODE_COUNT = 12
};

/* Ports of PROFILE=hostile-wire, from SELFTEST_WIRE_PORT_FIRST on, and who may give orders. */
enum selftest_wire_port {
    SELFTEST_WIRE_ECHO,    /* sends back what comes */
    SELFTEST_WIRE_POUR,    /* writes all that it can, never reads */
    SELFTEST_WIRE_LEAVE,   /* sends a byte and ends first */
    SELFTEST_WIRE_CONTROL, /* lines: "say TEXT", "wait MS", "pools", "time", "end"; the answer to
                              each is a number of four bytes, big-endian, and a line end */
    SELFTEST_WIRE_PORT_COUNT
};
#define SELFTEST_WIRE_PORT_FIRST  7000
#define SELFTEST_WIRE_DRIVER_IPV4 0x0a000264u /* 10.0.2.100 */

/* In PROFILE=watchdog alone, a UDP bind to this port never returns. */
#define SELFTEST_HANG_PORT 666

/* In PROFILE=key-restart alone, keystored ends when it is asked about this point: the curve's base
 * point, whose multiple by the private key is the public key. */
#define SELFTEST_DEADLY_POINT_BYTE 9

/* What net-test is asked to do. */
enum net_test_mode {
    NET_TEST_ALL = 0,   /* the network, then everything that other clients could do to it */
    NET_TEST_ECHO = 1,  /* a TCP echo server for the host */
    NET_TEST_BENCH = 2, /* count instructions */
    NET_TEST_MODE_COUNT = 3
};

#endif
