/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of supervisors: other processes, and the machine. */
#include "syscall_process.h"

#include "abi/system.h"
#include "account.h"
#include "arch.h"
#include "audit.h"
#include "boot.h"
#include "bytes.h"
#include "cap.h"
#include "endpoint.h"
#include "log.h"
#include "memory.h"
#include "notification.h"
#include "pages.h"
#include "process.h"
#include "sched.h"
#include "space.h"
#include "status.h"
#include "watch.h"

/* The process that a capability with the rights names. */
static enum abi_error find_process(struct process *process, uint64_t slot, uint32_t rights,
                                   struct process **target)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, slot, ABI_CAP_PROCESS, rights, &cap);
    if (error == ABI_OK)
        *target = &processes[cap->object];
    return error;
}

static bool name_ok(const char name[ABI_NAME_BYTES])
{
    for (uint32_t i = 0; i < ABI_NAME_BYTES; i++) {
        char c = name[i];
        if (c == 0)
            return i > 0;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return false;
}

static enum abi_error check_config(const struct process *creator,
                                   const struct abi_process_config *config)
{
    /* A process makes none that runs before itself. */
    if (!name_ok(config->name) || config->priority > creator->priority ||
        config->stack_pages == 0 || config->stack_pages > ABI_STACK_PAGES_MAX)
        return ABI_E_ARGUMENT;
    return ABI_OK;
}

/* All of PROCESS_CREATE that can fail. */
static enum abi_error begin_process(struct process *process, const uint64_t *arg,
                                    struct process **created)
{
    struct abi_process_config config;
    struct cap *system, *image;
    enum abi_image_fault fault;
    uint32_t slot;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_SYSTEM, ABI_RIGHT_MANAGE, &system);
    if (error != ABI_OK)
        return error;
    if (!space_copy_in(process, &config, arg[1], sizeof config))
        return ABI_E_ADDRESS;
    error = check_config(process, &config);
    if (error == ABI_OK)
        error = cap_find(process, config.image_slot, ABI_CAP_MEMORY, ABI_RIGHT_READ, &image);
    if (error != ABI_OK)
        return error;
    if (!cap_free_slots(process, 1, &slot))
        return ABI_E_NO_SLOT;
    const struct memory *file = &memories[image->object];
    error = process_create(&config, arch_direct(file->phys), file->len, created, &fault);
    if (error == ABI_E_IMAGE)
        process->frame.x[ARCH_REG_A0 + 1] = fault;
    return error;
}

/* The image cannot vanish between the pieces: the creator's capability, which only the creator
 * could drop, holds it. What others write to it meanwhile is loaded as it is; its headers were
 * copied before they were checked. */
int64_t sys_process_create(struct process *process, const uint64_t *arg)
{
    struct work *work = &process->work;
    struct process *created;
    uint32_t slot;
    if (work->kind == WORK_NONE) {
        enum abi_error error = begin_process(process, arg, &created);
        if (error != ABI_OK)
            return syscall_status(error);
        *work = (struct work){.kind = WORK_PROCESS, .object = process_idx(created)};
    }
    KASSERT(work->kind == WORK_PROCESS);
    created = &processes[work->object];
    if (!process_load(created))
        return SYSCALL_AGAIN;
    work->kind = WORK_NONE;
    bool found = cap_free_slots(process, 1, &slot); /* as at the beginning */
    KASSERT(found);
    struct cap cap = {
        .type = ABI_CAP_PROCESS,
        .rights = ABI_RIGHT_MANAGE | ABI_RIGHT_READ | ABI_RIGHT_GRANT,
        .object = (uint16_t)process_idx(created),
    };
    cap_insert(process, slot, &cap);
    object_release_process(created); /* the capability holds it now */
    return slot;
}

int64_t sys_process_give(struct process *process, const uint64_t *arg)
{
    struct process *target;
    struct cap *source;
    struct cap copy;
    enum abi_error error = find_process(process, arg[0], ABI_RIGHT_MANAGE, &target);
    if (error == ABI_OK)
        error = cap_find(process, arg[1], ABI_CAP_NONE, ABI_RIGHT_GRANT, &source);
    if (error == ABI_OK)
        error = cap_derive(source, arg[2], arg[3], &copy);
    if (error != ABI_OK)
        return syscall_status(error);
    if (arg[4] == ABI_SLOT_NONE || arg[4] >= ABI_SLOT_COUNT)
        return -ABI_E_ARGUMENT;
    /* Two processes that do not run yet must not hold each other: nothing would end them. */
    bool is_unstarted =
        source->type == ABI_CAP_PROCESS && processes[source->object].state == PROCESS_CREATED;
    if (target->state != PROCESS_CREATED || is_unstarted)
        return -ABI_E_STATE;
    if (target->cap[arg[4]].type != ABI_CAP_NONE)
        return -ABI_E_BUSY;
    cap_insert(target, (uint32_t)arg[4], &copy);
    if (copy.type == ABI_CAP_ENDPOINT)
        endpoint_given(&endpoints[copy.object], copy.rights, target);
    return 0;
}

int64_t sys_process_start(struct process *process, const uint64_t *arg)
{
    struct process *target;
    enum abi_error error = find_process(process, arg[0], ABI_RIGHT_MANAGE, &target);
    if (error != ABI_OK)
        return syscall_status(error);
    if (target->state != PROCESS_CREATED)
        return -ABI_E_STATE;
    process_start(target, arg[1]);
    return 0;
}

int64_t sys_process_kill(struct process *process, const uint64_t *arg)
{
    struct process *target;
    enum abi_error error = find_process(process, arg[0], ABI_RIGHT_MANAGE, &target);
    if (error != ABI_OK)
        return syscall_status(error);
    if (!process_is_live(target))
        return -ABI_E_STATE;
    process_die(target, ABI_DEATH_KILLED, 0);
    return 0;
}

/* What PROCESS_WATCH and PROCESS_UNWATCH name. */
static enum abi_error find_watch(struct process *process, const uint64_t *arg,
                                 struct process **target, struct cap **signal)
{
    enum abi_error error = find_process(process, arg[0], ABI_RIGHT_MANAGE, target);
    return error == ABI_OK ? cap_find_signal(process, arg[1], signal) : error;
}

int64_t sys_process_watch(struct process *process, const uint64_t *arg)
{
    struct process *target;
    struct cap *signal;
    enum abi_error error = find_watch(process, arg, &target, &signal);
    if (error == ABI_OK)
        error = watch_add(target, &notifications[signal->object], signal->badge);
    return syscall_status(error);
}

int64_t sys_process_unwatch(struct process *process, const uint64_t *arg)
{
    struct process *target;
    struct cap *signal;
    enum abi_error error = find_watch(process, arg, &target, &signal);
    if (error == ABI_OK)
        error = watch_remove(target, &notifications[signal->object], signal->badge);
    return syscall_status(error);
}

int64_t sys_process_info(struct process *process, const uint64_t *arg)
{
    struct process *target;
    struct abi_process_info info = {0};
    enum abi_error error = find_process(process, arg[0], ABI_RIGHT_READ, &target);
    if (error != ABI_OK)
        return syscall_status(error);
    memcpy(info.name, target->name, sizeof info.name);
    info.state = target->state == PROCESS_CREATED ? ABI_PROCESS_CREATED
                 : process_is_live(target)        ? ABI_PROCESS_ALIVE
                                                  : ABI_PROCESS_DEAD;
    info.death = target->death;
    info.death_pc = target->death_pc;
    info.death_addr = target->death_addr;
    info.page_count = target->page_count;
    info.page_quota = target->page_quota;
    info.priority = target->priority;
    sched_charge(process);
    info.cpu_ticks = target->cpu_ticks;
    info.receive_time = target->state == PROCESS_RECEIVING ? arch_time() : target->receive_time;
    for (uint32_t slot = 0; slot < ABI_SLOT_COUNT; slot++)
        info.slot_count += target->cap[slot].type != ABI_CAP_NONE;
    return space_copy_out(process, arg[1], &info, sizeof info) ? 0 : -ABI_E_ADDRESS;
}

static void count_objects(struct abi_system_info *info)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++)
        info->process_count += processes[i].state != PROCESS_FREE;
    for (uint32_t i = 0; i < ENDPOINT_COUNT; i++)
        info->endpoint_count += endpoints[i].ref_count != 0;
    for (uint32_t i = 0; i < NOTIFICATION_COUNT; i++)
        info->notification_count += notifications[i].ref_count != 0;
    for (uint32_t i = 0; i < MEMORY_COUNT; i++)
        info->memory_count += memories[i].ref_count != 0;
}

int64_t sys_system_info(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    struct abi_system_info info = {0};
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_SYSTEM, ABI_RIGHT_READ, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    info.page_total = pages_total();
    info.page_free = pages_free_count();
    info.page_unreserved = account_unreserved();
    info.entry_instret = boot_entry_instret;
    info.entry_time = boot_entry_time;
    count_objects(&info);
    return space_copy_out(process, arg[1], &info, sizeof info) ? 0 : -ABI_E_ADDRESS;
}

int64_t sys_system_audit(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_SYSTEM, ABI_RIGHT_READ, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    struct work *work = &process->work;
    KASSERT(work->kind == WORK_NONE || work->kind == WORK_AUDIT);
    if (work->kind == WORK_NONE)
        *work = (struct work){.kind = WORK_AUDIT};
    enum audit_result result = audit_step(&work->done);
    if (result == AUDIT_OK && work->done < AUDIT_STEP_COUNT)
        return SYSCALL_AGAIN;
    work->kind = WORK_NONE;
    return result;
}

int64_t sys_system_off(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_SYSTEM, ABI_RIGHT_WRITE, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    if (arg[1] >= ABI_OFF_COUNT)
        return -ABI_E_ARGUMENT;
    log_flush();
    arch_power_off((enum abi_off)arg[1]);
}
