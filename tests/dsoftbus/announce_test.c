/* SPDX-License-Identifier: Apache-2.0 */
/* Announce and query packets, and when a query is answered. */
#include "dsoftbus/announce.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"
#include "dsoftbus/utf8.h"

#include <stdlib.h>
#include <string.h>

static struct dsb_announce sample;
static uint8_t packet[DSB_ANNOUNCE_MAX + 1];
static size_t packet_len;

static void add_service(struct dsb_announce *announce, const char *name)
{
    struct dsb_service_name *service = &announce->services[announce->service_count++];

    service->len = (uint8_t)strlen(name);
    memcpy(service->text, name, service->len);
}

static int make_sample(void **state)
{
    (void)state;
    memset(&sample, 0, sizeof sample);
    assert_ok(dsb_device_id_set(&sample.id, "beta", 4));
    sample.port = 34567;
    memset(sample.key, 0xab, sizeof sample.key);
    add_service(&sample, "echo");
    add_service(&sample, "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_ok(dsb_announce_encode(packet, &packet_len, &sample));
    return 0;
}

static void announce_has_the_documented_bytes(void **state)
{
    static const uint8_t head[] = {'N', 'X', 'S', 'B', 1, 4, 'b', 'e', 't', 'a', 0x87, 0x07};

    (void)state;
    assert_memory_equal(packet, head, sizeof head);
    assert_memory_equal(packet + 12, sample.key, DSB_KEY_LEN);
    assert_memory_equal(packet + 44,
                        "\x02\x04"
                        "echo\x09",
                        7);
    assert_int_equal(packet_len, 44 + 1 + 5 + 10);
}

static void announce_reads_back_as_written(void **state)
{
    struct dsb_announce back;

    (void)state;
    assert_ok(dsb_announce_decode(&back, packet, packet_len));
    assert_memory_equal(&back, &sample, sizeof sample);
}

static void the_largest_announce_fits(void **state)
{
    struct dsb_announce back;

    (void)state;
    sample.id.len = DSB_DEVICE_ID_MAX;
    memset(sample.id.text, 'z', DSB_DEVICE_ID_MAX);
    sample.service_count = DSB_SERVICE_MAX;
    for (size_t i = 0; i < DSB_SERVICE_MAX; i++) {
        sample.services[i].len = DSB_SERVICE_NAME_MAX;
        memset(sample.services[i].text, 's', DSB_SERVICE_NAME_MAX);
    }
    sample.attestation =
        (struct dsb_attestation){.serial = 1, .services_len = DSB_ATTESTATION_SERVICES_MAX};
    for (size_t i = 0; i < DSB_ATTESTATION_SERVICES_MAX; i++)
        sample.attestation.services[i] = i == 64 ? ',' : 's';
    assert_ok(dsb_announce_encode(packet, &packet_len, &sample));
    assert_int_equal(packet_len, DSB_ANNOUNCE_MAX);
    assert_ok(dsb_announce_decode(&back, packet, packet_len));
    assert_memory_equal(&back, &sample, sizeof sample);
}

static void the_smallest_announce_fits(void **state)
{
    struct dsb_announce small = {.id = {1, "x"}, .port = 1, .service_count = 1}, back;

    (void)state;
    small.services[0] = (struct dsb_service_name){1, "s"};
    assert_ok(dsb_announce_encode(packet, &packet_len, &small));
    assert_ok(dsb_announce_decode(&back, packet, packet_len));
    assert_memory_equal(&back, &small, sizeof small);
    small.service_count = 0;
    assert_ok(dsb_announce_encode(packet, &packet_len, &small));
    assert_int_equal(packet_len, 4 + 1 + 1 + 1 + 2 + DSB_KEY_LEN + 1);
    assert_ok(dsb_announce_decode(&back, packet, packet_len));
    assert_int_equal(back.service_count, 0);
}

/* beta's packet, with what a root says behind it. */
static int make_attested(void **state)
{
    make_sample(state);
    sample.attestation = (struct dsb_attestation){.serial = 0x0102030405060708, .services_len = 4};
    memset(sample.attestation.root, 0xcd, DSB_ROOT_KEY_LEN);
    memcpy(sample.attestation.services, "echo", 4);
    memset(sample.attestation.signature, 0xef, DSB_SIGNATURE_LEN);
    assert_ok(dsb_announce_encode(packet, &packet_len, &sample));
    return 0;
}

static void an_attested_announce_is_the_other_with_a_tail(void **state)
{
    uint8_t plain[DSB_ANNOUNCE_MAX], word[DSB_ATTESTATION_MAX];
    size_t word_len = dsb_attestation_write(word, &sample.attestation), plain_len;
    struct dsb_announce back;

    (void)state;
    assert_ok(dsb_announce_decode(&back, packet, packet_len));
    assert_memory_equal(&back, &sample, sizeof sample);
    sample.attestation.serial = 0;
    assert_ok(dsb_announce_encode(plain, &plain_len, &sample));
    assert_int_equal(packet_len, plain_len + 2 + word_len);
    assert_int_equal(packet[4], 2);
    assert_memory_equal(packet + 5, plain + 5, plain_len - 5);
    assert_int_equal(packet[plain_len], 0);
    assert_int_equal(packet[plain_len + 1], DSB_ATTESTATION_MIN + 4);
    assert_memory_equal(packet + plain_len + 2, word, word_len);
}

/* Decoding fails so, and leaves the output alone. */
static void assert_rejected(size_t len, enum dsb_packet_result result)
{
    struct dsb_announce out, before;

    memset(&out, 0x5a, sizeof out);
    before = out;
    assert_string_equal(dsb_packet_result_name(dsb_announce_decode(&out, packet, len)),
                        dsb_packet_result_name(result));
    assert_memory_equal(&out, &before, sizeof out);
}

static void every_shorter_packet_is_truncated(void **state)
{
    (void)state;
    for (size_t len = 0; len < packet_len; len++)
        assert_rejected(len, DSB_PACKET_TRUNCATED);
}

static void a_longer_packet_has_trailing_bytes(void **state)
{
    (void)state;
    assert_rejected(packet_len + 1, DSB_PACKET_TRAILING_BYTES);
}

static void magic_comes_before_everything(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        packet[i] ^= 1;
        assert_rejected(packet_len, DSB_PACKET_BAD_MAGIC);
        assert_rejected(i + 1, DSB_PACKET_BAD_MAGIC);
        packet[i] ^= 1;
    }
    dsb_query_encode(packet); /* a query is no announce */
    assert_rejected(packet_len, DSB_PACKET_BAD_MAGIC);
}

static void other_versions_are_unsupported(void **state)
{
    (void)state;
    for (unsigned version = 0; version < 256; version++) {
        packet[4] = (uint8_t)version;
        if (version != 1 && version != 2)
            assert_rejected(packet_len, DSB_PACKET_UNSUPPORTED_VERSION);
    }
}

static void a_byte_out_of_its_bounds_is_invalid(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } cases[] = {{5, 0}, {5, 65}, {6, 'B'}, {9, 0}, {44, 17}, {44, 255}, {45, 0}, {45, 65}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t good = packet[cases[i].at];

        packet[cases[i].at] = cases[i].value;
        assert_rejected(packet_len, DSB_PACKET_INVALID_INPUT);
        packet[cases[i].at] = good;
    }
    packet[10] = packet[11] = 0; /* port 0 */
    assert_rejected(packet_len, DSB_PACKET_INVALID_INPUT);
}

static void what_is_no_attestation_is_invalid(void **state)
{
    /* From the packet's end: the length, the serial, the list's length, a name. */
    static const struct {
        size_t from_end;
        uint8_t value;
    } cases[] = {{111, 1}, {110, 0}, {110, 104}, {110, 108}, {110, 234},
                 {69, 3},  {69, 5},  {69, 0},    {68, 'E'},  {68, ','}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *at = packet + packet_len - cases[i].from_end, good = *at;

        *at = cases[i].value;
        assert_rejected(packet_len, DSB_PACKET_INVALID_INPUT);
        *at = good;
    }
    memset(packet + packet_len - 77, 0, 8);
    assert_rejected(packet_len, DSB_PACKET_INVALID_INPUT);
}

static void service_names_are_printable_utf8(void **state)
{
    static const char *const good[] = {"a",
                                       " ~",
                                       "\xc2\xa0",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "\xe0\xa0\x80"};
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc3",
        "\xc3(",
        "\xe2\x82",
        "\xe2(\x82",
        "\xf0\x9f\x98", /* broken */
        "\xc0\xaf",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",
        "\xed\xbf\xbf", /* surrogates */
        "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xff",
        "\xfe", /* too high */
        "\x1b[2J",
        "a\n",
        "\x7f",
        "\xc2\x80",
        "\xc2\x9f",
        "\xc2\x9b[m", /* controls */
    };
    struct dsb_announce back;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        sample.service_count = 0;
        add_service(&sample, good[i]);
        assert_ok(dsb_announce_encode(packet, &packet_len, &sample));
        assert_ok(dsb_announce_decode(&back, packet, packet_len));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t len = strlen(bad[i]);

        sample.service_count = 0;
        add_service(&sample, bad[i]);
        assert_int_equal(dsb_announce_encode(packet, &packet_len, &sample), DSB_PACKET_UTF8);
        sample.services[0].len = (uint8_t)len;
        memset(sample.services[0].text, 'a', len);
        assert_ok(dsb_announce_encode(packet, &packet_len, &sample));
        memcpy(packet + packet_len - len, bad[i], len);
        assert_rejected(packet_len, DSB_PACKET_UTF8);
    }
}

/* The length decides where a name ends, whatever lies behind it. */
static void a_character_cut_by_its_length_is_none(void **state)
{
    static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    uint32_t code;

    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        const uint8_t *text = (const uint8_t *)characters[i];
        size_t len = strlen(characters[i]);

        assert_int_equal(dsb_utf8_next(text, len, &code), len);
        for (size_t cut_len = 0; cut_len < len; cut_len++)
            assert_int_equal(dsb_utf8_next(text, cut_len, &code), 0);
    }
}

static void what_would_not_decode_is_not_encoded(void **state)
{
    struct dsb_announce bad;
    size_t len;

    (void)state;
    bad = sample;
    bad.id.len = 0;
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad = sample;
    bad.id.text[0] = 'B';
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad = sample;
    bad.port = 0;
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad = sample;
    bad.service_count = DSB_SERVICE_MAX + 1;
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad = sample;
    bad.services[1].len = 0;
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad.services[1].len = DSB_SERVICE_NAME_MAX + 1;
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad = sample;
    bad.attestation = (struct dsb_attestation){.serial = 1, .services_len = 1, .services = "E"};
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    bad.attestation.services_len = DSB_ATTESTATION_SERVICES_MAX + 1;
    assert_int_equal(dsb_announce_encode(packet, &len, &bad), DSB_PACKET_INVALID_INPUT);
    assert_int_equal(len, 0);
}

static void query_has_six_bytes(void **state)
{
    static const uint8_t expected[DSB_QUERY_LEN] = {'N', 'X', 'S', 'Q', 1, 0};
    uint8_t query[DSB_QUERY_LEN + 1] = {0};

    (void)state;
    dsb_query_encode(query);
    assert_memory_equal(query, expected, sizeof expected);
    assert_ok(dsb_query_decode(query, DSB_QUERY_LEN));
    for (size_t len = 0; len < DSB_QUERY_LEN; len++)
        assert_int_equal(dsb_query_decode(query, len), DSB_PACKET_TRUNCATED);
    assert_int_equal(dsb_query_decode(query, DSB_QUERY_LEN + 1), DSB_PACKET_TRAILING_BYTES);
    query[5] = 1;
    assert_int_equal(dsb_query_decode(query, DSB_QUERY_LEN), DSB_PACKET_INVALID_INPUT);
    query[4] = 2;
    assert_int_equal(dsb_query_decode(query, DSB_QUERY_LEN), DSB_PACKET_UNSUPPORTED_VERSION);
    query[3] = 'B';
    assert_int_equal(dsb_query_decode(query, DSB_QUERY_LEN), DSB_PACKET_BAD_MAGIC);
}

static void an_announce_never_outweighs_the_trust_store(void **state)
{
    static struct peer me, beta;

    (void)state;
    peer_make(&me, "alpha", 1);
    peer_make(&beta, "beta", 2);
    memcpy(sample.key, beta.identity.key.public_key, DSB_KEY_LEN);
    assert_int_equal(dsb_announce_standing(&me.trust, &sample), DSB_ANNOUNCE_UNKNOWN_ID);
    peer_trust(&me, &beta);
    assert_int_equal(dsb_announce_standing(&me.trust, &sample), DSB_ANNOUNCE_CONSISTENT);
    sample.key[7] ^= 1;
    assert_int_equal(dsb_announce_standing(&me.trust, &sample), DSB_ANNOUNCE_OTHER_KEY);
}

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static void queries_are_answered_to_neighbours_only(void **state)
{
    const uint32_t own_ip = IP(10, 0, 2, 15), mask = IP(255, 255, 255, 0);

    (void)state;
    assert_true(dsb_query_source_is_near(IP(127, 0, 0, 1), own_ip, mask));
    assert_true(dsb_query_source_is_near(IP(127, 255, 0, 9), own_ip, 0));
    assert_true(dsb_query_source_is_near(IP(10, 0, 2, 2), own_ip, mask));
    assert_true(dsb_query_source_is_near(own_ip, own_ip, mask));
    assert_false(dsb_query_source_is_near(IP(10, 0, 3, 2), own_ip, mask));
    assert_false(dsb_query_source_is_near(IP(10, 0, 2, 0), own_ip, mask));
    assert_false(dsb_query_source_is_near(IP(10, 0, 2, 255), own_ip, mask));
    assert_false(dsb_query_source_is_near(IP(255, 255, 255, 255), own_ip, mask));
    assert_false(dsb_query_source_is_near(0, own_ip, mask));
    assert_false(dsb_query_source_is_near(IP(10, 0, 2, 2), own_ip, 0));
    assert_false(dsb_query_source_is_near(IP(128, 0, 0, 1), own_ip, 0));
    /* Two hosts on a /31 link, one alone on a /32. */
    assert_true(dsb_query_source_is_near(IP(10, 0, 2, 14), own_ip, 0xfffffffe));
    assert_false(dsb_query_source_is_near(IP(10, 0, 2, 14), own_ip, 0xffffffff));
}

static void results_have_names(void **state)
{
    (void)state;
    assert_string_equal(dsb_packet_result_name(DSB_PACKET_OK), "ok");
    for (int result = 0; result <= DSB_PACKET_UTF8; result++)
        assert_string_not_equal(dsb_packet_result_name((enum dsb_packet_result)result), "unknown");
    assert_string_equal(dsb_packet_result_name((enum dsb_packet_result)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(announce_has_the_documented_bytes, make_sample),
        cmocka_unit_test_setup(announce_reads_back_as_written, make_sample),
        cmocka_unit_test_setup(the_largest_announce_fits, make_sample),
        cmocka_unit_test_setup(the_smallest_announce_fits, make_sample),
        cmocka_unit_test_setup(every_shorter_packet_is_truncated, make_sample),
        cmocka_unit_test_setup(a_longer_packet_has_trailing_bytes, make_sample),
        cmocka_unit_test_setup(an_attested_announce_is_the_other_with_a_tail, make_attested),
        cmocka_unit_test_setup(every_shorter_packet_is_truncated, make_attested),
        cmocka_unit_test_setup(a_longer_packet_has_trailing_bytes, make_attested),
        cmocka_unit_test_setup(what_is_no_attestation_is_invalid, make_attested),
        cmocka_unit_test_setup(magic_comes_before_everything, make_sample),
        cmocka_unit_test_setup(other_versions_are_unsupported, make_sample),
        cmocka_unit_test_setup(a_byte_out_of_its_bounds_is_invalid, make_sample),
        cmocka_unit_test_setup(service_names_are_printable_utf8, make_sample),
        cmocka_unit_test(a_character_cut_by_its_length_is_none),
        cmocka_unit_test_setup(what_would_not_decode_is_not_encoded, make_sample),
        cmocka_unit_test(query_has_six_bytes),
        cmocka_unit_test_setup(an_announce_never_outweighs_the_trust_store, make_sample),
        cmocka_unit_test(queries_are_answered_to_neighbours_only),
        cmocka_unit_test(results_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
