/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications: a word of bits that are set at any time and taken by one receiver. */
#ifndef NOTIFICATION_H
#define NOTIFICATION_H

#include "abi/memory.h"
#include "abi/process.h"

#include <stdint.h>

struct process;

#define NOTIFICATION_COUNT (ABI_PROCESS_COUNT_MAX * ABI_PROCESS_NOTIFICATIONS_MAX)

struct notification {
    uint64_t bits;
    struct process *receiver; /* blocked on it, NULL when nobody is */
    uint32_t ref_count;       /* capabilities, bound interrupts, watches; 0: not in use */
    uint32_t recv_count;      /* of these, capabilities with RECV */
};

/* Divided by creator, like the table of memory objects. */
extern struct notification notifications[NOTIFICATION_COUNT];

/* An unused entry of the creator's allowance, NULL when there is none. cap_insert() makes the first
 * reference. */
struct notification *notification_create(struct process *creator);

void notification_release(struct notification *notification);

/* Sets bits and wakes the receiver. */
void notification_signal(struct notification *notification, uint64_t bits);

/* Takes all bits. */
uint64_t notification_take(struct notification *notification);

static inline uint32_t notification_idx(const struct notification *notification)
{
    return (uint32_t)(notification - notifications);
}

#endif
