/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a public key by multiplying it. */
#include "dsoftbus/key.h"

#include <string.h>

/*
 * 5 l - 1, where l is the order of the prime subgroup: clamped as it stands, -1 modulo l, 0 modulo
 * 8, and neither 1 nor -1 modulo the large prime of the twist. So it takes a point of order l to
 * its negative, which has the same u, and no other point of the curve or of its twist to one with
 * its own u: whatever has an even order would need an odd scalar for that.
 */
static const uint8_t negation[DSB_KEY_LEN] = {
    0xa0, 0x23, 0xcd, 0xd0, 0x83, 0xef, 0x5b, 0xb8, 0x2f, 0x10, 0xd6, 0x2e, 0x59, 0xe1, 0x5a, 0x68,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50};

/* 9 times the scalar that zero is clamped to. */
static const uint8_t zero_public[DSB_KEY_LEN] = {
    0x2f, 0xe5, 0x7d, 0xa3, 0x47, 0xcd, 0x62, 0x43, 0x15, 0x28, 0xda, 0xac, 0x5f, 0xbb, 0x29, 0x07,
    0x30, 0xff, 0xf6, 0x84, 0xaf, 0xc4, 0xcf, 0xc2, 0xed, 0x90, 0x99, 0x5f, 0x58, 0xcb, 0x3b, 0x74};

/* BLAKE2s of the bits that count of the private keys of tests/identities. */
static const uint8_t bring_up[][DSB_KEY_LEN] = {
    /* client.test */ {0x32, 0x38, 0x54, 0x93, 0xc2, 0xd2, 0xdc, 0x1b, 0xe2, 0x13, 0xe3,
                       0x92, 0xfb, 0x75, 0x63, 0x4b, 0xd4, 0x53, 0x85, 0xcc, 0xd3, 0x43,
                       0xd7, 0xab, 0x36, 0xad, 0x70, 0x72, 0x4d, 0xc2, 0xc8, 0x73},
    /* device.test */ {0x06, 0x94, 0x99, 0xc9, 0xe6, 0xde, 0x5c, 0x1c, 0xa5, 0x59, 0x2d,
                       0x45, 0x27, 0xad, 0xdd, 0x28, 0x2b, 0xca, 0x52, 0x2f, 0xd9, 0xe9,
                       0x0e, 0xdc, 0xad, 0xfa, 0x95, 0x1c, 0xca, 0x5d, 0x7f, 0x6f},
    /* host.test */ {0xf8, 0x98, 0xe7, 0xd4, 0x2b, 0x1a, 0x89, 0x83, 0x57, 0x43, 0x4e,
                     0x93, 0x84, 0x1d, 0xf5, 0xe4, 0x93, 0xbc, 0x18, 0x8b, 0x25, 0x30,
                     0x8a, 0x05, 0x13, 0x89, 0x91, 0xb8, 0x32, 0xd2, 0x60, 0x34},
};

/* Below 2^255 - 19 (RFC 7748 section 5). */
static bool is_canonical(const uint8_t key[DSB_KEY_LEN])
{
    if (key[31] != 0x7f)
        return key[31] < 0x7f;
    for (size_t i = 1; i < 31; i++)
        if (key[i] != 0xff)
            return true;
    return key[0] < 0xed;
}

enum dsb_text_fault dsb_public_key_fault(const uint8_t key[DSB_KEY_LEN])
{
    uint8_t negative[DSB_KEY_LEN];

    if (!is_canonical(key))
        return DSB_TEXT_NON_CANONICAL_KEY;
    if (noise_x25519(negative, negation, key) != 0)
        return DSB_TEXT_LOW_ORDER_KEY;
    if (memcmp(negative, key, DSB_KEY_LEN) != 0)
        return DSB_TEXT_MIXED_ORDER_KEY;
    return memcmp(key, zero_public, DSB_KEY_LEN) == 0 ? DSB_TEXT_ZERO_KEY : DSB_TEXT_NO_FAULT;
}

/* RFC 7748 section 5: the bits that are not set or cleared. */
static void keep_what_counts(uint8_t counting[DSB_KEY_LEN], const uint8_t key[DSB_KEY_LEN])
{
    memcpy(counting, key, DSB_KEY_LEN);
    counting[0] &= 0xf8;
    counting[31] &= 0x3f;
}

bool dsb_private_key_is_zero(const uint8_t key[DSB_KEY_LEN])
{
    static const uint8_t zero[DSB_KEY_LEN];
    uint8_t counting[DSB_KEY_LEN];

    keep_what_counts(counting, key);
    bool is_zero = noise_equal(counting, zero);
    noise_wipe(counting, sizeof counting);
    return is_zero;
}

bool dsb_private_key_is_bring_up(const uint8_t key[DSB_KEY_LEN])
{
    uint8_t digest[DSB_KEY_LEN];
    bool is_one = false;

    keep_what_counts(digest, key);
    noise_blake2s(digest, digest, sizeof digest, NULL, 0);
    for (size_t i = 0; i < sizeof bring_up / sizeof bring_up[0]; i++)
        is_one = is_one || noise_equal(digest, bring_up[i]);
    noise_wipe(digest, sizeof digest);
    return is_one;
}
