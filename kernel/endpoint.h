/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints: where calls wait for the process that serves them. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "abi/memory.h"
#include "abi/process.h"
#include "queue.h"

#include <stdbool.h>
#include <stdint.h>

struct process;

#define ENDPOINT_COUNT (ABI_PROCESS_COUNT_MAX * ABI_PROCESS_ENDPOINTS_MAX)

struct endpoint {
    struct queue senders;     /* processes in state SENDING, by priority */
    struct process *receiver; /* blocked in a receive on it, NULL when nobody is */
    struct process *server;   /* who received on it last, before that who was given it to receive
                                 on before its start; NULL: nobody yet, or not any more */
    bool server_gone;         /* calls fail until the next receive */
    uint32_t ref_count;       /* capabilities; 0: not in use */
    uint32_t recv_count;      /* of these, with RECV */
};

/* Divided by creator, like the table of memory objects. */
extern struct endpoint endpoints[ENDPOINT_COUNT];

/* An unused entry of the creator's allowance, NULL when there is none. cap_insert() makes the first
 * reference. */
struct endpoint *endpoint_create(struct process *creator);

/* A capability with these rights came to be, or left its holder's table. Callers are told when
 * nobody can receive any more, or the server cannot. */
void endpoint_retain(struct endpoint *endpoint, uint32_t rights);
void endpoint_release(struct endpoint *endpoint, uint32_t rights, const struct process *holder);

/* A process that has not started is given a capability with these rights: if nobody served there
 * yet, it is whom callers wait for. */
void endpoint_given(struct endpoint *endpoint, uint32_t rights, struct process *target);

/* The process died: every endpoint that it served fails its waiting callers. */
void endpoint_server_died(const struct process *server);

static inline uint32_t endpoint_idx(const struct endpoint *endpoint)
{
    return (uint32_t)(endpoint - endpoints);
}

#endif
