/* SPDX-License-Identifier: Apache-2.0 */
/* Every state that one server with reply tokens and three callers can reach, and every step from
 * each of them: what the kernel does is compared with a model of a hundred lines. The search goes
 * over the model's states, breadth first; each is brought about in the kernel by the shortest way
 * there. */
#include "audit.h"
#include "kernel.h"
#include "machine.h"
#include "test.h"

#include <string.h>

#define CLIENT_COUNT 3
#define SERVER       CLIENT_COUNT /* as a party */
#define PARTY_COUNT  (CLIENT_COUNT + 1)
/* The second one waits behind the others, whenever it comes. */
static const uint32_t priority[CLIENT_COUNT] = {3, 2, 3};

#define TOKEN_COUNT 2       /* the search goes no further than this many at a time */
#define NOBODY      0xff    /* no debt, no token */
#define GONE        0xfe    /* a debt or token whose caller has gone */
#define STATE_MAX   100000u /* more than there are */
#define PATH_MAX    24u     /* steps to the farthest state, and some */

enum party_state { RUNS, QUEUED, OWED, PUT_OFF, RECEIVES, DIED };

struct model {
    uint8_t state[PARTY_COUNT];
    uint8_t timed[CLIENT_COUNT]; /* waits with a deadline */
    uint8_t queue[CLIENT_COUNT + 1];
    uint8_t queue_count;
    uint8_t debt;
    uint8_t token[TOKEN_COUNT];
};

/* What each party's last call gave, where it has ended one. */
struct results {
    bool known[PARTY_COUNT];
    int64_t status[PARTY_COUNT];
};

enum op_kind { CALL, CALL_TIMED, KILL, PASS_TIME, RECV, REPLY, REPLY_RECV, LATER, REPLY_TO, DROP };

struct op {
    enum op_kind kind;
    uint8_t which; /* party or token */
};

static const struct op ops[] = {
    {CALL, 0},       {CALL, 1},     {CALL, 2},  {CALL_TIMED, 0}, {CALL_TIMED, 1},
    {CALL_TIMED, 2}, {KILL, 0},     {KILL, 1},  {KILL, 2},       {KILL, SERVER},
    {PASS_TIME, 0},  {RECV, 0},     {REPLY, 0}, {REPLY_RECV, 0}, {LATER, 0},
    {REPLY_TO, 0},   {REPLY_TO, 1}, {DROP, 0},  {DROP, 1},
};
#define OP_COUNT (sizeof(ops) / sizeof(ops[0]))

/* Slots 1 and 3: the lowest that are empty beside MACHINE_SLOT_GIVEN. */
static uint64_t token_slot(uint8_t which)
{
    return which == 0 ? 1 : 3;
}

/* --- the model -------------------------------------------------------------------------------- */

static void ends(struct model *model, struct results *results, uint8_t party, int64_t status)
{
    model->state[party] = RUNS;
    if (party < CLIENT_COUNT)
        model->timed[party] = 0;
    results->known[party] = true;
    results->status[party] = status;
}

static void leave_queue(struct model *model, uint8_t client)
{
    uint8_t kept = 0;
    for (uint8_t i = 0; i < model->queue_count; i++)
        if (model->queue[i] != client)
            model->queue[kept++] = model->queue[i];
    model->queue_count = kept;
    memset(model->queue + kept, 0, sizeof model->queue - kept);
}

/* The client waits no more, whatever it waited in. */
static void forget(struct model *model, uint8_t client)
{
    leave_queue(model, client);
    if (model->debt == client)
        model->debt = GONE;
    for (uint8_t i = 0; i < TOKEN_COUNT; i++)
        if (model->token[i] == client)
            model->token[i] = GONE;
}

static void take(struct model *model, struct results *results, uint8_t client)
{
    leave_queue(model, client);
    model->state[client] = OWED;
    model->debt = client;
    ends(model, results, SERVER, ABI_EVENT_MESSAGE);
}

static void call(struct model *model, struct results *results, uint8_t client, bool timed)
{
    if (model->state[SERVER] == DIED) {
        ends(model, results, client, -ABI_E_PEER_DIED);
        return;
    }
    model->timed[client] = timed;
    model->state[client] = QUEUED;
    uint8_t at = model->queue_count++;
    for (; at > 0 && priority[model->queue[at - 1]] < priority[client]; at--)
        model->queue[at] = model->queue[at - 1];
    model->queue[at] = client;
    if (model->state[SERVER] == RECEIVES)
        take(model, results, client);
}

static void receive(struct model *model, struct results *results)
{
    model->state[SERVER] = RECEIVES;
    if (model->queue_count > 0)
        take(model, results, model->queue[0]);
}

static void kill(struct model *model, struct results *results, uint8_t party)
{
    if (party != SERVER) {
        forget(model, party);
        model->timed[party] = 0;
    }
    for (uint8_t i = 0; party == SERVER && i < CLIENT_COUNT; i++) {
        bool waits =
            model->state[i] == OWED || model->state[i] == PUT_OFF || model->state[i] == QUEUED;
        if (waits) {
            forget(model, i);
            ends(model, results, i, -ABI_E_PEER_DIED);
        }
    }
    if (party == SERVER) {
        model->debt = NOBODY;
        memset(model->token, NOBODY, sizeof model->token);
    }
    model->state[party] = DIED;
}

/* Pays a debt, by token or without. */
static int64_t answer(struct model *model, struct results *results, uint8_t *debt, int64_t status)
{
    uint8_t client = *debt;
    *debt = NOBODY;
    if (client == GONE)
        return -ABI_E_CANCELLED;
    ends(model, results, client, status);
    return 0;
}

static int64_t put_off(struct model *model)
{
    uint8_t client = model->debt;
    if (client == NOBODY)
        return -ABI_E_STATE;
    model->debt = NOBODY;
    if (client == GONE)
        return -ABI_E_CANCELLED;
    uint8_t cell = model->token[0] == NOBODY ? 0 : 1;
    model->state[client] = PUT_OFF;
    model->token[cell] = client;
    return (int64_t)token_slot(cell);
}

static void server_op(struct model *model, struct results *results, struct op op)
{
    int64_t status = 0;
    bool owes = model->debt != NOBODY;
    switch (op.kind) {
    case RECV:
    case REPLY_RECV:
        if (owes != (op.kind == REPLY_RECV)) {
            status = -ABI_E_STATE;
            break;
        }
        if (owes)
            (void)answer(model, results, &model->debt, 0);
        receive(model, results);
        return;
    case REPLY:
        status = owes ? answer(model, results, &model->debt, 0) : -ABI_E_STATE;
        break;
    case LATER:
        status = put_off(model);
        break;
    case REPLY_TO:
        status = answer(model, results, &model->token[op.which], 0);
        break;
    default: /* DROP */
        (void)answer(model, results, &model->token[op.which], -ABI_E_PEER_DIED);
        break;
    }
    ends(model, results, SERVER, status);
}

/* Whether the step can be made in this state. */
static bool can(const struct model *model, struct op op)
{
    bool has_room = model->token[0] == NOBODY || model->token[1] == NOBODY;
    switch (op.kind) {
    case CALL:
    case CALL_TIMED:
        return model->state[op.which] == RUNS;
    case KILL:
        return model->state[op.which] != DIED;
    case PASS_TIME:
        return true;
    case LATER:
        return model->state[SERVER] == RUNS && has_room;
    case REPLY_TO:
    case DROP:
        return model->state[SERVER] == RUNS && model->token[op.which] != NOBODY;
    default:
        return model->state[SERVER] == RUNS;
    }
}

static void model_do(struct model *model, struct results *results, struct op op)
{
    switch (op.kind) {
    case CALL:
    case CALL_TIMED:
        call(model, results, op.which, op.kind == CALL_TIMED);
        break;
    case KILL:
        kill(model, results, op.which);
        break;
    case PASS_TIME:
        for (uint8_t i = 0; i < CLIENT_COUNT; i++) {
            if (model->timed[i]) {
                forget(model, i);
                ends(model, results, i, -ABI_E_TIMED_OUT);
            }
        }
        break;
    default:
        server_op(model, results, op);
        break;
    }
}

/* --- the kernel ------------------------------------------------------------------------------- */

#define WAIT_TICKS 10

static struct process *party[PARTY_COUNT];

static void boot(void)
{
    uint64_t slot;
    machine_boot();
    uint64_t endpoint = (uint64_t)machine_call(&processes[INIT_PROCESS_IDX],
                                               ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0, 0, 0, 0);
    party[SERVER] = machine_spawn_on("server", endpoint, ABI_RIGHT_RECV, 0, 4, &slot);
    for (uint64_t i = 0; i < CLIENT_COUNT; i++)
        party[i] = machine_spawn_on("client", endpoint, ABI_RIGHT_SEND, i + 1, priority[i], &slot);
}

static void kernel_do(struct op op)
{
    struct process *server = party[SERVER];
    uint64_t deadline = op.kind == CALL_TIMED ? machine_time + WAIT_TICKS : ABI_DEADLINE_NONE;
    switch (op.kind) {
    case CALL:
    case CALL_TIMED:
        machine_call(party[op.which], ABI_SYS_CALL, MACHINE_SLOT_GIVEN, 0, 0, 0, 0, deadline, 0);
        break;
    case KILL:
        process_die(party[op.which], ABI_DEATH_KILLED, 0);
        process_reap();
        break;
    case PASS_TIME:
        machine_time += WAIT_TICKS;
        kernel_timer_interrupt();
        break;
    case RECV:
    case REPLY_RECV:
        machine_call(server, op.kind == RECV ? ABI_SYS_RECV : ABI_SYS_REPLY_RECV,
                     MACHINE_SLOT_GIVEN, 0, 0, 0, 0, ABI_DEADLINE_NONE, 0);
        break;
    case REPLY:
        machine_call(server, ABI_SYS_REPLY, 0, 0, 0, 0, 0, 0, 0);
        break;
    case LATER:
        machine_call(server, ABI_SYS_REPLY_LATER, 0, 0, 0, 0, 0, 0, 0);
        break;
    case REPLY_TO:
        machine_call(server, ABI_SYS_REPLY, token_slot(op.which), 0, 0, 0, 0, 0, 0);
        break;
    default:
        machine_call(server, ABI_SYS_CAP_DROP, token_slot(op.which), 0, 0, 0, 0, 0, 0);
        break;
    }
}

static void compare(const struct model *model, const struct results *results)
{
    static const enum process_state states[] = {PROCESS_RUNNABLE,       PROCESS_SENDING,
                                                PROCESS_AWAITING_REPLY, PROCESS_PARKED,
                                                PROCESS_RECEIVING,      PROCESS_DEAD};
    for (uint8_t i = 0; i < PARTY_COUNT; i++) {
        assert_int_equal(party[i]->state, states[model->state[i]]);
        if (model->state[i] == RUNS && results->known[i])
            assert_int_equal((int64_t)party[i]->frame.x[ARCH_REG_A0], results->status[i]);
    }
    for (uint8_t i = 0; i < TOKEN_COUNT && model->state[SERVER] != DIED; i++) {
        bool held = party[SERVER]->cap[token_slot(i)].type == ABI_CAP_REPLY;
        assert_int_equal(held, model->token[i] != NOBODY);
    }
    assert_int_equal(audit_walk(), AUDIT_OK);
}

/* --- the search ------------------------------------------------------------------------------- */

struct found {
    struct model model;
    uint32_t from; /* index of the state before */
    uint8_t op;
};

static struct found found[STATE_MAX];
static uint32_t found_count;

static bool is_new(const struct model *model)
{
    for (uint32_t i = 0; i < found_count; i++)
        if (memcmp(&found[i].model, model, sizeof *model) == 0)
            return false;
    return true;
}

/* Brings the kernel into a state, and tells what the parties' calls gave on the way. */
static void go_to(uint32_t index, struct results *results)
{
    uint8_t path[PATH_MAX];
    uint32_t len = 0;
    struct model model = found[0].model;
    for (uint32_t at = index; at != 0; at = found[at].from) {
        assert_true(len < PATH_MAX);
        path[len++] = found[at].op;
    }
    boot();
    memset(results, 0, sizeof *results);
    while (len > 0) {
        struct op op = ops[path[--len]];
        kernel_do(op);
        model_do(&model, results, op);
    }
}

static void try_step(uint32_t index, uint8_t op)
{
    struct model model = found[index].model;
    struct results results;
    if (!can(&model, ops[op]))
        return;
    go_to(index, &results);
    kernel_do(ops[op]);
    model_do(&model, &results, ops[op]);
    compare(&model, &results);
    if (is_new(&model)) {
        assert_true(found_count < STATE_MAX);
        found[found_count++] = (struct found){.model = model, .from = index, .op = op};
    }
}

static void search(void)
{
    found_count = 1;
    memset(found, 0, sizeof found[0]);
    memset(found[0].model.token, NOBODY, TOKEN_COUNT);
    found[0].model.debt = NOBODY;
    for (uint32_t index = 0; index < found_count; index++)
        for (uint8_t op = 0; op < OP_COUNT; op++)
            try_step(index, op);
    print_message("%u states\n", found_count);
}

static void test_every_step_from_every_state(void **state)
{
    (void)state;
    machine_way = MACHINE_HANDLER;
    search();
}

static void test_every_step_the_short_way(void **state)
{
    (void)state;
    machine_way = MACHINE_SHORT;
    machine_short_count = 0;
    search();
    assert_in_range(machine_short_count, 400, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_step_from_every_state),
        cmocka_unit_test(test_every_step_the_short_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
