/* SPDX-License-Identifier: Apache-2.0 */
/* The published values, and a check for each. */
#include "vectors/known_answers.h"

#include "noise/noise_xk.h"
#include "vectors/hex.h"
#include "vectors/low_order_points.h"

#include <string.h>

/* The longest value of the table in bytes: RFC 8439 A.5's 265 of plaintext and a tag, rounded up.
 */
#define VALUE_MAX 320

struct value {
    uint8_t data[VALUE_MAX];
    size_t len;
};

static struct value value_of(const char *hex)
{
    struct value v = {.len = strlen(hex) / 2};

    if (v.len > sizeof v.data || !hex_decode(hex, strlen(hex), v.data))
        __builtin_trap(); /* a typing error in this file */
    return v;
}

static bool same(const uint8_t *data, size_t data_len, const char *hex)
{
    struct value v = value_of(hex);

    return data_len == v.len && memcmp(data, v.data, v.len) == 0;
}

static bool x25519_gives(const char *scalar, const char *point, const char *expected)
{
    uint8_t out[NOISE_CRYPTO_KEY_LEN];

    return noise_x25519(out, value_of(scalar).data, value_of(point).data) == 0 &&
           same(out, sizeof out, expected);
}

/* RFC 7748 section 5.2, the two single multiplications. */
static bool rfc7748_multiplication(void)
{
    return x25519_gives("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552") &&
           x25519_gives("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

/* RFC 7748 section 5.2, the iterated multiplication after 1 and 1,000 rounds. */
static bool rfc7748_iteration(void)
{
    uint8_t k[NOISE_CRYPTO_KEY_LEN] = {9};
    uint8_t u[NOISE_CRYPTO_KEY_LEN] = {9};
    uint8_t next[NOISE_CRYPTO_KEY_LEN];

    for (int round = 1; round <= 1000; round++) {
        if (noise_x25519(next, k, u) != 0)
            return false;
        memcpy(u, k, sizeof u);
        memcpy(k, next, sizeof k);
        if (round == 1 &&
            !same(k, sizeof k, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"))
            return false;
    }
    return same(k, sizeof k, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

/* RFC 7748 section 6.1: base point multiplications and the shared secret from both sides. */
static bool rfc7748_key_exchange(void)
{
    static const char a[] = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    static const char b[] = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    static const char a_public[] =
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    static const char b_public[] =
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    static const char shared[] = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    uint8_t out[NOISE_CRYPTO_KEY_LEN];

    noise_x25519_base(out, value_of(a).data);
    if (!same(out, sizeof out, a_public))
        return false;
    noise_x25519_base(out, value_of(b).data);
    if (!same(out, sizeof out, b_public))
        return false;
    return x25519_gives(a, b_public, shared) && x25519_gives(b, a_public, shared);
}

/* RFC 7748 section 6.1: the all-zero result, which every low-order point gives, is refused. */
static bool low_order_points_refused(void)
{
    static const uint8_t zeros[NOISE_CRYPTO_KEY_LEN];
    struct value scalar =
        value_of("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    uint8_t out[NOISE_CRYPTO_KEY_LEN];

    for (size_t i = 0; i < low_order_points_count; i++) {
        struct value point = value_of(low_order_points[i]);

        memset(out, 0xff, sizeof out);
        if (noise_x25519(out, scalar.data, point.data) == 0 || memcmp(out, zeros, sizeof out) != 0)
            return false;
    }
    return true;
}

struct aead_answer {
    const char *key, *nonce, *ad, *plaintext, *sealed;
};

static bool aead_gives(const struct aead_answer *answer)
{
    struct value key = value_of(answer->key), nonce = value_of(answer->nonce);
    struct value ad = value_of(answer->ad), plaintext = value_of(answer->plaintext);
    uint8_t sealed[VALUE_MAX], opened[VALUE_MAX];
    size_t sealed_len = plaintext.len + NOISE_CRYPTO_TAG_LEN;

    noise_aead_seal(sealed, key.data, nonce.data, ad.data, ad.len, plaintext.data, plaintext.len);
    if (!same(sealed, sealed_len, answer->sealed))
        return false;
    if (noise_aead_open(opened, key.data, nonce.data, ad.data, ad.len, sealed, sealed_len) != 0 ||
        memcmp(opened, plaintext.data, plaintext.len) != 0)
        return false;
    sealed[0] ^= 1;
    return noise_aead_open(opened, key.data, nonce.data, ad.data, ad.len, sealed, sealed_len) != 0;
}

/* RFC 8439 section 2.8.2. */
static bool rfc8439_example(void)
{
    return aead_gives(&(struct aead_answer){
        .key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        .nonce = "070000004041424344454647",
        .ad = "50515253c0c1c2c3c4c5c6c7",
        .plaintext = "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f6620"
                     "2739393a204966204920636f756c64206f6666657220796f75206f6e6c79206f6e65207469"
                     "7020666f7220746865206675747572652c2073756e73637265656e20776f756c6420626520"
                     "69742e",
        .sealed = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca967"
                  "1282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee32809"
                  "1b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b"
                  "594f09e26a7e902ecbd0600691",
    });
}

/* RFC 8439 appendix A.5. */
static bool rfc8439_appendix(void)
{
    return aead_gives(&(struct aead_answer){
        .key = "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
        .nonce = "000000000102030405060708",
        .ad = "f33388860000000000004e91",
        .plaintext =
            "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74732076616c"
            "696420666f722061206d6178696d756d206f6620736978206d6f6e74687320616e64206d617920"
            "626520757064617465642c207265706c616365642c206f72206f62736f6c65746564206279206f"
            "7468657220646f63756d656e747320617420616e792074696d652e20497420697320696e617070"
            "726f70726961746520746f2075736520496e7465726e65742d4472616674732061732072656665"
            "72656e6365206d6174657269616c206f7220746f2063697465207468656d206f74686572207468"
            "616e206173202fe2809c776f726b20696e2070726f67726573732e2fe2809d",
        .sealed = "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43"
                  "eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf332f830e710b97ce98c8a84abd0b"
                  "948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a"
                  "7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0"
                  "a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb231"
                  "6053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68"
                  "f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709beead9d67890cbb22"
                  "392336fea1851f38",
    });
}

static bool blake2s_gives(const char *text, size_t split, const char *expected)
{
    uint8_t out[NOISE_CRYPTO_HASH_LEN];
    size_t text_len = strlen(text);

    noise_blake2s(out, (const uint8_t *)text, split, (const uint8_t *)text + split,
                  text_len - split);
    return same(out, sizeof out, expected);
}

/* RFC 7693 appendix B, in one part and cut in two at every place. */
static bool rfc7693_abc(void)
{
    for (size_t split = 0; split <= 3; split++)
        if (!blake2s_gives("abc", split,
                           "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"))
            return false;
    return true;
}

/* The input sequence of RFC 7693 appendix E. */
static void selftest_sequence(uint8_t *out, size_t out_len)
{
    uint32_t a = 0xdead4bad * (uint32_t)out_len;
    uint32_t b = 1;

    for (size_t i = 0; i < out_len; i++) {
        uint32_t t = a + b;

        a = b;
        b = t;
        out[i] = (uint8_t)(t >> 24);
    }
}

/*
 * RFC 7693 appendix E as far as the seam goes (unkeyed, 32 bytes out): its input lengths, its
 * sequence. The digest over the six digests was made with another implementation, Python's hashlib.
 */
static bool rfc7693_lengths(void)
{
    static const size_t lengths[] = {0, 3, 64, 65, 255, 1024};
    uint8_t digests[6 * NOISE_CRYPTO_HASH_LEN];
    uint8_t input[1024];
    uint8_t out[NOISE_CRYPTO_HASH_LEN];

    for (size_t i = 0; i < 6; i++) {
        selftest_sequence(input, lengths[i]);
        noise_blake2s(&digests[i * NOISE_CRYPTO_HASH_LEN], input, lengths[i], NULL, 0);
    }
    noise_blake2s(out, digests, sizeof digests, NULL, 0);
    return same(out, sizeof out,
                "7c23dc21fe153229b4b6eb325499e60fbc1b4889893882f3852b5b06d2048a4e");
}

/*
 * The published Noise_XK_25519_ChaChaPoly_BLAKE2s vector (cacophony's collection): six messages,
 * the last three in transport, responder first.
 */
struct xk_message {
    const char *payload, *ciphertext;
};

static const struct xk_message xk_messages[] = {
    {
        "4c756477696720766f6e204d69736573",
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944e953bb4cd3450e"
        "ecab157a8ce632f74fcac39a3fcd5be08267d5923ca353d4f0",
    },
    {
        "4d757272617920526f746862617264",
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884382521c3ea09af4"
        "8bfa39627819b007e7c0e179dad4a9a7482841bae32ec8eb",
    },
    {
        "462e20412e20486179656b",
        "f032de86c8d3c2099478fefb9b2e6a1fef904d3b2470949858ae9f497ff068dbb6ff7cb43fa519"
        "46bcd8a87863849aa7f0e663cd83961c752ce3be41384de8a849e4d130d9a2d717a5c7e8",
    },
    {
        "4361726c204d656e676572",
        "cb54ca2168a55a150760c409e2157b9e57ceab823d897bff36eeab",
    },
    {
        "4a65616e2d426170746973746520536179",
        "948e26c8a5348aec2711343de8e7c8faa7cae4b6bf51e9026eab234ed4f3e8e8fc",
    },
    {
        "457567656e2042f6686d20766f6e2042617765726b",
        "dbf0cedc457d87e0eaa4629b7167a7e552ac5197d5436a20a1b5ba001ca21116e22669773c",
    },
};

static const char xk_prologue[] = "4a6f686e2047616c74";
static const char xk_handshake_hash[] =
    "899891a0f1a8db67f8bfa46b8bced371c1c25de377f20cf882fdd06fc15517fd";

struct xk_side {
    struct noise_static_key key;
    uint8_t private_key[NOISE_KEY_LEN];
    struct noise_xk_handshake hs;
    struct noise_transport transport;
    bool is_initiator;
};

static bool xk_begin(struct xk_side *side, bool is_initiator)
{
    struct value s =
        value_of(is_initiator ? "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"
                              : "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
    struct value e =
        value_of(is_initiator ? "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a"
                              : "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b");
    struct value rs = value_of("31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62");
    struct value prologue = value_of(xk_prologue);

    side->is_initiator = is_initiator;
    memcpy(side->private_key, s.data, NOISE_KEY_LEN);
    noise_static_key_init(&side->key, side->private_key);
    if (is_initiator)
        return noise_xk_init_initiator(&side->hs, &side->key, rs.data, e.data, prologue.data,
                                       prologue.len) == NOISE_OK;
    return noise_xk_init_responder(&side->hs, &side->key, e.data, prologue.data, prologue.len) ==
           NOISE_OK;
}

static bool xk_send(struct xk_side *side, size_t i)
{
    struct value payload = value_of(xk_messages[i].payload);
    uint8_t out[VALUE_MAX];
    size_t out_len = 0;
    enum noise_result result;

    if (i < 3)
        result = noise_xk_write(&side->hs, payload.data, payload.len, out, sizeof out, &out_len);
    else
        result = noise_transport_seal(&side->transport, payload.data, payload.len, out, sizeof out,
                                      &out_len);
    return result == NOISE_OK && same(out, out_len, xk_messages[i].ciphertext);
}

static bool xk_receive(struct xk_side *side, size_t i)
{
    struct value message = value_of(xk_messages[i].ciphertext);
    uint8_t out[VALUE_MAX];
    size_t out_len = 0;
    enum noise_result result;

    if (i < 3)
        result = noise_xk_read(&side->hs, message.data, message.len, out, sizeof out, &out_len);
    else
        result = noise_transport_open(&side->transport, message.data, message.len, out, sizeof out,
                                      &out_len);
    return result == NOISE_OK && same(out, out_len, xk_messages[i].payload);
}

/* One side alone against the published messages. */
static bool xk_side_follows(bool is_initiator)
{
    struct xk_side side;
    uint8_t h[NOISE_HASH_LEN];

    if (!xk_begin(&side, is_initiator))
        return false;
    for (size_t i = 0; i < sizeof xk_messages / sizeof xk_messages[0]; i++) {
        bool sends = (i % 2 == 0) == is_initiator;

        if (!(sends ? xk_send(&side, i) : xk_receive(&side, i)))
            return false;
        if (i == 2 && (noise_xk_handshake_hash(&side.hs, h) != NOISE_OK ||
                       !same(h, sizeof h, xk_handshake_hash) ||
                       noise_xk_split(&side.hs, &side.transport) != NOISE_OK))
            return false;
    }
    return true;
}

static bool xk_initiator(void)
{
    return xk_side_follows(true);
}

static bool xk_responder(void)
{
    return xk_side_follows(false);
}

const struct known_answer known_answers[] = {
    {"rfc7748 multiplication", rfc7748_multiplication},
    {"rfc7748 iteration", rfc7748_iteration},
    {"rfc7748 key exchange", rfc7748_key_exchange},
    {"low-order points refused", low_order_points_refused},
    {"rfc8439 2.8.2", rfc8439_example},
    {"rfc8439 a.5", rfc8439_appendix},
    {"rfc7693 abc", rfc7693_abc},
    {"rfc7693 lengths", rfc7693_lengths},
    {"noise xk initiator", xk_initiator},
    {"noise xk responder", xk_responder},
};
const size_t known_answers_count = sizeof known_answers / sizeof known_answers[0];
