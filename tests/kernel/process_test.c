/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of processes: creation that fails half-way, deaths with everything in hand, references. */
#include "process.h"

#include "account.h"
#include "audit.h"
#include "cap.h"
#include "endpoint.h"
#include "interrupt.h"
#include "kernel.h"
#include "log.h"
#include "machine.h"
#include "notification.h"
#include "pages.h"
#include "plat.h"
#include "test.h"

#include <string.h>

static struct process *init;

static int setup(void **state)
{
    (void)state;
    machine_boot();
    init = &processes[INIT_PROCESS_IDX];
    return 0;
}

static struct abi_process_config config_ok(void)
{
    return (struct abi_process_config){.name = "p",
                                       .image_slot = MACHINE_SLOT_IMAGE,
                                       .priority = 3,
                                       .stack_pages = 2,
                                       .page_quota = 64};
}

static int64_t create(const struct abi_process_config *config)
{
    machine_write(init, MACHINE_SCRATCH, config, sizeof *config);
    return machine_call(init, ABI_SYS_PROCESS_CREATE, ABI_INIT_SLOT_SYSTEM, MACHINE_SCRATCH, 0, 0,
                        0, 0, 0);
}

static int64_t on_slot(uint64_t number, int64_t slot, uint64_t a1)
{
    return machine_call(init, number, (uint64_t)slot, a1, 0, 0, 0, 0, 0);
}

/* Root, a middle and a bottom table for image and stack each, 1 + 1 + 4 pages of image, stack. */
#define IMAGE_AND_TABLES_PAGES (5 + 6)

static void test_quota_is_exact(void **state)
{
    (void)state;
    struct abi_process_config config = config_ok();
    uint32_t free_before = pages_free_count(), unreserved = account_unreserved();
    uint32_t needed = IMAGE_AND_TABLES_PAGES + config.stack_pages;
    for (config.page_quota = 0; config.page_quota < needed; config.page_quota++) {
        assert_int_equal(create(&config), -ABI_E_NO_MEMORY);
        assert_int_equal(pages_free_count(), free_before);
        assert_int_equal(account_unreserved(), unreserved);
        assert_int_equal(audit_walk(), AUDIT_OK);
    }
    int64_t slot = create(&config);
    assert_true(slot > 0);
    assert_int_equal(pages_free_count(), free_before - needed);
    assert_int_equal(account_unreserved(), unreserved - needed);
    struct process *process = &processes[init->cap[slot].object];
    assert_int_equal(process->page_count, needed);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_START, slot, 0), 0);
    assert_int_equal(machine_call(process, ABI_SYS_MEMORY_CREATE, 0, 1, 0, 0, 0, 0, 0),
                     -ABI_E_NO_MEMORY);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_KILL, slot, 0), 0);
    assert_int_equal(pages_free_count(), free_before);
    assert_int_equal(account_unreserved(), unreserved);
}

static void test_quotas_do_not_exceed_the_machine(void **state)
{
    (void)state;
    struct abi_process_config config = config_ok();
    config.page_quota = account_unreserved() + 1;
    assert_int_equal(create(&config), -ABI_E_NO_MEMORY);
    config.page_quota = UINT32_MAX;
    assert_int_equal(create(&config), -ABI_E_NO_MEMORY);
    config.page_quota = account_unreserved();
    assert_true(create(&config) > 0);
    config.page_quota = 20;
    assert_int_equal(create(&config), -ABI_E_NO_MEMORY);
}

static void test_refused_configurations(void **state)
{
    (void)state;
    struct abi_process_config config = config_ok();
    config.priority = ABI_PRIORITY_COUNT; /* above init */
    assert_int_equal(create(&config), -ABI_E_ARGUMENT);
    config = config_ok(), config.stack_pages = 0;
    assert_int_equal(create(&config), -ABI_E_ARGUMENT);
    config = config_ok(), config.stack_pages = ABI_STACK_PAGES_MAX + 1;
    assert_int_equal(create(&config), -ABI_E_ARGUMENT);
    config = config_ok(), config.name[0] = 0;
    assert_int_equal(create(&config), -ABI_E_ARGUMENT);
    config = config_ok(), config.name[1] = '\n';
    assert_int_equal(create(&config), -ABI_E_ARGUMENT);
    config = config_ok(), memset(config.name, 'a', sizeof config.name);
    assert_int_equal(create(&config), -ABI_E_ARGUMENT);
    config = config_ok(), config.image_slot = ABI_INIT_SLOT_CONSOLE;
    assert_int_equal(create(&config), -ABI_E_TYPE);
    config = config_ok(), config.image_slot = MACHINE_SLOT_DATA;
    assert_int_equal(create(&config), -ABI_E_IMAGE);
    assert_int_equal(init->frame.x[ARCH_REG_A0 + 1], ABI_IMAGE_MAGIC);
    assert_int_equal(processes[1].state, PROCESS_FREE);
}

static void test_image_is_loaded(void **state)
{
    (void)state;
    uint64_t slot;
    uint8_t seen[200];
    struct process *process = machine_spawn("p", &slot);
    machine_read(process, MACHINE_RODATA, seen, sizeof seen);
    assert_int_equal(seen[99], 'r');
    assert_int_equal(seen[100], 0);
    machine_read(process, MACHINE_SCRATCH, seen, sizeof seen);
    assert_int_equal(seen[63], 'd');
    assert_int_equal(seen[64], 0);
    assert_int_equal(process->frame.x[ARCH_REG_PC], MACHINE_TEXT);
    assert_int_equal(process->frame.x[ARCH_REG_SP], ABI_STACK_TOP);
}

static void test_states(void **state)
{
    (void)state;
    struct abi_process_config config = config_ok();
    int64_t slot = create(&config);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_START, slot, 5), 0);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_START, slot, 5), -ABI_E_STATE);
    assert_int_equal(processes[1].frame.x[ARCH_REG_A0], 5);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, (uint64_t)slot, 1, 0xff, 0, 5, 0, 0),
                     -ABI_E_STATE);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_KILL, slot, 0), 0);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_KILL, slot, 0), -ABI_E_STATE);
    assert_int_equal(on_slot(ABI_SYS_PROCESS_START, slot, 5), -ABI_E_STATE);
    assert_int_equal(processes[1].state, PROCESS_DEAD);
    assert_int_equal(on_slot(ABI_SYS_CAP_DROP, slot, 0), 0);
    assert_int_equal(processes[1].state, PROCESS_FREE);
}

static void test_give(void **state)
{
    (void)state;
    struct abi_process_config config = config_ok();
    uint64_t p = (uint64_t)create(&config), q = (uint64_t)create(&config);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, 1, 0xff, 0, 5, 0, 0), 0);
    assert_int_equal(processes[1].cap[5].type, ABI_CAP_CONSOLE);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, 1, 0xff, 0, 5, 0, 0), -ABI_E_BUSY);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, 1, 0xff, 0, 0, 0, 0),
                     -ABI_E_ARGUMENT);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, 1, 0xff, 0, ABI_SLOT_COUNT, 0, 0),
                     -ABI_E_ARGUMENT);
    int64_t kept = machine_call(init, ABI_SYS_CAP_COPY, 1, ABI_RIGHT_WRITE, 0, 0, 0, 0, 0);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, (uint64_t)kept, 0xff, 0, 6, 0, 0),
                     -ABI_E_RIGHTS); /* without GRANT */
    /* Unstarted processes cannot hold one another, or themselves. */
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, q, 0xff, 0, 6, 0, 0),
                     -ABI_E_STATE);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, p, 0xff, 0, 6, 0, 0),
                     -ABI_E_STATE);
    machine_call(init, ABI_SYS_PROCESS_START, q, 0, 0, 0, 0, 0, 0);
    assert_int_equal(machine_call(init, ABI_SYS_PROCESS_GIVE, p, q, 0xff, 0, 6, 0, 0), 0);
}

static void test_unstarted_dies_with_its_last_capability(void **state)
{
    (void)state;
    uint32_t free_before = pages_free_count();
    struct abi_process_config config = config_ok();
    int64_t slot = create(&config);
    int64_t copy = machine_call(init, ABI_SYS_CAP_COPY, (uint64_t)slot, 0xff, 0, 0, 0, 0, 0);
    on_slot(ABI_SYS_CAP_DROP, slot, 0);
    assert_int_equal(processes[1].state, PROCESS_CREATED);
    on_slot(ABI_SYS_CAP_DROP, copy, 0);
    assert_int_equal(processes[1].state, PROCESS_FREE);
    assert_int_equal(pages_free_count(), free_before);
}

static void test_table_of_processes_is_bounded(void **state)
{
    (void)state;
    struct abi_process_config config = config_ok();
    config.page_quota = 20;
    for (uint32_t i = 1; i < ABI_PROCESS_COUNT_MAX; i++)
        assert_true(create(&config) > 0);
    assert_int_equal(create(&config), -ABI_E_NO_OBJECT);
}

static void test_info_of_the_dead(void **state)
{
    (void)state;
    uint64_t slot;
    struct process *process = machine_spawn("p", &slot);
    process_die(process, ABI_DEATH_STORE, 0x1234);
    struct abi_process_info info;
    assert_int_equal(on_slot(ABI_SYS_PROCESS_INFO, (int64_t)slot, MACHINE_SCRATCH), 0);
    machine_read(init, MACHINE_SCRATCH, &info, sizeof info);
    assert_string_equal(info.name, "p");
    assert_int_equal(info.state, ABI_PROCESS_DEAD);
    assert_int_equal(info.death, ABI_DEATH_STORE);
    assert_int_equal(info.death_addr, 0x1234);
    assert_int_equal(info.page_count, 0);
    assert_int_equal(info.slot_count, 0);
}

/* Memory given away outlives its creator; its pages stay charged, and the slot stays taken. */
static void test_memory_outlives_its_creator(void **state)
{
    (void)state;
    uint64_t slot;
    struct process *process = machine_spawn("p", &slot);
    uint32_t unreserved = account_unreserved();
    int64_t memory = machine_call(process, ABI_SYS_MEMORY_CREATE, 0, 3 * PAGE_BYTES, 0, 0, 0, 0, 0);
    uint32_t init_slot;
    assert_true(cap_free_slots(init, 1, &init_slot));
    cap_insert(init, init_slot, &process->cap[memory]);
    process_die(process, ABI_DEATH_KILLED, 0);
    on_slot(ABI_SYS_CAP_DROP, (int64_t)slot, 0);
    assert_int_equal(process->state, PROCESS_DEAD);
    assert_int_equal(process->page_count, 3);
    assert_int_equal(account_unreserved(), unreserved + 64 - 3);
    assert_int_equal(audit_walk(), AUDIT_OK);
    on_slot(ABI_SYS_CAP_DROP, init_slot, 0);
    assert_int_equal(process->state, PROCESS_FREE);
    assert_int_equal(account_unreserved(), unreserved + 64);
}

static void test_interrupts(void **state)
{
    (void)state;
    const uint64_t irq = ABI_INIT_SLOT_IRQ + ABI_DEVICE_RTC;
    const uint32_t line = plat_devices[ABI_DEVICE_RTC].irq_line;
    int64_t own = machine_call(init, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    int64_t bit = machine_call(init, ABI_SYS_CAP_COPY, (uint64_t)own, 0xff, 4, 0, 0, 0, 0);
    struct notification *notification = &notifications[init->cap[own].object];
    assert_int_equal(on_slot(ABI_SYS_IRQ_ACK, (int64_t)irq, 0), -ABI_E_STATE);
    assert_int_equal(on_slot(ABI_SYS_IRQ_BIND, (int64_t)irq, (uint64_t)bit), 0);
    machine_irq_line = line;
    kernel_device_interrupt();
    assert_int_equal(notification_take(notification), 4);
    assert_int_equal(machine_irq_completed_mask, 0);
    assert_int_equal(on_slot(ABI_SYS_IRQ_ACK, (int64_t)irq, 0), 0);
    assert_int_equal(machine_irq_completed_mask, (uint64_t)1 << line);
    assert_int_equal(on_slot(ABI_SYS_IRQ_ACK, (int64_t)irq, 0), -ABI_E_STATE);

    uint64_t slot; /* a second holder */
    struct process *process = machine_spawn("p", &slot);
    cap_insert(process, 1, &init->cap[irq]);
    cap_insert(process, 2, &init->cap[bit]);
    assert_int_equal(machine_call(process, ABI_SYS_IRQ_BIND, 1, 2, 0, 0, 0, 0, 0), -ABI_E_BUSY);
    assert_int_equal(machine_call(process, ABI_SYS_IRQ_ACK, 1, 0, 0, 0, 0, 0, 0), -ABI_E_STATE);
    assert_int_equal(machine_call(process, ABI_SYS_IRQ_UNBIND, 1, 0, 0, 0, 0, 0, 0), -ABI_E_STATE);

    /* The first one lets go: the line is silent, also when it was in service, and free. */
    machine_irq_line = line;
    kernel_device_interrupt();
    machine_irq_completed_mask = 0;
    assert_int_equal(on_slot(ABI_SYS_IRQ_UNBIND, (int64_t)irq, 0), 0);
    assert_int_equal(machine_irq_enabled_mask, 0);
    assert_int_equal(machine_irq_completed_mask, (uint64_t)1 << line);
    assert_int_equal(on_slot(ABI_SYS_IRQ_UNBIND, (int64_t)irq, 0), -ABI_E_STATE);
    assert_int_equal(machine_call(process, ABI_SYS_IRQ_BIND, 1, 2, 0, 0, 0, 0, 0), 0);
}

static void test_death_silences_interrupts(void **state)
{
    (void)state;
    const uint64_t irq = ABI_INIT_SLOT_IRQ + ABI_DEVICE_RTC;
    const uint32_t line = plat_devices[ABI_DEVICE_RTC].irq_line;
    uint64_t slot;
    struct process *process = machine_spawn("p", &slot);
    cap_insert(process, 1, &init->cap[irq]);
    int64_t own = machine_call(process, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    int64_t bit = machine_call(process, ABI_SYS_CAP_COPY, (uint64_t)own, 0xff, 4, 0, 0, 0, 0);
    assert_int_equal(machine_call(process, ABI_SYS_IRQ_BIND, 1, (uint64_t)bit, 0, 0, 0, 0, 0), 0);
    machine_irq_line = line;
    kernel_device_interrupt();
    process_die(process, ABI_DEATH_KILLED, 0);
    assert_int_equal(machine_irq_enabled_mask, 0);
    assert_int_equal(machine_irq_completed_mask, (uint64_t)1 << line);
    assert_null(interrupts[ABI_DEVICE_RTC].binder);
}

static void test_fault_is_logged(void **state)
{
    (void)state;
    uint64_t slot;
    struct process *process = machine_spawn("victim", &slot);
    machine_call(init, ABI_SYS_RECV, 0, 0, 0, 0, 0, ABI_DEADLINE_NONE, 0);
    assert_ptr_equal(kernel_resume(), &process->frame);
    kernel_fault(ABI_DEATH_LOAD, 0xdead);
    log_flush();
    assert_non_null(
        strstr(machine_console, "kernel: process victim died: bad load at 0x10000 addr 0xdead\n"));
    assert_int_equal(machine_active_root, 0); /* the dead one's tables are not in use */
}

static void test_without_init_the_machine_stops(void **state)
{
    (void)state;
    (void)kernel_resume();
    assert_true(MACHINE_PANICS(kernel_fault(ABI_DEATH_EXIT, 0)));
    machine_boot();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_quota_is_exact, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_quotas_do_not_exceed_the_machine, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_refused_configurations, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_image_is_loaded, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_states, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_give, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_unstarted_dies_with_its_last_capability, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_table_of_processes_is_bounded, setup,
                                        machine_teardown),
        cmocka_unit_test_setup_teardown(test_info_of_the_dead, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_memory_outlives_its_creator, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_interrupts, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_death_silences_interrupts, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_fault_is_logged, setup, machine_teardown),
        cmocka_unit_test_setup_teardown(test_without_init_the_machine_stops, setup,
                                        machine_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
