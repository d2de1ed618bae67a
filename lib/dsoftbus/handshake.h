/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a new TCP connection to an authenticated peer: Noise XK, then identity binding.
 *
 *     initiator                                     responder
 *     connect(target id)                            accept
 *     message 1  e, es                  ------>
 *                                       <------     message 2  e, ee   [limits]
 *     message 3  s, se [own id, limits]   ---->     key in trust store, or vouched for by a root of
 *                                                   it? its id is the claimed one?
 *                                                   AUTHENTICATED
 *     AUTHENTICATED                     <------     ACCEPT (first record, sent by the session)
 *     dsb_handshake_finish              both        dsb_handshake_finish
 *
 * Nothing of the application can pass through this object. A dsb_session, which can carry it, is
 * made only by dsb_handshake_finish, and only of a handshake that is AUTHENTICATED.
 *
 * The object does no I/O and holds no buffer. The caller keeps received bytes until they are used
 * (at most DSB_HANDSHAKE_IN_MAX), asks for output after connect and after every feed, sends it, and
 * ticks the object at its deadline. Time is a monotonic count of milliseconds. A failure is final:
 * its reason is kept, all keys are wiped; the caller closes the connection without sending anything
 * more.
 */
#ifndef DSOFTBUS_HANDSHAKE_H
#define DSOFTBUS_HANDSHAKE_H

#include "dsoftbus/frame.h"
#include "dsoftbus/payload.h"
#include "dsoftbus/reason.h"
#include "dsoftbus/record.h"
#include "dsoftbus/trust_store.h"
#include "noise/noise_xk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest unit before the session, bytes: message 3 with an attestation has at most 389, the rest
 * is room for later fields. */
#define DSB_HANDSHAKE_UNIT_MAX 512

/* A receive buffer of this many bytes holds any handshake unit with its length. */
#define DSB_HANDSHAKE_IN_MAX (DSB_FRAME_HEADER_LEN + DSB_HANDSHAKE_UNIT_MAX)

/* Longest output: message 3 with its length bytes. */
#define DSB_HANDSHAKE_OUT_MAX                                                                      \
    (DSB_FRAME_HEADER_LEN + NOISE_XK_MESSAGE_3_OVERHEAD + DSB_PAYLOAD3_MAX +                       \
     DSB_PAYLOAD_ATTESTATION_MAX)

/* From connect or accept to AUTHENTICATED; not restarted by anything. */
#define DSB_HANDSHAKE_DEADLINE_MS 5000

/* A deadline that never comes. */
#define DSB_NO_DEADLINE UINT64_MAX

/*
 * What all handshakes of a device share. Borrowed by each of them until it is finished or failed.
 * What trust points at may change between calls: an initiator asks it when it connects, when ACCEPT
 * comes and when it finishes, a responder when message 3 comes and when it finishes.
 */
struct dsb_local {
    const struct dsb_identity *identity;
    const struct dsb_trust_store *trust;
    uint16_t
        recv_max; /* longest record unit that sessions accept: DSB_RECV_MAX_MIN to _MAX bytes */
    struct dsb_stream_limits streams; /* what sessions take of the peer's; a window of 1 at least */
    const struct dsb_attestation *attestation; /* of this device, for message 3; NULL: none */
};

enum dsb_handshake_state {
    DSB_HANDSHAKE_UNUSED = 0,
    DSB_HANDSHAKE_WRITE_MSG1, /* initiator, from connect */
    DSB_HANDSHAKE_READ_MSG2,
    DSB_HANDSHAKE_WRITE_MSG3,
    DSB_HANDSHAKE_READ_ACCEPT,
    DSB_HANDSHAKE_READ_MSG1, /* responder, from accept */
    DSB_HANDSHAKE_WRITE_MSG2,
    DSB_HANDSHAKE_READ_MSG3,
    DSB_HANDSHAKE_AUTHENTICATED, /* either */
    DSB_HANDSHAKE_FINISHED,      /* became a session */
    DSB_HANDSHAKE_FAILED,
};

/* What was reached, for the local log; see dsb_handshake_next_step. */
enum dsb_step {
    DSB_STEP_NONE = 0,
    DSB_STEP_MSG1_WRITTEN,
    DSB_STEP_MSG2_READ,
    DSB_STEP_MSG3_WRITTEN,
    DSB_STEP_ACCEPT_OPENED, /* initiator authenticated: the responder has bound us */
    DSB_STEP_MSG1_READ,
    DSB_STEP_MSG2_WRITTEN,
    DSB_STEP_MSG3_READ,      /* its last tag verified: the peer holds the key it showed */
    DSB_STEP_IDENTITY_BOUND, /* responder authenticated: that key is the claimed id's */
};

/* Read `state` freely; the other members are the library's. */
struct dsb_handshake {
    enum dsb_handshake_state state;
    enum dsb_reason reason;
    const struct dsb_local *local;
    struct noise_xk_handshake noise;
    struct noise_transport transport; /* initiator, once message 3 is written */
    struct dsb_device_id peer;     /* initiator: the target; responder: the bound id, once bound */
    uint8_t peer_key[DSB_KEY_LEN]; /* of peer, in the trust store when it was looked up */
    struct dsb_device_id claim;    /* responder: what message 3 claimed */
    uint8_t hash[NOISE_HASH_LEN];  /* h, once the handshake messages are complete */
    uint64_t deadline_ms;
    struct dsb_stream_limits peer_streams;
    uint16_t peer_recv_max;
    bool initiator;
    uint8_t step;          /* last dsb_step reached */
    uint8_t step_reported; /* last one that dsb_handshake_next_step gave */
};

/*
 * Begins a handshake with the device `target`, as initiator. The responder's key is read from the
 * trust store here; when it has none for target, nothing will ever be sent. `ephemeral` is 32 fresh
 * random bytes; the caller's copy is zeroed in every case. now_ms is when the caller began to
 * connect. DSB_REASON_NONE, or CONNECT_BAD_ARGUMENT, CONNECT_NOT_TRUSTED, LOCAL_CRYPTO with hs
 * failed.
 */
DSB_MUST_CHECK enum dsb_reason dsb_handshake_connect(struct dsb_handshake *hs,
                                                     const struct dsb_local *local,
                                                     const struct dsb_device_id *target,
                                                     uint8_t ephemeral[DSB_KEY_LEN],
                                                     uint64_t now_ms);

/*
 * Begins a handshake as responder, for a connection that arrived at now_ms. `ephemeral` as above.
 * DSB_REASON_NONE, or ACCEPT_BAD_ARGUMENT, LOCAL_CRYPTO with hs failed.
 */
DSB_MUST_CHECK enum dsb_reason dsb_handshake_accept(struct dsb_handshake *hs,
                                                    const struct dsb_local *local,
                                                    uint8_t ephemeral[DSB_KEY_LEN],
                                                    uint64_t now_ms);

/*
 * Looks at the received bytes: all of those not used yet, in one piece. Handles at most one unit
 * and says in *used_len how many bytes it used: 0 while the unit is not complete; feed them again,
 * with more. Returns the state. The contents of `in` may change up to *used_len.
 *
 * The two sides strictly take turns: bytes that are there while it is this side's turn to write, or
 * behind a unit that this side has to answer, fail the handshake. Only behind ACCEPT may there be
 * more: that belongs to the session.
 */
DSB_MUST_CHECK enum dsb_handshake_state dsb_handshake_feed(struct dsb_handshake *hs, uint8_t *in,
                                                           size_t in_len, uint64_t now_ms,
                                                           size_t *used_len);

/* The stream ended, or the connection failed. Returns the state: FAILED, unless already FINISHED.
 */
enum dsb_handshake_state dsb_handshake_end_of_stream(struct dsb_handshake *hs);

/* The whole message, 1 to 3, that dsb_handshake_feed with these bytes reads; NULL when that is not
 * its next step. For who makes the multiplications of several at once. */
const uint8_t *dsb_handshake_foresee(const struct dsb_handshake *hs, const uint8_t *in,
                                     size_t in_len, size_t *message_len);

/*
 * Writes this side's next message to `out` when it is its turn, and returns its length; 0 when
 * there is nothing to send. The message counts as sent.
 */
DSB_MUST_CHECK size_t dsb_handshake_output(struct dsb_handshake *hs,
                                           uint8_t out[DSB_HANDSHAKE_OUT_MAX]);

/* When dsb_handshake_tick must be called at the latest; DSB_NO_DEADLINE when never. */
uint64_t dsb_handshake_deadline(const struct dsb_handshake *hs);

/* Lets time pass. Returns the state. */
enum dsb_handshake_state dsb_handshake_tick(struct dsb_handshake *hs, uint64_t now_ms);

/*
 * Looks the peer up again: a handshake that knows its peer fails, DSB_REASON_LOCAL_REVOKED, when
 * the trust store does not have it with the same key any more. Returns the state. The library calls
 * it where the answer decides; a program calls it to end what a new trust store no longer allows.
 */
enum dsb_handshake_state dsb_handshake_recheck(struct dsb_handshake *hs);

/* Gives up; reason is one of DSB_REASON_LOCAL_*. Does nothing once FAILED or FINISHED. */
void dsb_handshake_abort(struct dsb_handshake *hs, enum dsb_reason reason);

/* Why it FAILED; DSB_REASON_NONE otherwise. */
enum dsb_reason dsb_handshake_reason(const struct dsb_handshake *hs);

/* The next step reached and not yet reported, in order; DSB_STEP_NONE when there is none. */
enum dsb_step dsb_handshake_next_step(struct dsb_handshake *hs);

/* "message 1 written" and so on, for the log; never NULL. */
const char *dsb_step_name(enum dsb_step step);

/* The authenticated peer while AUTHENTICATED (later the session has it); NULL otherwise. */
const struct dsb_device_id *dsb_handshake_peer(const struct dsb_handshake *hs);

/* Responder: the id that message 3 claimed, NULL when none came. For the log only: it proves
 * nothing. */
const struct dsb_device_id *dsb_handshake_claim(const struct dsb_handshake *hs);

#ifdef __cplusplus
}
#endif

#endif
