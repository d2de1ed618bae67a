/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints: where calls wait for the process that serves them. */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "object.h"

#include <stdint.h>

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

#endif
