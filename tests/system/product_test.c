/* SPDX-License-Identifier: Apache-2.0 */
/* What a product must be, beyond what holds for every table: it runs until it is switched off, and
 * nobody in it can do more to the machine than its own work. */
#include "system/system.h"

#include "abi/cap.h"
#include "test.h"

#include <string.h>

static void test_there_are_two_profiles(void **state)
{
    (void)state;
    assert_int_equal(system_profile_count, 2);
    assert_string_equal(system_profiles[0].name, "device");
    assert_string_equal(system_profiles[1].name, "own-key");
    assert_null(system_profiles[0].gated);
    assert_null(system_profiles[1].gated);
}

static void check_kept_up(const struct system_profile *product)
{
    for (uint32_t i = 0; i < product->process_count; i++)
        assert_int_equal(product->processes[i]->end, END_RESTART);
}

static void test_every_process_is_kept_up(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < system_profile_count; i++)
        check_kept_up(&system_profiles[i]);
}

static void check_holdings(const struct system_profile *product)
{
    for (uint32_t i = 0; i < product->process_count; i++) {
        const struct system_process *process = product->processes[i];
        bool reads = strcmp(process->name, "logd") == 0;
        assert_int_equal(process->console_rights,
                         reads ? ABI_RIGHT_WRITE | ABI_RIGHT_READ : ABI_RIGHT_WRITE);
        for (uint32_t k = 0; k < process->grant_count; k++) {
            const struct grant *grant = &process->grants[k];
            assert_true(grant->kind != GRANT_SYSTEM && grant->kind != GRANT_PROCESS);
            assert_false(grant->kind == GRANT_NOTIFICATION && grant->object == NOTIFICATION_INIT);
            if (grant->kind == GRANT_FILE)
                assert_string_equal(process->name, strcmp(grant->file, "dsoftbusd.identity") == 0
                                                       ? "keystored"
                                                       : "dsoftbusd");
        }
    }
}

static void test_nobody_holds_more_than_its_work_needs(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < system_profile_count; i++)
        check_holdings(&system_profiles[i]);
}

/* An image of a device that makes its key holds none. */
static void test_an_own_key_is_in_no_image(void **state)
{
    const struct system_profile *product = &system_profiles[1];
    (void)state;
    for (uint32_t i = 0; i < product->process_count; i++)
        for (uint32_t k = 0; k < product->processes[i]->grant_count; k++)
            if (product->processes[i]->grants[k].kind == GRANT_FILE)
                assert_null(strstr(product->processes[i]->grants[k].file, "identity"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_two_profiles),
        cmocka_unit_test(test_every_process_is_kept_up),
        cmocka_unit_test(test_nobody_holds_more_than_its_work_needs),
        cmocka_unit_test(test_an_own_key_is_in_no_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
