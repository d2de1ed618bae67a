/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A responder with roots, and peers that hold keys of their own: each handshake of the input shows
 * one of them, under any id, with what a root signed for it, for another, or with a byte altered,
 * or with any payload at all; between them come revocation lists, true and altered.
 *
 * What must hold: a session comes about, and stays after each look at the store, only where a line
 * has this id and key, or where a root that may speak for the id has signed them by a serial that
 * no later word and no list has overtaken. And where nothing stands in the way of such a word, the
 * session does come about.
 */
#include "device.h"
#include "dsoftbus/vouched.h"
#include "fuzz.h"

#include <sodium/crypto_sign.h>
#include <stdio.h>
#include <string.h>

#define KEYS      4
#define IDS       6
#define ROOTS     3 /* of the last no line knows */
#define NO_ROOT   ROOTS
#define SERIALS   8
#define HELD      2
#define STEPS_MAX 24 /* per input: a handshake takes a millisecond */

static const char *const id_texts[IDS] = {"pin.lab", "a.lab", "b.lab", "c", "me.lab", "x.far"};
#define PINNED 0 /* by key 0 */
#define OWN    4

/* The responder, and what its peers have. */
static struct device me;
static struct dsb_trust_root roots[4];
static struct dsb_vouched_row rows[ROOTS * IDS];
static struct dsb_vouched_list lists[ROOTS];
static struct dsb_vouched vouched;
static struct dsb_device_id ids[IDS];
static uint8_t private_keys[KEYS][DSB_KEY_LEN];
static struct noise_static_key keys[KEYS];
static uint8_t root_keys[ROOTS][crypto_sign_PUBLICKEYBYTES];
static uint8_t root_secrets[ROOTS][crypto_sign_SECRETKEYBYTES];

/* The truth, of what was really signed and shown. */
static struct truth {
    uint64_t shown[ROOTS][IDS][KEYS]; /* the highest serial */
    uint64_t believed[ROOTS][IDS];    /* the highest serial that had to bring a session */
    size_t believed_key[ROOTS][IDS];
    uint64_t list_serial[ROOTS];
    uint64_t first_good[ROOTS][IDS];
} truth;

struct held {
    struct dsb_handshake hs;
    size_t id, key;
};
static struct held held[HELD];

static bool covers(size_t root, size_t id)
{
    return root == 0 ? id != 3 && id != 5 : root == 1 && (id == 1 || id == 3);
}

static size_t root_line(char *out, size_t out_size, const char *pattern, size_t root)
{
    size_t len = (size_t)snprintf(out, out_size, "%s root:", pattern);

    for (size_t i = 0; i < DSB_ROOT_KEY_LEN; i++)
        len += (size_t)snprintf(out + len, out_size - len, "%02x", root_keys[root][i]);
    return len + (size_t)snprintf(out + len, out_size - len, "\n");
}

static void make_trust(void)
{
    char text[1024] = DSB_TRUST_HEADER;
    size_t len = sizeof DSB_TRUST_HEADER - 1;
    struct dsb_trust_entry pinned = {.id = ids[PINNED]};
    struct dsb_text_error error;

    memcpy(pinned.key, keys[0].public_key, DSB_KEY_LEN);
    len += dsb_trust_entry_format(text + len, &pinned);
    len += root_line(text + len, sizeof text - len, "*.lab", 0);
    len += root_line(text + len, sizeof text - len, "c", 1);
    len += root_line(text + len, sizeof text - len, "a.lab", 1);
    dsb_trust_store_init(&me.trust, &me.entry, 1);
    me.trust.roots = roots;
    me.trust.root_capacity = sizeof roots / sizeof roots[0];
    me.trust.vouched = &vouched;
    CHECK(dsb_trust_store_parse(&me.trust, &me.identity, text, len, &error) == DSB_OK);
}

static void make_all(void)
{
    uint8_t seed[32];

    for (size_t i = 0; i < IDS; i++)
        CHECK(dsb_device_id_set(&ids[i], id_texts[i], strlen(id_texts[i])) == DSB_OK);
    for (uint8_t i = 0; i < KEYS; i++) {
        memset(private_keys[i], 0x40 + i, DSB_KEY_LEN);
        noise_static_key_init(&keys[i], private_keys[i]);
    }
    for (uint8_t i = 0; i < ROOTS; i++) {
        memset(seed, 0x80 + i, sizeof seed);
        CHECK(crypto_sign_seed_keypair(root_keys[i], root_secrets[i], seed) == 0);
    }
    me.file.id = ids[OWN];
    memset(me.file.private_key, 9, DSB_KEY_LEN);
    CHECK(dsb_identity_init(&me.identity, &me.file) == DSB_OK);
    make_trust();
    me.local = (struct dsb_local){.identity = &me.identity,
                                  .trust = &me.trust,
                                  .recv_max = DEVICE_RECV_MAX,
                                  .streams = {DEVICE_WINDOW, DEVICE_STREAMS}};
}

static void begin(void)
{
    if (me.file.id.len == 0)
        make_all();
    vouched = (struct dsb_vouched){.rows = rows,
                                   .capacity = sizeof rows / sizeof rows[0],
                                   .lists = lists,
                                   .list_capacity = sizeof lists / sizeof lists[0]};
    memset(&truth, 0, sizeof truth);
    memset(held, 0, sizeof held);
}

/* May the peer with this key be this id? */
static bool is_true(size_t id, size_t key)
{
    if (id == PINNED || key == 0)
        return id == PINNED && key == 0;
    for (size_t root = 0; root < ROOTS; root++) {
        const uint64_t shown = truth.shown[root][id][key], believed = truth.believed[root][id];
        bool is_last =
            shown > believed || (shown == believed && truth.believed_key[root][id] == key);
        if (id != OWN && covers(root, id) && shown != 0 && is_last &&
            shown >= truth.first_good[root][id])
            return true;
    }
    return false;
}

/* Neither the id nor the key was ever spoken of but by this root, for each other, and by lower
 * serials. */
static bool is_unobstructed(size_t root, size_t id, size_t key, uint64_t serial)
{
    if (id == PINNED || id == OWN || key == 0 || !covers(root, id) ||
        serial < truth.first_good[root][id])
        return false;
    for (size_t r = 0; r < ROOTS; r++)
        for (size_t i = 0; i < IDS; i++)
            for (size_t k = 0; k < KEYS; k++)
                if ((i == id || k == key) && truth.shown[r][i][k] != 0 &&
                    (r != root || i != id || truth.shown[r][i][k] >= serial))
                    return false;
    return true;
}

static void recheck(void)
{
    for (size_t i = 0; i < HELD; i++)
        if (held[i].hs.state == DSB_HANDSHAKE_AUTHENTICATED &&
            dsb_handshake_recheck(&held[i].hs) == DSB_HANDSHAKE_AUTHENTICATED)
            CHECK(is_true(held[i].id, held[i].key));
}

/* One unit to the responder. */
static void feed(struct dsb_handshake *hs, const uint8_t *message, size_t len)
{
    uint8_t unit[DSB_HANDSHAKE_IN_MAX];
    size_t used_len;

    dsb_frame_header(unit, len);
    memcpy(unit + DSB_FRAME_HEADER_LEN, message, len);
    (void)!dsb_handshake_feed(hs, unit, DSB_FRAME_HEADER_LEN + len, 0, &used_len);
    CHECK(hs->state == DSB_HANDSHAKE_FAILED || used_len == DSB_FRAME_HEADER_LEN + len);
}

/* A whole handshake by hand, with this payload in message 3. */
static void shake(struct dsb_handshake *hs, size_t key, const uint8_t *payload, size_t payload_len)
{
    static struct noise_xk_handshake peer;
    uint8_t ephemeral[DSB_KEY_LEN], out[DSB_HANDSHAKE_OUT_MAX], limits[DSB_PAYLOAD2_MAX];
    uint8_t message[DSB_HANDSHAKE_UNIT_MAX], prologue[12 + DSB_DEVICE_ID_MAX] = "DSoftBus/2";
    size_t len;

    prologue[11] = me.file.id.len;
    memcpy(prologue + 12, me.file.id.text, me.file.id.len);
    memset(ephemeral, 3, sizeof ephemeral);
    CHECK(noise_xk_init_initiator(&peer, &keys[key], me.identity.key.public_key, ephemeral,
                                  prologue, (size_t)12 + me.file.id.len) == NOISE_OK);
    memset(ephemeral, 4, sizeof ephemeral);
    CHECK(dsb_handshake_accept(hs, &me.local, ephemeral, 0) == DSB_REASON_NONE);
    CHECK(noise_xk_write(&peer, NULL, 0, message, sizeof message, &len) == NOISE_OK);
    feed(hs, message, len);
    size_t out_len = dsb_handshake_output(hs, out);
    CHECK(noise_xk_read(&peer, out + DSB_FRAME_HEADER_LEN, out_len - DSB_FRAME_HEADER_LEN, limits,
                        sizeof limits, &len) == NOISE_OK);
    CHECK(noise_xk_write(&peer, payload, payload_len, message, sizeof message, &len) == NOISE_OK);
    feed(hs, message, len);
    CHECK((hs->state == DSB_HANDSHAKE_FAILED) == (dsb_handshake_reason(hs) != DSB_REASON_NONE));
}

/* A session may only be one that is_true. */
static bool check_bound(const struct held *h)
{
    const struct dsb_device_id *peer = dsb_handshake_peer(&h->hs);

    CHECK((peer != NULL) == (h->hs.state == DSB_HANDSHAKE_AUTHENTICATED));
    if (peer == NULL)
        return false;
    CHECK(dsb_device_id_equal(peer, &ids[h->id]) && is_true(h->id, h->key));
    return true;
}

static void sign(struct dsb_attestation *word, size_t root, size_t id, size_t key)
{
    uint8_t text[DSB_ATTESTATION_SIGNED_MAX];

    memcpy(word->root, root_keys[root], sizeof word->root);
    size_t len = dsb_attestation_signed(text, word, &ids[id], keys[key].public_key);
    CHECK(crypto_sign_detached(word->signature, NULL, text, len, root_secrets[root]) == 0);
}

/* With what a root signed for an id and a key, shown as the input says. */
static void attested_step(struct input *input, struct held *h)
{
    uint8_t payload[DSB_PAYLOAD3_MAX + DSB_PAYLOAD_ATTESTATION_MAX];
    const size_t root = take_byte(input) % (ROOTS + 1), id = take_byte(input) % IDS;
    const size_t key = take_byte(input) % KEYS;
    struct dsb_attestation word = {.serial = 1 + take_byte(input) % SERIALS};
    const uint8_t at = take_byte(input), flip = take_byte(input);
    size_t len = dsb_payload3_write(payload, &ids[h->id], DSB_RECV_MAX_MIN, &me.local.streams);

    if (at % 2 != 0) {
        word.services_len = 4;
        memcpy(word.services, "echo", 4);
    }
    if (root != NO_ROOT) {
        sign(&word, root, id, key);
        len += dsb_payload_attestation_write(payload + len, &word);
        payload[len - 1 - at % DSB_ATTESTATION_MIN] ^= flip;
    }
    bool is_good = root != NO_ROOT && id == h->id && key == h->key && flip == 0;
    bool must_pass = is_good && is_unobstructed(root, id, key, word.serial);
    if (is_good && word.serial > truth.shown[root][id][key])
        truth.shown[root][id][key] = word.serial;
    shake(&h->hs, h->key, payload, len);
    bool is_bound = check_bound(h);
    CHECK(is_bound || !must_pass);
    if (must_pass) {
        truth.believed[root][id] = word.serial;
        truth.believed_key[root][id] = key;
    }
}

/* With any payload; no input holds a signature. */
static void raw_step(struct input *input, struct held *h)
{
    const uint8_t *bytes;
    size_t len = take_bytes(input, 255, &bytes);

    shake(&h->hs, h->key, bytes, len);
    const struct dsb_device_id *claim = dsb_handshake_peer(&h->hs);
    for (h->id = 0; claim != NULL && !dsb_device_id_equal(claim, &ids[h->id]); h->id++)
        CHECK(h->id + 1 < IDS);
    (void)check_bound(h);
}

static void list_step(struct input *input)
{
    static struct dsb_revocations list;
    static uint8_t text[DSB_REVOCATIONS_SIGNED_MAX];
    const size_t root = take_byte(input) % ROOTS, count = take_byte(input) % 3;
    uint64_t first_good[IDS] = {0};

    list = (struct dsb_revocations){.serial = 1 + take_byte(input) % SERIALS};
    memcpy(list.root, root_keys[root], sizeof list.root);
    for (size_t i = 0; i < count; i++) {
        size_t id = take_byte(input) % IDS;
        first_good[id] = 1 + take_byte(input) % (SERIALS + 1);
        CHECK(dsb_revocations_set(&list, &ids[id], first_good[id]));
    }
    CHECK(crypto_sign_detached(list.signature, NULL, text, dsb_revocations_signed(text, &list),
                               root_secrets[root]) == 0);
    const uint8_t at = take_byte(input), flip = take_byte(input);
    *(at % 2 == 0 ? &list.signature[at % DSB_SIGNATURE_LEN] : &list.root[at % DSB_ROOT_KEY_LEN]) ^=
        flip;
    list.serial ^= flip;
    bool is_new = flip == 0 && root != 2 && list.serial > truth.list_serial[root];
    CHECK((dsb_vouched_take_list(&me.trust, &list) == DSB_VOUCHED_OK) == is_new);
    if (is_new) {
        truth.list_serial[root] = list.serial;
        memcpy(truth.first_good[root], first_good, sizeof first_good);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    begin();
    for (size_t i = 0; i < STEPS_MAX && input.len > 0; i++) {
        uint8_t what = take_byte(&input);
        struct held *h = &held[what / 4 % HELD];

        if (what % 4 == 0) {
            list_step(&input);
        } else {
            *h = (struct held){.id = take_byte(&input) % IDS, .key = take_byte(&input) % KEYS};
            if (what % 4 == 1)
                raw_step(&input, h);
            else
                attested_step(&input, h);
        }
        recheck();
    }
    return 0;
}
