/* SPDX-License-Identifier: Apache-2.0 */
/* The store on disks as they may be: blank, another's, small, failing, spoilt; and its bounds. */
#include "store.h"

#include "dsoftbus/testing.h"
#include "noise/crypto.h"
#include "stored/sim_disk.h"

#include <string.h>

static struct sim_disk sim, before;
static struct store store;
static uint8_t data[STORE_DATA_MAX];
static uint32_t data_len;

static int blank(void **state)
{
    (void)state;
    sim_disk_init(&sim, STORE_SECTORS);
    return 0;
}

static int opened(void **state)
{
    (void)blank(state);
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    return 0;
}

static struct store_name named(const char *text)
{
    struct store_name name = {{0}};

    memcpy(name.text, text, strlen(text));
    return name;
}

static enum store_status put(uint32_t owner, const char *name, const char *text)
{
    struct store_name asked = named(name);

    return store_put(&store, owner, &asked, (const uint8_t *)text, (uint32_t)strlen(text));
}

static enum store_status get(uint32_t owner, const char *name)
{
    struct store_name asked = named(name);

    return store_get(&store, owner, &asked, data, &data_len);
}

static void assert_holds(uint32_t owner, const char *name, const char *text)
{
    assert_int_equal(get(owner, name), STORE_OK);
    assert_int_equal(data_len, strlen(text));
    assert_memory_equal(data, text, data_len);
}

/* Nothing of it was written to. */
static void assert_left_alone(enum store_status expected)
{
    before = sim;
    assert_int_equal(store_open(&store, &sim.disk), expected);
    assert_int_equal(put(1, "a", "b"), expected);
    assert_int_equal(get(1, "a"), expected);
    assert_int_equal(sim.op_count, before.op_count);
    assert_memory_equal(sim.durable, before.durable, sizeof sim.durable);
    assert_int_equal(sim.pending_count, 0);
}

static void keeps_what_it_was_given(void **state)
{
    (void)state;
    assert_int_equal(get(1, "id"), STORE_NOT_FOUND);
    assert_int_equal(put(1, "id", "first"), STORE_OK);
    assert_holds(1, "id", "first");
    assert_int_equal(put(1, "id", "second, and longer"), STORE_OK);
    assert_int_equal(put(1, "other", ""), STORE_OK);
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    assert_holds(1, "id", "second, and longer");
    assert_holds(1, "other", "");
}

static void one_owner_sees_nothing_of_another(void **state)
{
    (void)state;
    for (uint32_t owner = 1; owner <= STORE_OWNERS_MAX; owner++)
        assert_int_equal(put(owner, "id", owner % 2 ? "odd" : "even"), STORE_OK);
    assert_int_equal(put(2, "mine", "x"), STORE_OK);
    assert_holds(1, "id", "odd");
    assert_holds(2, "id", "even");
    assert_int_equal(get(1, "mine"), STORE_NOT_FOUND);
    assert_int_equal(get(3, "mine"), STORE_NOT_FOUND);
}

static void one_owner_cannot_fill_it_for_another(void **state)
{
    char name[] = "record-a";

    (void)state;
    for (uint32_t i = 0; i < STORE_SHARE; i++) {
        name[7] = (char)('a' + i);
        assert_int_equal(put(2, name, name), STORE_OK);
    }
    before = sim;
    assert_int_equal(put(2, "one-more", "x"), STORE_FULL);
    assert_int_equal(sim.op_count, before.op_count);
    assert_int_equal(put(2, name, "again"), STORE_OK); /* what is there can be replaced */
    assert_int_equal(put(1, "one-more", "x"), STORE_OK);
    assert_int_equal(put(3, "one-more", "x"), STORE_OK);
    assert_holds(2, "record-a", "record-a");
}

static void takes_the_longest_record_and_leaves_nothing_in_memory(void **state)
{
    static uint8_t longest[STORE_DATA_MAX];
    static const uint8_t zeros[sizeof store.copy];
    struct store_name name = named("longest");

    (void)state;
    memset(longest, 0x5a, sizeof longest);
    assert_int_equal(store_put(&store, 4, &name, longest, sizeof longest), STORE_OK);
    assert_memory_equal(store.copy, zeros, sizeof zeros);
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    assert_memory_equal(store.copy, zeros, sizeof zeros);
    assert_int_equal(get(4, "longest"), STORE_OK);
    assert_int_equal(data_len, sizeof longest);
    assert_memory_equal(data, longest, sizeof longest);
    assert_memory_equal(store.copy, zeros, sizeof zeros);
}

static void a_disk_of_another_is_left_alone(void **state)
{
    static const uint32_t places[] = {0,
                                      1,
                                      2, /* where file systems and partition tables begin */
                                      STORE_FIRST_SECTOR,
                                      STORE_SECTORS - 1,
                                      SIM_SECTORS_MAX - 1}; /* the end, where others put marks */

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        (void)blank(state);
        sim_disk_init(&sim, SIM_SECTORS_MAX);
        sim.durable[places[i]][places[i] == 0 ? 510 : 77] = 0x55;
        assert_left_alone(STORE_FOREIGN);
    }
}

static void a_disk_with_another_version_is_left_alone(void **state)
{
    assert_int_equal(opened(state), 0);
    assert_int_equal(put(1, "id", "x"), STORE_OK);
    sim.durable[0][15] = '2';
    assert_left_alone(STORE_FOREIGN);
}

static void a_mark_half_written_is_finished_on_a_blank_disk_alone(void **state)
{
    (void)state;
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    memset(sim.durable[0], 0, 10);
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    assert_int_equal(put(1, "id", "x"), STORE_OK);
    memset(sim.durable[0], 0, 10);
    assert_left_alone(STORE_FOREIGN);
}

static void a_small_disk_is_left_alone(void **state)
{
    (void)state;
    sim_disk_init(&sim, STORE_SECTORS - 1);
    assert_left_alone(STORE_TOO_SMALL);
    sim_disk_init(&sim, 0);
    assert_left_alone(STORE_TOO_SMALL);
}

static void a_disk_that_cannot_be_read_is_left_alone(void **state)
{
    assert_int_equal(opened(state), 0);
    sim.reads_fail = true;
    assert_left_alone(STORE_IO);
    assert_int_equal(blank(state), 0);
    sim.reads_fail = true;
    assert_left_alone(STORE_IO);
}

/* Of one in the middle of which a sector cannot be read nothing is known: neither that it is blank,
 * nor what its newest copies are. */
static void a_disk_with_a_bad_sector_is_left_alone(void **state)
{
    (void)state;
    sim.bad_sector = STORE_SECTORS - 1;
    assert_left_alone(STORE_IO);
    sim.bad_sector = 0;
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    sim.bad_sector = STORE_SECTORS - 1;
    assert_left_alone(STORE_IO);
}

/* Who writes the disk cannot make the next number begin anew. */
static void the_highest_sequence_is_the_last(void **state)
{
    (void)state;
    assert_int_equal(put(1, "id", "old"), STORE_OK);
    store.last_sequence = UINT64_MAX - 1;
    before = sim;
    assert_int_equal(put(1, "id", "new"), STORE_IO);
    assert_holds(1, "id", "old");
    assert_int_equal(sim.op_count, before.op_count);
}

static void a_write_that_fails_changes_nothing_before_the_next_opening(void **state)
{
    (void)state;
    for (uint32_t failing_op = 1; failing_op <= 2; failing_op++) { /* the write, the flush */
        assert_int_equal(opened(state), 0);
        assert_int_equal(put(1, "id", "old"), STORE_OK);
        sim.fail_at_op = sim.op_count + failing_op;
        assert_int_equal(put(1, "id", "new"), STORE_IO);
        assert_int_equal(put(1, "more", "x"), STORE_IO);
        assert_holds(1, "id", "old");
        assert_int_equal(get(1, "more"), STORE_NOT_FOUND);
        sim.fail_at_op = 0;
        assert_int_equal(put(1, "id", "newer"), STORE_OK);
        assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
        assert_holds(1, "id", "newer");
    }
}

/* Any one bit of the copy that counts: the other one counts, or, while it is open, none. */
static void a_spoilt_copy_is_not_believed(void **state)
{
    for (uint32_t bit = 0; bit < (DISK_SECTOR_LEN + 6) * 8; bit += 3) {
        uint8_t *copy = sim.durable[STORE_FIRST_SECTOR + STORE_COPY_SECTORS];
        bool counts = bit >= 88 * 8 && bit < DISK_SECTOR_LEN * 8; /* between header and data */
        assert_int_equal(opened(state), 0);
        assert_int_equal(put(1, "id", "before"), STORE_OK);
        assert_int_equal(put(1, "id", "latest"), STORE_OK);
        copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(get(1, "id"), counts ? STORE_OK : STORE_IO);
        assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
        assert_holds(1, "id", counts ? "latest" : "before");
    }
}

/* A good copy at another place is none: it would be another owner's. */
static void a_copy_that_was_moved_is_not_believed(void **state)
{
    (void)state;
    assert_int_equal(put(1, "id", "secret"), STORE_OK);
    memcpy(sim.durable[STORE_FIRST_SECTOR + 2 * STORE_SHARE * STORE_COPY_SECTORS],
           sim.durable[STORE_FIRST_SECTOR], STORE_COPY_SECTORS * DISK_SECTOR_LEN);
    assert_int_equal(store_open(&store, &sim.disk), STORE_OK);
    assert_int_equal(get(2, "id"), STORE_NOT_FOUND);
    assert_holds(1, "id", "secret");
}

static void names_are_as_the_protocol_says(void **state)
{
    static const char *const good[] = {"a", "0", "trust.2-b", "0123456789012345678901234567890"};
    static const char *const bad[] = {"", "A", "a b", "a/b", "a_b", "\xc3\xa4"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct store_name name = named(good[i]);
        assert_true(store_name_ok(&name));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct store_name name = named(bad[i]);
        assert_false(store_name_ok(&name));
    }
    struct store_name unended, hidden = named("a");
    memset(&unended, 'a', sizeof unended);
    assert_false(store_name_ok(&unended));
    hidden.text[5] = 'b';
    assert_false(store_name_ok(&hidden));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keeps_what_it_was_given, opened),
        cmocka_unit_test_setup(one_owner_sees_nothing_of_another, opened),
        cmocka_unit_test_setup(one_owner_cannot_fill_it_for_another, opened),
        cmocka_unit_test_setup(takes_the_longest_record_and_leaves_nothing_in_memory, opened),
        cmocka_unit_test_setup(a_disk_of_another_is_left_alone, blank),
        cmocka_unit_test_setup(a_disk_with_another_version_is_left_alone, blank),
        cmocka_unit_test_setup(a_mark_half_written_is_finished_on_a_blank_disk_alone, blank),
        cmocka_unit_test_setup(a_small_disk_is_left_alone, blank),
        cmocka_unit_test_setup(a_disk_that_cannot_be_read_is_left_alone, blank),
        cmocka_unit_test_setup(a_disk_with_a_bad_sector_is_left_alone, blank),
        cmocka_unit_test_setup(the_highest_sequence_is_the_last, opened),
        cmocka_unit_test_setup(a_write_that_fails_changes_nothing_before_the_next_opening, blank),
        cmocka_unit_test_setup(a_spoilt_copy_is_not_believed, blank),
        cmocka_unit_test_setup(a_copy_that_was_moved_is_not_believed, opened),
        cmocka_unit_test(names_are_as_the_protocol_says),
    };

    return noise_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
