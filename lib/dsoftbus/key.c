/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a public key by multiplying it. */
#include "dsoftbus/key.h"

#include <string.h>

/*
 * Two clamped scalars whose product is 1 modulo the order of the prime subgroup, and 0 modulo 8.
 * One after the other they take a point to its part of prime order: a point of that order to
 * itself, and every other point of the curve or of its twist elsewhere.
 */
static const uint8_t there[DSB_KEY_LEN] = {40}; /* 2^254 + 40, once it is clamped */
static const uint8_t and_back[DSB_KEY_LEN] = {
    0x30, 0x53, 0x8e, 0x95, 0xb4, 0xd9, 0x15, 0x33, 0xea, 0x0f, 0x6d, 0x69, 0x50, 0x87, 0xdd, 0x6c,
    0x39, 0x38, 0x38, 0x4a, 0x99, 0x09, 0x00, 0x67, 0x0a, 0xf7, 0xf0, 0xe1, 0xbf, 0x3e, 0xc4, 0x43};

/* 9 times the scalar that zero is clamped to. */
static const uint8_t zero_public[DSB_KEY_LEN] = {
    0x2f, 0xe5, 0x7d, 0xa3, 0x47, 0xcd, 0x62, 0x43, 0x15, 0x28, 0xda, 0xac, 0x5f, 0xbb, 0x29, 0x07,
    0x30, 0xff, 0xf6, 0x84, 0xaf, 0xc4, 0xcf, 0xc2, 0xed, 0x90, 0x99, 0x5f, 0x58, 0xcb, 0x3b, 0x74};

/* The public keys of tests/identities. */
static const uint8_t bring_up[][DSB_KEY_LEN] = {
    /* client.test */ {0xf2, 0x39, 0x7b, 0x82, 0xd9, 0x84, 0xc4, 0x42, 0x6b, 0x8c, 0xa4,
                       0x50, 0x6a, 0x04, 0x11, 0x6d, 0xa5, 0x0f, 0x7d, 0xe9, 0xdd, 0xed,
                       0x56, 0xdf, 0xc6, 0x0f, 0x7b, 0x2b, 0xbe, 0x40, 0x97, 0x06},
    /* device.test */ {0xd7, 0xa0, 0xfe, 0xc9, 0xd9, 0x0e, 0x29, 0x86, 0xb0, 0x90, 0x70,
                       0x3d, 0x82, 0xb8, 0x3c, 0x2c, 0xfb, 0x55, 0xc7, 0x24, 0x1a, 0xcc,
                       0xc7, 0x58, 0xb1, 0x3b, 0x94, 0x45, 0xf5, 0xbb, 0x3c, 0x0a},
    /* host.test */ {0xd1, 0xde, 0xf5, 0x95, 0xea, 0xae, 0xf9, 0x87, 0x71, 0x72, 0x47,
                     0x9f, 0x6c, 0xb0, 0x67, 0xff, 0xf9, 0xe2, 0x34, 0x76, 0x48, 0x6c,
                     0x29, 0xb7, 0x67, 0x1b, 0xe0, 0x20, 0x1b, 0xcb, 0x47, 0x7a},
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
    uint8_t product[DSB_KEY_LEN], part[DSB_KEY_LEN];

    if (!is_canonical(key))
        return DSB_TEXT_NON_CANONICAL_KEY;
    if (noise_x25519(product, there, key) != 0)
        return DSB_TEXT_LOW_ORDER_KEY;
    if (noise_x25519(part, and_back, product) != 0 || memcmp(part, key, DSB_KEY_LEN) != 0)
        return DSB_TEXT_MIXED_ORDER_KEY;
    return memcmp(key, zero_public, DSB_KEY_LEN) == 0 ? DSB_TEXT_ZERO_KEY : DSB_TEXT_NO_FAULT;
}

bool dsb_private_key_is_zero(const uint8_t key[DSB_KEY_LEN])
{
    static const uint8_t zero[DSB_KEY_LEN];
    uint8_t counting[DSB_KEY_LEN];

    memcpy(counting, key, DSB_KEY_LEN);
    counting[0] &= 0xf8; /* RFC 7748 section 5: the bits that are not set or cleared */
    counting[31] &= 0x3f;
    bool is_zero = noise_equal(counting, zero);
    noise_wipe(counting, sizeof counting);
    return is_zero;
}

bool dsb_public_key_is_bring_up(const uint8_t key[DSB_KEY_LEN])
{
    for (size_t i = 0; i < sizeof bring_up / sizeof bring_up[0]; i++)
        if (noise_equal(key, bring_up[i]))
            return true;
    return false;
}
