/* SPDX-License-Identifier: Apache-2.0 */
/* init, the first process: starts the others from the system table, then waits for deaths and looks
 * for services that hang. It has the highest priority: none of the others runs before init waits,
 * behind `init: ready`. */
#include "restart.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "rt/time.h"
#include "system/system.h"
#include "watchdog.h"

#include <stdbool.h>
#include <string.h>

/* A process of the profile. */
struct child {
    rt_slot process; /* ABI_SLOT_NONE: dead */
    struct restart restart;
    uint64_t start_ms; /* when to start it again; RESTART_NEVER: nothing is planned */
    struct watchdog watchdog;
};

static const struct abi_bundle_header *bundle;
static const struct system_profile *profile;
static struct child children[SYSTEM_PROCESS_COUNT_MAX];
static bool gate_is_open;

/* Made when first granted, kept for ever. */
static rt_slot endpoints[ENDPOINT_COUNT];
static rt_slot notifications[NOTIFICATION_COUNT];
static rt_slot dma_memories[DMA_COUNT];

static rt_slot find_file(const char *name)
{
    for (uint32_t i = 0; i < bundle->file_count; i++)
        if (strcmp(bundle->file[i].name, name) == 0)
            return ABI_INIT_SLOT_FILE + i;
    rt_logf("init: the bundle lacks %s", name);
    rt_panic("init: missing file", 0);
}

static rt_slot object_of(rt_slot *object, int64_t created)
{
    *object = (rt_slot)rt_must(created, "init: object");
    return *object;
}

static rt_slot endpoint_slot(uint32_t endpoint)
{
    rt_slot *slot = &endpoints[endpoint];
    return *slot ? *slot : object_of(slot, rt_endpoint_create());
}

static rt_slot notification_slot(uint32_t notification)
{
    rt_slot *slot = &notifications[notification];
    return *slot ? *slot : object_of(slot, rt_notification_create());
}

static rt_slot dma_slot(uint32_t dma)
{
    rt_slot *slot = &dma_memories[dma];
    return *slot ? *slot
                 : object_of(slot, rt_memory_create(ABI_INIT_SLOT_SYSTEM, system_dma_len[dma]));
}

static rt_slot grant_source(const struct grant *grant)
{
    switch (grant->kind) {
    case GRANT_ENDPOINT:
        return endpoint_slot(grant->object);
    case GRANT_NOTIFICATION:
        return notification_slot(grant->object);
    case GRANT_DMA:
        return dma_slot(grant->object);
    case GRANT_DEVICE:
        return ABI_INIT_SLOT_DEVICE + grant->object;
    case GRANT_IRQ:
        return ABI_INIT_SLOT_IRQ + grant->object;
    case GRANT_FILE:
        return find_file(grant->file);
    case GRANT_SYSTEM:
        return ABI_INIT_SLOT_SYSTEM;
    case GRANT_PROCESS:
        return children[grant->object].process;
    default:
        rt_panic("init: bad grant", (int64_t)grant->kind);
    }
}

/* Tells a notification of the process's death; the badged copy lives in the watch alone. */
static void watch(rt_slot process, rt_slot notification, uint64_t bits)
{
    int64_t signal =
        rt_must(rt_cap_copy(notification, ABI_RIGHT_SEND, bits), "init: death notification");
    rt_must(rt_process_watch(process, (rt_slot)signal), "init: watch");
    rt_must(rt_cap_drop((rt_slot)signal), "init: death notification");
}

/* Makes a process of the table, gives it what the table says, and runs it unless it waits for the
 * gate. False, with a line, when it cannot be loaded. */
static bool start(uint32_t idx)
{
    const struct system_process *entry = profile->processes[idx];
    struct abi_process_config config = {
        .image_slot = find_file(entry->program),
        .priority = entry->priority,
        .stack_pages = entry->stack_pages,
        .page_quota = entry->page_quota,
    };
    uint64_t fault = 0;
    strncpy(config.name, entry->name, sizeof config.name - 1);
    int64_t status = rt_process_create(ABI_INIT_SLOT_SYSTEM, &config, &fault);
    if (status < 0) {
        rt_logf("init: cannot load %s (%d, image fault %d)", entry->name, (int)status, (int)fault);
        return false;
    }
    rt_slot process = (rt_slot)status;
    if (entry->console_rights != 0)
        rt_must(rt_process_give(process, ABI_INIT_SLOT_CONSOLE, entry->console_rights, 0,
                                RT_SLOT_CONSOLE),
                "init: console");
    for (uint32_t i = 0; i < entry->grant_count; i++) {
        const struct grant *grant = &entry->grants[i];
        rt_must(
            rt_process_give(process, grant_source(grant), grant->rights, grant->badge, grant->slot),
            "init: grant");
    }
    if (entry->death_notification != NOTIFICATION_NONE)
        watch(process, notification_slot(entry->death_notification), entry->death_bits);
    watch(process, notification_slot(NOTIFICATION_INIT), (uint64_t)1 << idx);
    children[idx].process = process;
    children[idx].watchdog = (struct watchdog){0};
    if (entry != profile->gated || gate_is_open)
        rt_must(rt_process_start(process, entry->arg), "init: start");
    return true;
}

static void open_gate(void)
{
    if (gate_is_open)
        return;
    gate_is_open = true;
    for (uint32_t i = 0; i < profile->process_count; i++)
        if (profile->processes[i] == profile->gated)
            rt_must(rt_process_start(children[i].process, profile->gated->arg), "init: start");
}

/* --- ends ------------------------------------------------------------------------------------- */

static uint64_t now_ms(void)
{
    return rt_ticks() / ABI_TICKS_PER_MS;
}

/* A machine without one of its services would be deaf until somebody came: it begins anew instead.
 * Callers of the service wait for no answer longer than that. */
static void plan_restart(uint32_t idx)
{
    const char *name = profile->processes[idx]->name;
    uint64_t now = now_ms();
    uint64_t start_ms = restart_died(&children[idx].restart, now);

    if (start_ms == RESTART_NEVER) {
        rt_logf("init: rebooting: %s cannot be kept up", name);
        rt_must(rt_system_off(ABI_INIT_SLOT_SYSTEM, ABI_OFF_REBOOT), "init: reboot");
    }
    if (start_ms > now)
        rt_logf("init: %s starts again in %u ms", name, (unsigned)(start_ms - now));
    children[idx].start_ms = start_ms;
}

static void start_who_is_due(void)
{
    for (uint32_t i = 0; i < profile->process_count; i++) {
        if (children[i].start_ms > now_ms())
            continue;
        children[i].start_ms = RESTART_NEVER;
        if (start(i))
            rt_logf("init: restarted %s", profile->processes[i]->name);
        else
            plan_restart(i);
    }
}

/* Ends every service that does not come back to its receive; its death is then as any other. */
static void watch_services(void)
{
    struct abi_process_info info;

    for (uint32_t i = 0; i < profile->process_count; i++) {
        struct child *child = &children[i];
        if (profile->processes[i]->end != END_RESTART || child->process == ABI_SLOT_NONE)
            continue;
        rt_must(rt_process_info(child->process, &info), "init: information");
        if (info.state != ABI_PROCESS_ALIVE ||
            !watchdog_hangs(&child->watchdog, info.cpu_ticks, info.receive_time))
            continue;
        rt_logf("init: %s hangs, ending it", profile->processes[i]->name);
        (void)rt_process_kill(child->process); /* it may have died just now */
    }
}

/* The next moment at which init has something to do by itself. */
static uint64_t next_ms(uint64_t watch_ms)
{
    uint64_t next = watch_ms;

    for (uint32_t i = 0; i < profile->process_count; i++)
        if (children[i].start_ms < next)
            next = children[i].start_ms;
    return next;
}

/* What each process took, for people and for the figures in docs/figures.md. */
static void log_pages(void)
{
    struct abi_process_info info;
    for (uint32_t i = 0; i < profile->process_count; i++)
        if (children[i].process != ABI_SLOT_NONE &&
            rt_process_info(children[i].process, &info) == ABI_OK)
            rt_logf("init: pages %s %u", profile->processes[i]->name, (unsigned)info.page_count);
}

static void handle_end(uint32_t idx)
{
    const struct system_process *entry = profile->processes[idx];
    struct abi_process_info info;
    rt_must(rt_process_info(children[idx].process, &info), "init: information");
    rt_must(rt_cap_drop(children[idx].process), "init: drop");
    children[idx].process = ABI_SLOT_NONE;

    bool exited_well = info.death == ABI_DEATH_EXIT && info.death_addr == 0;
    if (!exited_well)
        rt_logf("init: process %s died (%s)", entry->name, abi_death_name(info.death));
    if (entry->end == END_RESTART)
        plan_restart(idx);
    if (entry->end == END_POWERS_OFF) {
        log_pages();
        rt_must(
            rt_system_off(ABI_INIT_SLOT_SYSTEM, exited_well ? ABI_OFF_SUCCESS : ABI_OFF_FAILURE),
            "init: power off");
    }
}

static void load_profile(void)
{
    const uint8_t *data;
    size_t data_len;
    rt_must(rt_map_file(ABI_INIT_SLOT_BUNDLE, &data, &data_len), "init: bundle");
    bundle = (const struct abi_bundle_header *)(const void *)data; /* page aligned */
    rt_must(rt_map_file(find_file("profile"), &data, &data_len), "init: profile");
    profile = system_find_profile((const char *)data, data_len);
    if (!profile)
        rt_panic("init: the profile is not in the system table", 0);
}

static void start_all(void)
{
    for (uint32_t i = 0; i < profile->process_count; i++) {
        children[i].start_ms = RESTART_NEVER;
        if (!start(i))
            rt_panic("init: no system without it", (int64_t)i);
        rt_logf("init: up %s", profile->processes[i]->name);
    }
    rt_logf("init: ready");
}

static void handle_event(uint64_t bits)
{
    if (bits & SYSTEM_GATE_BITS)
        open_gate();
    for (uint32_t i = 0; i < profile->process_count; i++)
        if (bits & ((uint64_t)1 << i))
            handle_end(i);
}

int process_main(uint64_t arg)
{
    (void)arg;
    rt_logf("init: start");
    load_profile();
    start_all();
    uint64_t watch_ms = now_ms() + WATCHDOG_POLL_MS;
    for (;;) {
        struct rt_event event;
        int64_t what = rt_recv(ABI_SLOT_NONE, notification_slot(NOTIFICATION_INIT), NULL, 0, NULL,
                               next_ms(watch_ms) * ABI_TICKS_PER_MS, &event);
        if (what == ABI_EVENT_NOTIFICATION)
            handle_event(event.value);
        else if (what != -ABI_E_TIMED_OUT)
            rt_panic("init: receive", what);
        start_who_is_due();
        if (now_ms() >= watch_ms) {
            watch_services();
            watch_ms = now_ms() + WATCHDOG_POLL_MS;
        }
    }
}
