/* SPDX-License-Identifier: Apache-2.0 */
/* The file of what applications may do: each right by its badge alone, and each thing wrong. */
#include "dsoftbus/testing.h"
#include "limits.h"
#include "rights.h"

#include <stdio.h>
#include <string.h>

#define HEADER "dsoftbus-services 2\n"

static const char text[] = HEADER "# who may what\n"
                                  "2 publish log\n"
                                  "3 connect lamp-1/clock\n"
                                  "3 connect lamp-2/*\n"
                                  "4 connect */log\n"
                                  "peer lamp-1 10.0.2.100:34567\n"
                                  "peer lamp-2 10.0.2.101:1\n"
                                  "peer lamp-1 10.0.2.102:65535\n";

static struct dsb_device_id lamp_1, lamp_2, other;

static int setup(void **state)
{
    struct dsb_text_error error;

    (void)state;
    assert_int_equal(dsb_device_id_set(&lamp_1, "lamp-1", 6), DSB_OK);
    assert_int_equal(dsb_device_id_set(&lamp_2, "lamp-2", 6), DSB_OK);
    assert_int_equal(dsb_device_id_set(&other, "lamp-3", 6), DSB_OK);
    assert_true(rights_read(text, sizeof text - 1, &error));
    return 0;
}

static bool may_connect(uint64_t badge, const struct dsb_device_id *device, const char *service)
{
    return rights_may_connect(badge, device, service, strlen(service));
}

static void a_badge_publishes_what_its_line_names(void **state)
{
    (void)state;
    assert_true(rights_may_publish(2, "log", 3));
    assert_false(rights_may_publish(2, "lo", 2));
    assert_false(rights_may_publish(2, "clock", 5));
    assert_false(rights_may_publish(3, "log", 3));
    assert_false(rights_may_publish(3, "clock", 5)); /* it may connect to it */
    assert_false(rights_may_publish(4, "log", 3));
    assert_false(rights_may_publish(0, "log", 3));
}

static void a_badge_connects_to_what_its_lines_name(void **state)
{
    (void)state;
    assert_true(may_connect(3, &lamp_1, "clock"));
    assert_false(may_connect(3, &lamp_1, "log"));
    assert_true(may_connect(3, &lamp_2, "log"));
    assert_false(may_connect(3, &other, "clock"));
    assert_true(may_connect(4, &other, "log"));
    assert_false(may_connect(4, &other, "clock"));
    assert_false(may_connect(2, &lamp_1, "log")); /* it publishes it */
    assert_false(may_connect(5, &lamp_1, "clock"));
}

static void a_badge_watches_whom_it_may_connect_to(void **state)
{
    (void)state;
    assert_true(rights_may_watch(3, &lamp_1));
    assert_true(rights_may_watch(3, &lamp_2));
    assert_false(rights_may_watch(3, &other));
    assert_true(rights_may_watch(4, &other));
    assert_false(rights_may_watch(2, &lamp_1));
}

static void a_device_has_its_addresses_in_order(void **state)
{
    struct net_address address = {0};

    (void)state;
    assert_true(rights_address(&lamp_1, 0, &address));
    assert_int_equal(address.ipv4, 0x0a000264);
    assert_int_equal(address.port, 34567);
    assert_true(rights_address(&lamp_1, 1, &address));
    assert_int_equal(address.ipv4, 0x0a000266);
    assert_int_equal(address.port, 65535);
    assert_false(rights_address(&lamp_1, 2, &address));
    assert_false(rights_address(&other, 0, &address));
}

/* --- what is refused: then nobody may anything -------------------------------------------------
 */

static void refused(const char *file, enum dsb_text_fault fault, size_t line)
{
    struct dsb_text_error error;
    struct net_address address;

    assert_false(rights_read(file, strlen(file), &error));
    assert_int_equal(error.fault, fault);
    assert_int_equal(error.line, line);
    assert_false(rights_may_publish(2, "log", 3));
    assert_false(may_connect(4, &other, "log"));
    assert_false(rights_address(&lamp_1, 0, &address));
}

#define REFUSES(name, line, fault)                                                                 \
    static void refuses_##name(void **state)                                                       \
    {                                                                                              \
        (void)state;                                                                               \
        refused(HEADER "2 publish log\n4 connect */log\npeer lamp-1 1.2.3.4:5\n" line "\n", fault, \
                5);                                                                                \
    }

REFUSES(badge_0, "0 publish log", DSB_TEXT_UNKNOWN_FIELD)
REFUSES(badge_8, "8 publish log", DSB_TEXT_UNKNOWN_FIELD)
REFUSES(badge_22, "22 publish log", DSB_TEXT_UNKNOWN_FIELD)
REFUSES(another_verb, "2 offer log", DSB_TEXT_UNKNOWN_FIELD)
REFUSES(no_name, "2 publish", DSB_TEXT_BAD_SERVICE)
REFUSES(a_bad_name, "2 publish Log", DSB_TEXT_BAD_SERVICE)
REFUSES(publishing_anything, "2 publish *", DSB_TEXT_BAD_SERVICE)
REFUSES(no_target, "2 connect", DSB_TEXT_BAD_SERVICE)
REFUSES(no_slash, "2 connect lamp-1", DSB_TEXT_BAD_SERVICE)
REFUSES(no_device, "2 connect /log", DSB_TEXT_BAD_ID)
REFUSES(no_service, "2 connect lamp-1/", DSB_TEXT_BAD_SERVICE)
REFUSES(a_pattern, "2 connect lamp-*/log", DSB_TEXT_BAD_ID)
REFUSES(two_slashes, "2 connect lamp-1/log/x", DSB_TEXT_BAD_SERVICE)
REFUSES(four_words, "2 connect lamp-1 log", DSB_TEXT_WORD_COUNT)
REFUSES(one_word, "2", DSB_TEXT_WORD_COUNT)
REFUSES(a_bad_id, "peer Lamp 1.2.3.4:5", DSB_TEXT_BAD_ID)
REFUSES(no_address, "peer lamp-1", DSB_TEXT_BAD_ADDRESS)
REFUSES(no_port, "peer lamp-1 1.2.3.4", DSB_TEXT_BAD_ADDRESS)
REFUSES(a_leading_zero, "peer lamp-1 1.2.3.04:5", DSB_TEXT_BAD_ADDRESS)

static void refuses_what_is_no_such_file(void **state)
{
    (void)state;
    refused("", DSB_TEXT_NO_HEADER, 0);
    refused("2 publish log\n", DSB_TEXT_WORD_COUNT, 1);
    refused("dsoftbus-services 1\n2 log\n", DSB_TEXT_VERSION, 1);
    refused("dsoftbus-services 3\n", DSB_TEXT_VERSION, 1);
    refused("dsoftbus-services 2 3\n", DSB_TEXT_WORD_COUNT, 1);
}

static void repeated(const char *line, size_t count)
{
    static char file[4096];
    size_t len = (size_t)snprintf(file, sizeof file, HEADER);

    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(file + len, sizeof file - len, "%s", line);
    refused(file, DSB_TEXT_TOO_MANY_ENTRIES, 1 + count);
}

static void refuses_more_than_there_is_room_for(void **state)
{
    (void)state;
    repeated("2 publish log\n", BUS_RIGHT_MAX + 1);
    repeated("peer lamp-1 1.2.3.4:5\n", KNOWN_ADDRESS_MAX + 1);
}

/* More applications would take from one another's streams. */
static void refuses_more_callers_than_have_their_share(void **state)
{
    (void)state;
    assert_int_equal(BUS_CALLER_MAX, 4);
    refused(HEADER "1 connect */a\n2 connect */a\n2 connect */b\n3 connect */a\n4 connect */a\n"
                   "5 connect */a\n",
            DSB_TEXT_TOO_MANY_ENTRIES, 7);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_badge_publishes_what_its_line_names),
        TEST(a_badge_connects_to_what_its_lines_name),
        TEST(a_badge_watches_whom_it_may_connect_to),
        TEST(a_device_has_its_addresses_in_order),
        TEST(refuses_badge_0),
        TEST(refuses_badge_8),
        TEST(refuses_badge_22),
        TEST(refuses_another_verb),
        TEST(refuses_no_name),
        TEST(refuses_a_bad_name),
        TEST(refuses_publishing_anything),
        TEST(refuses_no_target),
        TEST(refuses_no_slash),
        TEST(refuses_no_device),
        TEST(refuses_no_service),
        TEST(refuses_a_pattern),
        TEST(refuses_two_slashes),
        TEST(refuses_four_words),
        TEST(refuses_one_word),
        TEST(refuses_a_bad_id),
        TEST(refuses_no_address),
        TEST(refuses_no_port),
        TEST(refuses_a_leading_zero),
        TEST(refuses_what_is_no_such_file),
        TEST(refuses_more_than_there_is_room_for),
        TEST(refuses_more_callers_than_have_their_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
