/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power fails at every write of a long random run. At each, several disks that may be left are
 * made and opened anew: each record that was acknowledged is there, and the one being written is as
 * it was or as it was asked for. Now and then the run goes on with such a disk.
 *
 *     stored-power [SEED [RECORDS]]    another run, and its length in records
 */
#include "dsoftbus/testing.h"
#include "noise/crypto.h"
#include "store.h"
#include "stored/sim_disk.h"
#include "support/xorshift.h"

#include <stdlib.h>
#include <string.h>

enum {
    CUTS = 3,          /* made at each write and flush */
    GO_ON_ONE_IN = 40, /* of the cuts is the next disk of the run */
    FAIL_ONE_IN = 15,  /* of the records meets a disk that fails */
    OPEN_COUNT = 30,
    PUT_COUNT = 1500,
    NAMES = STORE_SHARE, /* of each owner: all places are used */
};

/* What a record may be: what was acknowledged, and what was asked for since and may be there. */
struct expected {
    uint32_t value;     /* 0: no record */
    uint32_t asked[32]; /* newest last */
    uint32_t asked_count;
};

static struct {
    uint64_t random;
    uint32_t next_value;
    struct sim_disk sim, cut;
    struct store store, again;
    struct expected expected[STORE_OWNERS_MAX][NAMES];
    bool has_next; /* the run goes on with `next` when this put is over */
    struct sim_disk next;
    struct expected next_expected[STORE_OWNERS_MAX][NAMES]; /* when it was made */
    unsigned cut_count, went_on_count, failed_count;
} run;

static uint32_t below(uint32_t limit)
{
    return (uint32_t)(xorshift64_star(&run.random) >> 33) % limit;
}

static struct store_name name_of(uint32_t idx)
{
    struct store_name name = {"record-"};

    name.text[7] = (char)('a' + idx);
    return name;
}

/* A record's bytes and its length follow from its number. */
static uint32_t make_data(uint32_t value, uint8_t data[STORE_DATA_MAX])
{
    uint64_t random = value * UINT64_C(0x9e3779b97f4a7c15) + 1;
    uint32_t len =
        value % 7 == 0 ? STORE_DATA_MAX : (uint32_t)(xorshift64_star(&random) >> 33) % 900;

    len = len < sizeof value ? sizeof value : len;
    for (uint32_t i = 0; i < len; i++)
        data[i] = (uint8_t)(xorshift64_star(&random) >> 56);
    memcpy(data, &value, sizeof value);
    return len;
}

/* Its number, 0 when there is none. */
static uint32_t found(struct store *store, uint32_t owner, uint32_t idx)
{
    static uint8_t data[STORE_DATA_MAX], made[STORE_DATA_MAX];
    struct store_name name = name_of(idx);
    uint32_t len, value;
    enum store_status status = store_get(store, owner + 1, &name, data, &len);

    if (status == STORE_NOT_FOUND)
        return 0;
    assert_int_equal(status, STORE_OK);
    assert_true(len >= sizeof value);
    memcpy(&value, data, sizeof value);
    assert_int_equal(len, make_data(value, made));
    assert_memory_equal(data, made, len);
    return value;
}

static bool may_be(const struct expected *expected, uint32_t value)
{
    for (uint32_t i = 0; i < expected->asked_count; i++)
        if (expected->asked[i] == value)
            return true;
    return value == expected->value;
}

static void check(struct store *store)
{
    for (uint32_t owner = 0; owner < STORE_OWNERS_MAX; owner++)
        for (uint32_t idx = 0; idx < NAMES; idx++)
            assert_true(may_be(&run.expected[owner][idx], found(store, owner, idx)));
}

static void cut_here(struct sim_disk *sim)
{
    for (uint32_t i = 0; i < CUTS; i++) {
        sim_disk_cut(&run.cut, sim, &run.random);
        assert_int_equal(store_open(&run.again, &run.cut.disk), STORE_OK);
        check(&run.again);
        run.cut_count++;
        if (!run.has_next && below(GO_ON_ONE_IN) == 0) {
            run.has_next = true;
            run.next = run.cut;
            memcpy(run.next_expected, run.expected, sizeof run.expected);
        }
    }
}

static void open_as(struct sim_disk *disk)
{
    run.sim = *disk;
    run.sim.disk.context = &run.sim;
    run.sim.at_op = cut_here;
    assert_int_equal(store_open(&run.store, &run.sim.disk), STORE_OK);
}

/* The machine comes back with what is left; what is found now is certain. */
static void go_on(void)
{
    run.has_next = false;
    open_as(&run.next);
    run.went_on_count++;
    for (uint32_t owner = 0; owner < STORE_OWNERS_MAX; owner++) {
        for (uint32_t idx = 0; idx < NAMES; idx++) {
            uint32_t value = found(&run.store, owner, idx);
            assert_true(may_be(&run.next_expected[owner][idx], value));
            run.expected[owner][idx] = (struct expected){.value = value};
        }
    }
}

static void put(void)
{
    static uint8_t data[STORE_DATA_MAX];
    uint32_t owner = below(STORE_OWNERS_MAX), idx = below(NAMES), value = ++run.next_value;
    struct expected *expected = &run.expected[owner][idx];
    struct store_name name = name_of(idx);

    assert_true(expected->asked_count < 32);
    expected->asked[expected->asked_count++] = value;
    run.sim.fail_at_op = below(FAIL_ONE_IN) == 0 ? run.sim.op_count + 1 + below(2) : 0;
    enum store_status status =
        store_put(&run.store, owner + 1, &name, data, make_data(value, data));
    if (status == STORE_OK)
        *expected = (struct expected){.value = value};
    else
        run.failed_count++;
    assert_true(status == STORE_OK || run.sim.fail_at_op != 0);
    run.sim.fail_at_op = 0;
    check(&run.store);
    if (run.has_next)
        go_on();
}

static unsigned long put_count = PUT_COUNT;

static void every_acknowledged_record_outlives_every_cut(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < OPEN_COUNT; i++) { /* cut while the disk is marked, too */
        static struct sim_disk blank;
        sim_disk_init(&blank, STORE_SECTORS + 100);
        open_as(&blank);
    }
    for (unsigned long i = 0; i < put_count; i++)
        put();
    print_message("%u cuts, %u times went on, %u puts failed\n", run.cut_count, run.went_on_count,
                  run.failed_count);
    assert_true(run.cut_count >= 2 * CUTS * (put_count - run.failed_count));
    assert_true(run.went_on_count > 0 && run.failed_count > 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_acknowledged_record_outlives_every_cut),
    };

    run.random = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    put_count = argc > 2 ? strtoul(argv[2], NULL, 0) : PUT_COUNT;
    return noise_init() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
