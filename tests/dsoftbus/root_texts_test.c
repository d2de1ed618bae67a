/* SPDX-License-Identifier: Apache-2.0 */
/* What roots say as text, attestations and lists of revocations: what is read, and every fault with
 * its line. */
#include "attested.h"
#include "dsoftbus/attestation_text.h"
#include "dsoftbus/lines.h"
#include "dsoftbus/testing.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static struct root root;
static struct peer peer;
static struct dsb_attestation word;
static struct dsb_revocations list;
static char key[65], root_key[65], first[65], second[65];

static void digits(char out[65], const uint8_t bytes[32])
{
    dsb_hex_encode(out, bytes);
    out[64] = '\0';
}

static int setup(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    root_make(&root, 1);
    peer_make(&peer, "alpha.lab", 0x20);
    root_sign(&root, &word, &peer, 5, "echo");
    digits(key, peer.identity.key.public_key);
    digits(root_key, root.public_key);
    digits(first, word.signature);
    digits(second, word.signature + DSB_ROOT_KEY_LEN);
    return 0;
}

/* The attestation's text with these lines in place of its own; NULL: its own. */
static char text[4096];
enum { LINE_ID, LINE_KEY, LINE_SERIAL, LINE_SERVICES, LINE_ROOT, LINE_SIGNATURE, LINE_COUNT };

static size_t write_text(int line, const char *instead)
{
    char own[LINE_COUNT][256];
    int len = snprintf(text, sizeof text, "dsoftbus-attestation 1\n");

    (void)snprintf(own[LINE_ID], sizeof own[0], "id alpha.lab\n");
    (void)snprintf(own[LINE_KEY], sizeof own[0], "key %s\n", key);
    (void)snprintf(own[LINE_SERIAL], sizeof own[0], "serial 5\n");
    (void)snprintf(own[LINE_SERVICES], sizeof own[0], "services echo\n");
    (void)snprintf(own[LINE_ROOT], sizeof own[0], "root %s\n", root_key);
    (void)snprintf(own[LINE_SIGNATURE], sizeof own[0], "signature %s %s\n", first, second);
    for (int i = 0; i < LINE_COUNT; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "%s", i == line ? instead : own[i]);
    return (size_t)len;
}

static void attestation_is(enum dsb_text_fault expected, int line, const char *instead)
{
    static const struct dsb_attested none;
    struct dsb_attested a;
    size_t at = 0, len = write_text(line, instead);

    assert_int_equal(dsb_attested_parse(&a, text, len, &at), expected);
    if (expected != DSB_TEXT_NO_FAULT)
        assert_memory_equal(&a, &none, sizeof a);
    else
        assert_memory_equal(a.word.signature, word.signature, sizeof word.signature);
}

static void an_attestation_is_read_and_each_fault_named(void **state)
{
    char long_list[256], other_signature[256];

    (void)state;
    attestation_is(DSB_TEXT_NO_FAULT, -1, NULL);
    attestation_is(DSB_TEXT_BAD_ID, LINE_ID, "id Alpha\n");
    attestation_is(DSB_TEXT_BAD_KEY, LINE_KEY, "key 00\n");
    attestation_is(DSB_TEXT_BAD_KEY, LINE_ROOT, "root 00\n");
    attestation_is(DSB_TEXT_BAD_SERIAL, LINE_SERIAL, "serial 0\n");
    attestation_is(DSB_TEXT_BAD_SERIAL, LINE_SERIAL, "serial 18446744073709551615\n");
    attestation_is(DSB_TEXT_BAD_SIGNATURE, LINE_SERIAL, "serial 6\n");
    attestation_is(DSB_TEXT_BAD_SIGNATURE, LINE_SERVICES, "");
    attestation_is(DSB_TEXT_BAD_SIGNATURE, LINE_SIGNATURE, "signature 00 00\n");
    attestation_is(DSB_TEXT_BAD_SERVICE, LINE_SERVICES, "services echo,\n");
    attestation_is(DSB_TEXT_WORD_COUNT, LINE_SERIAL, "serial 5 6\n");
    attestation_is(DSB_TEXT_WORD_COUNT, LINE_SIGNATURE, "signature 00\n");
    attestation_is(DSB_TEXT_DUPLICATE_FIELD, LINE_SERVICES, "id alpha.lab\n");
    attestation_is(DSB_TEXT_MISSING_FIELD, LINE_ROOT, "");
    attestation_is(DSB_TEXT_UNKNOWN_FIELD, LINE_SERVICES, "colour blue\n");
    (void)snprintf(long_list, sizeof long_list, "services %0130d\n", 1);
    attestation_is(DSB_TEXT_TOO_MANY_SERVICES, LINE_SERVICES, long_list);
    (void)snprintf(other_signature, sizeof other_signature, "key %064d\n", 0);
    attestation_is(DSB_TEXT_LOW_ORDER_KEY, LINE_KEY, other_signature);
}

static void list_is(enum dsb_text_fault expected, const char *lines)
{
    size_t at = 0;
    int len = snprintf(text, sizeof text, "dsoftbus-revocations 1\nroot %s\n%ssignature %s %s\n",
                       root_key, lines, first, second);

    assert_int_equal(dsb_revocations_parse(&list, text, (size_t)len, &at), expected);
    assert_int_equal(list.serial, expected == DSB_TEXT_NO_FAULT ? 2 : 0);
}

static void a_list_is_read_and_each_fault_named(void **state)
{
    char again[256];

    (void)state;
    list_is(DSB_TEXT_NO_FAULT, "serial 2\nrevoke a.lab 4\nrevoke b.lab 1\n");
    list_is(DSB_TEXT_MISSING_FIELD, "revoke a.lab 4\n");
    list_is(DSB_TEXT_BAD_SERIAL, "serial 0\n");
    list_is(DSB_TEXT_DUPLICATE_FIELD, "serial 2\nserial 3\n");
    list_is(DSB_TEXT_BAD_ID, "serial 2\nrevoke A 4\n");
    list_is(DSB_TEXT_BAD_SERIAL, "serial 2\nrevoke a 0\n");
    list_is(DSB_TEXT_WORD_COUNT, "serial 2\nrevoke a\n");
    list_is(DSB_TEXT_WORD_COUNT, "serial 2 3\n");
    list_is(DSB_TEXT_DUPLICATE_ID, "serial 2\nrevoke a 2\nrevoke a 3\n");
    list_is(DSB_TEXT_UNKNOWN_FIELD, "serial 2\ncolour blue\n");
    list_is(DSB_TEXT_BAD_SIGNATURE, "signature 00 00\nserial 2\n");
    (void)snprintf(again, sizeof again, "serial 2\nsignature %s %s\n", first, second);
    list_is(DSB_TEXT_DUPLICATE_FIELD, again);
    (void)snprintf(again, sizeof again, "serial 2\nroot %s\n", root_key);
    list_is(DSB_TEXT_DUPLICATE_FIELD, again);
    size_t at = 9;
    assert_int_equal(dsb_revocations_parse(&list, text, DSB_REVOCATIONS_TEXT_MAX + 1, &at),
                     DSB_TEXT_TOO_MANY_ENTRIES);
    assert_int_equal(at, 0);
}

static void a_list_has_a_bound_of_ids(void **state)
{
    struct dsb_device_id id;
    char name[8];

    (void)state;
    memset(&list, 0, sizeof list);
    for (unsigned i = 0; i <= DSB_REVOCATIONS_MAX; i++) {
        (void)snprintf(name, sizeof name, "a%u", i);
        assert_ok(dsb_device_id_set(&id, name, strlen(name)));
        assert_int_equal(dsb_revocations_set(&list, &id, 2), i < DSB_REVOCATIONS_MAX);
    }
    assert_int_equal(dsb_revocations_first_good(&list, &id), 1);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_attestation_is_read_and_each_fault_named),
        TEST(a_list_is_read_and_each_fault_named),
        TEST(a_list_has_a_bound_of_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
