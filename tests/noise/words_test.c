/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OS's ChaCha20 and Poly1305, which patches/libsodium lets go by words where they lie right,
 * against the system's libsodium: every start within a word, every length of some blocks. A word
 * loaded from where it does not lie right is the sanitizer's to find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium/crypto_onetimeauth_poly1305.h>
#include <sodium/crypto_stream_chacha20.h>
#include <string.h>

#include "crypto_onetimeauth/poly1305/donna/poly1305_donna.h"
#include "crypto_stream/chacha20/ref/chacha20_ref.h"

#define LENGTH_MAX   200 /* three blocks of ChaCha20 and a part, twelve of Poly1305 */
#define STARTS_COUNT 8   /* within the longest word */
#define COUNTER      7

static const struct crypto_stream_chacha20_implementation *const stream =
    &crypto_stream_chacha20_ref_implementation;
static const struct crypto_onetimeauth_poly1305_implementation *const tag =
    &crypto_onetimeauth_poly1305_donna_implementation;

/* As words lie, so that a start is what it says. */
static _Alignas(STARTS_COUNT) uint8_t text[LENGTH_MAX + STARTS_COUNT], got[sizeof text],
    want[sizeof text];
static uint8_t key[32], nonce[12];

static int fill(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 167 + 13);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(i * 89 + 5);
    for (size_t i = 0; i < sizeof nonce; i++)
        nonce[i] = (uint8_t)(0xf0 + i);
    return 0;
}

/* got holds nothing else than was there: also before the start, and behind the end. */
static void check_stream(size_t from, size_t to, size_t len, const uint8_t *source)
{
    memcpy(want, got, sizeof want);
    crypto_stream_chacha20_ietf_xor_ic(want + to, text + from, len, nonce, COUNTER, key);
    stream->stream_ietf_ext_xor_ic(got + to, source, len, nonce, COUNTER, key);
    assert_memory_equal(got, want, sizeof got);
}

static void every_start_and_length_of_a_stream(void **state)
{
    (void)state;
    for (size_t from = 0; from < STARTS_COUNT; from++)
        for (size_t to = 0; to < STARTS_COUNT; to++)
            for (size_t len = 0; len <= LENGTH_MAX; len++) {
                memset(got, 0xee, sizeof got);
                check_stream(from, to, len, text + from);
            }
}

static void every_start_and_length_in_place(void **state)
{
    (void)state;
    for (size_t at = 0; at < STARTS_COUNT; at++)
        for (size_t len = 0; len <= LENGTH_MAX; len++) {
            memcpy(got, text, sizeof got);
            check_stream(at, at, len, got + at);
        }
}

static void every_start_and_length_of_a_tag(void **state)
{
    uint8_t got_tag[16], want_tag[16];

    (void)state;
    for (size_t from = 0; from < STARTS_COUNT; from++)
        for (size_t len = 0; len <= LENGTH_MAX; len++) {
            crypto_onetimeauth_poly1305(want_tag, text + from, len, key);
            tag->onetimeauth(got_tag, text + from, len, key);
            assert_memory_equal(got_tag, want_tag, sizeof got_tag);
        }
}

/* What is kept from one piece to the next lies right, whatever the pieces do. */
static void a_tag_in_pieces(void **state)
{
    crypto_onetimeauth_poly1305_state poly1305;
    uint8_t got_tag[16], want_tag[16];

    (void)state;
    crypto_onetimeauth_poly1305(want_tag, text + 1, LENGTH_MAX, key);
    for (size_t piece = 1; piece <= LENGTH_MAX; piece++) {
        tag->onetimeauth_init(&poly1305, key);
        for (size_t at = 0; at < LENGTH_MAX; at += piece)
            tag->onetimeauth_update(&poly1305, text + 1 + at,
                                    piece < LENGTH_MAX - at ? piece : LENGTH_MAX - at);
        tag->onetimeauth_final(&poly1305, got_tag);
        assert_memory_equal(got_tag, want_tag, sizeof got_tag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_start_and_length_of_a_stream),
        cmocka_unit_test(every_start_and_length_in_place),
        cmocka_unit_test(every_start_and_length_of_a_tag),
        cmocka_unit_test(a_tag_in_pieces),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
