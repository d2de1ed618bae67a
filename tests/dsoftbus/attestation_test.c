/* SPDX-License-Identifier: Apache-2.0 */
/* Attested identities: whose word counts, for whom, and each thing that can be wrong with it; in
 * the trust store and through a handshake. */
#include "attested.h"
#include "dsoftbus/testing.h"

#include <sodium.h>
#include <string.h>

static struct pair pair;
static struct root root, other_root;
static struct attested attested;
static struct dsb_attestation word;
static struct dsb_revocations list;
static char lines[512];

static void trust_the_root(void)
{
    root_line(lines, sizeof lines, "*.lab", &root, "");
    attested_trust(&attested, &pair.b_peer, lines);
}

/* Another connection of the same two; what beta heard stays. */
static void again(void)
{
    pair_start(&pair);
    assert_int_equal(dsb_device_id_set(&pair.a_peer.identity.id, "alpha.lab", 9), DSB_OK);
    trust_the_root();
    pair.a_peer.local.attestation = &word;
}

/* alpha dials beta, who trusts a root for ids that end in .lab, and nobody else. */
static int setup(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    memset(&attested, 0, sizeof attested);
    root_make(&root, 1);
    root_make(&other_root, 2);
    again();
    root_sign(&root, &word, &pair.a_peer, 5, "");
    return 0;
}

static enum dsb_vouched_result take(void)
{
    return dsb_vouched_take(&pair.b_peer.trust, &pair.b_peer.identity, &pair.a_peer.identity.id,
                            pair.a_peer.identity.key.public_key, &word);
}

static const struct dsb_trust_entry *found(void)
{
    return dsb_trust_store_find_id(&pair.b_peer.trust, &pair.a_peer.identity.id);
}

static bool allows(const char *service, bool offered_to_all)
{
    return dsb_trust_entry_allows(found(), service, strlen(service), offered_to_all);
}

/* --- bytes ------------------------------------------------------------------------------------ */

static void what_is_written_is_read(void **state)
{
    uint8_t bytes[DSB_ATTESTATION_MAX];
    struct dsb_attestation again;

    (void)state;
    root_sign(&root, &word, &pair.a_peer, UINT64_MAX, "echo,log");
    size_t len = dsb_attestation_write(bytes, &word);
    assert_int_equal(len, DSB_ATTESTATION_MIN + 8);
    assert_true(dsb_attestation_read(&again, bytes, len));
    assert_memory_equal(&again, &word, sizeof word);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(dsb_attestation_read(&again, bytes, i), i == len);
}

/* RFC-0010, section 9: made by another implementation. */
static void the_vector_is_made(void **state)
{
    static const uint8_t signature[DSB_SIGNATURE_LEN] = {
        0xab, 0x0a, 0xb4, 0x50, 0x05, 0x52, 0x2d, 0xc1, 0xfe, 0xb6, 0x5c, 0x3c, 0x6c,
        0xa8, 0xf3, 0x2e, 0x33, 0x61, 0x38, 0x9c, 0x39, 0xab, 0x34, 0xb1, 0x10, 0x6a,
        0x4f, 0x6f, 0x2c, 0xa7, 0x2d, 0x49, 0xbf, 0x7a, 0x77, 0x39, 0xa2, 0xb3, 0x32,
        0xff, 0x3a, 0xb9, 0xd9, 0x32, 0x72, 0x37, 0x21, 0x27, 0x59, 0x1e, 0x12, 0xa2,
        0x06, 0x13, 0x4c, 0xe3, 0x28, 0xd6, 0x90, 0x66, 0xa6, 0x8c, 0xc3, 0x0d};

    (void)state;
    assert_memory_equal(word.signature, signature, sizeof signature);
    assert_true(dsb_attestation_verify(&word, &pair.a_peer.identity.id,
                                       pair.a_peer.identity.key.public_key));
}

static void a_list_that_is_none_is_not_read(void **state)
{
    uint8_t bytes[DSB_ATTESTATION_MAX];
    struct dsb_attestation again;

    (void)state;
    root_sign(&root, &word, &pair.a_peer, 1, "echo,,log");
    assert_false(dsb_attestation_read(&again, bytes, dsb_attestation_write(bytes, &word)));
    root_sign(&root, &word, &pair.a_peer, 0, "echo");
    assert_false(dsb_attestation_read(&again, bytes, dsb_attestation_write(bytes, &word)));
}

static void every_altered_byte_is_refused(void **state)
{
    uint8_t bytes[DSB_ATTESTATION_MAX];
    struct dsb_attestation altered;

    (void)state;
    root_sign(&root, &word, &pair.a_peer, 5, "echo");
    size_t len = dsb_attestation_write(bytes, &word);
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 1;
        if (dsb_attestation_read(&altered, bytes, len))
            assert_false(dsb_attestation_verify(&altered, &pair.a_peer.identity.id,
                                                pair.a_peer.identity.key.public_key));
        bytes[i] ^= 1;
    }
    assert_true(dsb_attestation_verify(&word, &pair.a_peer.identity.id,
                                       pair.a_peer.identity.key.public_key));
}

/* --- whose word counts ------------------------------------------------------------------------ */

static void a_roots_word_is_taken(void **state)
{
    (void)state;
    assert_null(found());
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_non_null(found());
    assert_true(dsb_trust_store_has(&pair.b_peer.trust, &pair.a_peer.identity.id,
                                    pair.a_peer.identity.key.public_key));
    assert_int_equal(take(), DSB_VOUCHED_OK); /* again */
    assert_int_equal(attested.vouched.count, 1);
}

static void another_roots_word_is_not(void **state)
{
    (void)state;
    root_sign(&other_root, &word, &pair.a_peer, 5, "");
    assert_int_equal(take(), DSB_VOUCHED_UNKNOWN_ROOT);
    memcpy(word.root, root.public_key, sizeof word.root);
    assert_int_equal(take(), DSB_VOUCHED_BAD_SIGNATURE);
    assert_null(found());
    assert_int_equal(attested.vouched.count, 0);
}

static void id_is(const char *id, enum dsb_vouched_result expected)
{
    assert_int_equal(dsb_device_id_set(&pair.a_peer.identity.id, id, strlen(id)), DSB_OK);
    root_sign(&root, &word, &pair.a_peer, 5, "");
    assert_int_equal(take(), expected);
}

static void a_root_vouches_for_ids_of_its_pattern_alone(void **state)
{
    (void)state;
    id_is("alpha", DSB_VOUCHED_UNKNOWN_ROOT);
    id_is("lab", DSB_VOUCHED_UNKNOWN_ROOT);
    id_is("alphalab", DSB_VOUCHED_UNKNOWN_ROOT);
    id_is("alpha.lab.x", DSB_VOUCHED_UNKNOWN_ROOT);
    id_is("a.b.lab", DSB_VOUCHED_OK);
    memset(&attested, 0, sizeof attested);
    root_line(lines, sizeof lines, "alpha", &root, "");
    attested_trust(&attested, &pair.b_peer, lines);
    id_is("beta.lab", DSB_VOUCHED_UNKNOWN_ROOT);
    id_is("alpha", DSB_VOUCHED_OK);
    memset(&attested, 0, sizeof attested);
    root_line(lines, sizeof lines, "*", &root, "");
    attested_trust(&attested, &pair.b_peer, lines);
    id_is("whoever", DSB_VOUCHED_OK);
}

static void a_word_for_another_is_refused(void **state)
{
    (void)state;
    struct peer stranger;
    peer_make(&stranger, "other.lab", 0x77);
    assert_int_equal(dsb_vouched_take(&pair.b_peer.trust, &pair.b_peer.identity,
                                      &stranger.identity.id, pair.a_peer.identity.key.public_key,
                                      &word),
                     DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(dsb_vouched_take(&pair.b_peer.trust, &pair.b_peer.identity,
                                      &pair.a_peer.identity.id, stranger.identity.key.public_key,
                                      &word),
                     DSB_VOUCHED_BAD_SIGNATURE);
}

static void a_line_wins(void **state)
{
    (void)state;
    struct peer pinned;
    peer_make(&pinned, "alpha.lab", 0x77);
    peer_trust(&pair.b_peer, &pinned);
    assert_int_equal(take(), DSB_VOUCHED_PINNED);
    assert_memory_equal(found()->key, pinned.identity.key.public_key, DSB_KEY_LEN);
}

/* The line comes when the word is there already. */
static void a_later_line_wins(void **state)
{
    (void)state;
    struct peer pinned;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    peer_make(&pinned, "alpha.lab", 0x77);
    peer_trust(&pair.b_peer, &pinned);
    assert_memory_equal(found()->key, pinned.identity.key.public_key, DSB_KEY_LEN);
    assert_null(dsb_trust_store_find_key(&pair.b_peer.trust, pair.a_peer.identity.key.public_key));
}

/* The former id is a line's now; the device comes back under another. */
static void a_device_whose_id_went_to_a_line_has_another(void **state)
{
    (void)state;
    struct peer pinned;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    peer_make(&pinned, "alpha.lab", 0x77);
    peer_trust(&pair.b_peer, &pinned);
    id_is("second.lab", DSB_VOUCHED_OK);
    const struct dsb_trust_entry *entry = found();
    assert_non_null(entry);
    assert_ptr_equal(
        dsb_trust_store_find_key(&pair.b_peer.trust, pair.a_peer.identity.key.public_key), entry);
}

static void nobody_is_this_device(void **state)
{
    (void)state;
    assert_int_equal(dsb_device_id_set(&pair.b_peer.identity.id, "beta.lab", 8), DSB_OK);
    root_sign(&root, &word, &pair.b_peer, 1, "");
    assert_int_equal(dsb_vouched_take(&pair.b_peer.trust, &pair.b_peer.identity,
                                      &pair.b_peer.identity.id, pair.b_peer.identity.key.public_key,
                                      &word),
                     DSB_VOUCHED_BAD_KEY);
}

static void one_key_is_one_id(void **state)
{
    (void)state;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    id_is("second.lab", DSB_VOUCHED_BAD_KEY);
}

static void a_key_that_no_device_has_is_refused(void **state)
{
    (void)state;
    memset(pair.a_peer.identity.key.public_key, 0, DSB_KEY_LEN);
    root_sign(&root, &word, &pair.a_peer, 5, "");
    assert_int_equal(take(), DSB_VOUCHED_BAD_KEY);
}

static void the_table_is_bounded(void **state)
{
    (void)state;
    static const char *const ids[] = {"a.lab", "b.lab", "c.lab", "d.lab"};
    for (uint8_t i = 0; i < 4; i++) {
        peer_make(&pair.a_peer, ids[i], (uint8_t)(0x50 + i));
        root_sign(&root, &word, &pair.a_peer, 1, "");
        assert_int_equal(take(), i < ATTESTED_ROWS ? DSB_VOUCHED_OK : DSB_VOUCHED_FULL);
    }
}

/* --- rotation and revocation ------------------------------------------------------------------ */

static void a_higher_serial_replaces_the_key(void **state)
{
    (void)state;
    struct peer former = pair.a_peer;
    struct dsb_attestation former_word = word;

    assert_int_equal(take(), DSB_VOUCHED_OK);
    peer_make(&pair.a_peer, "alpha.lab", 0x66);
    root_sign(&root, &word, &pair.a_peer, 5, ""); /* not higher */
    assert_int_equal(take(), DSB_VOUCHED_OLD_SERIAL);
    root_sign(&root, &word, &pair.a_peer, 6, "");
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_memory_equal(found()->key, pair.a_peer.identity.key.public_key, DSB_KEY_LEN);
    assert_false(dsb_trust_store_has(&pair.b_peer.trust, &former.identity.id,
                                     former.identity.key.public_key));
    pair.a_peer = former; /* the stolen key comes again */
    word = former_word;
    assert_int_equal(take(), DSB_VOUCHED_OLD_SERIAL);
    assert_int_equal(attested.vouched.count, 1);
}

/* The root's next list. */
static enum dsb_vouched_result revoke(uint64_t list_serial, uint64_t first_good)
{
    root_revoke(&root, &list, list_serial, &pair.a_peer.identity.id, first_good);
    return dsb_vouched_take_list(&pair.b_peer.trust, &list);
}

static void what_is_revoked_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_int_equal(dsb_vouched_list_serial(&attested.vouched, root.public_key), 0);
    assert_int_equal(revoke(1, 5), DSB_VOUCHED_OK);
    assert_non_null(found());
    assert_int_equal(revoke(2, 6), DSB_VOUCHED_OK);
    assert_int_equal(dsb_vouched_list_serial(&attested.vouched, root.public_key), 2);
    assert_int_equal(dsb_vouched_list_serial(&attested.vouched, other_root.public_key), 0);
    assert_null(found());
    assert_int_equal(take(), DSB_VOUCHED_REVOKED);
    assert_int_equal(revoke(1, 1), DSB_VOUCHED_OLD_SERIAL);
    assert_int_equal(revoke(2, 1), DSB_VOUCHED_OLD_SERIAL);
    assert_int_equal(take(), DSB_VOUCHED_REVOKED);
    root_sign(&root, &word, &pair.a_peer, 6, "");
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_non_null(found());
}

static void a_revocation_may_come_first(void **state)
{
    (void)state;
    assert_int_equal(revoke(1, 6), DSB_VOUCHED_OK);
    assert_null(found());
    assert_int_equal(take(), DSB_VOUCHED_REVOKED);
}

static void a_list_that_no_root_signed_is_nothing(void **state)
{
    (void)state;
    root_revoke(&other_root, &list, 1, &pair.a_peer.identity.id, 9);
    assert_int_equal(dsb_vouched_take_list(&pair.b_peer.trust, &list), DSB_VOUCHED_UNKNOWN_ROOT);
    memcpy(list.root, root.public_key, sizeof list.root);
    assert_int_equal(dsb_vouched_take_list(&pair.b_peer.trust, &list), DSB_VOUCHED_BAD_SIGNATURE);
    root_revoke(&root, &list, 1, &pair.a_peer.identity.id, 6);
    list.entries[0].first_good = 5;
    assert_int_equal(dsb_vouched_take_list(&pair.b_peer.trust, &list), DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(attested.vouched.list_count, 0);
    assert_int_equal(take(), DSB_VOUCHED_OK);
}

/* Two roots, and room for the list of one: the other's, as long as that one is a root. */
static void lists_are_bounded(void **state)
{
    char both[2 * sizeof lines];

    (void)state;
    memcpy(both, lines, strlen(lines) + 1);
    root_line(both + strlen(both), sizeof lines, "*.hall", &other_root, "");
    attested_trust(&attested, &pair.b_peer, both);
    assert_int_equal(revoke(7, 6), DSB_VOUCHED_OK);
    root_revoke(&other_root, &list, 1, &pair.a_peer.identity.id, 9);
    assert_int_equal(dsb_vouched_take_list(&pair.b_peer.trust, &list), DSB_VOUCHED_FULL);
    attested_trust(&attested, &pair.b_peer, both + strlen(lines));
    assert_int_equal(dsb_vouched_take_list(&pair.b_peer.trust, &list), DSB_VOUCHED_OK);
    assert_int_equal(attested.vouched.list_count, 1);
}

static void a_row_of_no_root_is_taken_anew(void **state)
{
    (void)state;
    the_table_is_bounded(NULL);
    root_line(lines, sizeof lines, "d.lab", &root, "");
    attested_trust(&attested, &pair.b_peer, lines);
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_int_equal(attested.vouched.count, ATTESTED_ROWS);
    assert_non_null(found());
}

/* Who keeps it over restarts hears of each thing once. */
static void what_is_new_is_told(void **state)
{
    (void)state;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_int_equal(attested.vouched.change_count, 1);
    assert_true(attested.rows[0].is_new);
    attested.rows[0].is_new = false;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    assert_int_equal(attested.vouched.change_count, 1);
    assert_false(attested.rows[0].is_new);
    word.signature[0] ^= 1; /* what was verified is not what this is */
    assert_int_equal(take(), DSB_VOUCHED_BAD_SIGNATURE);
    assert_int_equal(revoke(1, 6), DSB_VOUCHED_OK);
    assert_int_equal(attested.vouched.change_count, 2);
    assert_true(attested.lists[0].is_new);
}

static void a_root_that_is_no_more_vouches_for_nobody(void **state)
{
    (void)state;
    assert_int_equal(take(), DSB_VOUCHED_OK);
    attested_trust(&attested, &pair.b_peer, "");
    assert_null(found());
    assert_null(dsb_trust_store_find_key(&pair.b_peer.trust, pair.a_peer.identity.key.public_key));
}

/* --- services --------------------------------------------------------------------------------- */

static void services_are(const char *of_line, const char *of_word)
{
    root_line(lines, sizeof lines, "*.lab", &root, of_line);
    attested_trust(&attested, &pair.b_peer, lines);
    root_sign(&root, &word, &pair.a_peer, word.serial + 1, of_word);
    assert_int_equal(take(), DSB_VOUCHED_OK);
}

static void both_must_permit_a_service(void **state)
{
    (void)state;
    services_are("", "");
    assert_true(allows("echo", true));
    assert_false(allows("echo", false));
    services_are("log,clock", "");
    assert_true(allows("log", false));
    assert_false(allows("echo", true));
    services_are("", "log");
    assert_true(allows("log", false));
    assert_false(allows("echo", true));
    services_are("log,clock", "echo,clock,log");
    assert_true(allows("log", false));
    assert_true(allows("clock", false));
    assert_false(allows("echo", true));
    services_are("log", "echo");
    assert_false(allows("log", true));
    assert_false(allows("echo", true));
    assert_false(allows("", true));
    root_line(lines, sizeof lines, "*.lab", &root, "echo"); /* the line changes, the word stays */
    attested_trust(&attested, &pair.b_peer, lines);
    assert_true(allows("echo", false));
}

/* --- a handshake ------------------------------------------------------------------------------ */

static void a_handshake_brings_the_word(void **state)
{
    (void)state;
    pair_authenticate(&pair);
    assert_int_equal(attested.vouched.count, 1);
    assert_non_null(found());
}

/* A root's word does not give a pinned id to another key. */
static void a_handshake_does_not_unpin(void **state)
{
    (void)state;
    struct peer pinned;
    peer_make(&pinned, "alpha.lab", 0x77);
    peer_trust(&pair.b_peer, &pinned);
    pair_run_messages(&pair, 2);
    (void)end_write(&pair.a, &pair.b);
    assert_int_equal(end_feed(&pair.b, pair.now_ms), DSB_HANDSHAKE_FAILED);
    assert_int_equal(dsb_handshake_reason(&pair.b.slot.handshake), DSB_REASON_MSG3_UNKNOWN_KEY);
    assert_int_equal(attested.vouched.count, 0);
}

/* The key is vouched for already: a newer word for it counts, an older or a broken one is nothing.
 */
static void a_newer_word_for_the_same_key_counts(void **state)
{
    (void)state;
    pair_authenticate(&pair);
    assert_true(allows("echo", true));
    root_sign(&root, &word, &pair.a_peer, 6, "log");
    again();
    pair_authenticate(&pair);
    assert_false(allows("echo", true));
    assert_true(allows("log", false));
    root_sign(&root, &word, &pair.a_peer, 4, "");
    again();
    pair_authenticate(&pair);
    assert_false(allows("echo", true));
    word.signature[0] ^= 1;
    word.serial = 9;
    again();
    pair_authenticate(&pair);
    assert_int_equal(attested.rows[0].word.serial, 6);
}

static void a_session_ends_when_its_word_is_replaced(void **state)
{
    (void)state;
    struct peer newer;
    struct dsb_attestation newer_word;
    pair_authenticate(&pair);
    assert_true(dsb_session_is_trusted(&pair.b.slot.session, &pair.b_peer.trust));
    peer_make(&newer, "alpha.lab", 0x66);
    root_sign(&root, &newer_word, &newer, 6, "");
    assert_int_equal(dsb_vouched_take(&pair.b_peer.trust, &pair.b_peer.identity, &newer.identity.id,
                                      newer.identity.key.public_key, &newer_word),
                     DSB_VOUCHED_OK);
    assert_false(dsb_session_is_trusted(&pair.b.slot.session, &pair.b_peer.trust));
}

static void a_session_ends_when_its_word_is_revoked(void **state)
{
    (void)state;
    pair_authenticate(&pair);
    assert_int_equal(revoke(1, 5), DSB_VOUCHED_OK);
    assert_true(dsb_session_is_trusted(&pair.b.slot.session, &pair.b_peer.trust));
    assert_int_equal(revoke(2, 6), DSB_VOUCHED_OK);
    assert_false(dsb_session_is_trusted(&pair.b.slot.session, &pair.b_peer.trust));
}

static void results_have_names(void **state)
{
    (void)state;
    assert_string_equal(dsb_vouched_result_name(DSB_VOUCHED_OLD_SERIAL), "old-serial");
    assert_string_equal(dsb_vouched_result_name((enum dsb_vouched_result)99), "unknown");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(the_vector_is_made),
        TEST(a_list_that_is_none_is_not_read),
        TEST(every_altered_byte_is_refused),
        TEST(a_roots_word_is_taken),
        TEST(another_roots_word_is_not),
        TEST(a_root_vouches_for_ids_of_its_pattern_alone),
        TEST(a_word_for_another_is_refused),
        TEST(a_line_wins),
        TEST(a_later_line_wins),
        TEST(a_device_whose_id_went_to_a_line_has_another),
        TEST(nobody_is_this_device),
        TEST(one_key_is_one_id),
        TEST(a_key_that_no_device_has_is_refused),
        TEST(the_table_is_bounded),
        TEST(a_higher_serial_replaces_the_key),
        TEST(what_is_revoked_is_not_found),
        TEST(a_revocation_may_come_first),
        TEST(a_list_that_no_root_signed_is_nothing),
        TEST(lists_are_bounded),
        TEST(a_row_of_no_root_is_taken_anew),
        TEST(what_is_new_is_told),
        TEST(a_root_that_is_no_more_vouches_for_nobody),
        TEST(both_must_permit_a_service),
        TEST(a_handshake_brings_the_word),
        TEST(a_handshake_does_not_unpin),
        TEST(a_newer_word_for_the_same_key_counts),
        TEST(a_session_ends_when_its_word_is_replaced),
        TEST(a_session_ends_when_its_word_is_revoked),
        TEST(results_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
