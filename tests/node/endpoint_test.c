/* SPDX-License-Identifier: Apache-2.0 */
/* What a person types for a number and for an address. */
#include "node/base/number.h"
#include "node/engine/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* --- numbers --- */

static void number_takes_decimal_digits_within_bounds(void **state)
{
    (void)state;
    uint64_t value = 7;
    assert_true(number_parse("0", 0, 10, &value));
    assert_int_equal(value, 0);
    assert_true(number_parse("18446744073709551615", 0, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
    assert_true(number_parse("0010", 0, 10, &value));
    assert_int_equal(value, 10);
}

static void number_refuses_all_else(void **state)
{
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "+1",
                                      "-1",
                                      "0x1",
                                      "1.0",
                                      "1e1",
                                      "18446744073709551616",
                                      "99999999999999999999999"};
    (void)state;
    uint64_t value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(number_parse(bad[i], 0, UINT64_MAX, &value));
    assert_false(number_parse("11", 0, 10, &value));
    assert_false(number_parse("4", 5, 10, &value));
    assert_int_equal(value, 7);
}

/* --- endpoints --- */

static void check_endpoint(const char *text, bool passive, const char *want)
{
    union endpoint at;
    struct error e;
    char out[ENDPOINT_TEXT_SIZE];
    assert_true(endpoint_parse(&at, text, 1234, passive, &e));
    endpoint_format(&at, out);
    assert_string_equal(out, want);
}

static void endpoint_reads_every_form(void **state)
{
    (void)state;
    check_endpoint("192.0.2.1", false, "192.0.2.1:1234");
    check_endpoint("192.0.2.1:5", false, "192.0.2.1:5");
    check_endpoint("[::ffff:192.0.2.1]:5", false, "192.0.2.1:5");
    check_endpoint("[2001:db8::1]:5", false, "[2001:db8::1]:5");
    check_endpoint("[2001:db8::1]", false, "[2001:db8::1]:1234");
    check_endpoint("2001:db8::1", false, "[2001:db8::1]:1234");
    check_endpoint("0.0.0.0:0", true, "0.0.0.0:0");
    check_endpoint("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535", false,
                   "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}

static void endpoint_refuses_malformed_ones(void **state)
{
    static const char *const bad[] = {"",
                                      ":5",
                                      "[]:5",
                                      "192.0.2.1:",
                                      "192.0.2.1:65536",
                                      "192.0.2.1:x",
                                      "[2001:db8::1",
                                      "[2001:db8::1]5",
                                      "[2001:db8::1]:",
                                      "192.0.2.1:-1"};
    char long_name[400];
    (void)state;
    union endpoint at;
    struct error e;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(endpoint_parse(&at, bad[i], 1, false, &e));
        assert_int_equal(e.code, EXIT_USAGE);
    }
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_false(endpoint_parse(&at, long_name, 1, false, &e));
}

static void endpoint_knows_loopback_and_source(void **state)
{
    static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1};
    (void)state;
    union endpoint at;
    struct error e;
    uint8_t bytes[16];
    assert_true(endpoint_parse(&at, "192.0.2.1", 1, false, &e));
    endpoint_address_bytes(&at, bytes);
    assert_memory_equal(bytes, mapped, 16);
    assert_false(endpoint_is_loopback(&at));
    assert_true(endpoint_parse(&at, "127.9.9.9", 1, false, &e));
    assert_true(endpoint_is_loopback(&at));
    assert_true(endpoint_parse(&at, "[::1]", 1, false, &e));
    assert_true(endpoint_is_loopback(&at));
    assert_true(endpoint_parse(&at, "[::]", 1, false, &e));
    assert_false(endpoint_is_loopback(&at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_takes_decimal_digits_within_bounds),
        cmocka_unit_test(number_refuses_all_else),
        cmocka_unit_test(endpoint_reads_every_form),
        cmocka_unit_test(endpoint_refuses_malformed_ones),
        cmocka_unit_test(endpoint_knows_loopback_and_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
