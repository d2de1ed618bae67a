/* SPDX-License-Identifier: Apache-2.0 */
/* Brings two sides to any point of a handshake. */
#include "noise/pair.h"

#include <string.h>

const uint8_t pair_prologue[PAIR_PROLOGUE_LEN] = {'t', 'e', 's', 't'};

/* Larger than any read could write: message and payload sizes are at most 65535. */
static uint8_t scratch[NOISE_MESSAGE_MAX + 1];

void fill_ephemeral(uint8_t out[NOISE_KEY_LEN], uint8_t seed)
{
    for (size_t i = 0; i < NOISE_KEY_LEN; i++)
        out[i] = (uint8_t)(seed + 7 * i + 1);
}

void pair_begin(struct pair *p)
{
    uint8_t e[NOISE_KEY_LEN];

    p->messages_count = 0;
    memset(p->init.private_key, 0x11, NOISE_KEY_LEN);
    memset(p->resp.private_key, 0x22, NOISE_KEY_LEN);
    noise_static_key_init(&p->init.key, p->init.private_key);
    noise_static_key_init(&p->resp.key, p->resp.private_key);
    fill_ephemeral(e, 0x40);
    assert_int_equal(noise_xk_init_initiator(&p->init.hs, &p->init.key, p->resp.key.public_key, e,
                                             pair_prologue, PAIR_PROLOGUE_LEN),
                     NOISE_OK);
    fill_ephemeral(e, 0x80);
    assert_int_equal(
        noise_xk_init_responder(&p->resp.hs, &p->resp.key, e, pair_prologue, PAIR_PROLOGUE_LEN),
        NOISE_OK);
}

struct side *pair_writer(struct pair *p, size_t i)
{
    return i % 2 == 0 ? &p->init : &p->resp;
}

struct side *pair_reader(struct pair *p, size_t i)
{
    return i % 2 == 0 ? &p->resp : &p->init;
}

void pair_write(struct pair *p, size_t i, size_t payload_len)
{
    for (size_t j = 0; j < payload_len; j++)
        scratch[j] = (uint8_t)(i + j);
    assert_int_equal(noise_xk_write(&pair_writer(p, i)->hs, scratch, payload_len, p->message[i],
                                    sizeof p->message[i], &p->message_len[i]),
                     NOISE_OK);
}

void pair_run(struct pair *p, size_t count, size_t payload_len)
{
    for (; p->messages_count < count; p->messages_count++) {
        size_t i = p->messages_count;
        size_t len = 0;

        pair_write(p, i, payload_len);
        memset(scratch, CANARY, sizeof scratch);
        assert_int_equal(noise_xk_read(&pair_reader(p, i)->hs, p->message[i], p->message_len[i],
                                       scratch, sizeof scratch, &len),
                         NOISE_OK);
        assert_int_equal(len, payload_len);
        for (size_t j = 0; j < payload_len; j++)
            assert_int_equal(scratch[j], (uint8_t)(i + j));
        assert_int_equal(scratch[len], CANARY);
    }
}

void pair_connect(struct pair *p)
{
    pair_begin(p);
    pair_run(p, 3, 0);
    assert_int_equal(noise_xk_split(&p->init.hs, &p->init.transport), NOISE_OK);
    assert_int_equal(noise_xk_split(&p->resp.hs, &p->resp.transport), NOISE_OK);
}

void assert_filled(const uint8_t *data, uint8_t value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != value)
            fail_msg("byte %zu is %02x, not %02x", i, data[i], value);
}

void assert_wiped(const struct noise_xk_handshake *hs, enum noise_xk_state state)
{
    uint8_t bytes[sizeof *hs];

    assert_int_equal(hs->state, state);
    memcpy(bytes, hs, sizeof bytes);
    memset(bytes + offsetof(struct noise_xk_handshake, state), 0, sizeof hs->state);
    assert_filled(bytes, 0, sizeof bytes);
}

void assert_failed_for_good(struct noise_xk_handshake *hs)
{
    uint8_t in[NOISE_XK_MESSAGE_3_OVERHEAD] = {0}, out[NOISE_XK_MESSAGE_3_OVERHEAD];
    struct noise_transport transport;
    size_t len = 0;

    assert_wiped(hs, NOISE_XK_FAILED);
    memset(out, CANARY, sizeof out);
    memset(&transport, CANARY, sizeof transport);
    assert_int_equal(noise_xk_write(hs, NULL, 0, out, sizeof out, &len), NOISE_ERR_FAILED);
    assert_int_equal(noise_xk_read(hs, in, sizeof in, out, sizeof out, &len), NOISE_ERR_FAILED);
    assert_int_equal(noise_xk_remote_static(hs, out), NOISE_ERR_FAILED);
    assert_int_equal(noise_xk_handshake_hash(hs, out), NOISE_ERR_FAILED);
    assert_filled(out, CANARY, sizeof out);
    assert_int_equal(noise_xk_split(hs, &transport), NOISE_ERR_FAILED);
    assert_filled((const uint8_t *)&transport, 0, sizeof transport);
    assert_wiped(hs, NOISE_XK_FAILED);
}

/* Zeros, then what was there before: by block, since this is asked for every length. */
static void assert_no_plaintext(void)
{
    static const uint8_t zeros[sizeof scratch];
    const uint8_t *rest = memchr(scratch, CANARY, sizeof scratch);
    size_t zeros_len = rest == NULL ? sizeof scratch : (size_t)(rest - scratch);

    assert_memory_equal(scratch, zeros, zeros_len);
    assert_true(rest == NULL || memcmp(rest, rest + 1, sizeof scratch - zeros_len - 1) == 0);
}

void assert_rejects(struct noise_xk_handshake *hs, const uint8_t *message, size_t message_len,
                    enum noise_result expected)
{
    size_t len = SIZE_MAX;

    memset(scratch, CANARY, sizeof scratch);
    assert_int_equal(noise_xk_read(hs, message, message_len, scratch, sizeof scratch, &len),
                     expected);
    assert_int_equal(len, SIZE_MAX);
    assert_no_plaintext();
    assert_failed_for_good(hs);
}

void assert_key_holder_rejected(struct pair *p,
                                int (*dh)(void *ctx, uint8_t out[NOISE_KEY_LEN],
                                          const uint8_t peer[NOISE_KEY_LEN]),
                                enum noise_result expected)
{
    uint8_t out[64];
    size_t len = 0;

    pair_begin(p);
    p->resp.key.dh = dh;
    pair_write(p, 0, 0);
    assert_rejects(&p->resp.hs, p->message[0], p->message_len[0], expected);

    pair_begin(p);
    p->init.key.dh = dh;
    pair_run(p, 2, 0);
    assert_int_equal(noise_xk_write(&p->init.hs, NULL, 0, out, sizeof out, &len), expected);
    assert_failed_for_good(&p->init.hs);
}
