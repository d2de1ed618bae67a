/* SPDX-License-Identifier: Apache-2.0 */
/* The system table, read for what it must never say: who holds which device, who can name whom. */
#include "system/system.h"

#include "abi/cap.h"
#include "abi/memory.h"
#include "abi/process.h"
#include "abi/system.h"
#include "proto/key.h"
#include "proto/net.h"
#include "proto/slots.h"
#include "test.h"

#include <stdbool.h>
#include <string.h>

#define CONSOLE_SLOT 1
/* Pages of a machine of 128 MiB without 8 MiB for the machine below, kernel and bundle, and init's
 * own quota. */
#define PAGES_FOR_PROCESSES (120 * 256 - 2048)

typedef void (*check_process)(const struct system_profile *profile,
                              const struct system_process *process);

static const struct system_profile *failing; /* named by a failure */

static void for_each_process(check_process check)
{
    for (uint32_t i = 0; i < system_profile_count; i++) {
        failing = &system_profiles[i];
        for (uint32_t k = 0; k < failing->process_count; k++)
            check(failing, failing->processes[k]);
    }
}

/* Test programs that start, end and impersonate processes: what is said of others is not of them.
 */
static bool is_supervisor(const struct system_process *process)
{
    static const char *const names[] = {"kernel-test", "kernel-bench", "net-test"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(process->name, names[i]) == 0)
            return true;
    return false;
}

/* How many processes of the profile hold the object with all of the rights. */
static uint32_t holder_count(const struct system_profile *profile, enum grant_kind kind,
                             uint32_t object, uint32_t rights)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < profile->process_count; k++) {
        const struct system_process *process = profile->processes[k];
        for (uint32_t i = 0; i < process->grant_count; i++) {
            const struct grant *grant = &process->grants[i];
            count += grant->kind == kind && grant->object == object &&
                     (grant->rights & rights) == rights;
        }
    }
    return count;
}

static void check_values(const struct system_profile *profile, const struct system_process *process)
{
    assert_true(profile->process_count <= SYSTEM_PROCESS_COUNT_MAX);
    assert_true(strlen(process->name) > 0 && strlen(process->name) < ABI_NAME_BYTES);
    assert_true(process->priority < ABI_PRIORITY_COUNT - 1); /* init is above all */
    assert_true(process->stack_pages > 0 && process->stack_pages <= ABI_STACK_PAGES_MAX);
    uint32_t same = 0;
    for (uint32_t k = 0; k < profile->process_count; k++)
        same += strcmp(profile->processes[k]->name, process->name) == 0;
    assert_int_equal(same, 1);
}

static void test_values(void **state)
{
    (void)state;
    assert_true(system_profile_count > 0);
    for_each_process(check_values);
}

static void test_quotas_fit_the_machine(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < system_profile_count; i++) {
        uint64_t page_count = 0;
        for (uint32_t k = 0; k < system_profiles[i].process_count; k++)
            page_count += system_profiles[i].processes[k]->page_quota;
        assert_true(page_count <= PAGES_FOR_PROCESSES);
    }
}

static void check_slots(const struct system_profile *profile, const struct system_process *process)
{
    (void)profile;
    bool used[ABI_SLOT_COUNT] = {[ABI_SLOT_NONE] = true, [CONSOLE_SLOT] = true};
    for (uint32_t i = 0; i < process->grant_count; i++) {
        assert_true(process->grants[i].slot < ABI_SLOT_COUNT);
        assert_false(used[process->grants[i].slot]);
        used[process->grants[i].slot] = true;
    }
}

static void test_slots_are_used_once(void **state)
{
    (void)state;
    for_each_process(check_slots);
}

/* The whole machine, or another process. */
static void check_system(const struct system_profile *profile, const struct system_process *process)
{
    for (uint32_t i = 0; i < process->grant_count && !is_supervisor(process); i++) {
        assert_int_not_equal(process->grants[i].kind, GRANT_SYSTEM);
        /* One profile ends netstackd, to see sessions come back. */
        if (process->grants[i].kind == GRANT_PROCESS)
            assert_string_equal(profile->name, "restart");
    }
}

static void test_nobody_holds_the_machine(void **state)
{
    (void)state;
    for_each_process(check_system);
}

static void check_devices(const struct system_profile *profile,
                          const struct system_process *process)
{
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const struct grant *grant = &process->grants[i];
        bool is_driver = strcmp(process->name, "netstackd") == 0 ||
                         strcmp(process->name, "rngd") == 0 ||
                         strcmp(process->name, "stored") == 0 ||
                         (strcmp(process->name, "clockd") == 0 && grant->object == ABI_DEVICE_RTC);
        switch (grant->kind) {
        case GRANT_DEVICE:
        case GRANT_IRQ:
        case GRANT_DMA:
            assert_true(is_driver || is_supervisor(process));
            assert_int_equal(holder_count(profile, grant->kind, grant->object, 0), 1);
            assert_true(is_supervisor(process) || !(grant->rights & ABI_RIGHT_GRANT));
            break;
        case GRANT_SYSTEM:
            break;
        default:
            assert_true(is_supervisor(process) || !(grant->rights & ABI_RIGHT_DMA));
            break;
        }
    }
}

static void test_devices_have_one_driver(void **state)
{
    (void)state;
    for_each_process(check_devices);
}

/* Beside logd, who reads what all processes say. */
static void check_console(const struct system_profile *profile,
                          const struct system_process *process)
{
    (void)profile;
    if (!is_supervisor(process) && strcmp(process->name, "logd") != 0)
        assert_int_equal(process->console_rights & ~(uint32_t)ABI_RIGHT_WRITE, 0);
}

static void test_the_log_has_one_reader(void **state)
{
    (void)state;
    for_each_process(check_console);
}

/* The bus knows an application by its badge: that it ended is told by the bit of it, and it can
 * send to nobody else. */
static void check_applications(const struct system_profile *profile,
                               const struct system_process *process)
{
    bool is_application = false;
    uint32_t send_count = 0;

    (void)profile;
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const struct grant *grant = &process->grants[i];
        if (grant->kind != GRANT_ENDPOINT || grant->rights != ABI_RIGHT_SEND)
            continue;
        send_count++;
        if (grant->object != ENDPOINT_BUS)
            continue;
        is_application = true;
        assert_int_equal(process->death_notification, NOTIFICATION_DSOFTBUSD);
        assert_int_equal(process->death_bits, serve_death_mask((uint32_t)grant->badge));
        assert_int_equal(process->death_bits & (DSOFTBUSD_NETWORK_BITS | DSOFTBUSD_DEATH_BITS), 0);
    }
    assert_true(!is_application || send_count == 1);
}

static void test_applications_reach_the_bus_alone(void **state)
{
    (void)state;
    for_each_process(check_applications);
}

static void check_endpoints(const struct system_profile *profile,
                            const struct system_process *process)
{
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const struct grant *grant = &process->grants[i];
        if (grant->kind != GRANT_ENDPOINT || (is_supervisor(process) && grant->badge == 0))
            continue;
        assert_int_equal(holder_count(profile, GRANT_ENDPOINT, grant->object, ABI_RIGHT_RECV), 1);
        if (grant->rights == ABI_RIGHT_RECV) {
            assert_int_equal(grant->badge, 0);
            continue;
        }
        assert_int_equal(grant->rights, ABI_RIGHT_SEND); /* no MINT: nobody makes badges */
        assert_int_not_equal(grant->badge, 0);
        for (uint32_t k = 0; k < profile->process_count; k++) {
            const struct system_process *other = profile->processes[k];
            for (uint32_t n = 0; other != process && n < other->grant_count; n++)
                assert_false(other->grants[n].kind == GRANT_ENDPOINT &&
                             other->grants[n].object == grant->object &&
                             other->grants[n].badge == grant->badge);
        }
    }
}

static void test_callers_are_told_apart(void **state)
{
    (void)state;
    for_each_process(check_endpoints);
}

/* netstackd frees a dead client's sockets by the bit of its badge. */
static void check_deaths(const struct system_profile *profile, const struct system_process *process)
{
    (void)profile;
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const struct grant *grant = &process->grants[i];
        if (grant->kind != GRANT_ENDPOINT || grant->object != ENDPOINT_NETSTACKD ||
            grant->rights != ABI_RIGHT_SEND)
            continue;
        assert_int_equal(process->death_notification, NOTIFICATION_NETSTACKD);
        assert_int_equal(process->death_bits, serve_death_mask((uint32_t)grant->badge));
    }
}

static void test_netstackd_hears_of_its_clients_ends(void **state)
{
    (void)state;
    for_each_process(check_deaths);
}

/* A process holds the private key of one device, and nobody else holds it. */
static void check_keys(const struct system_profile *profile, const struct system_process *process)
{
    uint32_t key_count = 0;
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const char *file = process->grants[i].kind == GRANT_FILE ? process->grants[i].file : "";
        if (!strstr(file, ".identity"))
            continue;
        key_count++;
        for (uint32_t k = 0; k < profile->process_count; k++) {
            const struct system_process *other = profile->processes[k];
            for (uint32_t n = 0; other != process && n < other->grant_count; n++)
                assert_false(other->grants[n].kind == GRANT_FILE &&
                             strcmp(other->grants[n].file, file) == 0);
        }
    }
    assert_true(key_count <= 1);
}

static void test_private_keys_have_one_holder(void **state)
{
    (void)state;
    for_each_process(check_keys);
}

/* Who holds the device's key is asked, and can tell nobody: no endpoint to send to, no
 * notification, no device, no memory that another has. One that makes its key has two ways, to
 * random bytes and to the disk, where its records are its own. */
static void check_key_holder(const struct system_profile *profile,
                             const struct system_process *process)
{
    (void)profile;
    if (strcmp(process->name, "keystored") != 0)
        return;
    for (uint32_t i = 0; i < process->grant_count; i++) {
        const struct grant *grant = &process->grants[i];
        bool is_way_to_own_key =
            (process->arg & KEY_IS_OWN) &&
            (grant->object == ENDPOINT_RNGD ||
             (grant->object == ENDPOINT_STORED && grant->badge == OWNER_KEYSTORED));
        if (grant->kind == GRANT_ENDPOINT)
            assert_true(grant->rights == ABI_RIGHT_RECV || is_way_to_own_key);
        else
            assert_int_equal(grant->kind, GRANT_FILE);
    }
    assert_int_equal(process->arg & ~KEY_IS_OWN, KEY_MAY_ASK(BADGE_DSOFTBUSD));
    assert_int_equal(process->death_notification, NOTIFICATION_NONE);
}

static void test_the_key_has_no_way_out(void **state)
{
    (void)state;
    for_each_process(check_key_holder);
}

static void test_profiles_are_found_by_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < system_profile_count; i++)
        assert_ptr_equal(
            system_find_profile(system_profiles[i].name, strlen(system_profiles[i].name)),
            &system_profiles[i]);
    assert_null(system_find_profile("default", 6));
    assert_null(system_find_profile("default2", 8));
    assert_null(system_find_profile("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_quotas_fit_the_machine),
        cmocka_unit_test(test_slots_are_used_once),
        cmocka_unit_test(test_nobody_holds_the_machine),
        cmocka_unit_test(test_devices_have_one_driver),
        cmocka_unit_test(test_the_log_has_one_reader),
        cmocka_unit_test(test_applications_reach_the_bus_alone),
        cmocka_unit_test(test_callers_are_told_apart),
        cmocka_unit_test(test_netstackd_hears_of_its_clients_ends),
        cmocka_unit_test(test_private_keys_have_one_holder),
        cmocka_unit_test(test_the_key_has_no_way_out),
        cmocka_unit_test(test_profiles_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
