/* SPDX-License-Identifier: Apache-2.0 */
/* A watch holds a reference to its notification, so that there is something to set. */
#include "watch.h"

#include "notification.h"

/* The target's watch of this notification, or for NULL an entry not in use; NULL if none. */
static struct watch *find(struct process *target, const struct notification *notification)
{
    for (uint32_t i = 0; i < ABI_WATCH_COUNT_MAX; i++)
        if (target->watch[i].notification == notification)
            return &target->watch[i];
    return NULL;
}

static void end(struct watch *watch)
{
    struct notification *notification = watch->notification;
    *watch = (struct watch){0};
    notification_release(notification);
}

enum abi_error watch_add(struct process *target, struct notification *notification, uint64_t bits)
{
    if (!process_is_live(target)) {
        notification_signal(notification, bits);
        return ABI_OK;
    }
    if (notification->recv_count == 0)
        return ABI_E_STATE;
    struct watch *watch = find(target, notification);
    if (!watch) {
        watch = find(target, NULL);
        if (!watch)
            return ABI_E_NO_OBJECT;
        watch->notification = notification;
        notification->ref_count++;
    }
    watch->bits |= bits;
    return ABI_OK;
}

enum abi_error watch_remove(struct process *target, struct notification *notification,
                            uint64_t bits)
{
    struct watch *watch = find(target, notification);
    if (!watch || !(watch->bits & bits))
        return ABI_E_STATE;
    watch->bits &= ~bits;
    if (watch->bits == 0)
        end(watch);
    return ABI_OK;
}

void watch_forget(struct notification *notification)
{
    for (uint32_t i = 0; i < ABI_PROCESS_COUNT_MAX; i++) {
        struct watch *watch = find(&processes[i], notification);
        if (watch)
            end(watch);
    }
}

void watch_tell(struct process *process)
{
    for (uint32_t i = 0; i < ABI_WATCH_COUNT_MAX; i++) {
        struct watch *watch = &process->watch[i];
        if (!watch->notification)
            continue;
        notification_signal(watch->notification, watch->bits);
        end(watch);
    }
}
