/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole handshake and transport under valgrind with every secret marked undefined: valgrind then
 * reports each branch and each memory index that depends on one.
 *
 * The wrappers name all that is public by design: what is on the wire, public keys, and the outcome
 * of a DH and of a tag, which a peer sees by the failure of the handshake.
 */
#include "noise/noise_xk.h"
#include "support/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(enum noise_result result, const char *what)
{
    if (result != NOISE_OK) {
        printf("%s: error %d\n", what, (int)result);
        exit(1);
    }
}

struct side {
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_static_key key;
    struct noise_xk_handshake hs;
    struct noise_transport transport;
};

static struct side init, resp;

static void begin(void)
{
    uint8_t e[NOISE_KEY_LEN];

    memset(init.private_key, 0x31, NOISE_KEY_LEN);
    memset(resp.private_key, 0x32, NOISE_KEY_LEN);
    make_secret(init.private_key, NOISE_KEY_LEN);
    make_secret(resp.private_key, NOISE_KEY_LEN);
    noise_static_key_init(&init.key, init.private_key);
    noise_static_key_init(&resp.key, resp.private_key);
    memset(e, 0x41, sizeof e);
    make_secret(e, sizeof e);
    must(noise_xk_init_initiator(&init.hs, &init.key, resp.key.public_key, e, NULL, 0), "init");
    memset(e, 0x42, sizeof e);
    make_secret(e, sizeof e);
    must(noise_xk_init_responder(&resp.hs, &resp.key, e, NULL, 0), "init");
}

static void handshake(void)
{
    uint8_t payload[50], message[200], got[50];
    size_t len = 0, got_len = 0;

    for (size_t i = 0; i < 3; i++) {
        struct side *writer = i % 2 == 0 ? &init : &resp;
        struct side *reader = i % 2 == 0 ? &resp : &init;

        memset(payload, (int)i, sizeof payload);
        make_secret(payload, sizeof payload);
        must(noise_xk_write(&writer->hs, payload, sizeof payload, message, sizeof message, &len),
             "write");
        make_public(message, len); /* it is on the wire now */
        must(noise_xk_read(&reader->hs, message, len, got, sizeof got, &got_len), "read");
        make_public(got, got_len);
        if (got_len != sizeof got || got[0] != i || got[49] != i)
            must(NOISE_ERR_AUTH, "another payload");
    }
    must(noise_xk_split(&init.hs, &init.transport), "split");
    must(noise_xk_split(&resp.hs, &resp.transport), "split");
}

/* Messages each way, a tampered one among them, a rekey. */
static void transport(struct side *from, struct side *to)
{
    static uint8_t plain[3000], message[3016], got[3000];
    size_t len = 0, got_len = 0;

    for (size_t size = 0; size <= sizeof plain; size += 250) {
        memset(plain, (int)(size / 250), sizeof plain);
        make_secret(plain, sizeof plain);
        must(noise_transport_seal(&from->transport, plain, size, message, sizeof message, &len),
             "seal");
        make_public(message, len);
        message[0] ^= 1;
        if (noise_transport_open(&to->transport, message, len, got, sizeof got, &got_len) !=
            NOISE_ERR_AUTH)
            must(NOISE_ERR_AUTH, "a tampered message opened");
        message[0] ^= 1;
        must(noise_transport_open(&to->transport, message, len, got, sizeof got, &got_len), "open");
        make_public(got, got_len);
        if (got_len != size || (size > 0 && got[size - 1] != (uint8_t)(size / 250)))
            must(NOISE_ERR_AUTH, "another plaintext");
    }
    must(noise_transport_rekey_send(&from->transport), "rekey");
    must(noise_transport_rekey_recv(&to->transport), "rekey");
}

#define SEVERAL_COUNT 13 /* lanes full, lanes left over, one by itself */

/* Points as a peer may choose them: one of low order among them. Two keys take turns. */
static void several(void)
{
    const uint8_t *scalars[SEVERAL_COUNT];
    uint8_t points[SEVERAL_COUNT][NOISE_KEY_LEN], shared[SEVERAL_COUNT][NOISE_KEY_LEN];

    for (size_t i = 0; i < SEVERAL_COUNT; i++) {
        scalars[i] = i % 2 == 0 ? init.private_key : resp.private_key;
        memset(points[i], i == 3 ? 0 : (int)i + 2, NOISE_KEY_LEN);
    }
    noise_x25519_several(shared, scalars, (const uint8_t(*)[NOISE_KEY_LEN])points, SEVERAL_COUNT);
}

void run_with_secrets(void)
{
    begin();
    several();
    handshake();
    transport(&init, &resp);
    transport(&resp, &init);
    transport(&init, &resp); /* with the keys after rekey */
}
