/* SPDX-License-Identifier: Apache-2.0 */
/* The half-open table: bounded, and fair to the many against the one. */
#include "dsoftbus/admission.h"
#include "dsoftbus/testing.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY 8
#define NOBODY   UINT32_MAX

static struct dsb_half_open entries[CAPACITY];
static struct dsb_admission table;

static int start(void **state)
{
    (void)state;
    dsb_admission_init(&table, entries, CAPACITY);
    return 0;
}

/* Enters from the source whose address ends in `host`; returns who was dropped. */
static uint32_t enter(uint8_t host, uint32_t handle)
{
    uint8_t source[DSB_SOURCE_LEN] = {10, 0, 0, host};
    uint32_t dropped = NOBODY;
    bool was_full = table.count == CAPACITY;

    assert_true(dsb_admission_enter(&table, source, handle, &dropped) == was_full);
    return dropped;
}

static void a_table_with_room_drops_nobody(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CAPACITY; i++)
        assert_int_equal(enter(1, i), NOBODY);
    assert_int_equal(table.count, CAPACITY);
}

static void the_greediest_source_loses_its_oldest(void **state)
{
    (void)state;
    assert_int_equal(enter(1, 100), NOBODY); /* the honest one came first */
    for (uint32_t i = 0; i < CAPACITY - 1; i++)
        assert_int_equal(enter(2, i), NOBODY);
    assert_int_equal(enter(2, 50), 0);
    assert_int_equal(enter(3, 60), 1);
    assert_int_equal(enter(2, 51), 2);
    assert_true(dsb_admission_leave(&table, 100)); /* it was never dropped */
}

static void equal_sources_lose_the_oldest_of_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < CAPACITY; i++)
        assert_int_equal(enter((uint8_t)(1 + i), i), NOBODY);
    assert_int_equal(enter(99, 100), 0);
    assert_int_equal(enter(99, 101), 1);
    assert_int_equal(enter(99, 102), 100); /* now 99 holds the most */
}

static void those_who_left_do_not_count(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        (void)enter(1, i);
    for (uint32_t i = 4; i < CAPACITY; i++)
        (void)enter(2, i);
    assert_true(dsb_admission_leave(&table, 0));
    assert_false(dsb_admission_leave(&table, 0));
    assert_true(dsb_admission_leave(&table, 1));
    assert_int_equal(enter(1, 10), NOBODY);
    assert_int_equal(enter(3, 11), NOBODY);
    assert_int_equal(enter(3, 12), 4); /* source 2 holds 4, source 1 only 3 */
}

/* The same rule, written plainly, against the table through many random calls. */
static uint32_t expected_victim(void)
{
    size_t best_count = 0;
    const struct dsb_half_open *best = NULL;

    for (size_t i = 0; i < table.count; i++) {
        size_t count = 0;

        for (size_t j = 0; j < table.count; j++)
            count += memcmp(entries[i].source, entries[j].source, DSB_SOURCE_LEN) == 0;
        assert_int_equal(entries[i].source_count, count);
        if (count > best_count || (count == best_count && entries[i].order < best->order)) {
            best_count = count;
            best = &entries[i];
        }
    }
    return best == NULL ? NOBODY : best->handle;
}

static void the_rule_holds_through_random_calls(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        if (random >> 30 == 0 && table.count > 0) {
            assert_true(dsb_admission_leave(&table, entries[(random >> 8) % table.count].handle));
        } else {
            uint32_t victim = table.count == CAPACITY ? expected_victim() : NOBODY;

            assert_int_equal(enter((uint8_t)((random >> 16) % 4), i), victim);
        }
        (void)expected_victim();
    }
}

/* Enters a fresh handle from an IPv6 address; returns how many its source then holds. */
static uint32_t enter_ipv6(const uint8_t address[DSB_SOURCE_LEN])
{
    static uint32_t next_handle = 1000;
    uint32_t dropped, handle = next_handle++;

    assert_false(dsb_admission_enter(&table, address, handle, &dropped));
    for (size_t i = 0; i < table.count; i++)
        if (entries[i].handle == handle)
            return entries[i].source_count;
    return 0;
}

static void an_ipv6_subnet_is_one_source(void **state)
{
    static const uint8_t first[16] = {0xfd, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t host[16] = {0xfd, 0, 0, 0, 0, 0, 0, 1, 0x81, 2, 3, 4, 5, 6, 7, 9};
    static const uint8_t other[16] = {0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};

    (void)state;
    assert_int_equal(enter_ipv6(first), 1);
    assert_int_equal(enter_ipv6(host), 2);
    assert_int_equal(enter_ipv6(other), 1);
}

static void one_subnet_cannot_push_out_another(void **state)
{
    uint8_t address[DSB_SOURCE_LEN] = {0xfd, 0, 0, 0, 0, 0, 0, 1};
    uint32_t dropped = NOBODY;

    (void)state;
    assert_int_equal(enter(1, 5000), NOBODY);
    for (uint32_t i = 0; i < 1000; i++) {
        memcpy(address + 8, &i, sizeof i);
        bool full = dsb_admission_enter(&table, address, i, &dropped);
        assert_int_equal(full, i >= CAPACITY - 1);
        assert_int_not_equal(dropped, 5000);
    }
    assert_true(dsb_admission_leave(&table, 5000));
}

static void the_prefix_can_have_any_length(void **state)
{
    static const uint8_t first[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0x10, 1};
    static const uint8_t near[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0x1f, 2};
    static const uint8_t far[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0x20, 1};
    static const uint8_t host[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0x10, 1, [15] = 1};

    (void)state;
    table.prefix_bits = 52;
    assert_int_equal(enter_ipv6(first), 1);
    assert_int_equal(enter_ipv6(near), 2);
    assert_int_equal(enter_ipv6(far), 1);
    dsb_admission_init(&table, entries, CAPACITY);
    table.prefix_bits = 128;
    assert_int_equal(enter_ipv6(first), 1);
    assert_int_equal(enter_ipv6(host), 1);
}

static void ipv4_addresses_stay_apart(void **state)
{
    static const uint8_t first[16] = {[10] = 0xff, [11] = 0xff, 10, 0, 2, 15};
    static const uint8_t second[16] = {[10] = 0xff, [11] = 0xff, 10, 0, 2, 16};

    (void)state;
    assert_int_equal(enter_ipv6(first), 1);
    assert_int_equal(enter_ipv6(second), 1);
    assert_int_equal(enter_ipv6(first), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_table_with_room_drops_nobody, start),
        cmocka_unit_test_setup(the_greediest_source_loses_its_oldest, start),
        cmocka_unit_test_setup(equal_sources_lose_the_oldest_of_all, start),
        cmocka_unit_test_setup(those_who_left_do_not_count, start),
        cmocka_unit_test_setup(the_rule_holds_through_random_calls, start),
        cmocka_unit_test_setup(an_ipv6_subnet_is_one_source, start),
        cmocka_unit_test_setup(one_subnet_cannot_push_out_another, start),
        cmocka_unit_test_setup(the_prefix_can_have_any_length, start),
        cmocka_unit_test_setup(ipv4_addresses_stay_apart, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
