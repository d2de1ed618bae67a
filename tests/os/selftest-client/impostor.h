/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A responder that is not what it says it is: Noise by hand on a port of its own, with one
 * falsehood in each session. It works while this process waits for something else, as selftest's
 * background. It has the key that the client looks for unless that is the falsehood, so that each
 * case fails at its own step and not before.
 */
#ifndef IMPOSTOR_H
#define IMPOSTOR_H

#include "dsoftbus_link.h"
#include "noise/noise_xk.h"

enum falsehood {
    FALSE_NOTHING = 0,      /* it does all that dsoftbusd would */
    FALSE_KEY,              /* has another key, so cannot read message 1, and goes */
    FALSE_KEY_ANSWERS,      /* the same, and sends a message 2 of its own making */
    FALSE_MSG2_KEY,         /* one bit of message 2's ephemeral key */
    FALSE_MSG2_TAG,         /* one bit of its tag */
    FALSE_MSG2_REPLAYED,    /* message 2 of the session without a falsehood */
    FALSE_MSG2_REFLECTED,   /* the client's message 1 */
    FALSE_MSG2_LOW_ORDER,   /* an ephemeral key whose product with any other is zero */
    FALSE_ACCEPT_NONE,      /* says nothing after message 3, and goes */
    FALSE_ACCEPT_TAG,       /* one bit of ACCEPT's tag */
    FALSE_ACCEPT_REPLAYED,  /* ACCEPT of that session */
    FALSE_ACCEPT_REFLECTED, /* ACCEPT sealed as the client would seal it */
    FALSE_FIRST_RECORD,     /* CLOSE where ACCEPT belongs */
    FALSE_ECHO,             /* one bit of the echo */
    FALSE_PONG,             /* one bit of the PONG */
};

enum impostor_stage {
    IMPOSTOR_LISTENS,
    IMPOSTOR_AWAITS_MSG1,
    IMPOSTOR_AWAITS_MSG3,
    IMPOSTOR_IN_SESSION,
    IMPOSTOR_GONE,   /* either side ended the connection */
    IMPOSTOR_BROKEN, /* the self-test itself is at fault; it has said so */
};

#define IMPOSTOR_UNIT_MAX 512 /* bytes of one unit, with its length */

struct impostor {
    enum falsehood falsehood;
    enum impostor_stage stage;
    unsigned message_count; /* handshake messages that came from the client */
    net_handle listener;
    net_handle stream;
    struct net_address address;
    struct dsb_device_id id;
    struct noise_static_key key; /* the one that the client's trust store has */
    struct noise_static_key other_key;
    uint8_t private_key[DSB_KEY_LEN];
    uint8_t other_private_key[DSB_KEY_LEN];
    struct noise_xk_handshake noise;
    struct noise_transport transport;
    size_t in_len;
    size_t out_len;
    uint8_t in[IMPOSTOR_UNIT_MAX];
    uint8_t out[IMPOSTOR_UNIT_MAX];
    /* Of the session without a falsehood, as framed, to be sent again. */
    size_t msg2_len;
    uint8_t msg2[IMPOSTOR_UNIT_MAX];
    uint8_t accept[IMPOSTOR_UNIT_MAX];
    /* Of the session before: the next message 1 must have another. */
    uint8_t client_ephemeral[DSB_KEY_LEN];
};

/* Fresh keys, and a listener on the loopback. The impostor stays where it is. */
bool impostor_start(struct impostor *impostor, struct selftest *selftest);

/* The next connection gets this falsehood. From now on the impostor works in the background. */
void impostor_expect(struct impostor *impostor, struct selftest *selftest,
                     enum falsehood falsehood);

/* Lets it work until its connection ended. False when that takes too long, or it broke. */
bool impostor_finish(struct impostor *impostor, struct selftest *selftest);

/* Closes the listener. */
void impostor_stop(struct impostor *impostor, struct selftest *selftest);

#endif
