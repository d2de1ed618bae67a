/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over all tables that checks what must always hold. */
#ifndef AUDIT_H
#define AUDIT_H

#include "abi/memory.h"
#include "abi/process.h"

#include <stdint.h>

/* The first invariant that does not hold; 0 when all do. Numbers are for whoever debugs. */
enum audit_result {
    AUDIT_OK = 0,
    AUDIT_PAGE_BITS = 1,     /* free pages counted = free pages in the account */
    AUDIT_PAGE_ACCOUNT = 2,  /* free + charged = total; quotas + unreserved = total */
    AUDIT_PROCESS_PAGES = 3, /* a process's charge = its tables + its memory objects */
    AUDIT_PROCESS_REFS = 4,  /* references to processes, and objects they created */
    AUDIT_MEMORY_REFS = 5,   /* references to memory objects */
    AUDIT_ENDPOINT_REFS = 6,
    AUDIT_NOTIFICATION_REFS = 7, /* and every watch can be heard */
    AUDIT_MAPPINGS = 8,   /* every leaf belongs to a mapping; none is writable and executable */
    AUDIT_RUN_QUEUE = 9,  /* members RUNNABLE, linked both ways, of the queue's priority, all */
    AUDIT_SENDERS = 10,   /* the same for the queues of endpoints */
    AUDIT_WAITS = 11,     /* receivers, servers and callers point at one another */
    AUDIT_DEADLINES = 12, /* in order, linked both ways, members blocked, all */
    AUDIT_REPLIES = 13,   /* who is PARKED has one token, in the table of its server */
};

/* Steps: some over all tables, then those of one process after the other, a mapping each. What a
 * step checks holds at any time, so they need not be done in one go. */
#define AUDIT_TABLE_STEPS   5
#define AUDIT_PROCESS_STEPS (ABI_MAPPING_COUNT_MAX + 1)
#define AUDIT_STEP_COUNT    (AUDIT_TABLE_STEPS + ABI_PROCESS_COUNT_MAX * AUDIT_PROCESS_STEPS)

/* The first step from *step on that has something to check; *step is the next one then. */
enum audit_result audit_step(uint32_t *step);

/* All steps. */
enum audit_result audit_walk(void);

#endif
