/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices for tests: identity, trust store and fixed keys made from a number, and two of them
 * joined by byte streams in memory.
 */
#ifndef TESTS_DSOFTBUS_PEER_H
#define TESTS_DSOFTBUS_PEER_H

#include "dsoftbus/session.h"

#define PEER_TRUST_MAX   8
#define STREAM_MAX       ((size_t)256 * 1024)
#define PEER_RECV_MAX    4096
#define PEER_WINDOW      4
#define PEER_STREAMS     1
#define PAIR_START_MS    1000
#define PAIR_A_EPHEMERAL 0x33 /* seeds for test_ephemeral */
#define PAIR_B_EPHEMERAL 0x44

/* A device. Not to be moved once made: its parts point at each other. */
struct peer {
    struct dsb_identity_file file;
    struct dsb_identity identity;
    struct dsb_trust_entry entries[PEER_TRUST_MAX];
    struct dsb_trust_store trust;
    struct dsb_local local;
};

/* A device `id` whose private key, like every ephemeral, is made of repeated seeds. It trusts
 * nobody. */
void peer_make(struct peer *peer, const char *id, uint8_t seed);

/* peer's trust store gets an entry for other. */
void peer_trust(struct peer *peer, const struct peer *other);

/* 32 bytes that only a test would call random. */
void test_ephemeral(uint8_t out[DSB_KEY_LEN], uint8_t seed);

/* Before the bytes of a BYTES record: those of the stream 1. */
#define STREAM1 "\0\0\0\1"

/* Bytes on their way to one side. */
struct stream {
    uint8_t bytes[STREAM_MAX];
    size_t len;
};

void stream_put(struct stream *stream, const uint8_t *bytes, size_t len);
void stream_drop(struct stream *stream, size_t len); /* from the front */

/* One end of a connection and what has arrived at it. */
struct end {
    union dsb_slot slot;
    bool is_session;
    struct stream in;
};

/* `a` dials `b`. Both trust each other. Large: make it static. */
struct pair {
    struct peer a_peer, b_peer;
    struct end a, b;
    uint64_t now_ms;
};

/* Fresh peers "alpha" and "beta", connect and accept done, nothing sent. */
void pair_start(struct pair *pair);

/* What a handshake has to send goes into `to`; returns the length. */
size_t end_write(struct end *from, struct end *to);

/* Feeds what has arrived, until nothing more can be used; returns the handshake's state. */
enum dsb_handshake_state end_feed(struct end *end, uint64_t now_ms);

/* Runs messages 1 to n of the handshake, 0 to 3, and checks that each passes. */
void pair_run_messages(struct pair *pair, int n);

/* The whole handshake, ACCEPT included: both ends are sessions, nothing is on the way. */
void pair_authenticate(struct pair *pair);

/* Moves the session's own records of `from` to `to`; returns how many bytes. */
size_t session_write(struct end *from, struct end *to, uint64_t now_ms);

/* Sends bytes of the stream 1 from one end to the other, of which no stream layer knows, and checks
 * that they were taken. */
void session_send(struct end *from, struct end *to, const void *data, size_t len, uint64_t now_ms);

/* Feeds one record to a session and takes it off the stream. *body is its body; of BYTES
 * session_read gives what is behind the id. */
enum dsb_event session_read_record(struct end *end, uint64_t now_ms, const uint8_t **body,
                                   size_t *body_len);
enum dsb_event session_read(struct end *end, uint64_t now_ms, const uint8_t **body,
                            size_t *body_len);

#endif
