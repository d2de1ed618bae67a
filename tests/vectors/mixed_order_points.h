/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys with a second spelling: P of prime order, then P + T, P + 2T ... P + 7T for a T of
 * order 8 on Curve25519. All eight give the same result with every clamped scalar. And points of
 * the curve's twist, which no private key has for its public key.
 *
 * Computed with the group law of RFC 7748's Montgomery curve on integers, apart from this tree's
 * code.
 */
#ifndef TESTS_VECTORS_MIXED_ORDER_POINTS_H
#define TESTS_VECTORS_MIXED_ORDER_POINTS_H

#include <stddef.h>

#define MIXED_ORDER_SPELLINGS 8

struct mixed_order_key {
    const char *spellings[MIXED_ORDER_SPELLINGS];
};

static const struct mixed_order_key mixed_order_keys[] = {
    {{
        "0900000000000000000000000000000000000000000000000000000000000000",
        "bb72312170e8156f7a836313f85bee9b1fdce926ba9804a29e8d137ec67f2533",
        "bdaa2fc8fee1947ef8edb214ae95f0bbe2485d23b9a0c7ad34ab7ce2eecdae1e",
        "34fc6cb7c8de58977770d95216ccdc6c8590becd919c07599414563b4ba4470f",
        "12c7711cc7711cc7711cc7711cc7711cc7711cc7711cc7711cc7711cc7711c47",
        "34da75aaa36589a450f3909138b0e8f74d2bc9b6ece81aeca9e9920ace660f1e",
        "9082d437011e6b8107124deb516a0f441db7a2dc465f3852cb54831d11325121",
        "d8861aa2787ad9268b7474b682e3bec3ce369a1e5e3147a26d377cfd20b5df75",
    }}, /* the base point */
    {{
        "58179b9f38a533fa204aef3d82b8947278df74ae831a9a76a3d5d9632f48dc5a",
        "f8fe0e6c70350b4e32f2c2c5121e75f17c8605504f15936776aa4e70eed65b0d",
        "7a8fe113952fa4da7df0ebd50116872b22d3af4b9717ed76733ef90b4e1c7b17",
        "a7e8f8a1d2e918583d272b42edbcf3d32585a686452f98d4252d40b94d1d9921",
        "a4aead5d6a40ad778497fbdc810dde6c8aa6b9c7afb5070a0def1281ef27de12",
        "4378d66b243d45473f958bd7d45dbef6a609441a021f906781375d16d02c0a3f",
        "d52a46b0fb3690a02a8b88c46822051e81f120a11afe5e27d99a043073962f0d",
        "30f548aa0f86b8d0559ecb3c7f20d47b20aaf804dfe65ca890141d6d1477f312",
    }},
};
static const size_t mixed_order_keys_count = sizeof mixed_order_keys / sizeof mixed_order_keys[0];

static const char *const twist_keys[] = {
    "0200000000000000000000000000000000000000000000000000000000000000",
    "0300000000000000000000000000000000000000000000000000000000000000",
    "0500000000000000000000000000000000000000000000000000000000000000",
    "0c00000000000000000000000000000000000000000000000000000000000000",
    "0e00000000000000000000000000000000000000000000000000000000000000",
    "1400000000000000000000000000000000000000000000000000000000000000",
    "a01e020e65317c7444e47e5408a1668252258bb7bfcb350985780c1a0609ec6c",
    "fb370c0fd3df212ef83e3c2b6ba5f48d1a7afb56b4bb7a71e7961ce93719c368",
};
static const size_t twist_keys_count = sizeof twist_keys / sizeof twist_keys[0];

#endif
