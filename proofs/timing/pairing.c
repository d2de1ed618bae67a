/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two devices that pair, with another code and other random bytes each time: CPace of both sides,
 * and what they seal for one another. Ids and public keys are the same: what is told of those is
 * public.
 */
#include "marks.h"

#include "dsoftbus/pairing.h"
#include "noise/crypto.h"

#include <string.h>

#define CODE_LEN DSB_PAIRING_CODE_DIGITS

static void make(struct dsb_pairing *run, enum dsb_pairing_role role, const char *name,
                 const char code[CODE_LEN], uint8_t random[DSB_PAIRING_RANDOM_LEN])
{
    const uint8_t private_key[DSB_KEY_LEN] = {0, (uint8_t)name[0]};
    uint8_t key[DSB_KEY_LEN];
    struct dsb_device_id id;

    noise_x25519_base(key, private_key);
    timing_must(dsb_device_id_set(&id, name, strlen(name)) == DSB_OK);
    timing_must(dsb_pairing_init(run, role, &id, key, code, CODE_LEN, random) == DSB_OK);
}

static void say(struct dsb_pairing *from, struct dsb_pairing *to)
{
    uint8_t message[DSB_PAIRING_MESSAGE_MAX];

    timing_must(dsb_pairing_send(from, message) == dsb_pairing_wants(to));
    timing_must(dsb_pairing_receive(to, message) != DSB_PAIRING_EVENT_FAILED);
}

void timing_pairing(uint8_t secret[TIMING_SECRET_LEN])
{
    static struct dsb_pairing dialler, listener;
    char code[CODE_LEN];

    for (size_t i = 0; i < CODE_LEN; i++)
        code[i] = (char)('0' + secret[i] % 10);
    make(&dialler, DSB_PAIRING_DIALLER, "alpha", code, secret + 64);
    make(&listener, DSB_PAIRING_LISTENER, "beta", code, secret + 256);
    timing_begin();
    while (listener.state != DSB_PAIRING_OVER) {
        say(&dialler, &listener);
        say(&listener, &dialler);
    }
    timing_end();
    timing_must(dialler.state == DSB_PAIRING_OVER);
}
