/* SPDX-License-Identifier: Apache-2.0 */
/* Capability tables. */
#ifndef CAP_H
#define CAP_H

#include "abi/error.h"
#include "object.h"

#include <stdbool.h>
#include <stdint.h>

/* The capability in a slot when it has the type (ABI_CAP_NONE: any) and all the rights. */
enum abi_error cap_find(struct process *process, uint64_t slot, enum abi_cap_type type,
                        uint32_t rights, struct cap **found);

/* A notification capability that may be signalled: SEND, and a badge that says which bits
 * (ABI_E_ARGUMENT without one). */
enum abi_error cap_find_signal(struct process *process, uint64_t slot, struct cap **found);

/* Computes a copy of source with the rights in the mask; badge 0 keeps the badge. Of a reply token
 * there is none (ABI_E_TYPE). */
enum abi_error cap_derive(const struct cap *source, uint64_t rights, uint64_t badge,
                          struct cap *derived);

/* The lowest count empty slots; false when there are fewer. */
bool cap_free_slots(const struct process *process, uint32_t count, uint32_t *slots);

/* Fills an empty slot, or empties a full one, and keeps the object's references. */
void cap_insert(struct process *process, uint32_t slot, const struct cap *cap);
void cap_remove(struct process *process, uint32_t slot);

#endif
