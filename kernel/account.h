/* SPDX-License-Identifier: Apache-2.0 */
/* Pages charged to processes. A process's quota is reserved when it is created, so within its quota
 * it always finds single pages; only long runs can be missing. */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct process;

/* Takes quota pages out of what is not promised yet; false when there is not that much. */
bool account_open(struct process *process, uint32_t quota);

/* Pages, not cleared (pages.h), charged to the process; 0 when its quota or the machine has none.
 */
uint64_t account_alloc(struct process *process, uint32_t count);

/* Gives pages back. Those of a dead process return to what is not promised. */
void account_free(struct process *process, uint64_t phys, uint32_t count);

/* The process died: the unused part of its quota returns. */
void account_close(struct process *process);

/* Pages not promised to any process. */
uint32_t account_unreserved(void);

/* Called once, when the page allocator is filled. */
void account_init(uint32_t page_count);

#endif
