/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications: a word of bits that are set at any time and taken by one receiver. */
#ifndef NOTIFICATION_H
#define NOTIFICATION_H

#include "object.h"

#include <stdint.h>

/* An unused entry of the creator's allowance, NULL when there is none. cap_insert() makes the first
 * reference. */
struct notification *notification_create(struct process *creator);

void notification_release(struct notification *notification);

/* Sets bits and wakes the receiver. */
void notification_signal(struct notification *notification, uint64_t bits);

/* Takes all bits. */
uint64_t notification_take(struct notification *notification);

#endif
