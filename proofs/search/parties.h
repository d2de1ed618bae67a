/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of the kernel on the machine of arrays, made by init's own system calls. */
#ifndef PARTIES_H
#define PARTIES_H

#include "kernel.h"
#include "machine.h"
#include "search.h"

#define PARTY_MAX 4

extern struct process *party[PARTY_MAX];
extern uint64_t party_slot[PARTY_MAX]; /* init's capability to it */

/* Boots, and creates processes that do not run yet: a name is one letter, a priority one digit. */
void parties_boot(const char *names, const char *priorities);
void parties_start(void);

/* A system call of init's that cannot fail. */
int64_t of_init(uint64_t number, uint64_t a0, uint64_t a1);
/* A right to an object of init's, before the start. */
void party_give(unsigned to, uint64_t slot, uint64_t rights, uint64_t badge, uint64_t at);

bool party_runs(unsigned which);
void party_kill(unsigned which);

/* The first thing that did not hold, or what the kernel's audit finds; NULL: nothing. */
void must(bool holds, const char *what);
const char *parties_wrong(void);

/* Searches with the machine's memory filled in. */
int parties_search(struct search_model model);

#endif
