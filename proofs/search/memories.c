/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory objects and mappings: P makes an object of two pages, copies its capability with fewer
 * rights, lends it to Q, with and without the right to write, maps and unmaps it at places that
 * overlap; so does Q with what it has; both drop what they have, and die, at every step.
 *
 * Of each page that a page table maps for user mode here: it is of an object that lives, and it is
 * writable only for who once had the right to write that object.
 */
#include "arch/riscv64/sv39.h"
#include "memory.h"
#include "parties.h"

enum party { P, Q, PARTY_COUNT };

#define SLOT_OWN   2 /* the endpoint between them */
#define SLOT_END   8
#define PAGE       ABI_PAGE_BYTES
#define MEMORY_LEN (2 * PAGE)
#define FIRST_ADDR 0x100000ull
#define PAGE_COUNT 8u

/* Two that overlap each other, and one that is apart. */
static const uint64_t addrs[] = {FIRST_ADDR, FIRST_ADDR + PAGE, FIRST_ADDR + 4 * PAGE};
#define ADDR_COUNT 3

enum step {
    P_CREATE,
    P_COPY,
    P_LEND,
    P_LEND_READ,
    P_DROP_WRITE,
    P_DROP_READ,
    Q_RECV,
    Q_REPLY,
    Q_DROP_WRITE,
    Q_DROP_READ,
    P_MAP,
    P_MAP_WRITE = P_MAP + ADDR_COUNT,
    P_MAP_AS_COPY = P_MAP_WRITE + ADDR_COUNT,
    P_UNMAP,
    Q_MAP = P_UNMAP + ADDR_COUNT,
    Q_MAP_WRITE = Q_MAP + ADDR_COUNT,
    Q_MAP_AS_COPY = Q_MAP_WRITE + ADDR_COUNT,
    Q_UNMAP,
    KILL_P = Q_UNMAP + ADDR_COUNT,
    KILL_Q,
    STEP_COUNT
};

static uint32_t object; /* where P's first object lies */
static bool could_write[PARTY_COUNT], could_read[PARTY_COUNT];

static bool is_ours(const struct cap *cap)
{
    return cap->type == ABI_CAP_MEMORY && cap->object == object;
}

/* A capability to the object, with the right to write or without; 0: none. */
static uint32_t slot_of(enum party which, bool writes)
{
    for (uint32_t slot = 1; slot < SLOT_END; slot++)
        if (is_ours(&party[which]->cap[slot]) &&
            ((party[which]->cap[slot].rights & ABI_RIGHT_WRITE) != 0) == writes)
            return slot;
    return 0;
}

static bool has_any(enum party which)
{
    return slot_of(which, true) != 0 || slot_of(which, false) != 0;
}

static void boot(void)
{
    parties_boot("pq", "33");
    uint64_t between = (uint64_t)of_init(ABI_SYS_ENDPOINT_CREATE, 0, 0);

    party_give(P, between, ABI_RIGHT_SEND, 1, SLOT_OWN);
    party_give(Q, between, ABI_RIGHT_RECV, 0, SLOT_OWN);
    parties_start();
    object = process_idx(party[P]) * ABI_PROCESS_MEMORIES_MAX;
    while (memories[object].ref_count != 0)
        object++;
}

/* --- steps ------------------------------------------------------------------------------------ */

static int64_t ask(enum party which, uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
    return machine_call(party[which], number, a0, a1, a2, 0, 0, ABI_DEADLINE_NONE, 0);
}

static void send(enum party which, uint64_t number, uint32_t slot, uint32_t rights, uint32_t room)
{
    struct abi_caps caps = {.send_count = slot != 0, .recv_capacity = room};
    uint64_t addr = MACHINE_SCRATCH + 0x1000;

    caps.send_slot[0] = slot;
    caps.send_rights[0] = rights;
    machine_write(party[which], addr, &caps, sizeof caps);
    (void)machine_call(party[which], number, SLOT_OWN, 0, MACHINE_SCRATCH, ABI_LENGTHS(0, 8), addr,
                       ABI_DEADLINE_NONE, 0);
}

/* Maps by the capability that the step names: one for the step's own protection, or the other. */
static void map(enum party which, uint64_t addr, bool writes, uint32_t slot)
{
    uint8_t rights = party[which]->cap[slot].rights;
    bool may = slot != 0 && (rights & ABI_RIGHT_READ) && (!writes || (rights & ABI_RIGHT_WRITE));
    int64_t status = ask(which, ABI_SYS_MAP, slot, addr,
                         writes ? ABI_PROT_READ | ABI_PROT_WRITE : ABI_PROT_READ);

    must(may || status < 0, "mapped without the right");
}

static void of_party(enum party which, unsigned step, unsigned first)
{
    unsigned kind = (step - first) / ADDR_COUNT;
    uint64_t addr = addrs[(step - first) % ADDR_COUNT];

    if (step - first == 2 * ADDR_COUNT) /* one step: to write, by a copy that may only read */
        map(which, addrs[0], true, slot_of(which, false));
    else if (kind == 0)
        map(which, addr, false,
            slot_of(which, false) ? slot_of(which, false) : slot_of(which, true));
    else
        map(which, addr, true, slot_of(which, true));
}

static void copy(void)
{
    uint32_t rights = ABI_RIGHT_READ | ABI_RIGHT_GRANT;
    int64_t slot = ask(P, ABI_SYS_CAP_COPY, slot_of(P, true), rights, 0);

    must(slot < 0 || (party[P]->cap[slot].rights & ~rights) == 0,
         "a copy has rights that nobody asked for");
}

static void do_step(unsigned step)
{
    switch (step) {
    case P_CREATE:
        (void)ask(P, ABI_SYS_MEMORY_CREATE, ABI_SLOT_NONE, MEMORY_LEN, 0);
        break;
    case P_COPY:
        copy();
        break;
    case P_LEND:
        send(P, ABI_SYS_CALL, slot_of(P, true), ABI_RIGHTS_ALL, 0);
        break;
    case P_LEND_READ:
        send(P, ABI_SYS_CALL, slot_of(P, true), ABI_RIGHT_READ, 0);
        break;
    case P_DROP_WRITE:
    case P_DROP_READ:
        (void)ask(P, ABI_SYS_CAP_DROP, slot_of(P, step == P_DROP_WRITE), 0, 0);
        break;
    case Q_RECV:
        send(Q, ABI_SYS_RECV, 0, 0, !has_any(Q));
        break;
    case Q_REPLY:
        (void)ask(Q, ABI_SYS_REPLY, 0, 0, 0);
        break;
    case Q_DROP_WRITE:
    case Q_DROP_READ:
        (void)ask(Q, ABI_SYS_CAP_DROP, slot_of(Q, step == Q_DROP_WRITE), 0, 0);
        break;
    case KILL_P:
    case KILL_Q:
        party_kill(step - KILL_P);
        break;
    default:
        if (step >= Q_UNMAP)
            (void)ask(Q, ABI_SYS_UNMAP, addrs[step - Q_UNMAP], 0, 0);
        else if (step >= Q_MAP)
            of_party(Q, step, Q_MAP);
        else if (step >= P_UNMAP)
            (void)ask(P, ABI_SYS_UNMAP, addrs[step - P_UNMAP], 0, 0);
        else
            of_party(P, step, P_MAP);
        break;
    }
}

/* Who has, or had, the right while the object lives. */
static void remember(void)
{
    bool lives = memories[object].ref_count != 0;

    for (unsigned i = 0; i < PARTY_COUNT; i++) {
        could_write[i] = lives && (could_write[i] || slot_of(i, true) != 0);
        could_read[i] = lives && (could_read[i] || has_any(i));
    }
}

static void step(unsigned step)
{
    do_step(step);
    remember();
}

static bool can(unsigned step)
{
    switch (step) {
    case P_CREATE:
        return party_runs(P) && memories[object].ref_count == 0;
    case P_COPY:
        return party_runs(P) && slot_of(P, true) != 0 && slot_of(P, false) == 0;
    case P_LEND:
    case P_LEND_READ:
        return party_runs(P) && slot_of(P, true) != 0;
    case P_DROP_WRITE:
    case P_DROP_READ:
        return party_runs(P) && slot_of(P, step == P_DROP_WRITE) != 0;
    case Q_DROP_WRITE:
    case Q_DROP_READ:
        return party_runs(Q) && slot_of(Q, step == Q_DROP_WRITE) != 0;
    case Q_RECV:
    case Q_REPLY:
        return party_runs(Q);
    case KILL_P:
    case KILL_Q:
        return party[step - KILL_P]->state != PROCESS_DEAD;
    default:
        return party_runs(step >= Q_MAP ? Q : P);
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

static uint64_t leaf_of(unsigned which, unsigned page)
{
    if (party[which]->root_phys == 0)
        return 0;
    return sv39_lookup(party[which]->root_phys, FIRST_ADDR + page * PAGE);
}

static void check_leaf(unsigned which, uint64_t leaf)
{
    const struct memory *memory = &memories[object];

    if (leaf == 0)
        return;
    uint64_t phys = sv39_entry_phys(leaf);
    must(memory->ref_count != 0, "a mapping survived its object");
    must(phys >= memory->phys && phys < memory->phys + MEMORY_LEN, "a page of nobody's is mapped");
    must((leaf & PTE_USER) && !(leaf & PTE_EXEC), "a page that is data can be run");
    must(could_read[which], "a page is mapped for who never had the right to read");
    must(!(leaf & PTE_WRITE) || could_write[which],
         "a page is writable for who never had the right to write");
}

static const char *wrong(void)
{
    for (unsigned i = 0; i < PARTY_COUNT; i++)
        for (unsigned page = 0; page < PAGE_COUNT; page++)
            check_leaf(i, leaf_of(i, page));
    return parties_wrong();
}

/* --- the key ---------------------------------------------------------------------------------- */

static size_t add_process(unsigned which, uint8_t *out)
{
    const struct process *process = party[which];
    size_t n = 0;

    out[n++] = (uint8_t)process->state;
    out[n++] = process->owes_reply;
    out[n++] = process->owes_reply && process->caller != NULL;
    out[n++] = process_is_blocked(process) ? (uint8_t)process->incoming.cap_capacity : 0;
    out[n++] = process->state == PROCESS_SENDING ? (uint8_t)process->outgoing.cap_rights[0] : 0;
    out[n++] = could_read[which];
    out[n++] = could_write[which];
    for (uint32_t slot = 1; slot < SLOT_END; slot++) {
        out[n++] = process->cap[slot].type;
        out[n++] = process->cap[slot].rights;
    }
    for (unsigned page = 0; page < PAGE_COUNT; page++)
        out[n++] = (uint8_t)leaf_of(which, page);
    for (unsigned i = 0; i < ABI_MAPPING_COUNT_MAX; i++)
        out[n++] = (uint8_t)((process->mapping[i].addr - FIRST_ADDR) / PAGE);
    out[n++] = (uint8_t)process->page_count;
    return n;
}

static size_t key(uint8_t *out)
{
    size_t n = 0;

    for (unsigned i = 0; i < PARTY_COUNT; i++)
        n += add_process(i, out + n);
    out[n++] = (uint8_t)memories[object].ref_count;
    return n;
}

static const char *name(unsigned step)
{
    static const char *const first[] = {"P.create",     "P.copy",      "P.lend", "P.lend-read",
                                        "P.drop-write", "P.drop-read", "Q.recv", "Q.reply",
                                        "Q.drop-write", "Q.drop-read"};

    return step < P_MAP     ? first[step]
           : step < P_UNMAP ? "P.map"
           : step < Q_MAP   ? "P.unmap"
           : step < Q_UNMAP ? "Q.map"
           : step < KILL_P  ? "Q.unmap"
           : step == KILL_P ? "kill-P"
                            : "kill-Q";
}

int main(void)
{
    boot();
    return parties_search((struct search_model){.step_count = STEP_COUNT,
                                                .can = can,
                                                .step = step,
                                                .wrong = wrong,
                                                .key = key,
                                                .name = name});
}
