/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any calls in any order on two sides that exchange messages through one slot. Each input byte is a
 * call: bit 0 the side, bits 1 to 3 the call, bit 4 flips a bit of the message in the slot first,
 * bit 5 has the side look ahead at that message before. A model that knows only the XK picture says
 * which calls may succeed.
 */
#include "noise/ahead.h"
#include "noise/fuzz_sides.h"

#include <string.h>

#define CALLS_MAX 64 /* a handshake has ten; the rest is for what comes out of turn */

struct model {
    size_t next[2]; /* the handshake message each side is at; 3 is complete */
    bool dead[2];   /* failed or split: no handshake call succeeds */
    bool split[2];
    size_t slot;     /* which message the slot holds; 3 for none */
    bool is_flipped; /* one bit of it is wrong */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t slot[FUZZ_MESSAGE_MAX];
static size_t slot_len;

static bool writes(size_t side, size_t message)
{
    return message < 3 && (message % 2 == 0) == (side == 0);
}

static void call_write(struct model *m, struct fuzz_side *s, size_t side)
{
    bool may = !m->dead[side] && writes(side, m->next[side]);
    size_t len = 0;
    uint8_t message[FUZZ_MESSAGE_MAX];

    fuzz_require((noise_xk_write(&s->hs, NULL, 0, message, sizeof message, &len) == NOISE_OK) ==
                 may);
    if (may) {
        memcpy(slot, message, len);
        slot_len = len;
        m->slot = m->next[side]++;
        m->is_flipped = false;
    } else {
        m->dead[side] = true;
    }
}

static void call_read(struct model *m, struct fuzz_side *s, size_t side)
{
    bool may = !m->dead[side] && m->next[side] < 3 && !writes(side, m->next[side]) &&
               m->slot == m->next[side] && !m->is_flipped;
    size_t len = 0;
    uint8_t payload[FUZZ_MESSAGE_MAX];

    fuzz_require(
        (noise_xk_read(&s->hs, slot, slot_len, payload, sizeof payload, &len) == NOISE_OK) == may);
    if (may)
        m->next[side]++;
    else
        m->dead[side] = true;
}

static void call_split(struct model *m, struct fuzz_side *s, size_t side)
{
    bool may = !m->dead[side] && m->next[side] == 3;

    fuzz_require((noise_xk_split(&s->hs, &s->transport) == NOISE_OK) == may);
    m->dead[side] = true;
    m->split[side] = may;
}

static void call_getters(struct model *m, struct fuzz_side *s, size_t side)
{
    bool may = !m->dead[side] && m->next[side] == 3;
    uint8_t out[NOISE_KEY_LEN];

    fuzz_require((noise_xk_handshake_hash(&s->hs, out) == NOISE_OK) == may);
    fuzz_require((noise_xk_remote_static(&s->hs, out) == NOISE_OK) == may);
}

static void call_transport(struct model *m, struct fuzz_side *s, size_t side)
{
    uint8_t message[NOISE_TAG_LEN];
    size_t len = 0;

    fuzz_require((noise_transport_seal(&s->transport, NULL, 0, message, sizeof message, &len) ==
                  NOISE_OK) == m->split[side]);
    fuzz_require((noise_transport_rekey_recv(&s->transport) == NOISE_OK) == m->split[side]);
}

/* Changes nothing that the model knows. */
static void look_ahead(struct fuzz_side *s)
{
    struct noise_ahead ahead = {.count = 0};

    noise_ahead_add(&ahead, &s->hs, slot, slot_len);
    noise_ahead_run(&ahead);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuzz_sides sides;
    struct model m = {.slot = 3};

    memset(&sides, 0, sizeof sides);
    fuzz_begin(&sides);
    slot_len = 0;
    for (size_t i = 0; i < size && i < CALLS_MAX; i++) {
        size_t side = data[i] & 1;
        struct fuzz_side *s = side == 0 ? &sides.init : &sides.resp;

        if (data[i] & 32)
            look_ahead(s);
        if (data[i] & 16 && slot_len > 0) {
            slot[slot_len - 1] ^= 1;
            m.is_flipped = !m.is_flipped;
        }
        switch (data[i] >> 1 & 7) {
        case 0:
            call_write(&m, s, side);
            break;
        case 1:
            call_read(&m, s, side);
            break;
        case 2:
            call_split(&m, s, side);
            break;
        case 3:
            call_getters(&m, s, side);
            break;
        default:
            call_transport(&m, s, side);
            break;
        }
        fuzz_require(!m.dead[side] || fuzz_is_wiped(&s->hs));
    }
    return 0;
}
