/* SPDX-License-Identifier: Apache-2.0 */
/* How a handshake begins: what both sides mix before the first message, and the responder's key. */
#include "dsoftbus/handshake.h"

#include <string.h>

static const char prologue_label[] = "DSoftBus/2"; /* its NUL is the zero byte of the prologue */

#define PROLOGUE_MAX (sizeof(prologue_label) + 1 + DSB_DEVICE_ID_MAX)

/* "DSoftBus/2", 0, and the id of the responder that the initiator means to reach, with its length.
 */
static size_t make_prologue(uint8_t out[PROLOGUE_MAX], const struct dsb_device_id *responder)
{
    memcpy(out, prologue_label, sizeof prologue_label);
    out[sizeof prologue_label] = responder->len;
    memcpy(out + sizeof prologue_label + 1, responder->text, responder->len);
    return sizeof prologue_label + 1 + responder->len;
}

/* What this side is to say of itself can be said. */
static bool are_limits(const struct dsb_local *local)
{
    return local->recv_max >= DSB_RECV_MAX_MIN && local->streams.window != 0;
}

static void begin(struct dsb_handshake *hs, const struct dsb_local *local, bool initiator,
                  uint64_t now_ms)
{
    noise_wipe(hs, sizeof *hs);
    hs->local = local;
    hs->initiator = initiator;
    hs->deadline_ms = now_ms + DSB_HANDSHAKE_DEADLINE_MS;
    hs->step_reported = initiator ? DSB_STEP_NONE : DSB_STEP_ACCEPT_OPENED;
    hs->step = hs->step_reported;
}

/* <- s: the key of the device that is meant, from the trust store and from nowhere else. */
static enum dsb_reason connect_to(struct dsb_handshake *hs, const struct dsb_device_id *target,
                                  uint8_t ephemeral[DSB_KEY_LEN])
{
    uint8_t prologue[PROLOGUE_MAX];
    const struct dsb_local *local = hs->local;

    if (target->len == 0 || target->len > DSB_DEVICE_ID_MAX || !are_limits(local))
        return DSB_REASON_CONNECT_BAD_ARGUMENT;
    const struct dsb_trust_entry *entry = dsb_trust_store_find_id(local->trust, target);
    if (entry == NULL)
        return DSB_REASON_CONNECT_NOT_TRUSTED;
    size_t prologue_len = make_prologue(prologue, target);
    if (noise_xk_init_initiator(&hs->noise, &local->identity->key, entry->key, ephemeral, prologue,
                                prologue_len) != NOISE_OK)
        return DSB_REASON_LOCAL_CRYPTO;
    hs->peer = *target;
    memcpy(hs->peer_key, entry->key, sizeof hs->peer_key);
    hs->state = DSB_HANDSHAKE_WRITE_MSG1;
    return DSB_REASON_NONE;
}

enum dsb_reason dsb_handshake_connect(struct dsb_handshake *hs, const struct dsb_local *local,
                                      const struct dsb_device_id *target,
                                      uint8_t ephemeral[DSB_KEY_LEN], uint64_t now_ms)
{
    begin(hs, local, true, now_ms);
    enum dsb_reason reason = connect_to(hs, target, ephemeral);
    noise_wipe(ephemeral, DSB_KEY_LEN);
    if (reason != DSB_REASON_NONE)
        dsb_handshake_abort(hs, reason);
    return reason;
}

static enum dsb_reason accept_from(struct dsb_handshake *hs, uint8_t ephemeral[DSB_KEY_LEN])
{
    uint8_t prologue[PROLOGUE_MAX];
    const struct dsb_local *local = hs->local;

    if (!are_limits(local))
        return DSB_REASON_ACCEPT_BAD_ARGUMENT;
    size_t prologue_len = make_prologue(prologue, &local->identity->id);
    if (noise_xk_init_responder(&hs->noise, &local->identity->key, ephemeral, prologue,
                                prologue_len) != NOISE_OK)
        return DSB_REASON_LOCAL_CRYPTO;
    hs->state = DSB_HANDSHAKE_READ_MSG1;
    return DSB_REASON_NONE;
}

enum dsb_reason dsb_handshake_accept(struct dsb_handshake *hs, const struct dsb_local *local,
                                     uint8_t ephemeral[DSB_KEY_LEN], uint64_t now_ms)
{
    begin(hs, local, false, now_ms);
    enum dsb_reason reason = accept_from(hs, ephemeral);
    noise_wipe(ephemeral, DSB_KEY_LEN);
    if (reason != DSB_REASON_NONE)
        dsb_handshake_abort(hs, reason);
    return reason;
}
