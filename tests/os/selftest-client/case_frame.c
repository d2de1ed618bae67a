/* SPDX-License-Identifier: Apache-2.0 */
/* What is no Noise handshake at all. */
#include "adversary.h"
#include "dsoftbus_cases.h"

#include <string.h>

static struct adversary adversary;

static bool is_refused(struct selftest *selftest, const void *bytes, size_t bytes_len)
{
    bool refused = adversary_connect(&adversary, selftest) &&
                   adversary_send(&adversary, bytes, bytes_len) &&
                   adversary_expect_closed(&adversary);
    adversary_leave(&adversary);
    return refused;
}

const char *case_oversize_frame(struct selftest *selftest)
{
    /* One byte over the bound, and the most that a length can say. Not a byte of them is waited
     * for.
     */
    static const uint8_t over[] = {(DSB_HANDSHAKE_UNIT_MAX + 1) >> 8,
                                   (DSB_HANDSHAKE_UNIT_MAX + 1) & 0xff};
    static const uint8_t longest[] = {0xff, 0xff};
    return is_refused(selftest, over, sizeof over) && is_refused(selftest, longest, sizeof longest)
               ? "closed"
               : NULL;
}

const char *case_zero_length_frame(struct selftest *selftest)
{
    static const uint8_t frame[] = {0, 0};
    return is_refused(selftest, frame, sizeof frame) ? "closed" : NULL;
}

const char *case_plaintext_ping(struct selftest *selftest)
{
    /* As a line of text, as a framed record in plain, and padded to message 1's length. */
    static const char text[] = "PING\n";
    uint8_t record[DSB_FRAME_HEADER_LEN + DSB_RECORD_TYPE_LEN + 8] = {0, 9, DSB_RECORD_PING};
    uint8_t padded[DSB_FRAME_HEADER_LEN + NOISE_XK_MESSAGE_1_OVERHEAD] = {
        0, NOISE_XK_MESSAGE_1_OVERHEAD, DSB_RECORD_PING};
    return is_refused(selftest, text, sizeof text - 1) &&
                   is_refused(selftest, record, sizeof record) &&
                   is_refused(selftest, padded, sizeof padded)
               ? "closed"
               : NULL;
}

const char *case_challenge_response(struct selftest *selftest)
{
    /* The gate that the handshake replaces: a nonce and its hash, here in message 1's exact length,
     * so that it is not the length that stops it. */
    uint8_t frame[DSB_FRAME_HEADER_LEN + 16 + NOISE_CRYPTO_HASH_LEN] = {0,
                                                                        16 + NOISE_CRYPTO_HASH_LEN};
    uint8_t *nonce = frame + DSB_FRAME_HEADER_LEN;

    _Static_assert(16 + NOISE_CRYPTO_HASH_LEN == NOISE_XK_MESSAGE_1_OVERHEAD, "message 1's length");
    if (!dsoftbus_random(nonce, 16))
        return NULL;
    noise_blake2s(nonce + 16, nonce, 16, NULL, 0);
    return is_refused(selftest, frame, sizeof frame) ? "closed" : NULL;
}
