/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations in announces: what is taken, by whom, and how many strangers' signatures are looked
 * at. alpha looks for beta.lab, and trusts a root for ids that end in .lab. */
#include "attested.h"
#include "dsoftbus/hearsay.h"
#include "dsoftbus/testing.h"

#include <sodium.h>
#include <string.h>

#define HONEST 0x0a000001u
#define LIAR   0x0a000002u

static struct peer alpha, beta;
static struct root root, other_root;
static struct attested attested;
static struct dsb_hearsay hearsay;
static struct dsb_announce announce, forged;
static char lines[512];

static void announce_of(struct dsb_announce *out, const struct root *signer,
                        const struct peer *peer, uint64_t serial)
{
    *out = (struct dsb_announce){.id = peer->identity.id, .port = 1};
    memcpy(out->key, peer->identity.key.public_key, DSB_KEY_LEN);
    root_sign(signer, &out->attestation, peer, serial, "");
}

static int setup(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    memset(&attested, 0, sizeof attested);
    memset(&hearsay, 0, sizeof hearsay);
    root_make(&root, 1);
    root_make(&other_root, 2);
    peer_make(&alpha, "alpha.lab", 0x11);
    peer_make(&beta, "beta.lab", 0x22);
    root_line(lines, sizeof lines, "*.lab", &root, "");
    attested_trust(&attested, &alpha, lines);
    announce_of(&announce, &root, &beta, 5);
    forged = announce;
    forged.attestation.signature[40] ^= 1;
    return 0;
}

static enum dsb_vouched_result take(const struct dsb_announce *a, uint32_t source, uint64_t now_ms)
{
    return dsb_hearsay_take(&hearsay, &alpha.trust, &alpha.identity, a, source, now_ms);
}

static enum dsb_announce_standing standing(const struct dsb_announce *a)
{
    return dsb_announce_standing(&alpha.trust, a);
}

static void an_attested_announce_can_be_dialled(void **state)
{
    struct dsb_handshake hs;
    uint8_t ephemeral[DSB_KEY_LEN] = {1};

    (void)state;
    assert_int_equal(dsb_handshake_connect(&hs, &alpha.local, &announce.id, ephemeral, 0),
                     DSB_REASON_CONNECT_NOT_TRUSTED);
    assert_int_equal(standing(&announce), DSB_ANNOUNCE_VOUCHABLE);
    assert_int_equal(take(&announce, HONEST, 0), DSB_VOUCHED_OK);
    assert_int_equal(standing(&announce), DSB_ANNOUNCE_CONSISTENT);
    memset(ephemeral, 1, sizeof ephemeral);
    assert_int_equal(dsb_handshake_connect(&hs, &alpha.local, &announce.id, ephemeral, 0),
                     DSB_REASON_NONE);
    assert_memory_equal(hs.peer_key, beta.identity.key.public_key, DSB_KEY_LEN);
}

static void without_a_word_or_a_root_nobody_is_vouchable(void **state)
{
    struct dsb_announce bare = announce, others;

    (void)state;
    bare.attestation.serial = 0;
    assert_int_equal(standing(&bare), DSB_ANNOUNCE_UNKNOWN_ID);
    announce_of(&others, &other_root, &beta, 5);
    assert_int_equal(standing(&others), DSB_ANNOUNCE_UNKNOWN_ID);
    assert_int_equal(take(&others, LIAR, 0), DSB_VOUCHED_UNKNOWN_ROOT);
    assert_int_equal(dsb_device_id_set(&announce.id, "beta.barn", 9), DSB_OK);
    assert_int_equal(standing(&announce), DSB_ANNOUNCE_UNKNOWN_ID);
    assert_int_equal(take(&announce, LIAR, 0), DSB_VOUCHED_UNKNOWN_ROOT);
    assert_int_equal(hearsay.verified_count, 0);
}

static void a_line_leaves_nothing_to_vouch_for(void **state)
{
    struct peer pinned;

    (void)state;
    peer_make(&pinned, "beta.lab", 0x77);
    peer_trust(&alpha, &pinned);
    assert_int_equal(standing(&announce), DSB_ANNOUNCE_OTHER_KEY);
    assert_int_equal(take(&announce, LIAR, 0), DSB_VOUCHED_PINNED);
    assert_int_equal(hearsay.verified_count, 0);
}

static void forged_words_are_refused_and_the_honest_one_wins(void **state)
{
    struct peer thief, gamma;
    struct dsb_announce stolen, others;

    (void)state;
    peer_make(&thief, "beta.lab", 0x66);
    peer_make(&gamma, "gamma.lab", 0x55);
    stolen = announce; /* beta's word beside another key */
    memcpy(stolen.key, thief.identity.key.public_key, DSB_KEY_LEN);
    announce_of(&others, &root, &gamma, 9); /* another device's word */
    others.id = announce.id;
    assert_int_equal(take(&forged, LIAR, 0), DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(take(&stolen, LIAR, 1000), DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(take(&others, LIAR, 2000), DSB_VOUCHED_BAD_SIGNATURE);
    announce_of(&others, &other_root, &thief, 9); /* that claims to be of the root */
    memcpy(others.attestation.root, root.public_key, DSB_ROOT_KEY_LEN);
    assert_int_equal(take(&others, LIAR, 3000), DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(attested.vouched.count, 0);
    assert_int_equal(take(&announce, HONEST, 3000), DSB_VOUCHED_OK);
    assert_int_equal(standing(&stolen), DSB_ANNOUNCE_VOUCHABLE);
    assert_int_equal(take(&stolen, LIAR, 4000), DSB_VOUCHED_OLD_SERIAL);
    assert_int_equal(standing(&announce), DSB_ANNOUNCE_CONSISTENT);
}

static void a_newer_word_brings_the_new_key_and_no_older_one_the_former(void **state)
{
    struct peer newer;
    struct dsb_announce rotated;
    static struct dsb_revocations list;

    (void)state;
    assert_int_equal(take(&announce, HONEST, 0), DSB_VOUCHED_OK);
    peer_make(&newer, "beta.lab", 0x66);
    announce_of(&rotated, &root, &newer, 6);
    assert_int_equal(standing(&rotated), DSB_ANNOUNCE_VOUCHABLE);
    assert_int_equal(take(&rotated, HONEST, 0), DSB_VOUCHED_OK);
    assert_int_equal(standing(&rotated), DSB_ANNOUNCE_CONSISTENT);
    assert_int_equal(take(&announce, LIAR, 0), DSB_VOUCHED_OLD_SERIAL);
    root_revoke(&root, &list, 1, &announce.id, 7);
    assert_int_equal(dsb_vouched_take_list(&alpha.trust, &list), DSB_VOUCHED_OK);
    assert_int_equal(take(&rotated, LIAR, 0), DSB_VOUCHED_REVOKED);
    assert_int_equal(hearsay.verified_count, 2);
}

/* Forged announces of as many sources as there are, one each millisecond. */
static uint64_t flood(uint64_t from_ms, uint64_t until_ms)
{
    uint64_t before = hearsay.verified_count;

    for (uint64_t now_ms = from_ms; now_ms < until_ms; now_ms++)
        assert_int_not_equal(take(&forged, (uint32_t)now_ms, now_ms), DSB_VOUCHED_OK);
    return hearsay.verified_count - before;
}

static void a_flood_costs_four_looks_in_any_second(void **state)
{
    uint64_t counts[5];

    (void)state;
    assert_int_equal(flood(0, 700), DSB_HEARSAY_BUDGET);
    assert_int_equal(flood(700, 1000), 0);
    for (size_t i = 0; i < 5; i++)
        counts[i] = flood(1000 + 500 * i, 1500 + 500 * i);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(counts[i] + counts[i + 1], DSB_HEARSAY_BUDGET);
    assert_int_equal(flood(4000, 14000), 10 * DSB_HEARSAY_BUDGET);
}

static void one_liar_leaves_the_others_their_part(void **state)
{
    (void)state;
    for (uint64_t now_ms = 0; now_ms < 5000; now_ms++)
        assert_int_equal(take(&forged, LIAR, now_ms),
                         now_ms % 1000 < 2 ? DSB_VOUCHED_BAD_SIGNATURE : DSB_VOUCHED_RATE);
    assert_int_equal(take(&announce, HONEST, 4999), DSB_VOUCHED_OK);
}

/* Its address may have been forged. */
static void who_lied_is_still_heard(void **state)
{
    (void)state;
    assert_int_equal(take(&forged, HONEST, 0), DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(take(&announce, HONEST, 0), DSB_VOUCHED_OK);
}

static void a_full_table_is_told(void **state)
{
    (void)state;
    attested.vouched.capacity = 0;
    assert_int_equal(take(&announce, HONEST, 0), DSB_VOUCHED_FULL);
    assert_null(dsb_trust_store_find_id(&alpha.trust, &announce.id));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_attested_announce_can_be_dialled),
        TEST(without_a_word_or_a_root_nobody_is_vouchable),
        TEST(a_line_leaves_nothing_to_vouch_for),
        TEST(forged_words_are_refused_and_the_honest_one_wins),
        TEST(a_newer_word_brings_the_new_key_and_no_older_one_the_former),
        TEST(a_flood_costs_four_looks_in_any_second),
        TEST(one_liar_leaves_the_others_their_part),
        TEST(who_lied_is_still_heard),
        TEST(a_full_table_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
