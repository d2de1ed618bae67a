/* SPDX-License-Identifier: Apache-2.0 */
/* Bits are set before the receiver is looked for: with one hart, no wake-up is lost. */
#include "notification.h"

#include "log.h"
#include "wait.h"

struct notification *notification_create(struct process *creator)
{
    struct notification *first =
        &notifications[process_idx(creator) * ABI_PROCESS_NOTIFICATIONS_MAX];
    for (uint32_t i = 0; i < ABI_PROCESS_NOTIFICATIONS_MAX; i++) {
        if (first[i].ref_count == 0) {
            first[i] = (struct notification){0};
            object_created(creator);
            return &first[i];
        }
    }
    return NULL;
}

void notification_release(struct notification *notification)
{
    KASSERT(notification->ref_count > 0);
    if (--notification->ref_count > 0)
        return;
    KASSERT(notification->receiver == NULL);
    struct process *creator =
        &processes[notification_idx(notification) / ABI_PROCESS_NOTIFICATIONS_MAX];
    object_gone(creator);
}

uint64_t notification_take(struct notification *notification)
{
    uint64_t bits = notification->bits;
    notification->bits = 0;
    return bits;
}

void notification_signal(struct notification *notification, uint64_t bits)
{
    notification->bits |= bits;
    if (notification->receiver)
        wait_wake(notification->receiver, ABI_EVENT_NOTIFICATION, 0,
                  notification_take(notification));
}
