/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's messages: a server that also calls another one, and two clients. Messages carry
 * capabilities, have deadlines, are answered later by token; everybody can die at every step.
 *
 * Two capabilities of A lead to T's endpoint. One it lends without GRANT, which S can use and not
 * pass on; the other with it, and S passes that on to B.
 */
#include "parties.h"

enum party { S, T, A, B, PARTY_COUNT };

#define TICKS        10 /* a deadline's length, and a step of time */
#define SLOT_OWN     2  /* S, T: to receive; A, B: to call S */
#define SLOT_LENT    3  /* to T: A lends it; S's own way there */
#define SLOT_PASSED  4  /* to T: A lends it with GRANT */
#define SLOT_END     8  /* nobody has more */
#define BADGE_LENT   10
#define BADGE_PASSED 11
#define BADGE_S      12

enum step {
    A_CALL,
    A_CALL_TIMED,
    A_LEND,
    A_PASS,
    A_CALL_T,
    B_CALL,
    B_CALL_TIMED,
    B_CALL_T,
    B_DROP,
    S_RECV,
    S_RECV_TIMED,
    S_REPLY,
    S_REPLY_PASS,
    S_REPLY_RECV,
    S_LATER,
    S_REPLY_TO,
    S_DROP_TOKEN,
    S_DROP,
    S_CALL_T,
    S_CALL_LENT,
    T_RECV,
    T_REPLY,
    T_REPLY_RECV,
    KILL_S,
    KILL_T,
    KILL_A,
    KILL_B,
    TIME,
    STEP_COUNT
};

static const char *const names[] = {
    "A.call",       "A.call-timed", "A.lend",  "A.pass",     "A.call-T",     "B.call",
    "B.call-timed", "B.call-T",     "B.drop",  "S.recv",     "S.recv-timed", "S.reply",
    "S.reply-pass", "S.reply-recv", "S.later", "S.reply-to", "S.drop-token", "S.drop",
    "S.call-T",     "S.call-lent",  "T.recv",  "T.reply",    "T.reply-recv", "kill-S",
    "kill-T",       "kill-A",       "kill-B",  "time"};

/* --- the machine ------------------------------------------------------------------------------ */

static void boot(void)
{
    parties_boot("stab", "4533"); /* a server above its callers: the short way asks for it */
    uint64_t to_s = (uint64_t)of_init(ABI_SYS_ENDPOINT_CREATE, 0, 0);
    uint64_t to_t = (uint64_t)of_init(ABI_SYS_ENDPOINT_CREATE, 0, 0);

    party_give(S, to_s, ABI_RIGHT_RECV, 0, SLOT_OWN);
    party_give(S, to_t, ABI_RIGHT_SEND, BADGE_S, SLOT_LENT);
    party_give(T, to_t, ABI_RIGHT_RECV, 0, SLOT_OWN);
    party_give(A, to_s, ABI_RIGHT_SEND, A + 1, SLOT_OWN);
    party_give(A, to_t, ABI_RIGHT_SEND | ABI_RIGHT_GRANT, BADGE_LENT, SLOT_LENT);
    party_give(A, to_t, ABI_RIGHT_SEND | ABI_RIGHT_GRANT, BADGE_PASSED, SLOT_PASSED);
    party_give(B, to_s, ABI_RIGHT_SEND, B + 1, SLOT_OWN);
    parties_start();
}

/* Where a party keeps what it was given; 0: nowhere. */
static uint32_t received_slot(enum party which)
{
    for (uint32_t slot = 1; slot < SLOT_END; slot++)
        if (party[which]->cap[slot].type == ABI_CAP_ENDPOINT &&
            party[which]->cap[slot].badge >= BADGE_LENT &&
            party[which]->cap[slot].badge <= BADGE_PASSED)
            return slot;
    return 0;
}

static uint32_t token_slot(void)
{
    for (uint32_t slot = 1; slot < SLOT_END; slot++)
        if (party[S]->cap[slot].type == ABI_CAP_REPLY)
            return slot;
    return 0;
}

/* --- steps ------------------------------------------------------------------------------------ */

#define CAPS_ADDR (MACHINE_SCRATCH + 0x1000)

/* Writes what goes with a message: one capability or none, room for one or none. */
static uint64_t caps(enum party which, uint32_t slot, uint32_t rights, uint32_t room)
{
    struct abi_caps caps = {.send_count = slot != 0, .recv_capacity = room};

    caps.send_slot[0] = slot;
    caps.send_rights[0] = rights;
    machine_write(party[which], CAPS_ADDR, &caps, sizeof caps);
    return CAPS_ADDR;
}

static int64_t ask(enum party which, uint64_t number, uint64_t slot, uint64_t caps_addr, bool timed)
{
    uint64_t deadline = timed ? machine_time + TICKS : ABI_DEADLINE_NONE;

    return machine_call(party[which], number, slot, 0, MACHINE_SCRATCH, ABI_LENGTHS(0, 8),
                        caps_addr, deadline, 0);
}

/* S and B take what they are given when they have none yet. */
static uint64_t room(enum party which)
{
    return caps(which, 0, 0, received_slot(which) == 0);
}

/* A call: at once an error where nobody serves any more, and only there. */
static void call(enum party which, enum party server, uint32_t slot, uint64_t caps_addr, bool timed)
{
    bool gone = party[server]->state == PROCESS_DEAD;
    int64_t status = ask(which, ABI_SYS_CALL, slot, caps_addr, timed);

    must(gone == (status == -ABI_E_PEER_DIED),
         "a call of the dead, or of the living, told wrongly");
    must(!gone || party_runs(which), "a call of the dead waits");
}

static void receive(enum party which, uint64_t number, bool timed)
{
    (void)ask(which, number, SLOT_OWN, which == S ? room(S) : 0, timed);
}

static void step_of_client(enum step step)
{
    switch (step) {
    case A_CALL:
    case A_CALL_TIMED:
        call(A, S, SLOT_OWN, 0, step == A_CALL_TIMED);
        break;
    case A_LEND:
        call(A, S, SLOT_OWN, caps(A, SLOT_LENT, ABI_RIGHT_SEND, 0), false);
        break;
    case A_PASS:
        call(A, S, SLOT_OWN, caps(A, SLOT_PASSED, ABI_RIGHTS_ALL, 0), false);
        break;
    case A_CALL_T:
        call(A, T, SLOT_LENT, 0, false);
        break;
    case B_CALL:
    case B_CALL_TIMED:
        call(B, S, SLOT_OWN, room(B), step == B_CALL_TIMED);
        break;
    case B_CALL_T:
        call(B, T, received_slot(B), 0, false);
        break;
    case B_DROP:
        (void)ask(B, ABI_SYS_CAP_DROP, received_slot(B), 0, false);
        break;
    default:
        break;
    }
}

static void step_of_server(enum step step)
{
    switch (step) {
    case S_RECV:
    case S_RECV_TIMED:
        receive(S, ABI_SYS_RECV, step == S_RECV_TIMED);
        break;
    case S_REPLY:
        (void)machine_call(party[S], ABI_SYS_REPLY, 0, 0, 0, 0, 0, 0, 0);
        break;
    case S_REPLY_PASS: {
        bool may = party[S]->cap[received_slot(S)].rights & ABI_RIGHT_GRANT;
        int64_t status = machine_call(party[S], ABI_SYS_REPLY, 0, 0, 0, 0,
                                      caps(S, received_slot(S), ABI_RIGHTS_ALL, 0), 0, 0);

        must(may || status == -ABI_E_RIGHTS || status == -ABI_E_STATE,
             "a capability without GRANT was passed on");
        break;
    }
    case S_REPLY_RECV:
        receive(S, ABI_SYS_REPLY_RECV, false);
        break;
    case S_LATER:
        (void)machine_call(party[S], ABI_SYS_REPLY_LATER, 0, 0, 0, 0, 0, 0, 0);
        break;
    case S_REPLY_TO:
        (void)machine_call(party[S], ABI_SYS_REPLY, token_slot(), 0, 0, 0, 0, 0, 0);
        break;
    case S_DROP_TOKEN:
        (void)ask(S, ABI_SYS_CAP_DROP, token_slot(), 0, false);
        break;
    case S_DROP:
        (void)ask(S, ABI_SYS_CAP_DROP, received_slot(S), 0, false);
        break;
    case S_CALL_T:
        call(S, T, SLOT_LENT, 0, false);
        break;
    case S_CALL_LENT:
        call(S, T, received_slot(S), 0, false);
        break;
    case T_RECV:
        receive(T, ABI_SYS_RECV, false);
        break;
    case T_REPLY:
        (void)machine_call(party[T], ABI_SYS_REPLY, 0, 0, 0, 0, 0, 0, 0);
        break;
    case T_REPLY_RECV:
        receive(T, ABI_SYS_REPLY_RECV, false);
        break;
    default:
        break;
    }
}

static void do_step(enum step step)
{
    if (step < S_RECV)
        step_of_client(step);
    else if (step < KILL_S)
        step_of_server(step);
    else if (step < TIME) {
        party_kill(step - KILL_S);
    } else {
        machine_time += TICKS;
        kernel_timer_interrupt();
    }
}

static bool can(unsigned step)
{
    switch ((enum step)step) {
    case A_CALL:
    case A_CALL_TIMED:
    case A_LEND:
    case A_PASS:
    case A_CALL_T:
        return party_runs(A);
    case B_CALL:
    case B_CALL_TIMED:
        return party_runs(B);
    case B_CALL_T:
    case B_DROP:
        return party_runs(B) && received_slot(B) != 0;
    case S_REPLY_PASS:
    case S_DROP:
    case S_CALL_LENT:
        return party_runs(S) && received_slot(S) != 0;
    case S_LATER:
        return party_runs(S) && token_slot() == 0;
    case S_REPLY_TO:
    case S_DROP_TOKEN:
        return party_runs(S) && token_slot() != 0;
    case T_RECV:
    case T_REPLY:
    case T_REPLY_RECV:
        return party_runs(T);
    case KILL_S:
    case KILL_T:
    case KILL_A:
    case KILL_B:
        return party[step - KILL_S]->state != PROCESS_DEAD;
    case TIME:
        return true;
    default:
        return party_runs(S);
    }
}

/* --- what must hold --------------------------------------------------------------------------- */

struct before {
    enum process_state state[PARTY_COUNT];
    struct process *server[PARTY_COUNT];
    bool timed_out[PARTY_COUNT]; /* would be, if time passed now */
};

static struct before before;

static void look(void)
{
    for (unsigned i = 0; i < PARTY_COUNT; i++) {
        struct process *process = party[i];

        before.state[i] = process->state;
        before.server[i] = process->state == PROCESS_SENDING ? process->endpoint->server
                           : process_is_blocked(process)     ? process->server
                                                             : NULL;
        before.timed_out[i] = process_is_blocked(process) &&
                              process->deadline != ABI_DEADLINE_NONE &&
                              process->deadline <= machine_time + TICKS;
    }
}

static bool waited_for(unsigned i, const struct process *server)
{
    return before.state[i] != PROCESS_RECEIVING && before.server[i] == server;
}

/* Of a death hear exactly those who waited for its answer; of time, those whose deadline came. */
static void check_step(enum step step)
{
    for (unsigned i = 0; i < PARTY_COUNT; i++) {
        int64_t status = (int64_t)party[i]->frame.x[ARCH_REG_A0];

        if (step >= KILL_S && step <= KILL_B && i != step - KILL_S) {
            bool told = waited_for(i, party[step - KILL_S]);

            must(party[i]->state == (told ? PROCESS_RUNNABLE : before.state[i]),
                 "a death moved somebody else, or not who waited");
            must(!told || status == -ABI_E_PEER_DIED, "a death was not told");
        }
        if (step == TIME) {
            must(party[i]->state == (before.timed_out[i] ? PROCESS_RUNNABLE : before.state[i]),
                 "a deadline moved somebody else, or not whose it is");
            must(!before.timed_out[i] || status == -ABI_E_TIMED_OUT, "a deadline was not told");
        }
    }
}

static void check_wait(const struct process *process)
{
    const struct process *server = process->server;

    must(process->state != PROCESS_SENDING ||
             (process->endpoint->server != NULL && process_is_live(process->endpoint->server) &&
              !process->endpoint->server_gone && process->endpoint->receiver == NULL),
         "somebody waits to be heard where nobody listens, or where somebody does");
    must(process->state != PROCESS_AWAITING_REPLY ||
             (process_is_live(server) && server->owes_reply && server->caller == process),
         "somebody waits for an answer that nobody owes");
    must(process->state != PROCESS_PARKED || (process_is_live(server) && server->reply_count > 0),
         "somebody waits for a token that nobody has");
    must(!process_is_blocked(process) || process->deadline > machine_time,
         "somebody waits beyond the deadline");
}

/* Rights only shrink, and go nowhere that they were not given. */
static void check_cap(enum party which, const struct cap *cap)
{
    if (cap->type != ABI_CAP_ENDPOINT)
        return;
    must(!(cap->rights & ABI_RIGHT_RECV) || which == S || which == T, "a right to receive moved");
    must(!(cap->rights & ABI_RIGHT_MINT), "a right to mint came from nowhere");
    if (which == A)
        return;
    must(cap->badge != BADGE_LENT || (which == S && cap->rights == ABI_RIGHT_SEND),
         "what was lent was passed on, or with more rights");
    must(cap->badge != BADGE_PASSED || cap->rights == (ABI_RIGHT_SEND | ABI_RIGHT_GRANT),
         "what was passed lost or won rights");
    must(cap->badge != BADGE_S || which == S, "a capability without GRANT moved");
}

static const char *wrong(void)
{
    for (unsigned i = 0; i < PARTY_COUNT; i++) {
        if (party[i]->state != PROCESS_DEAD)
            check_wait(party[i]);
        for (uint32_t slot = 1; slot < ABI_SLOT_COUNT; slot++)
            check_cap((enum party)i, &party[i]->cap[slot]);
    }
    return parties_wrong();
}

static void step(unsigned step)
{
    look();
    do_step((enum step)step);
    check_step((enum step)step);
}

/* --- the key ---------------------------------------------------------------------------------- */

static uint8_t index_of(const struct process *process)
{
    for (uint8_t i = 0; i < PARTY_COUNT; i++)
        if (process == party[i])
            return (uint8_t)(i + 1);
    return 0;
}

static size_t add_caps(const struct process *process, uint8_t *out)
{
    size_t n = 0;

    for (uint32_t slot = 1; slot < SLOT_END; slot++) {
        const struct cap *cap = &process->cap[slot];

        out[n++] = cap->type;
        out[n++] = cap->rights;
        out[n++] = (uint8_t)cap->object;
        out[n] = (uint8_t)cap->badge;
        if (cap->type == ABI_CAP_REPLY) { /* its serial: whose call it answers */
            out[n] = 0;
            for (uint8_t i = 0; i < PARTY_COUNT; i++)
                if (party[i]->state == PROCESS_PARKED && party[i]->reply_serial == cap->badge)
                    out[n] = (uint8_t)(i + 1);
        }
        n++;
    }
    return n;
}

static size_t add_endpoint(const struct endpoint *endpoint, uint8_t *out)
{
    size_t n = 0;

    out[n++] = index_of(endpoint->receiver);
    out[n++] = index_of(endpoint->server);
    out[n++] = endpoint->server_gone;
    for (const struct process *at = endpoint->senders.head; at != NULL; at = at->link.next)
        out[n++] = (uint8_t)(100 + index_of(at));
    return n;
}

static size_t add_process(const struct process *process, uint8_t *out)
{
    bool blocked = process_is_blocked(process);
    size_t n = 0;

    out[n++] = (uint8_t)process->state;
    out[n++] =
        blocked && process->endpoint != NULL ? (uint8_t)(1 + endpoint_idx(process->endpoint)) : 0;
    out[n++] = blocked ? index_of(process->server) : 0;
    out[n++] = process->owes_reply;
    out[n++] = process->owes_reply ? index_of(process->caller) : 0;
    out[n++] = blocked && process->deadline != ABI_DEADLINE_NONE
                   ? (uint8_t)(1 + (process->deadline - machine_time) / TICKS)
                   : 0;
    out[n++] = blocked ? (uint8_t)process->incoming.cap_capacity : 0;
    if (process->state == PROCESS_SENDING) {
        out[n++] = (uint8_t)process->outgoing.cap_count;
        out[n++] = process->outgoing.cap_count ? (uint8_t)process->outgoing.cap_slot[0] : 0;
        out[n++] = (uint8_t)process->outgoing.badge;
    }
    return n + add_caps(process, out + n);
}

static size_t key(uint8_t *out)
{
    size_t n = 0;

    for (unsigned i = 0; i < PARTY_COUNT; i++)
        n += add_process(party[i], out + n);
    for (unsigned i = 0; i < ENDPOINT_COUNT; i++)
        if (endpoints[i].ref_count != 0)
            n += add_endpoint(&endpoints[i], out + n);
    return n;
}

static const char *name(unsigned step)
{
    return names[step];
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
