/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the two sides, and checks what a failure left of one. */
#include "noise/fuzz_sides.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return noise_init();
}

void fuzz_require(bool holds)
{
    if (!holds)
        abort();
}

void fuzz_begin(struct fuzz_sides *s)
{
    uint8_t e[NOISE_KEY_LEN];

    memset(s->init.private_key, 1, NOISE_KEY_LEN);
    memset(s->resp.private_key, 2, NOISE_KEY_LEN);
    noise_static_key_init(&s->init.key, s->init.private_key);
    noise_static_key_init(&s->resp.key, s->resp.private_key);
    memset(e, 3, sizeof e);
    fuzz_require(noise_xk_init_initiator(&s->init.hs, &s->init.key, s->resp.key.public_key, e, NULL,
                                         0) == NOISE_OK);
    memset(e, 4, sizeof e);
    fuzz_require(noise_xk_init_responder(&s->resp.hs, &s->resp.key, e, NULL, 0) == NOISE_OK);
}

struct fuzz_side *fuzz_writer(struct fuzz_sides *s, size_t i)
{
    return i % 2 == 0 ? &s->init : &s->resp;
}

struct fuzz_side *fuzz_reader(struct fuzz_sides *s, size_t i)
{
    return i % 2 == 0 ? &s->resp : &s->init;
}

size_t fuzz_write(struct fuzz_sides *s, size_t i, uint8_t message[FUZZ_MESSAGE_MAX])
{
    static const uint8_t payload[FUZZ_PAYLOAD_LEN] = {1, 2, 3, 4, 5};
    size_t len = 0;

    fuzz_require(noise_xk_write(&fuzz_writer(s, i)->hs, payload, sizeof payload, message,
                                FUZZ_MESSAGE_MAX, &len) == NOISE_OK);
    return len;
}

void fuzz_run(struct fuzz_sides *s, size_t count)
{
    uint8_t message[FUZZ_MESSAGE_MAX], payload[FUZZ_PAYLOAD_LEN];

    for (size_t i = 0; i < count; i++) {
        size_t len = fuzz_write(s, i, message);

        fuzz_require(noise_xk_read(&fuzz_reader(s, i)->hs, message, len, payload, sizeof payload,
                                   &len) == NOISE_OK);
    }
    if (count == 3) {
        fuzz_require(noise_xk_split(&s->init.hs, &s->init.transport) == NOISE_OK);
        fuzz_require(noise_xk_split(&s->resp.hs, &s->resp.transport) == NOISE_OK);
    }
}

bool fuzz_is_wiped(const struct noise_xk_handshake *hs)
{
    static const struct noise_xk_handshake zeroed;
    struct noise_xk_handshake copy;

    memcpy(&copy, hs, sizeof copy);
    memset(&copy.state, 0, sizeof copy.state);
    return memcmp(&copy, &zeroed, sizeof copy) == 0;
}
