/* SPDX-License-Identifier: Apache-2.0 */
/* What a device keeps of its pairings, before what is said of it, and where its code comes from. */
#include "window.h"

#include <stdio.h>
#include <string.h>

/* --- what is kept ----------------------------------------------------------------------------- */

/* The phone has said its last word but one, and the next write fails. */
static struct dialler *dial_to_a_failing_disk(void)
{
    struct dialler *dialler = dial(&phone, window_code());
    guess_begins(dialler);
    assert_true(dialler_step(dialler));
    fake_store.put_fails_count = 1;
    return dialler;
}

static void who_cannot_be_kept_is_not_trusted_and_not_told(void **state)
{
    (void)state;
    window_start();
    struct dialler *dialler = dial_to_a_failing_disk();
    (void)dialler_step(dialler);
    assert_true(dialler->is_pending && !dialler->is_committed);
    assert_false(is_trusted(&phone));
    assert_int_equal(fake_rt_count("dsoftbusd: pairing attempt failed reason=disk attempts=1"), 1);
    dialler_run(dial_from(1, &phone, window_code(), NEAR)); /* the disk is back */
    assert_true(diallers[1].is_committed);
    assert_kept(&phone);
}

/* The disk failed under the write, and has it all the same. */
static void what_the_disk_has_after_all_counts(void **state)
{
    (void)state;
    window_start();
    struct dialler *dialler = dial_to_a_failing_disk();
    fake_store.failed_put_keeps = true;
    (void)dialler_step(dialler);
    assert_true(dialler->is_committed);
    assert_true(is_trusted(&phone));
}

static void a_reboot_keeps_the_peers(void **state)
{
    struct peer tablet;

    (void)state;
    peer_make(&tablet, "tablet", 0x33);
    window_start();
    dialler_run(dial(&phone, window_code()));
    window_boot(FRESH_CODE);
    window_start();
    assert_true(is_trusted(&phone));
    dialler_run(dial(&tablet, window_code()));
    window_boot(FRESH_CODE);
    window_start();
    assert_true(is_trusted(&phone) && is_trusted(&tablet));
    assert_int_equal(trust.count, 2);
}

static void trust_the_image(const struct peer *peer)
{
    struct dsb_trust_entry entry = {.id = peer->identity.id};

    memcpy(entry.key, peer->identity.key.public_key, DSB_KEY_LEN);
    assert_int_equal(dsb_trust_store_add(&trust, &device.identity, &entry), DSB_TEXT_NO_FAULT);
}

static void refused(const struct peer *peer, const char *line)
{
    window_start();
    struct dialler *dialler = dial(peer, window_code());
    dialler_run(dialler);
    assert_false(dialler->is_pending);
    assert_int_equal(dialler->stream->out_len, 17 + 32); /* not the device's id */
    assert_int_equal(fake_rt_count(line), 1);
    assert_false(fake_store.trust.is_there);
    assert_int_equal(pairing.state, PAIRING_OPEN);
}

static void a_known_id_is_not_given_another_key(void **state)
{
    struct peer other;

    (void)state;
    peer_make(&other, "phone", 0x44);
    trust_the_image(&other);
    refused(&phone, "dsoftbusd: pairing attempt failed reason=known-id attempts=1");
    assert_false(is_trusted(&phone));
}

static void a_known_key_is_not_given_another_id(void **state)
{
    struct peer other;

    (void)state;
    peer_make(&other, "tablet", 0x22);
    trust_the_image(&other);
    refused(&phone, "dsoftbusd: pairing attempt failed reason=known-key attempts=1");
}

static void the_device_s_own_id_and_key_are_refused(void **state)
{
    struct peer twin;

    (void)state;
    peer_make(&twin, "device", 0x44);
    refused(&twin, "dsoftbusd: pairing attempt failed reason=not-an-id attempts=1");
    peer_make(&twin, "twin", 0x11);
    window_boot(FRESH_CODE);
    fake_store_reset();
    refused(&twin, "dsoftbusd: pairing attempt failed reason=not-a-key attempts=1");
}

static void a_peer_that_is_trusted_already_stays_as_it_is(void **state)
{
    (void)state;
    trust_the_image(&phone);
    window_start();
    struct dialler *dialler = dial(&phone, window_code());
    dialler_run(dialler);
    assert_true(dialler->is_committed);
    assert_int_equal(trust.count, 1);
    assert_false(fake_store.trust.is_there);
}

static void a_full_store_takes_no_more(void **state)
{
    (void)state;
    trust.capacity = 0;
    refused(&phone, "dsoftbusd: pairing attempt failed reason=full attempts=1");
    trust.capacity = TRUST_MAX;
}

/* Ids as long as can be, until the record has room for no other: the one before still fits. */
static void a_record_holds_so_many_bytes(void **state)
{
    enum { LINE_LEN = DSB_DEVICE_ID_MAX + 1 + 7 + 2 * DSB_KEY_LEN + 1 };
    const size_t header_len = sizeof DSB_TRUST_HEADER - 1;
    const unsigned most = (unsigned)((STORE_DATA_MAX - header_len) / LINE_LEN);
    char id[DSB_DEVICE_ID_MAX + 1];

    (void)state;
    for (unsigned i = 0; i <= most; i++) {
        struct peer peer;
        (void)snprintf(id, sizeof id, "a.%062u", i);
        peer_make(&peer, id, (uint8_t)(0x40 + i));
        window_boot(FRESH_CODE);
        window_start();
        dialler_run(dial(&peer, window_code()));
        assert_int_equal(is_trusted(&peer), i < most);
        assert_int_equal(fake_store.trust.len, header_len + (i < most ? i + 1 : most) * LINE_LEN);
    }
    assert_int_equal(fake_rt_count("dsoftbusd: pairing attempt failed reason=full attempts=1"), 1);
}

static void what_the_image_contradicts_is_left_out(void **state)
{
    struct peer other;

    (void)state;
    window_start();
    dialler_run(dial(&phone, window_code()));
    window_boot(FRESH_CODE);
    peer_make(&other, "phone", 0x44);
    trust_the_image(&other);
    window_start();
    assert_false(is_trusted(&phone));
    assert_true(is_trusted(&other));
    assert_int_equal(fake_rt_count("dsoftbusd: left out paired peer=phone: duplicate id"), 1);
    assert_int_equal(pairing.state, PAIRING_OPEN);
}

static void what_the_image_says_too_is_there_once(void **state)
{
    (void)state;
    window_start();
    dialler_run(dial(&phone, window_code()));
    window_boot(FRESH_CODE);
    trust_the_image(&phone);
    window_start();
    assert_true(is_trusted(&phone));
    assert_int_equal(trust.count, 1);
    for (size_t i = 0; i < fake_rt.log_count; i++)
        assert_null(strstr(fake_rt.log[i], "left out"));
}

static void a_record_that_is_none_trusts_nobody_and_is_not_written_over(void **state)
{
    static const char text[] = "dsoftbus-trust 2\nphone nokey\n";

    (void)state;
    fake_store_keep(&fake_store.trust, text);
    window_start();
    assert_int_equal(trust.count, 0);
    assert_false(fake.pairing_listens);
    assert_non_null(strstr(fake_rt.log[0], "dsoftbusd: stored trust:2: not a key"));
    assert_string_equal(fake_store.trust.bytes, text);
}

static void waits_for_the_disk_and_says_so_once(void **state)
{
    (void)state;
    fake_store_keep(&fake_store.attempts, "failed 1\n");
    fake_store.get_fails_count = 5;
    window_start();
    assert_int_equal(fake_rt_count("dsoftbusd: stored trust cannot be read yet (5), waiting"), 1);
    assert_int_equal(pairing.paired.failed_count, 1);
    assert_true(fake_rt.now_ms >= 5000);
}

/* --- codes ------------------------------------------------------------------------------------ */

static void a_given_code_is_shown_nowhere_and_serves_once(void **state)
{
    static const char file[] = "# printed below\ndsoftbus-pairing 1\ncode 4TZK7q2M\n";

    (void)state;
    window_boot(file);
    window_start();
    assert_int_equal(fake_rt_count("dsoftbusd: pairing by the given code, for 120 s"), 1);
    assert_false(fake_rt.files[3].mapped || fake_rt.files[3].held);
    for (size_t i = 0; i < fake_rt.log_count; i++)
        assert_null(strstr(fake_rt.log[i], "4TZK"));
    dialler_run(dial(&phone, "4TZK7q2M"));
    assert_true(is_trusted(&phone));
    window_boot(file);
    window_start();
    assert_false(fake.pairing_listens);
    assert_int_equal(pairing.code.len, 0);
    assert_true(is_trusted(&phone));
}

static void an_image_may_have_no_code(void **state)
{
    (void)state;
    window_start();
    dialler_run(dial(&phone, window_code()));
    window_boot("dsoftbus-pairing 1\ncode none\n");
    window_start();
    assert_false(fake.pairing_listens);
    assert_true(is_trusted(&phone)); /* whom it knows, it knows */
}

#define SIXTEEN "0123456789abcDEF"

static void a_file_that_is_none_ends_the_process(void **state)
{
    static const struct {
        const char *text;
        int line;
    } wrong[] = {
        {"", 0},
        {"dsoftbus-pairing 2\ncode fresh\n", 1},
        {"dsoftbus-pairing 1\n", 1},
        {"dsoftbus-pairing 1\ncode 1234567\n", 2},
        {"dsoftbus-pairing 1\ncode 12345678-\n", 2},
        {"dsoftbus-pairing 1\ncode " SIXTEEN SIXTEEN SIXTEEN SIXTEEN "0\n", 2},
        {"dsoftbus-pairing 1\nkode fresh\n", 2},
        {"dsoftbus-pairing 1\ncode fresh\ncode fresh\n", 3},
        {"dsoftbus-pairing 1\ncode fresh", 2},
    };
    char begin[64];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        window_boot(wrong[i].text);
        assert_int_equal(fake_rt_run(), FAKE_EXIT_PANIC);
        (void)snprintf(begin, sizeof begin, "dsoftbusd: pairing.code:%d: ", wrong[i].line);
        assert_memory_equal(fake_rt.log[0], begin, strlen(begin));
    }
    window_boot("dsoftbus-pairing 1\ncode " SIXTEEN SIXTEEN SIXTEEN SIXTEEN "\n");
    window_start();
    assert_int_equal(pairing.code.len, 64);
    window_boot("dsoftbus-pairing 1\ncode 12345678\n");
    window_start();
    assert_int_equal(pairing.code.len, 8);
}

#define TEST(name) cmocka_unit_test_setup(name, window_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_cannot_be_kept_is_not_trusted_and_not_told),
        TEST(what_the_disk_has_after_all_counts),
        TEST(a_reboot_keeps_the_peers),
        TEST(a_known_id_is_not_given_another_key),
        TEST(a_known_key_is_not_given_another_id),
        TEST(the_device_s_own_id_and_key_are_refused),
        TEST(a_peer_that_is_trusted_already_stays_as_it_is),
        TEST(a_full_store_takes_no_more),
        TEST(a_record_holds_so_many_bytes),
        TEST(what_the_image_contradicts_is_left_out),
        TEST(what_the_image_says_too_is_there_once),
        TEST(a_record_that_is_none_trusts_nobody_and_is_not_written_over),
        TEST(waits_for_the_disk_and_says_so_once),
        TEST(a_given_code_is_shown_nowhere_and_serves_once),
        TEST(an_image_may_have_no_code),
        TEST(a_file_that_is_none_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
