/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for private keys, and a process that does not leak them. */
#ifndef NODE_SECRET_H
#define NODE_SECRET_H

#include "node/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Forbids core dumps and ptrace by other processes of the same user. Called first thing in main. */
MUST_CHECK bool secret_harden_process(struct error *e);

/*
 * len bytes of zeroed memory of their own pages: locked into RAM, left out of core dumps and of
 * children. NULL, with *e filled, when the system refuses (RLIMIT_MEMLOCK).
 */
MUST_CHECK void *secret_alloc(size_t len, struct error *e);

/* Wipes and unmaps; NULL is allowed. */
void secret_free(void *memory, size_t len);

/* Wipes a secret that lived on the stack or in ordinary memory. */
void secret_wipe(void *memory, size_t len);

/* Overwrites what calls before this one left in the stack below its caller, 16 KiB of it: what
 * libraries leave there of a secret is not theirs to wipe. */
void secret_wipe_dead_stack(void);

/*
 * Fills `out` from getrandom(2), which is asked for a KiB at a time: what is not yet given out lies
 * in memory of secret_alloc()'s kind, is not there in a child, and is wiped as it is given out.
 * Aborts when the kernel has no randomness to give: nothing may go on without.
 */
void random_bytes(uint8_t *out, size_t len);

#endif
