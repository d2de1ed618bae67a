/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: which notifications a process's death sets. */
#ifndef WATCH_H
#define WATCH_H

#include "abi/error.h"
#include "object.h"

#include <stdint.h>

/* The target's death sets the bits; at once if it is dead. A notification has one watch of a
 * target, with all the bits. ABI_E_STATE when nobody can receive them, ABI_E_NO_OBJECT when there
 * are ABI_WATCH_COUNT_MAX watches. */
enum abi_error watch_add(struct process *target, struct notification *notification, uint64_t bits);

/* Takes the bits back; ABI_E_STATE when none of them is watched for. */
enum abi_error watch_remove(struct process *target, struct notification *notification,
                            uint64_t bits);

/* Nobody can receive the notification's bits any more: its watches end. */
void watch_forget(struct notification *notification);

/* The process died: sets the bits of all that watched it. */
void watch_tell(struct process *process);

#endif
