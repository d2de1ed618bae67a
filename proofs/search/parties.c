/* SPDX-License-Identifier: Apache-2.0 */
/* The parties of a search over the kernel. */
#include "parties.h"

#include "audit.h"
#include "plat.h"

#include <stdio.h>
#include <stdlib.h>

struct process *party[PARTY_MAX];
uint64_t party_slot[PARTY_MAX];
static unsigned party_count;
static const char *fault;

/* Nothing here reaches further into the RAM: objects are few, and pages are taken from its start.
 */
#define RAM_LEN (1u << 20)

void must(bool holds, const char *what)
{
    if (!holds && fault == NULL)
        fault = what;
}

int64_t of_init(uint64_t number, uint64_t a0, uint64_t a1)
{
    int64_t result = machine_call(&processes[INIT_PROCESS_IDX], number, a0, a1, 0, 0, 0, 0, 0);

    if (result < 0)
        abort();
    return result;
}

void party_give(unsigned to, uint64_t slot, uint64_t rights, uint64_t badge, uint64_t at)
{
    if (machine_call(&processes[INIT_PROCESS_IDX], ABI_SYS_PROCESS_GIVE, party_slot[to], slot,
                     rights, badge, at, 0, 0) != 0)
        abort();
}

static void create(unsigned which, char name, char priority)
{
    struct abi_process_config config = {.name = {name},
                                        .image_slot = MACHINE_SLOT_IMAGE,
                                        .priority = (uint32_t)(priority - '0'),
                                        .stack_pages = 1,
                                        .page_quota = 64};
    struct process *init = &processes[INIT_PROCESS_IDX];

    machine_write(init, MACHINE_SCRATCH, &config, sizeof config);
    party_slot[which] =
        (uint64_t)of_init(ABI_SYS_PROCESS_CREATE, ABI_INIT_SLOT_SYSTEM, MACHINE_SCRATCH);
    party[which] = &processes[init->cap[party_slot[which]].object];
}

void parties_boot(const char *names, const char *priorities)
{
    machine_boot();
    machine_way = PARTIES_WAY; /* of the build: the handlers alone, or the short way where it can */
    for (; names[party_count] != 0; party_count++)
        create(party_count, names[party_count], priorities[party_count]);
}

void parties_start(void)
{
    for (unsigned i = 0; i < party_count; i++)
        (void)of_init(ABI_SYS_PROCESS_START, party_slot[i], 0);
}

bool party_runs(unsigned which)
{
    return party[which]->state == PROCESS_RUNNABLE;
}

void party_kill(unsigned which)
{
    (void)of_init(ABI_SYS_PROCESS_KILL, party_slot[which], 0);
}

const char *parties_wrong(void)
{
    static char text[40];
    enum audit_result audit = audit_walk();

    if (audit == AUDIT_OK)
        return fault;
    (void)snprintf(text, sizeof text, "audit %d", (int)audit);
    return text;
}

int parties_search(struct search_model model)
{
    model.ram = arch_direct(PLAT_RAM_BASE);
    model.ram_len = RAM_LEN;
    model.ram_whole_len = MACHINE_RAM_BYTES;
    return search(&model);
}
