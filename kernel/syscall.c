/* SPDX-License-Identifier: Apache-2.0 */
/* One handler per call, all in one table. A handler decodes its arguments into locals, checks them
 * all, and then acts; nothing is refused after something was changed. */
#include "syscall.h"

#include "abi/syscall.h"
#include "cap.h"
#include "endpoint.h"
#include "interrupt.h"
#include "ipc.h"
#include "log.h"
#include "memory.h"
#include "notification.h"
#include "plat.h"
#include "process.h"
#include "reply.h"
#include "space.h"
#include "status.h"
#include "syscall_process.h"

static void set_result1(struct process *process, uint64_t value)
{
    process->frame.x[ARCH_REG_A0 + 1] = value;
}

static void set_result2(struct process *process, uint64_t value)
{
    process->frame.x[ARCH_REG_A0 + 2] = value;
}

/* --- log, end --------------------------------------------------------------------------------- */

/* A full log is waited for as any long call is done: by making it again. */
static int64_t sys_log(struct process *process, const uint64_t *arg)
{
    char line[ABI_LOG_BYTES_MAX];
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_CONSOLE, ABI_RIGHT_WRITE, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    if (arg[2] > sizeof line)
        return -ABI_E_TOO_BIG;
    if (!space_copy_in(process, line, arg[1], arg[2]))
        return -ABI_E_ADDRESS;
    bool written = log_line(line, arg[2]);
    process->work.kind = written ? WORK_NONE : WORK_LOG;
    return written ? 0 : SYSCALL_AGAIN;
}

static int64_t sys_log_read(struct process *process, const uint64_t *arg)
{
    uint64_t pos = arg[1];
    const char *bytes;
    uint32_t len;
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_CONSOLE, ABI_RIGHT_READ, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    if (arg[3] > ABI_LOG_READ_BYTES_MAX)
        return -ABI_E_TOO_BIG;
    if (!log_read(&pos, (uint32_t)arg[3], &bytes, &len))
        return -ABI_E_ARGUMENT;
    if (!space_copy_out(process, arg[2], bytes, len))
        return -ABI_E_ADDRESS;
    set_result1(process, pos);
    return len;
}

static int64_t sys_exit(struct process *process, const uint64_t *arg)
{
    process_end(process, ABI_DEATH_EXIT, arg[0]);
    return 0;
}

/* --- notifications, objects, capabilities ---------------------------------------------------- */

static int64_t sys_notify(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find_signal(process, arg[0], &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    notification_signal(&notifications[cap->object], cap->badge);
    return 0;
}

static int64_t sys_endpoint_create(struct process *process, const uint64_t *arg)
{
    (void)arg;
    uint32_t slot;
    if (!cap_free_slots(process, 1, &slot))
        return -ABI_E_NO_SLOT;
    const struct endpoint *endpoint = endpoint_create(process);
    if (!endpoint)
        return -ABI_E_NO_OBJECT;
    struct cap cap = {
        .type = ABI_CAP_ENDPOINT,
        .rights = ABI_RIGHT_SEND | ABI_RIGHT_RECV | ABI_RIGHT_GRANT | ABI_RIGHT_MINT,
        .object = (uint16_t)endpoint_idx(endpoint),
    };
    cap_insert(process, slot, &cap);
    return slot;
}

static int64_t sys_notification_create(struct process *process, const uint64_t *arg)
{
    (void)arg;
    uint32_t slot;
    if (!cap_free_slots(process, 1, &slot))
        return -ABI_E_NO_SLOT;
    const struct notification *notification = notification_create(process);
    if (!notification)
        return -ABI_E_NO_OBJECT;
    struct cap cap = {
        .type = ABI_CAP_NOTIFICATION,
        .rights = ABI_RIGHT_SEND | ABI_RIGHT_RECV | ABI_RIGHT_GRANT | ABI_RIGHT_MINT,
        .object = (uint16_t)notification_idx(notification),
    };
    cap_insert(process, slot, &cap);
    return slot;
}

static int64_t sys_cap_copy(struct process *process, const uint64_t *arg)
{
    struct cap *source;
    struct cap copy;
    uint32_t slot;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_NONE, 0, &source);
    if (error == ABI_OK)
        error = cap_derive(source, arg[1], arg[2], &copy);
    if (error != ABI_OK)
        return syscall_status(error);
    if (!cap_free_slots(process, 1, &slot))
        return -ABI_E_NO_SLOT;
    cap_insert(process, slot, &copy);
    return slot;
}

static int64_t sys_cap_drop(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_NONE, 0, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    cap_remove(process, (uint32_t)arg[0]);
    return 0;
}

/* What CAP_INFO tells beside type and rights. */
static uint64_t cap_value(const struct cap *cap)
{
    switch ((enum abi_cap_type)cap->type) {
    case ABI_CAP_ENDPOINT:
    case ABI_CAP_NOTIFICATION:
        return cap->badge;
    case ABI_CAP_MEMORY:
        return memories[cap->object].len;
    case ABI_CAP_DEVICE:
        return plat_devices[cap->object].len;
    case ABI_CAP_IRQ:
        return plat_devices[cap->object].irq_line;
    case ABI_CAP_REPLY:
        return reply_token_caller(cap) != NULL;
    default:
        return 0;
    }
}

static int64_t sys_cap_info(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_NONE, 0, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    set_result1(process, cap->rights);
    set_result2(process, cap_value(cap));
    return cap->type;
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Rights of the memory to be made. */
static enum abi_error memory_rights(struct process *process, uint64_t system_slot, uint32_t *rights)
{
    struct cap *system;
    *rights = ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_GRANT;
    if (system_slot == ABI_SLOT_NONE)
        return ABI_OK;
    *rights |= ABI_RIGHT_DMA;
    return cap_find(process, system_slot, ABI_CAP_SYSTEM, ABI_RIGHT_DMA, &system);
}

static int64_t sys_memory_create(struct process *process, const uint64_t *arg)
{
    struct work *work = &process->work;
    uint32_t slot, rights;
    enum abi_error error = memory_rights(process, arg[0], &rights);
    if (error != ABI_OK)
        return syscall_status(error);
    if (!cap_free_slots(process, 1, &slot))
        return -ABI_E_NO_SLOT;
    if (work->kind == WORK_NONE) {
        uint32_t memory_idx;
        error = memory_create(process, arg[1], &memory_idx);
        if (error != ABI_OK)
            return syscall_status(error);
        *work = (struct work){.kind = WORK_MEMORY, .object = memory_idx};
    }
    KASSERT(work->kind == WORK_MEMORY); /* the same call: nobody else changes its registers */
    uint32_t memory_idx = work->object;
    work->done += memory_clear(memory_idx, work->done);
    if (work->done < memories[memory_idx].page_count)
        return SYSCALL_AGAIN;
    work->kind = WORK_NONE;
    struct cap cap = {
        .type = ABI_CAP_MEMORY, .rights = (uint8_t)rights, .object = (uint16_t)memory_idx};
    cap_insert(process, slot, &cap);
    memory_release(memory_idx); /* the capability holds it now */
    return slot;
}

static int64_t sys_memory_phys(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_MEMORY, ABI_RIGHT_DMA, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    set_result1(process, memories[cap->object].phys);
    return 0;
}

static int64_t sys_map(struct process *process, const uint64_t *arg)
{
    bool writable = arg[2] == (ABI_PROT_READ | ABI_PROT_WRITE);
    if (!writable && arg[2] != ABI_PROT_READ)
        return -ABI_E_ARGUMENT;
    struct cap *cap;
    uint32_t rights = ABI_RIGHT_READ | (writable ? ABI_RIGHT_WRITE : 0);
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_NONE, 0, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    if (cap->type != ABI_CAP_MEMORY && cap->type != ABI_CAP_DEVICE)
        return -ABI_E_TYPE;
    if ((cap->rights & rights) != rights)
        return -ABI_E_RIGHTS;

    enum space_kind kind = writable ? SPACE_READ_WRITE : SPACE_READ;
    bool is_memory = cap->type == ABI_CAP_MEMORY;
    uint64_t phys = is_memory ? memories[cap->object].phys : plat_devices[cap->object].phys;
    uint64_t len = is_memory ? memories[cap->object].len : plat_devices[cap->object].len;
    return syscall_status(space_map_user(process, arg[1], phys, len, kind,
                                         is_memory ? cap->object : MEMORY_IDX_NONE));
}

static int64_t sys_unmap(struct process *process, const uint64_t *arg)
{
    return syscall_status(space_unmap(process, arg[0]));
}

/* --- interrupts ------------------------------------------------------------------------------- */

static int64_t sys_irq_bind(struct process *process, const uint64_t *arg)
{
    struct cap *irq, *signal;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_IRQ, ABI_RIGHT_MANAGE, &irq);
    if (error == ABI_OK)
        error = cap_find_signal(process, arg[1], &signal);
    if (error != ABI_OK)
        return syscall_status(error);
    return syscall_status(
        interrupt_bind(irq->object, process, &notifications[signal->object], signal->badge));
}

static int64_t sys_irq_ack(struct process *process, const uint64_t *arg)
{
    struct cap *irq;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_IRQ, ABI_RIGHT_MANAGE, &irq);
    if (error != ABI_OK)
        return syscall_status(error);
    return syscall_status(interrupt_acknowledge(irq->object, process));
}

static int64_t sys_irq_unbind(struct process *process, const uint64_t *arg)
{
    struct cap *irq;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_IRQ, ABI_RIGHT_MANAGE, &irq);
    if (error != ABI_OK)
        return syscall_status(error);
    return syscall_status(interrupt_unbind(irq->object, process));
}

/* --- table ------------------------------------------------------------------------------------ */

#define SYSCALL_INSTRUCTION_BYTES 4 /* ecall */

typedef int64_t (*handler)(struct process *process, const uint64_t *arg);

static const handler handlers[ABI_SYS_COUNT] = {
    [ABI_SYS_LOG] = sys_log,
    [ABI_SYS_LOG_READ] = sys_log_read,
    [ABI_SYS_EXIT] = sys_exit,
    [ABI_SYS_CALL] = ipc_call,
    [ABI_SYS_RECV] = ipc_recv,
    [ABI_SYS_REPLY] = ipc_reply,
    [ABI_SYS_REPLY_LATER] = ipc_reply_later,
    [ABI_SYS_REPLY_RECV] = ipc_reply_recv,
    [ABI_SYS_NOTIFY] = sys_notify,
    [ABI_SYS_ENDPOINT_CREATE] = sys_endpoint_create,
    [ABI_SYS_NOTIFICATION_CREATE] = sys_notification_create,
    [ABI_SYS_CAP_COPY] = sys_cap_copy,
    [ABI_SYS_CAP_DROP] = sys_cap_drop,
    [ABI_SYS_CAP_INFO] = sys_cap_info,
    [ABI_SYS_MEMORY_CREATE] = sys_memory_create,
    [ABI_SYS_MEMORY_PHYS] = sys_memory_phys,
    [ABI_SYS_MAP] = sys_map,
    [ABI_SYS_UNMAP] = sys_unmap,
    [ABI_SYS_IRQ_BIND] = sys_irq_bind,
    [ABI_SYS_IRQ_ACK] = sys_irq_ack,
    [ABI_SYS_IRQ_UNBIND] = sys_irq_unbind,
    [ABI_SYS_PROCESS_CREATE] = sys_process_create,
    [ABI_SYS_PROCESS_GIVE] = sys_process_give,
    [ABI_SYS_PROCESS_START] = sys_process_start,
    [ABI_SYS_PROCESS_KILL] = sys_process_kill,
    [ABI_SYS_PROCESS_WATCH] = sys_process_watch,
    [ABI_SYS_PROCESS_UNWATCH] = sys_process_unwatch,
    [ABI_SYS_PROCESS_INFO] = sys_process_info,
    [ABI_SYS_SYSTEM_INFO] = sys_system_info,
    [ABI_SYS_SYSTEM_AUDIT] = sys_system_audit,
    [ABI_SYS_SYSTEM_OFF] = sys_system_off,
};

void syscall_dispatch(struct process *process)
{
    process->frame.x[ARCH_REG_PC] += SYSCALL_INSTRUCTION_BYTES;
    uint64_t number = process->frame.x[ARCH_REG_A7];
    int64_t status = -ABI_E_SYSCALL;
    if (number < ABI_SYS_COUNT && handlers[number])
        status = handlers[number](process, &process->frame.x[ARCH_REG_A0]);
    if (status == SYSCALL_AGAIN)
        process->frame.x[ARCH_REG_PC] -= SYSCALL_INSTRUCTION_BYTES;
    else /* a blocked process gets its status when it wakes; a dead one needs none */
        process->frame.x[ARCH_REG_A0] = (uint64_t)status;
}
