/* SPDX-License-Identifier: Apache-2.0 */
/* The line that tells selftest-client whom to dial: one good form, and each thing wrong with it. */
#include "dsoftbus/testing.h"
#include "peer_line.h"

#include <string.h>

static struct dsb_device_id id;
static struct net_address address;

static bool parse(const char *line)
{
    return peer_line_parse(line, strlen(line), &id, &address);
}

static void reads_a_line(void **state)
{
    (void)state;
    assert_true(parse("host.test 10.0.2.100:34567\n"));
    assert_int_equal(id.len, 9);
    assert_memory_equal(id.text, "host.test", 9);
    assert_int_equal(address.ipv4, 0x0a000264);
    assert_int_equal(address.port, 34567);
}

static void reads_the_bounds(void **state)
{
    (void)state;
    char line[PEER_LINE_MAX + 1];
    memset(line, 'a', DSB_DEVICE_ID_MAX);
    strcpy(line + DSB_DEVICE_ID_MAX, " 255.255.255.255:65535\n");
    assert_true(parse(line));
    assert_int_equal(address.ipv4, UINT32_MAX);
    assert_true(parse("a 0.0.0.0:1\n"));
}

#define REJECTS(name, line)                                                                        \
    static void rejects_##name(void **state)                                                       \
    {                                                                                              \
        (void)state;                                                                               \
        assert_false(parse(line));                                                                 \
    }

REJECTS(nothing, "")
REJECTS(no_line_feed, "host.test 10.0.2.100:34567")
REJECTS(two_lines, "host.test 10.0.2.100:34567\n\n")
REJECTS(a_bad_id, "Host 10.0.2.100:34567\n")
REJECTS(no_id, " 10.0.2.100:34567\n")
REJECTS(id_alone, "host.test\n")
REJECTS(three_numbers, "host.test 10.0.2:34567\n")
REJECTS(five_numbers, "host.test 10.0.2.1.1:34567\n")
REJECTS(number_256, "host.test 10.0.2.256:34567\n")
REJECTS(leading_zero, "host.test 10.0.02.1:34567\n")
REJECTS(a_sign, "host.test 10.0.2.+1:34567\n")
REJECTS(no_port, "host.test 10.0.2.1\n")
REJECTS(port_zero, "host.test 10.0.2.1:0\n")
REJECTS(port_65536, "host.test 10.0.2.1:65536\n")
REJECTS(port_overflow, "host.test 10.0.2.1:4294967297\n")
REJECTS(two_spaces, "host.test  10.0.2.1:34567\n")
REJECTS(carriage_return, "host.test 10.0.2.1:34567\r\n")

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_line),
        cmocka_unit_test(reads_the_bounds),
        cmocka_unit_test(rejects_nothing),
        cmocka_unit_test(rejects_no_line_feed),
        cmocka_unit_test(rejects_two_lines),
        cmocka_unit_test(rejects_a_bad_id),
        cmocka_unit_test(rejects_no_id),
        cmocka_unit_test(rejects_id_alone),
        cmocka_unit_test(rejects_three_numbers),
        cmocka_unit_test(rejects_five_numbers),
        cmocka_unit_test(rejects_number_256),
        cmocka_unit_test(rejects_leading_zero),
        cmocka_unit_test(rejects_a_sign),
        cmocka_unit_test(rejects_no_port),
        cmocka_unit_test(rejects_port_zero),
        cmocka_unit_test(rejects_port_65536),
        cmocka_unit_test(rejects_port_overflow),
        cmocka_unit_test(rejects_two_spaces),
        cmocka_unit_test(rejects_carriage_return),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
