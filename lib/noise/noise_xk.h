/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XK handshake (Noise revision 34, section 7.5):
 *
 *     XK:
 *       <- s
 *       ...
 *       -> e, es      48 bytes and the payload
 *       <- e, ee      48 bytes and the payload
 *       -> s, se      64 bytes and the payload
 *
 * Initiator: init, write, read, write, split. Responder: init, read, write, read, split.
 *
 * Any failure of write, read or split is final: the keys are wiped, and every later call returns
 * NOISE_ERR_FAILED. After split the object is spent and wiped. One object runs one handshake.
 *
 * What a payload is worth: message 1 can be replayed and is read by whoever holds the responder's
 * static key, now or later; message 2 goes to a party not yet known; only after message 3 does the
 * responder know the initiator, and the initiator learns that by the first transport message it
 * opens (section 7.7).
 */
#ifndef NOISE_NOISE_XK_H
#define NOISE_NOISE_XK_H

#include "noise/noise.h"
#include "noise/symmetric.h"
#include "noise/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that each message adds to its payload. */
#define NOISE_XK_MESSAGE_1_OVERHEAD (NOISE_KEY_LEN + NOISE_TAG_LEN)
#define NOISE_XK_MESSAGE_2_OVERHEAD (NOISE_KEY_LEN + NOISE_TAG_LEN)
#define NOISE_XK_MESSAGE_3_OVERHEAD (NOISE_KEY_LEN + NOISE_TAG_LEN + NOISE_TAG_LEN)

enum noise_xk_state {
    NOISE_XK_UNUSED = 0, /* zeroed memory: no call but init is taken */
    NOISE_XK_WRITE_1,
    NOISE_XK_READ_1,
    NOISE_XK_WRITE_2,
    NOISE_XK_READ_2,
    NOISE_XK_WRITE_3,
    NOISE_XK_READ_3,
    NOISE_XK_COMPLETE, /* all three messages passed: ready for split */
    NOISE_XK_SPENT,
    NOISE_XK_FAILED,
};

/* Read `state` freely; the other members are the library's. */
struct noise_xk_handshake {
    enum noise_xk_state state;
    bool is_initiator;
    const struct noise_static_key *s;
    struct noise_symmetric symmetric;
    uint8_t e[NOISE_KEY_LEN];  /* own ephemeral, private */
    uint8_t rs[NOISE_KEY_LEN]; /* the peer's static key */
    uint8_t re[NOISE_KEY_LEN]; /* the peer's ephemeral key */
    struct {                   /* one DH of e's, computed ahead of its message (ahead.h) */
        uint8_t point[NOISE_KEY_LEN];
        uint8_t shared[NOISE_KEY_LEN]; /* DH(e, point); both are zero until there is one: as zero
                                          times any e is zero, that is true as well */
    } known;
};

/*
 * Begins a handshake, whatever `hs` held before (section 5.3, Initialize). `ephemeral` is 32 fresh
 * random bytes; they are moved, the caller's copy is zeroed, and all-zero bytes are refused, so the
 * same buffer cannot be used twice without being filled again. `prologue` is read now and not kept;
 * NULL when prologue_len is 0. `s` is kept. NOISE_OK, or NOISE_ERR_EPHEMERAL with `hs` failed.
 */
NOISE_MUST_CHECK enum noise_result
noise_xk_init_initiator(struct noise_xk_handshake *hs, const struct noise_static_key *s,
                        const uint8_t responder_public[NOISE_KEY_LEN],
                        uint8_t ephemeral[NOISE_KEY_LEN], const uint8_t *prologue,
                        size_t prologue_len);

NOISE_MUST_CHECK enum noise_result noise_xk_init_responder(struct noise_xk_handshake *hs,
                                                           const struct noise_static_key *s,
                                                           uint8_t ephemeral[NOISE_KEY_LEN],
                                                           const uint8_t *prologue,
                                                           size_t prologue_len);

/*
 * Writes this side's next message (section 5.3, WriteMessage), carrying `payload` (NULL when
 * payload_len is 0), into `message` and its length into *message_len. NOISE_OK, or STATE, FAILED,
 * LENGTH, BUFFER (also when the two overlap), DH, HOLDER.
 */
NOISE_MUST_CHECK enum noise_result noise_xk_write(struct noise_xk_handshake *hs,
                                                  const uint8_t *payload, size_t payload_len,
                                                  uint8_t *message, size_t message_size,
                                                  size_t *message_len);

/*
 * Reads the peer's next message (section 5.3, ReadMessage) and writes its payload (message length
 * less the overhead) into `payload`, which may be NULL when payload_size is 0, and its length into
 * *payload_len. NOISE_OK, or STATE, FAILED, LENGTH, BUFFER (also when the two overlap), DH, HOLDER,
 * AUTH; then no plaintext is in `payload`.
 */
NOISE_MUST_CHECK enum noise_result noise_xk_read(struct noise_xk_handshake *hs,
                                                 const uint8_t *message, size_t message_len,
                                                 uint8_t *payload, size_t payload_size,
                                                 size_t *payload_len);

/*
 * The peer's static key: authenticated, since it is given only when the handshake is complete and
 * not yet split. NOISE_OK, or STATE, FAILED; asking too early does not fail the handshake.
 */
NOISE_MUST_CHECK enum noise_result noise_xk_remote_static(const struct noise_xk_handshake *hs,
                                                          uint8_t out[NOISE_KEY_LEN]);

/* The handshake hash h, for channel binding (section 11.2). When and errors as above. */
NOISE_MUST_CHECK enum noise_result noise_xk_handshake_hash(const struct noise_xk_handshake *hs,
                                                           uint8_t out[NOISE_HASH_LEN]);

/*
 * Makes the transport of a complete handshake (section 5.2, Split) and wipes the handshake.
 * NOISE_OK, or STATE, FAILED with `transport` wiped.
 */
NOISE_MUST_CHECK enum noise_result noise_xk_split(struct noise_xk_handshake *hs,
                                                  struct noise_transport *transport);

/* Gives a handshake up: wipes it; later calls return NOISE_ERR_FAILED. */
void noise_xk_wipe(struct noise_xk_handshake *hs);

#ifdef __cplusplus
}
#endif

#endif
