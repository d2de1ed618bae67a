/* SPDX-License-Identifier: Apache-2.0 */
/* No call of the library leaves a secret in the stack that it has used. */
#include "noise/dead_stack.h"
#include "noise/pair.h"
#include "noise/symmetric.h"

#include <sodium/crypto_stream_chacha20.h>
#include <string.h>

static struct pair p;
static struct noise_symmetric symmetric;
static uint8_t secret[NOISE_KEY_LEN];
static uint8_t hash[NOISE_HASH_LEN];

static int make_secret(void **state)
{
    (void)state;
    noise_blake2s(secret, (const uint8_t *)"a secret", 8, NULL, 0);
    return 0;
}

/* The key of an HMAC as it stands in its pads (RFC 2104). */
static void assert_no_pads_of(const uint8_t key[NOISE_HASH_LEN])
{
    uint8_t inner[NOISE_HASH_LEN], outer[NOISE_HASH_LEN];

    for (size_t i = 0; i < NOISE_HASH_LEN; i++) {
        inner[i] = key[i] ^ 0x36;
        outer[i] = key[i] ^ 0x5c;
    }
    assert_false(dead_stack_holds(inner, sizeof inner));
    assert_false(dead_stack_holds(outer, sizeof outer));
}

static void leave_secret(void *context)
{
    volatile uint8_t local[NOISE_KEY_LEN];

    (void)context;
    for (size_t i = 0; i < sizeof local; i++)
        local[i] = secret[i];
}

static void a_secret_that_is_left_is_found(void **state)
{
    (void)state;
    dead_stack_run(leave_secret, NULL);
    assert_true(dead_stack_holds(secret, sizeof secret));
}

static void blake2s_of_secret(void *context)
{
    (void)context;
    noise_blake2s(hash, secret, sizeof secret, secret, 0);
}

static void a_hash_leaves_nothing_of_its_input(void **state)
{
    (void)state;
    dead_stack_run(blake2s_of_secret, NULL);
    assert_false(dead_stack_holds(secret, sizeof secret));
}

static void mix_secret(void *context)
{
    (void)context;
    noise_symmetric_mix_key(&symmetric, secret);
}

/* HMAC-BLAKE2s, once more, to know what lies between ck and its successor. */
static void hmac(uint8_t out[NOISE_HASH_LEN], uint8_t inner[NOISE_HASH_LEN],
                 const uint8_t key[NOISE_HASH_LEN], const uint8_t *data, size_t data_len)
{
    uint8_t pad[NOISE_CRYPTO_BLOCK_LEN] = {0};

    memcpy(pad, key, NOISE_HASH_LEN);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    noise_blake2s(inner, pad, sizeof pad, data, data_len);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    noise_blake2s(out, pad, sizeof pad, inner, NOISE_HASH_LEN);
}

static void mixing_a_key_leaves_neither_it_nor_what_comes_of_it(void **state)
{
    uint8_t ck[NOISE_HASH_LEN], temp_key[NOISE_HASH_LEN];
    uint8_t inner[NOISE_HASH_LEN], last[NOISE_HASH_LEN], block[NOISE_HASH_LEN + 1];

    (void)state;
    noise_symmetric_init(&symmetric);
    noise_symmetric_mix_key(&symmetric, secret); /* ck is a secret now */
    memcpy(ck, symmetric.ck, sizeof ck);
    hmac(temp_key, inner, ck, secret, sizeof secret);
    dead_stack_run(mix_secret, NULL);
    memcpy(block, symmetric.ck, NOISE_HASH_LEN);
    block[NOISE_HASH_LEN] = 2;
    hmac(last, inner, temp_key, block, sizeof block);
    assert_memory_equal(last, symmetric.cipher.k, sizeof last);
    assert_false(dead_stack_holds(inner, sizeof inner));
    assert_false(dead_stack_holds(secret, sizeof secret));
    assert_false(dead_stack_holds(ck, sizeof ck));
    assert_false(dead_stack_holds(temp_key, sizeof temp_key));
    assert_false(dead_stack_holds(symmetric.ck, sizeof symmetric.ck));
    assert_false(dead_stack_holds(symmetric.cipher.k, sizeof symmetric.cipher.k));
    assert_no_pads_of(ck);
    assert_no_pads_of(temp_key);
}

static uint8_t out[NOISE_KEY_LEN];

static void multiply(void *point)
{
    if (noise_x25519(out, secret, point) != 0)
        memset(out, 0, sizeof out);
}

#define SEVERAL_COUNT 13 /* lanes full, lanes left over, one by itself */

static uint8_t outs[SEVERAL_COUNT][NOISE_KEY_LEN];

static void multiply_several(void *points)
{
    const uint8_t *scalars[SEVERAL_COUNT];

    for (size_t i = 0; i < SEVERAL_COUNT; i++)
        scalars[i] = secret;
    noise_x25519_several(outs, scalars, points, SEVERAL_COUNT);
}

static void multiply_base(void *context)
{
    (void)context;
    noise_x25519_base(out, secret);
}

/* The middle of the scalar, which clamping leaves alone. */
static void assert_no_scalar(void)
{
    assert_false(dead_stack_holds(secret + 1, sizeof secret - 2));
}

static void a_multiplication_leaves_neither_scalar_nor_result(void **state)
{
    uint8_t point[NOISE_KEY_LEN];

    (void)state;
    noise_x25519_base(point, hash);
    dead_stack_run(multiply, point);
    assert_no_scalar();
    assert_false(dead_stack_holds(out, sizeof out));
    dead_stack_run(multiply_base, NULL);
    assert_no_scalar();
}

static void several_multiplications_leave_neither_scalar_nor_results(void **state)
{
    uint8_t points[SEVERAL_COUNT][NOISE_KEY_LEN];

    (void)state;
    for (size_t i = 0; i < SEVERAL_COUNT; i++) {
        hash[0] = (uint8_t)i;
        noise_x25519_base(points[i], hash);
    }
    dead_stack_run(multiply_several, points);
    assert_no_scalar();
    for (size_t i = 0; i < SEVERAL_COUNT; i++)
        assert_false(dead_stack_holds(outs[i], sizeof outs[i]));
}

/* The length of a sealed message, and the call that seals it. */
static void seal(void *len)
{
    static uint8_t message[1024 + NOISE_TAG_LEN];

    noise_aead_seal(message, secret, hash, NULL, 0, message, *(size_t *)len);
    if (noise_aead_open(message, secret, hash, NULL, 0, message,
                        *(size_t *)len + NOISE_CRYPTO_TAG_LEN) != 0)
        *(size_t *)len = 0;
}

/* The cipher's first block is the authenticator's key (RFC 8439 section 2.6): who has it forges. */
static void sealing_leaves_neither_the_key_nor_the_authenticators(void **state)
{
    static const size_t lens[] = {0, 64, 256, 1024};
    uint8_t one_time[NOISE_KEY_LEN];

    (void)state;
    crypto_stream_chacha20_ietf(one_time, sizeof one_time, hash, secret);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        size_t len = lens[i];

        dead_stack_run(seal, &len);
        assert_int_equal(len, lens[i]);
        assert_false(dead_stack_holds(secret, sizeof secret));
        assert_false(dead_stack_holds(one_time, 16));
        assert_false(dead_stack_holds(one_time + 16, 16));
    }
}

static void write_message(void *context)
{
    uint8_t *message = context;
    size_t message_len;

    if (noise_xk_write(&p.init.hs, NULL, 0, message, NOISE_XK_MESSAGE_1_OVERHEAD, &message_len) !=
        NOISE_OK)
        message[0] = 0;
}

static void a_message_leaves_no_dh(void **state)
{
    static uint8_t message[NOISE_XK_MESSAGE_1_OVERHEAD];
    uint8_t shared[NOISE_KEY_LEN], ephemeral[NOISE_KEY_LEN];

    (void)state;
    pair_begin(&p);
    memcpy(ephemeral, p.init.hs.e, sizeof ephemeral);
    assert_int_equal(noise_x25519(shared, ephemeral, p.resp.key.public_key), 0);
    dead_stack_run(write_message, message);
    assert_int_equal(p.init.hs.state, NOISE_XK_READ_2);
    assert_false(dead_stack_holds(shared, sizeof shared));
    assert_false(dead_stack_holds(p.init.hs.symmetric.ck, NOISE_HASH_LEN));
    assert_false(dead_stack_holds(p.init.hs.symmetric.cipher.k, NOISE_KEY_LEN));
}

static void split(void *context)
{
    (void)context;
    if (noise_xk_split(&p.init.hs, &p.init.transport) != NOISE_OK)
        noise_transport_wipe(&p.init.transport);
}

static void split_leaves_no_key(void **state)
{
    (void)state;
    pair_begin(&p);
    pair_run(&p, 3, 0);
    dead_stack_run(split, NULL);
    assert_true(noise_transport_is_live(&p.init.transport));
    assert_false(dead_stack_holds(p.init.transport.send.k, NOISE_KEY_LEN));
    assert_false(dead_stack_holds(p.init.transport.recv.k, NOISE_KEY_LEN));
}

static void rekey(void *context)
{
    (void)context;
    if (noise_transport_rekey_send(&p.init.transport) != NOISE_OK)
        noise_transport_wipe(&p.init.transport);
}

static void rekey_leaves_neither_key(void **state)
{
    uint8_t before[NOISE_KEY_LEN];

    (void)state;
    pair_connect(&p);
    memcpy(before, p.init.transport.send.k, sizeof before);
    dead_stack_run(rekey, NULL);
    assert_memory_not_equal(before, p.init.transport.send.k, sizeof before);
    assert_false(dead_stack_holds(before, sizeof before));
    assert_false(dead_stack_holds(p.init.transport.send.k, NOISE_KEY_LEN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_secret_that_is_left_is_found, make_secret),
        cmocka_unit_test_setup(a_hash_leaves_nothing_of_its_input, make_secret),
        cmocka_unit_test_setup(mixing_a_key_leaves_neither_it_nor_what_comes_of_it, make_secret),
        cmocka_unit_test_setup(a_multiplication_leaves_neither_scalar_nor_result, make_secret),
        cmocka_unit_test(several_multiplications_leave_neither_scalar_nor_results),
        cmocka_unit_test_setup(sealing_leaves_neither_the_key_nor_the_authenticators, make_secret),
        cmocka_unit_test(a_message_leaves_no_dh),
        cmocka_unit_test(split_leaves_no_key),
        cmocka_unit_test(rekey_leaves_neither_key),
    };

    if (noise_init() != 0)
        return 1;
    return cmocka_run_group_tests_name("dead stack", tests, NULL, NULL);
}
