/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that does not follow the rules: Noise and frames by hand, on a stream to the real
 * dsoftbusd. Each call waits until it is done or a few seconds passed; false ends the case.
 */
#ifndef ADVERSARY_H
#define ADVERSARY_H

#include "dsoftbus/session.h"
#include "dsoftbus_peer.h"
#include "noise/noise_xk.h"

/* Who the adversary says it is, and whom it says it means. */
struct plan {
    const struct noise_static_key *key;       /* its static key */
    const struct dsb_device_id *claim;        /* its id in message 3 */
    const uint8_t *responder_key;             /* 32 bytes; message 1 is made for it */
    const struct dsb_device_id *responder_id; /* in the prologue */
};

/* A key pair that nobody knows. Stays where it is: key points into it. */
struct stranger {
    uint8_t private_key[DSB_KEY_LEN];
    struct noise_static_key key;
};

#define ADVERSARY_IN_MAX 1024 /* bytes of one unit from dsoftbusd, with its length */
#define RECORD_FRAME_MAX (DSB_FRAME_HEADER_LEN + DSB_RECORD_OVERHEAD + 64)

struct adversary {
    struct selftest *selftest;
    net_handle stream; /* 0: none */
    struct noise_xk_handshake noise;
    struct noise_transport transport;
    size_t msg1_len;
    size_t msg3_len;
    size_t in_len;                       /* received, not yet used, bytes */
    uint8_t msg1[DSB_HANDSHAKE_OUT_MAX]; /* as framed; kept, to be sent again */
    uint8_t msg3[DSB_HANDSHAKE_OUT_MAX];
    uint8_t in[ADVERSARY_IN_MAX];
};

/* What an honest client would do. */
struct plan plan_honest(void);

/* Fresh random keys. */
bool stranger_make(struct stranger *stranger);

/* A TCP connection to dsoftbusd. What the adversary held before is forgotten. */
bool adversary_connect(struct adversary *adversary, struct selftest *selftest);

/* Sends bytes as they are. */
bool adversary_send(struct adversary *adversary, const void *bytes, size_t bytes_len);

/* Make message 1, and read message 2 and make message 3, framed, in msg1 and msg3. */
bool adversary_make_msg1(struct adversary *adversary, const struct plan *plan);
bool adversary_read_msg2(struct adversary *adversary);
bool adversary_make_msg3(struct adversary *adversary, const struct plan *plan);

/* Sends message 1, reads message 2, makes message 3. */
bool adversary_until_msg3(struct adversary *adversary, const struct plan *plan);

/* A whole handshake as it must be, ACCEPT opened. */
bool adversary_authenticate(struct adversary *adversary, const struct plan *plan);

/* Seals one record of at most 64 bytes of body; frame has room for RECORD_FRAME_MAX. */
bool adversary_seal(struct adversary *adversary, enum dsb_record_type type, const uint8_t *body,
                    size_t body_len, uint8_t *frame, size_t *frame_len);

/* Reads the next record, whatever it is; its body lies in `out`, of ADVERSARY_IN_MAX bytes. */
bool adversary_read_record(struct adversary *adversary, struct dsb_record *record, uint8_t *out);

/* Opens a stream, number 1, to the service echo; it was taken. */
bool adversary_open_echo(struct adversary *adversary);

/* The next record from dsoftbusd is of this type and body. */
bool adversary_expect_record(struct adversary *adversary, enum dsb_record_type type,
                             const uint8_t *body, size_t body_len);

/* dsoftbusd ends the connection, and not one byte comes before that. */
bool adversary_expect_closed(struct adversary *adversary);

/* Goes: closes the stream if there is one, and wipes. */
void adversary_leave(struct adversary *adversary);

#endif
