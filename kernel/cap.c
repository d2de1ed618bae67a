/* SPDX-License-Identifier: Apache-2.0 */
/* Every change of a capability table goes through cap_insert() and cap_remove(), which keep the
 * references. */
#include "cap.h"

#include "endpoint.h"
#include "log.h"
#include "memory.h"
#include "notification.h"
#include "reply.h"
#include "watch.h"

static void retain(const struct cap *cap)
{
    switch ((enum abi_cap_type)cap->type) {
    case ABI_CAP_ENDPOINT:
        endpoint_retain(&endpoints[cap->object], cap->rights);
        break;
    case ABI_CAP_NOTIFICATION:
        notifications[cap->object].ref_count++;
        notifications[cap->object].recv_count += (cap->rights & ABI_RIGHT_RECV) != 0;
        break;
    case ABI_CAP_MEMORY:
        memory_retain(cap->object);
        break;
    case ABI_CAP_PROCESS:
        object_retain_process(&processes[cap->object]);
        break;
    default: /* the board's own objects live for ever */
        break;
    }
}

static void release_notification(struct notification *notification, uint32_t rights)
{
    if ((rights & ABI_RIGHT_RECV) && --notification->recv_count == 0)
        watch_forget(notification);
    notification_release(notification);
}

static void release(struct process *holder, const struct cap *cap)
{
    switch ((enum abi_cap_type)cap->type) {
    case ABI_CAP_ENDPOINT:
        endpoint_release(&endpoints[cap->object], cap->rights, holder);
        break;
    case ABI_CAP_NOTIFICATION:
        release_notification(&notifications[cap->object], cap->rights);
        break;
    case ABI_CAP_MEMORY:
        memory_release(cap->object);
        break;
    case ABI_CAP_PROCESS:
        object_release_process(&processes[cap->object]);
        break;
    case ABI_CAP_REPLY:
        reply_drop_token(holder, cap);
        break;
    default:
        break;
    }
}

enum abi_error cap_find(struct process *process, uint64_t slot, enum abi_cap_type type,
                        uint32_t rights, struct cap **found)
{
    if (slot >= ABI_SLOT_COUNT || process->cap[slot].type == ABI_CAP_NONE)
        return ABI_E_SLOT;
    struct cap *cap = &process->cap[slot];
    if (type != ABI_CAP_NONE && cap->type != type)
        return ABI_E_TYPE;
    if ((cap->rights & rights) != rights)
        return ABI_E_RIGHTS;
    *found = cap;
    return ABI_OK;
}

enum abi_error cap_find_signal(struct process *process, uint64_t slot, struct cap **found)
{
    enum abi_error error = cap_find(process, slot, ABI_CAP_NOTIFICATION, ABI_RIGHT_SEND, found);
    if (error == ABI_OK && (*found)->badge == 0)
        return ABI_E_ARGUMENT;
    return error;
}

enum abi_error cap_derive(const struct cap *source, uint64_t rights, uint64_t badge,
                          struct cap *derived)
{
    struct cap copy = *source;
    if (source->type == ABI_CAP_REPLY)
        return ABI_E_TYPE; /* the debt is one, and stays with who took it */
    copy.rights &= (uint8_t)rights;
    if (badge != 0) {
        if (source->badge != 0 || !(source->rights & ABI_RIGHT_MINT))
            return ABI_E_RIGHTS;
        copy.badge = badge;
        copy.rights &= (uint8_t)~ABI_RIGHT_MINT;
    }
    *derived = copy;
    return ABI_OK;
}

bool cap_free_slots(const struct process *process, uint32_t count, uint32_t *slots)
{
    uint32_t found = 0;
    for (uint32_t slot = 1; slot < ABI_SLOT_COUNT && found < count; slot++)
        if (process->cap[slot].type == ABI_CAP_NONE)
            slots[found++] = slot;
    return found == count;
}

void cap_insert(struct process *process, uint32_t slot, const struct cap *cap)
{
    KASSERT(slot > 0 && slot < ABI_SLOT_COUNT && process->cap[slot].type == ABI_CAP_NONE);
    process->cap[slot] = *cap;
    retain(cap);
}

void cap_remove(struct process *process, uint32_t slot)
{
    struct cap cap = process->cap[slot];
    process->cap[slot] = (struct cap){.type = ABI_CAP_NONE};
    release(process, &cap);
}
