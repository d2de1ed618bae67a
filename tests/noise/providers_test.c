/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of the table that this processor can run, against libsodium's answers: random inputs,
 * the points and lengths that are special, and what must be refused. Rows are put behind the seam
 * one after the other, so the seam's own rules are tested with each.
 */
#include "noise/crypto_provider.h"

#include <setjmp.h>
#include <stdarg.h>

#include "vectors/hex.h"
#include "vectors/low_order_points.h"
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define MULTIPLICATIONS_COUNT 200
#define SHORT_MAX             700 /* every length up to here: several blocks, and the border of a job */
#define THREAD_CALLS_COUNT    50000
#define LONG_LEN              65519
#define SHIFTS_COUNT          16 /* starts of a buffer within a vector register's width */

static const struct noise_provider *sodium;
static uint8_t plain[LONG_LEN + SHIFTS_COUNT], ad[LONG_LEN];
static uint8_t sealed[LONG_LEN + NOISE_CRYPTO_TAG_LEN + SHIFTS_COUNT], want[sizeof sealed],
    opened[sizeof sealed];

/* The next of a sequence of bytes that is the same in every run. */
static void next(uint8_t out[32])
{
    static uint64_t n;

    n++;
    noise_blake2s(out, (const uint8_t *)&n, sizeof n, NULL, 0);
}

static void use(const struct noise_provider *row)
{
    assert_int_equal(noise_provider_use(row), 0);
}

static void check_multiply(const struct noise_provider *row, const uint8_t scalar[32],
                           const uint8_t point[32])
{
    uint8_t expected[32], got[32];
    int expected_result, result;

    use(sodium);
    expected_result = noise_x25519(expected, scalar, point);
    use(row);
    memset(got, 0xee, sizeof got);
    result = noise_x25519(got, scalar, point);
    assert_int_equal(result, expected_result);
    assert_memory_equal(got, expected, sizeof got);
}

static void check_base(const struct noise_provider *row, const uint8_t scalar[32])
{
    static const uint8_t nine[32] = {9};
    uint8_t got[32], by_multiply[32];

    use(row);
    noise_x25519_base(got, scalar);
    use(sodium);
    assert_int_equal(noise_x25519(by_multiply, scalar, nine), 0);
    assert_memory_equal(got, by_multiply, sizeof got);
}

static void random_points(const struct noise_provider *row)
{
    for (int i = 0; i < MULTIPLICATIONS_COUNT; i++) {
        uint8_t scalar[32], point[32];

        next(scalar);
        next(point); /* on the curve or its twist, with and without the ignored top bit */
        check_multiply(row, scalar, point);
        check_base(row, scalar);
    }
}

/* Scalars and points at the ends of their ranges; points from 2^255 - 20 up are no least residues.
 */
static void special_points(const struct noise_provider *row)
{
    static const uint8_t fills[] = {0x00, 0xff, 0x7f, 0x80, 0x01, 0x55, 0xaa};

    for (size_t s = 0; s < sizeof fills; s++) {
        uint8_t scalar[32], point[32];

        memset(scalar, fills[s], sizeof scalar);
        check_base(row, scalar);
        for (size_t p = 0; p < sizeof fills; p++) {
            memset(point, fills[p], sizeof point);
            check_multiply(row, scalar, point);
        }
        memset(point, 0xff, sizeof point);
        for (int low = 0xda; low <= 0xff; low++) { /* 2^255 - 38 to 2^255 - 1 */
            point[0] = (uint8_t)low;
            point[31] = 0x7f;
            check_multiply(row, scalar, point);
            point[31] = 0xff;
            check_multiply(row, scalar, point);
        }
    }
}

static void low_order_points_are_refused(const struct noise_provider *row)
{
    static const uint8_t zero[32];

    use(row);
    for (size_t i = 0; i < low_order_points_count; i++) {
        uint8_t point[32], scalar[32], out[32];

        next(scalar);
        assert_true(hex_decode(low_order_points[i], 64, point));
        memset(out, 0xee, sizeof out);
        assert_int_equal(noise_x25519(out, scalar, point), -1);
        assert_memory_equal(out, zero, sizeof out);
    }
}

/* Each count, so each number of lanes in use; points of all kinds in each place, with the same
 * scalar now and then. */
static void several_points_as_each_by_itself(const struct noise_provider *row)
{
    uint8_t points[2 * NOISE_LANES_MAX + 2][32], out[2 * NOISE_LANES_MAX + 2][32];
    uint8_t keys[2 * NOISE_LANES_MAX][32];
    const uint8_t *scalars[2 * NOISE_LANES_MAX];

    for (size_t count = 0; count <= 2 * NOISE_LANES_MAX; count++) {
        for (size_t zero = 0; zero <= count; zero++) { /* which one is of low order; count: none */
            uint8_t expected[32];

            for (size_t i = 0; i < count; i++) {
                next(points[i]);
                next(keys[i]);
                scalars[i] = i % 3 == 2 ? keys[i - 1] : keys[i];
            }
            if (zero < count)
                assert_true(
                    hex_decode(low_order_points[zero % low_order_points_count], 64, points[zero]));
            memset(out, 0xee, sizeof out);
            use(row);
            noise_x25519_several(out, scalars, (const uint8_t(*)[32])points, count);
            use(sodium);
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(noise_x25519(expected, scalars[i], points[i]), i == zero ? -1 : 0);
                assert_memory_equal(out[i], expected, 32);
            }
            memset(expected, 0xee, sizeof expected);
            assert_memory_equal(out[count], expected, 32);
        }
    }
}

static void check_seal(const struct noise_provider *row, size_t len, size_t ad_len, size_t shift)
{
    uint8_t key[32], nonce[32];

    next(key);
    next(nonce);
    use(sodium);
    noise_aead_seal(want, key, nonce, ad_len == 0 ? NULL : ad, ad_len, plain, len);
    use(row);
    memset(sealed, 0xee, sizeof sealed);
    noise_aead_seal(sealed + shift, key, nonce, ad_len == 0 ? NULL : ad, ad_len, plain, len);
    assert_memory_equal(sealed + shift, want, len + NOISE_CRYPTO_TAG_LEN);
    for (size_t i = 0; i < 8 && shift + len + NOISE_CRYPTO_TAG_LEN + i < sizeof sealed; i++)
        assert_int_equal(sealed[shift + len + NOISE_CRYPTO_TAG_LEN + i], 0xee);
    memset(opened, 0xee, sizeof opened);
    assert_int_equal(noise_aead_open(len == 0 ? NULL : opened, key, nonce, ad, ad_len,
                                     sealed + shift, len + NOISE_CRYPTO_TAG_LEN),
                     0);
    assert_memory_equal(opened, plain, len);
    assert_int_equal(opened[len], 0xee);
}

static void all_lengths(const struct noise_provider *row)
{
    static const size_t ad_lens[] = {0, 1, 15, 16, 17, 32, 200};

    for (size_t len = 0; len <= SHORT_MAX; len++)
        for (size_t i = 0; i < sizeof ad_lens / sizeof ad_lens[0]; i++)
            check_seal(row, len, ad_lens[i], len % SHIFTS_COUNT);
    for (size_t len = LONG_LEN - 70; len <= LONG_LEN; len++)
        check_seal(row, len, len % 40, 0);
    check_seal(row, 100, LONG_LEN, 0);
    check_seal(row, 1000, LONG_LEN, 0);
}

static void in_place(const struct noise_provider *row)
{
    for (size_t len = 0; len <= SHORT_MAX; len += 7) {
        uint8_t key[32], nonce[32];

        next(key);
        next(nonce);
        use(sodium);
        noise_aead_seal(want, key, nonce, ad, 32, plain, len);
        use(row);
        memcpy(sealed, plain, len);
        noise_aead_seal(sealed, key, nonce, ad, 32, sealed, len);
        assert_memory_equal(sealed, want, len + NOISE_CRYPTO_TAG_LEN);
        assert_int_equal(
            noise_aead_open(sealed, key, nonce, ad, 32, sealed, len + NOISE_CRYPTO_TAG_LEN), 0);
        assert_memory_equal(sealed, plain, len);
    }
}

/* One wrong bit each in every byte of ciphertext and tag; nothing of the plaintext is given out. */
static void forged(const struct noise_provider *row)
{
    static const size_t lens[] = {0, 1, 64, 255, 256, 257, SHORT_MAX};
    static const uint8_t zero[SHORT_MAX];

    use(row);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        size_t sealed_len = lens[i] + NOISE_CRYPTO_TAG_LEN;
        uint8_t key[32];

        next(key);
        noise_aead_seal(sealed, key, ad, ad, 32, plain, lens[i]);
        for (size_t at = 0; at < sealed_len; at++) {
            sealed[at] ^= (uint8_t)(1 << at % 8);
            memset(opened, 0xee, sizeof opened);
            assert_int_equal(noise_aead_open(opened, key, ad, ad, 32, sealed, sealed_len), -1);
            assert_memory_equal(opened, zero, lens[i]);
            assert_int_equal(opened[lens[i]], 0xee);
            sealed[at] ^= (uint8_t)(1 << at % 8);
        }
        assert_int_equal(noise_aead_open(opened, key, ad, ad, 31, sealed, sealed_len), -1);
    }
}

static void shorter_than_a_tag(const struct noise_provider *row)
{
    uint8_t key[32] = {1};

    use(row);
    for (size_t len = 0; len < NOISE_CRYPTO_TAG_LEN; len++) {
        opened[0] = 0xee;
        assert_int_equal(noise_aead_open(opened, key, key, NULL, 0, sealed, len), -1);
        assert_int_equal(opened[0], 0xee);
    }
}

/* Seals and opens short messages; NULL when all came out as libsodium has it. */
static void *seal_many(void *unused)
{
    uint8_t out[256 + NOISE_CRYPTO_TAG_LEN], expected[sizeof out], key[32] = {2};
    const char *fault = NULL;

    (void)unused;
    for (size_t i = 0; i < THREAD_CALLS_COUNT; i++) {
        size_t len = i % 257;

        key[1] = (uint8_t)i;
        noise_sodium_seal(expected, key, key, ad, 32, plain, len);
        noise_aead_seal(out, key, key, ad, 32, plain, len);
        if (memcmp(out, expected, len + NOISE_CRYPTO_TAG_LEN) != 0)
            fault = "another ciphertext";
        if (noise_aead_open(out, key, key, ad, 32, out, len + NOISE_CRYPTO_TAG_LEN) != 0 ||
            memcmp(out, plain, len) != 0)
            fault = "not opened";
    }
    return (void *)(uintptr_t)fault;
}

/* At the same time in the thread that started the row, and in one that did not. */
static void two_threads(const struct noise_provider *row)
{
    pthread_t thread;
    void *fault, *own_fault;

    use(row);
    assert_int_equal(pthread_create(&thread, NULL, seal_many, NULL), 0);
    own_fault = seal_many(NULL);
    assert_int_equal(pthread_join(thread, &fault), 0);
    assert_null(fault);
    assert_null(own_fault);
}

static int start_fails(void)
{
    return -1;
}

static void a_row_whose_library_fails_is_not_used(void **state)
{
    static const struct noise_aead unusable = {.start = start_fails};
    static const struct noise_provider row = {"unusable", 0, NULL, &unusable};

    (void)state;
    use(sodium);
    assert_int_equal(noise_provider_use(&row), NOISE_INIT_FAILED);
    assert_ptr_equal(noise_provider_in_use(), sodium);
}

static void with_every_row(void (*check)(const struct noise_provider *row))
{
    uint32_t features = noise_cpu_features();

    for (size_t i = 0; i < noise_providers_count; i++)
        if ((noise_providers[i].needs & ~features) == 0)
            check(&noise_providers[i]);
        else
            printf("left out: this processor cannot run %s\n", noise_providers[i].name);
    use(sodium);
}

#define ROWS(check)                                                                                \
    static void test_##check(void **s)                                                             \
    {                                                                                              \
        (void)s;                                                                                   \
        with_every_row(check);                                                                     \
    }
ROWS(random_points)
ROWS(special_points)
ROWS(low_order_points_are_refused)
ROWS(several_points_as_each_by_itself)
ROWS(all_lengths)
ROWS(in_place)
ROWS(forged)
ROWS(shorter_than_a_tag)
ROWS(two_threads)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_points),
        cmocka_unit_test(test_special_points),
        cmocka_unit_test(test_low_order_points_are_refused),
        cmocka_unit_test(test_several_points_as_each_by_itself),
        cmocka_unit_test(test_all_lengths),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_shorter_than_a_tag),
        cmocka_unit_test(test_two_threads),
        cmocka_unit_test(a_row_whose_library_fails_is_not_used),
    };

    if (noise_init() != 0)
        return 1;
    sodium = &noise_providers[noise_providers_count - 1];
    for (size_t i = 0; i + 32 <= sizeof plain; i += 32)
        next(plain + i);
    for (size_t i = 0; i + 32 <= sizeof ad; i += 32)
        next(ad + i);
    return cmocka_run_group_tests_name("providers", tests, NULL, NULL);
}
