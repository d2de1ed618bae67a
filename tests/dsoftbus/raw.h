/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that is only Noise: it can say anything that its keys let it say, which the library never
 * would.
 */
#ifndef TESTS_DSOFTBUS_RAW_H
#define TESTS_DSOFTBUS_RAW_H

#include "dsoftbus/peer.h"

struct raw {
    struct noise_xk_handshake noise;
    struct noise_transport transport;
};

/* Starts as `self`, towards or as the responder `responder`. */
void raw_initiator(struct raw *raw, const struct peer *self, const struct peer *responder);
void raw_responder(struct raw *raw, const struct peer *self);

/* Writes the next message with this payload, as a unit, to a stream. */
void raw_write(struct raw *raw, const void *payload, size_t payload_len, struct stream *to);

/* Reads the unit at the front of a stream as the next message. */
void raw_read(struct raw *raw, struct stream *from);

/* After message 3. */
void raw_split(struct raw *raw);

/* Seals a plaintext, type byte and all, as a unit. */
void raw_seal(struct raw *raw, const void *plaintext, size_t plaintext_len, struct stream *to);

/* Opens the unit at the front of a stream: returns its type byte and drops it. */
int raw_open(struct raw *raw, struct stream *from);

/* The payload of message 3 that `self` would honestly send. */
size_t raw_payload3(const struct peer *self, uint8_t out[DSB_PAYLOAD3_MAX]);

/* A whole honest handshake of a raw initiator with the library at pair->b, which becomes a session.
 */
void raw_session_with_b(struct raw *raw, struct pair *pair);

#endif
