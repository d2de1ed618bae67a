/* SPDX-License-Identifier: Apache-2.0 */
/* Two halves: into a wait, and out of it. leave() undoes what any of the first half did. */
#include "wait.h"

#include "clock.h"
#include "log.h"
#include "queue.h"
#include "sched.h"

/* --- into a wait ------------------------------------------------------------------------------ */

static void ready(struct process *process)
{
    process->state = PROCESS_RUNNABLE;
    sched_add(process);
}

static void block(struct process *process, enum process_state state, uint64_t deadline)
{
    KASSERT(process->state == PROCESS_RUNNABLE);
    clock_wait(process, deadline);
    sched_remove(process);
    process->state = state;
}

static void owe(struct process *server, struct process *caller)
{
    caller->server = server;
    server->caller = caller;
    server->owes_reply = true;
}

void wait_start(struct process *process)
{
    KASSERT(process->state == PROCESS_CREATED);
    ready(process);
}

void wait_to_send(struct process *process, struct endpoint *endpoint, uint64_t deadline)
{
    block(process, PROCESS_SENDING, deadline);
    process->endpoint = endpoint;
    queue_push_by_priority(&endpoint->senders, process);
}

void wait_to_receive(struct process *process, struct endpoint *endpoint,
                     struct notification *notification, uint64_t deadline)
{
    block(process, PROCESS_RECEIVING, deadline);
    process->endpoint = endpoint;
    process->notification = notification;
    if (endpoint)
        endpoint->receiver = process;
    if (notification)
        notification->receiver = process;
}

void wait_for_reply(struct process *process, struct process *server, uint64_t deadline)
{
    block(process, PROCESS_AWAITING_REPLY, deadline);
    owe(server, process);
}

void wait_taken(struct process *process, struct process *server)
{
    queue_remove(&process->endpoint->senders, process);
    process->state = PROCESS_AWAITING_REPLY;
    process->endpoint = NULL;
    owe(server, process);
}

void wait_for_token(struct process *process, uint64_t serial)
{
    process->server->caller = NULL;
    process->server->owes_reply = false;
    process->state = PROCESS_PARKED;
    process->reply_serial = serial;
}

/* --- out of it -------------------------------------------------------------------------------- */

/* Takes a blocked process out of everything it waits on. */
static void leave(struct process *process)
{
    switch (process->state) {
    case PROCESS_SENDING:
        queue_remove(&process->endpoint->senders, process);
        process->endpoint = NULL;
        break;
    case PROCESS_AWAITING_REPLY:
        process->server->caller = NULL; /* the reply, when it comes, goes nowhere */
        process->server = NULL;
        break;
    case PROCESS_PARKED: /* the token names a call that is over, and stays behind */
        process->server = NULL;
        break;
    case PROCESS_RECEIVING:
        process->receive_time = arch_time();
        if (process->endpoint)
            process->endpoint->receiver = NULL;
        if (process->notification)
            process->notification->receiver = NULL;
        process->endpoint = NULL;
        process->notification = NULL;
        break;
    default:
        KASSERT(false);
    }
    clock_cancel(process);
}

void wait_wake(struct process *process, int64_t status, uint64_t result1, uint64_t result2)
{
    process_set_results(process, status, result1, result2);
    leave(process);
    ready(process);
}

void wait_fail(struct process *process, enum abi_error error)
{
    process->frame.x[ARCH_REG_A0] = (uint64_t) - (int64_t)error;
    leave(process);
    ready(process);
}

void wait_end(struct process *process)
{
    KASSERT(process_is_live(process));
    if (process->state == PROCESS_RUNNABLE)
        sched_remove(process);
    else if (process->state != PROCESS_CREATED)
        leave(process);
    process->state = PROCESS_DEAD;
}

void wait_expire(void)
{
    for (struct process *late = clock_late(); late; late = clock_late())
        wait_fail(late, ABI_E_TIMED_OUT);
}
