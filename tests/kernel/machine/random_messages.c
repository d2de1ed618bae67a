/* SPDX-License-Identifier: Apache-2.0 */
/* Everybody holds the same capabilities; who serves and who calls is a matter of priority. Most
 * calls are of the kind that goes the short way, the others miss it by one thing. */
#include "random_messages.h"

#include "audit.h"
#include "digest.h"
#include "kernel.h"
#include "machine.h"
#include "space.h"

#include <stdlib.h>

#define PARTY_COUNT 6u
static const uint32_t priorities[PARTY_COUNT] = {5, 4, 4, 4, 3, 2};
#define SERVER_COUNT 2u /* the first ones, each on one of the endpoints */

/* Two pages, not side by side in the machine's memory, that come and go. */
#define WINDOW     0x20000000ull
#define WINDOW_LEN (2 * 4096ull)
#define CAPS       (WINDOW + 1024)

/* Everybody's slots; those of four pages of memory come last. */
enum slot {
    SLOT_A = 2,  /* endpoint, all rights */
    SLOT_B,      /* another */
    SLOT_SEND,   /* the first, SEND alone, badged */
    SLOT_RECV,   /* the first, RECV alone */
    SLOT_BITS,   /* notification, all rights */
    SLOT_SIGNAL, /* the same, SEND alone, badged */
    SLOT_MEMORY,
    SLOT_COUNT = SLOT_MEMORY + 4,
};

struct run {
    random_source source;
    void *context;
    bool empty;
    uint32_t odd; /* what is not as usual in this call */
    struct process *party[PARTY_COUNT];
    uint64_t endpoint[2], notification;
};

static uint32_t pick(struct run *run, uint32_t bound)
{
    uint32_t number = 0;
    if (!run->empty && !run->source(run->context, &number))
        run->empty = true;
    return number % bound;
}

#define PICK(run, list) ((list)[pick(run, sizeof(list) / sizeof((list)[0]))])

/* --- the machine ------------------------------------------------------------------------------ */

static void give(uint64_t process, uint64_t source, uint64_t rights, uint64_t badge, uint64_t slot)
{
    machine_call(&processes[INIT_PROCESS_IDX], ABI_SYS_PROCESS_GIVE, process, source, rights, badge,
                 slot, 0, 0);
}

static void unmap(struct process *process)
{
    for (uint64_t addr = WINDOW; addr < WINDOW + WINDOW_LEN; addr += 4096)
        machine_call(process, ABI_SYS_UNMAP, addr, 0, 0, 0, 0, 0, 0);
}

/* One pair of pages or the other. */
static void map(struct process *process, uint64_t pair)
{
    uint64_t slot = SLOT_MEMORY + 2 * pair + 1;
    for (uint64_t addr = WINDOW; addr < WINDOW + WINDOW_LEN; addr += 4096)
        machine_call(process, ABI_SYS_MAP, slot--, addr, ABI_PROT_READ | ABI_PROT_WRITE, 0, 0, 0,
                     0);
}

static void spawn(struct run *run, uint32_t number)
{
    struct process *init = &processes[INIT_PROCESS_IDX];
    uint64_t process;
    struct process *party = machine_create("party", priorities[number], &process);
    give(process, run->endpoint[0], ABI_RIGHTS_ALL, 0, SLOT_A);
    give(process, run->endpoint[1], ABI_RIGHTS_ALL, 0, SLOT_B);
    give(process, run->endpoint[0], ABI_RIGHT_SEND, number + 1, SLOT_SEND);
    give(process, run->endpoint[0], ABI_RIGHT_RECV, 0, SLOT_RECV);
    give(process, run->notification, ABI_RIGHTS_ALL, 0, SLOT_BITS);
    give(process, run->notification, ABI_RIGHT_SEND, 1 + number, SLOT_SIGNAL);
    for (uint64_t slot = SLOT_MEMORY; slot < SLOT_COUNT; slot++) {
        uint64_t memory =
            (uint64_t)machine_call(init, ABI_SYS_MEMORY_CREATE, ABI_SLOT_NONE, 4096, 0, 0, 0, 0, 0);
        give(process, memory, ABI_RIGHTS_ALL, 0, slot);
        machine_call(init, ABI_SYS_CAP_DROP, memory, 0, 0, 0, 0, 0, 0);
    }
    machine_call(init, ABI_SYS_PROCESS_START, process, 0, 0, 0, 0, 0, 0);
    machine_call(init, ABI_SYS_CAP_DROP, process, 0, 0, 0, 0, 0, 0);
    map(party, 0);
    run->party[number] = party;
}

/* --- arguments -------------------------------------------------------------------------------- */

enum { SEND, RECEIVE, LEN, ROOM, CAPS_LIST, CAPS_PLACE, DEADLINE, ENDPOINT, BITS, ODD_COUNT };

static bool is_odd(struct run *run, uint32_t what)
{
    return run->odd == what || pick(run, 40) == 0;
}

static uint64_t any_addr(struct run *run, uint32_t what)
{
    static const uint64_t odd[] = {WINDOW + 8,      WINDOW + 4,     WINDOW + 4096 - 24,
                                   MACHINE_SCRATCH, MACHINE_RODATA, 0,
                                   WINDOW + 4096,   UINT64_MAX,     WINDOW + WINDOW_LEN};
    /* For a while everybody's messages lie across two pages. */
    uint64_t usual = machine_time / 128 % 4 == 0 ? WINDOW + 4096 - 24 : WINDOW;
    return is_odd(run, what) ? PICK(run, odd) : usual;
}

static uint64_t any_lengths(struct run *run)
{
    static const uint32_t lens[] = {0, 8, 16, 24, 64, 72};
    static const uint32_t odd_lens[] = {3, 100, 4096, 4097, UINT32_MAX};
    static const uint32_t rooms[] = {4096, 4096, 100, 72};
    static const uint32_t odd_rooms[] = {64, 8, 0, 4097};
    uint32_t len = is_odd(run, LEN) ? PICK(run, odd_lens) : PICK(run, lens);
    return ABI_LENGTHS(len, is_odd(run, ROOM) ? PICK(run, odd_rooms) : PICK(run, rooms));
}

static uint64_t any_caps(struct run *run, struct process *process)
{
    static const uint64_t odd[] = {CAPS + 2, WINDOW + 4096 - 20, MACHINE_RODATA};
    if (run->odd != CAPS_LIST && run->odd != CAPS_PLACE && pick(run, 3))
        return 0;
    struct abi_caps caps = {.send_count = is_odd(run, CAPS_LIST) ? 1 + 4 * pick(run, 2) : 0,
                            .send_slot = {SLOT_SEND},
                            .send_rights = {ABI_RIGHTS_ALL},
                            .recv_capacity = pick(run, is_odd(run, CAPS_LIST) ? 6 : 5),
                            .recv_count = 99};
    uint64_t addr = is_odd(run, CAPS_PLACE) ? PICK(run, odd) : CAPS;
    (void)space_copy_out(process, addr, &caps, sizeof caps);
    return addr;
}

static uint64_t any_deadline(struct run *run)
{
    if (!is_odd(run, DEADLINE))
        return pick(run, 4) ? ABI_DEADLINE_NONE : machine_time + 5 + pick(run, 40);
    return machine_time - pick(run, 2);
}

static uint64_t any_endpoint(struct run *run, uint64_t usual)
{
    static const uint64_t odd[] = {SLOT_B, SLOT_SEND, SLOT_RECV, SLOT_BITS, 0, 1, 99, 1000};
    return is_odd(run, ENDPOINT) ? PICK(run, odd) : usual;
}

static uint64_t any_notification(struct run *run)
{
    static const uint64_t odd[] = {SLOT_SIGNAL, SLOT_A, 1, 1000};
    return is_odd(run, BITS) ? PICK(run, odd) : pick(run, 2) ? ABI_SLOT_NONE : SLOT_BITS;
}

static uint64_t any_token(struct run *run, const struct process *process)
{
    uint32_t first = pick(run, ABI_SLOT_COUNT);
    for (uint32_t i = 0; i < ABI_SLOT_COUNT; i++)
        if (process->cap[(first + i) % ABI_SLOT_COUNT].type == ABI_CAP_REPLY)
            return (first + i) % ABI_SLOT_COUNT;
    return ABI_SLOT_NONE;
}

/* --- steps ------------------------------------------------------------------------------------ */

static uint64_t any_operation(struct run *run, const struct process *process, uint32_t number)
{
    static const uint64_t rare[] = {ABI_SYS_REPLY,    ABI_SYS_REPLY_LATER, ABI_SYS_NOTIFY,
                                    ABI_SYS_UNMAP,    ABI_SYS_MAP,         ABI_SYS_CALL,
                                    ABI_SYS_CAP_DROP, ABI_SYS_RECV,        ABI_SYS_REPLY_RECV};
    if (pick(run, 10) == 0)
        return PICK(run, rare);
    if (process->owes_reply)
        return ABI_SYS_REPLY_RECV;
    return number < SERVER_COUNT ? ABI_SYS_RECV : ABI_SYS_CALL;
}

static void operate(struct run *run, struct process *process, uint32_t number)
{
    uint64_t operation = any_operation(run, process, number);
    run->odd = pick(run, 2 * ODD_COUNT);
    if (!space_check(process, WINDOW, WINDOW_LEN, true) && pick(run, 2))
        map(process, pick(run, 2));
    uint64_t word = machine_time ^ pick(run, 1000) << 20;
    (void)space_copy_out(process, WINDOW, &word, sizeof word);
    switch (operation) {
    case ABI_SYS_NOTIFY:
        machine_call(process, operation, SLOT_SIGNAL, 0, 0, 0, 0, 0, 0);
        break;
    case ABI_SYS_UNMAP:
        unmap(process);
        break;
    case ABI_SYS_MAP: /* the other one, mostly: the same addresses are other memory then */
        unmap(process);
        map(process, pick(run, 2));
        break;
    case ABI_SYS_CAP_DROP:
    case ABI_SYS_REPLY: {
        uint64_t token = operation == ABI_SYS_REPLY && pick(run, 2) ? 0 : any_token(run, process);
        uint64_t lengths = any_lengths(run), send = any_addr(run, SEND);
        machine_call(process, operation, token, send, 0, lengths, any_caps(run, process), 0, 0);
        break;
    }
    default: {
        bool is_call = operation == ABI_SYS_CALL;
        uint64_t send = any_addr(run, SEND), recv = any_addr(run, RECEIVE);
        uint64_t lengths = any_lengths(run), bits = any_notification(run);
        uint64_t served = number == 1 ? SLOT_B : SLOT_A, called = pick(run, 3) ? SLOT_SEND : SLOT_B;
        uint64_t endpoint = any_endpoint(run, is_call ? called : served);
        uint64_t caps = is_call && pick(run, 8) ? 0 : any_caps(run, process);
        machine_call(process, operation, endpoint, is_call ? send : bits, recv, lengths, caps,
                     any_deadline(run), send);
        break;
    }
    }
}

static void disturb(struct run *run)
{
    uint32_t number = pick(run, PARTY_COUNT);
    machine_time += pick(run, 10);
    if (pick(run, 8) != 0) {
        kernel_timer_interrupt();
        kernel_resume();
        return;
    }
    process_die(run->party[number], ABI_DEATH_KILLED, 0);
    process_reap();
    spawn(run, number);
}

static void step(struct run *run)
{
    struct process *process = machine_next();
    uint32_t number = pick(run, PARTY_COUNT);
    machine_time += pick(run, 3);
    if (!process || pick(run, 24) == 0) {
        disturb(run);
        return;
    }
    if (pick(run, 8) == 0 && run->party[number]->state == PROCESS_RUNNABLE)
        process = run->party[number];
    for (number = 0; run->party[number] != process;)
        number++;
    operate(run, process, number);
}

uint32_t random_messages(random_source source, void *context, uint64_t *digest)
{
    struct run run = {.source = source, .context = context};
    struct process *init = &processes[INIT_PROCESS_IDX];
    machine_boot();
    for (uint32_t i = 0; i < 2; i++)
        run.endpoint[i] =
            (uint64_t)machine_call(init, ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    run.notification =
        (uint64_t)machine_call(init, ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, 0);
    for (uint32_t number = 0; number < PARTY_COUNT; number++)
        spawn(&run, number);
    uint32_t count = 0;
    while (count < RANDOM_MESSAGES_STEPS && !run.empty) {
        step(&run);
        digest[count++] = digest_of_machine(WINDOW, WINDOW_LEN);
    }
    if (audit_walk() != AUDIT_OK)
        abort();
    return count;
}
