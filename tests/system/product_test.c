/* SPDX-License-Identifier: Apache-2.0 */
/* What a product must be, beyond what holds for every table: it runs until it is switched off, and
 * nobody in it can do more to the machine than its own work. */
#include "system/system.h"

#include "abi/cap.h"
#include "test.h"

#include <stdio.h>
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

/* By what badge the process calls dsoftbusd; 0: it does not. */
static uint64_t bus_badge(const struct system_process *process)
{
    for (uint32_t i = 0; i < process->grant_count; i++)
        if (process->grants[i].kind == GRANT_ENDPOINT &&
            process->grants[i].object == ENDPOINT_BUS &&
            process->grants[i].rights == ABI_RIGHT_SEND)
            return process->grants[i].badge;
    return 0;
}

/* The file that dsoftbusd reads and the table say the same: NAMEd publishes NAME, and no other. */
static void check_names(const struct system_profile *product)
{
    FILE *file = fopen(SERVICES_FILE, "r");
    char line[128], name[64];
    unsigned badge, line_count = 0, caller_count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%u publish %62s", &badge, name) == 2) {
            line_count++;
            for (uint32_t i = 0; i < product->process_count; i++)
                if (bus_badge(product->processes[i]) == badge) {
                    assert_string_equal(product->processes[i]->name, strcat(name, "d"));
                    caller_count++;
                }
        }
    (void)fclose(file);
    assert_int_equal(line_count, caller_count); /* each badge is somebody's, and one's alone */
    for (uint32_t i = 0; i < product->process_count; i++)
        caller_count -= bus_badge(product->processes[i]) != 0;
    assert_int_equal(caller_count, 0);
}

static void test_each_application_publishes_its_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < system_profile_count; i++)
        check_names(&system_profiles[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_two_profiles),
        cmocka_unit_test(test_every_process_is_kept_up),
        cmocka_unit_test(test_nobody_holds_more_than_its_work_needs),
        cmocka_unit_test(test_an_own_key_is_in_no_image),
        cmocka_unit_test(test_each_application_publishes_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
