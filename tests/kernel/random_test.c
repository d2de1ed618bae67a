/* SPDX-License-Identifier: Apache-2.0 */
/* Random system calls from a fixed seed, under the sanitizers, with an audit of all tables. */
#include "audit.h"
#include "machine.h"
#include "pages.h"
#include "random_calls.h"
#include "test.h"
#include "tests/support/xorshift.h"

#define NUMBER_COUNT 12000000u /* numbers drawn: some 400,000 calls */
#define AUDIT_CALLS  200u

struct seeded {
    uint64_t state;
    uint32_t left;
};

static bool next_number(void *context, uint32_t *number)
{
    struct seeded *seeded = context;
    if (seeded->left == 0)
        return false;
    seeded->left--;
    *number = (uint32_t)(xorshift64_star(&seeded->state) >> 32);
    return true;
}

static void test_tables_stay_sound(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct seeded seeded = {.state = seed * 0x9e3779b97f4a7c15ull, .left = NUMBER_COUNT};
        assert_int_equal(random_calls(next_number, &seeded, AUDIT_CALLS), AUDIT_OK);
    }
}

/* When everybody is dead, everything is back. */
static void test_everything_comes_back(void **state)
{
    (void)state;
    machine_boot();
    uint32_t free_before = pages_free_count();
    struct seeded seeded = {.state = 42, .left = NUMBER_COUNT / 4};
    assert_int_equal(random_calls(next_number, &seeded, AUDIT_CALLS), AUDIT_OK);
    for (uint32_t i = 1; i < ABI_PROCESS_COUNT_MAX; i++)
        if (process_is_live(&processes[i]))
            process_die(&processes[i], ABI_DEATH_KILLED, 0);
    process_reap();
    assert_int_equal(audit_walk(), AUDIT_OK);
    assert_int_equal(pages_free_count(), free_before);
    for (uint32_t i = 1; i < ABI_PROCESS_COUNT_MAX; i++)
        assert_int_equal(processes[i].state, PROCESS_FREE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_stay_sound),
        cmocka_unit_test(test_everything_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
