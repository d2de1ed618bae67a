/* SPDX-License-Identifier: Apache-2.0 */
/* The short way of CALL and REPLY_RECV: a server waits, its client calls; the server answers and
 * waits again. Nearly every message goes so, and then the next one to run is known.
 *
 *            client                                        server, of higher priority
 *            RUNNABLE                                      RECEIVING, nobody runnable above
 *   CALL -------|------ message, "message from badge" -------->|
 *            AWAITING_REPLY                                RUNNABLE, runs
 *               |<----- reply, status 0 -----------------------|------- REPLY_RECV
 *            RUNNABLE, runs                                RECEIVING: no bits, no callers queued
 *
 * What ipc.c and wait.c do for these two steps in general is done here in one piece, with the same
 * outcome: tests/kernel/fast_test.c compares every table. Each step is a list of conditions, then
 * its commit; whatever is not in the list (capabilities that go along, a deadline in the past, a
 * message that does not fit, somebody else to run first, an error) takes the general way, which
 * says what becomes of it. */
#include "fast.h"

#include "abi/syscall.h"
#include "bytes.h"
#include "clock.h"
#include "kernel.h"
#include "sched.h"
#include "space.h"
#include "upkeep.h"

#define SYSCALL_INSTRUCTION_BYTES 4 /* ecall */

/* --- conditions ------------------------------------------------------------------------------- */

static inline const struct cap *find(const struct process *process, uint64_t slot,
                                     enum abi_cap_type type, uint32_t rights)
{
    if (slot >= ABI_SLOT_COUNT)
        return NULL;
    const struct cap *cap = &process->cap[slot];
    return cap->type == type && (cap->rights & rights) ? cap : NULL;
}

/* Whether what it sends and where it receives, not longer than a message, is what it had last; both
 * may be empty. */
static inline bool has_buffers(const struct process *process, uint64_t send_addr,
                               uint64_t recv_addr, uint64_t lengths)
{
    return space_has_buffer(&process->outgoing.buffer, send_addr, (uint32_t)lengths) &&
           space_has_buffer(&process->incoming.buffer, recv_addr, (uint32_t)(lengths >> 32));
}

/* The user's struct abi_caps where it lies. */
static inline struct abi_caps *caps_in_place(const struct space_buffer *caps)
{
    return (struct abi_caps *)(void *)caps->part[0];
}

/* Whether it lies in one page, and straight. */
static inline bool can_stay(const struct space_buffer *caps)
{
    return caps->part_len >= sizeof(struct abi_caps) && caps->addr % sizeof(uint32_t) == 0;
}

/* Whether no capabilities go out with the struct at addr, 0 for none. */
static inline bool sends_none(const struct process *process, uint64_t addr)
{
    const struct space_buffer *caps = &process->incoming.caps;
    return addr == 0 || (space_has_buffer(caps, addr, sizeof(struct abi_caps)) && can_stay(caps) &&
                         caps_in_place(caps)->send_count == 0 &&
                         caps_in_place(caps)->recv_capacity <= ABI_MESSAGE_CAPS_MAX);
}

/* Whether a message of this length can be put where the process waits. */
static inline bool fits(const struct process *process, uint32_t len)
{
    const struct incoming *room = &process->incoming;
    return len <= room->buffer.len && (room->caps.len == 0 || can_stay(&room->caps));
}

/* Whether the caller is the next to run, once it can and the running process cannot. */
static inline bool runs_after(const struct process *running, const struct process *caller)
{
    const struct queue *queue = sched_queue(caller->priority);
    const struct queue *end = sched_queue(running->priority);
    while (queue < end && !queue->head)
        queue++;
    return queue >= end && !running->link.next;
}

/* --- commit ----------------------------------------------------------------------------------- */

/* Where it receives from now on. */
static inline void open_room(struct process *process, uint32_t capacity, uint64_t caps_addr)
{
    struct incoming *room = &process->incoming;
    room->buffer.len = capacity;
    room->caps.len = 0;
    room->cap_capacity = 0;
    if (caps_addr != 0) {
        room->caps.len = sizeof(struct abi_caps);
        room->cap_capacity = caps_in_place(&room->caps)->recv_capacity;
    }
}

/* Copies a message of whole words that lies in one page on both sides; false when it is not so. */
static inline bool copy_words(const struct space_buffer *to, const struct space_buffer *from,
                              uint32_t len)
{
    if (len == 0)
        return true;
    bytes_word *target = (bytes_word *)(void *)to->part[0];
    const bytes_word *source = (const bytes_word *)(const void *)from->part[0];
    if (len > to->part_len || len > from->part_len ||
        ((uintptr_t)target | (uintptr_t)source | len) % sizeof *source != 0)
        return false;
    for (; len >= 4 * sizeof *source;
         len -= 4 * (uint32_t)sizeof *source, target += 4, source += 4) {
        bytes_word w0 = source[0], w1 = source[1], w2 = source[2], w3 = source[3];
        target[0] = w0, target[1] = w1, target[2] = w2, target[3] = w3;
    }
    for (; len > 0; len -= (uint32_t)sizeof *source)
        *target++ = *source++;
    return true;
}

/* The message goes over, the last thing that is done of it. */
static void deliver(struct process *from, struct process *to, uint32_t len)
{
    from->outgoing.buffer.len = len;
    space_copy(&to->incoming.buffer, &from->outgoing.buffer, len);
    if (to->incoming.caps.len > 0)
        caps_in_place(&to->incoming.caps)->recv_count = 0;
}

/* What few messages need, apart: so that the others need no stack. */
static __attribute__((noinline)) struct arch_frame *
hand_over_more(struct process *from, struct process *to, uint32_t len, uint64_t deadline)
{
    deliver(from, to, len);
    clock_cancel(to);
    if (deadline != ABI_DEADLINE_NONE) {
        clock_enter(from, deadline);
        clock_program(ABI_DEADLINE_NONE);
    }
    return sched_hand_over(from, to);
}

/* The message goes over, the one waits in that state until the deadline, the other one runs. */
static __attribute__((noinline)) struct arch_frame *hand_over(struct process *from,
                                                              enum process_state state,
                                                              struct process *to, uint32_t len,
                                                              uint64_t deadline)
{
    from->frame.x[ARCH_REG_PC] += SYSCALL_INSTRUCTION_BYTES;
    from->state = state;
    to->state = PROCESS_RUNNABLE;
    if (to->deadline != ABI_DEADLINE_NONE || deadline != ABI_DEADLINE_NONE ||
        to->incoming.caps.len > 0 || !copy_words(&to->incoming.buffer, &from->outgoing.buffer, len))
        return hand_over_more(from, to, len, deadline);
    return sched_hand_over(from, to);
}

/* --- the two calls ---------------------------------------------------------------------------- */

/* A call whose conditions hold. */
static inline struct arch_frame *commit_call(struct process *process)
{
    const uint64_t *arg = &process->frame.x[ARCH_REG_A0];
    const struct cap *cap = &process->cap[arg[0]];
    struct endpoint *endpoint = &endpoints[cap->object];
    struct process *server = endpoint->receiver;
    uint32_t len = (uint32_t)arg[3];

    open_room(process, (uint32_t)(arg[3] >> 32), 0);
    server->receive_time = arch_time();
    endpoint->receiver = NULL;
    server->endpoint = NULL;
    if (server->notification) {
        server->notification->receiver = NULL;
        server->notification = NULL;
    }
    process->server = server;
    server->caller = process;
    server->owes_reply = true;
    process_set_results(server, ABI_EVENT_MESSAGE, len, cap->badge);
    return hand_over(process, PROCESS_AWAITING_REPLY, server, len, arg[5]);
}

/* One whose buffers are not where they were last: apart, since this needs a stack. The message fits
 * the server's room, so it is not too long. */
static __attribute__((noinline)) struct arch_frame *call_elsewhere(struct process *process)
{
    const uint64_t *arg = &process->frame.x[ARCH_REG_A0];
    uint32_t len = (uint32_t)arg[3], capacity = (uint32_t)(arg[3] >> 32);
    if (capacity > ABI_MESSAGE_BYTES_MAX ||
        !space_find_buffer(process, arg[1], len, false, &process->outgoing.buffer) ||
        !space_find_buffer(process, arg[2], capacity, true, &process->incoming.buffer))
        return kernel_system_call();
    return commit_call(process);
}

static inline struct arch_frame *call(struct process *process)
{
    const uint64_t *arg = &process->frame.x[ARCH_REG_A0];
    const struct cap *cap = find(process, arg[0], ABI_CAP_ENDPOINT, ABI_RIGHT_SEND);
    if (!cap)
        return kernel_system_call();
    const struct process *server = endpoints[cap->object].receiver;
    if (!server || server->priority <= process->priority || arg[4] != 0 || clock_passed(arg[5]) ||
        !fits(server, (uint32_t)arg[3]))
        return kernel_system_call();
    return has_buffers(process, arg[1], arg[2], arg[3]) ? commit_call(process)
                                                        : call_elsewhere(process);
}

/* The notification that it waits for as well, if it can do so now. */
static inline struct notification *find_bits(const struct process *process, uint64_t slot)
{
    const struct cap *cap = find(process, slot, ABI_CAP_NOTIFICATION, ABI_RIGHT_RECV);
    if (!cap)
        return NULL;
    struct notification *notification = &notifications[cap->object];
    return notification->bits == 0 && !notification->receiver ? notification : NULL;
}

static inline struct arch_frame *reply_recv(struct process *process)
{
    const uint64_t *arg = &process->frame.x[ARCH_REG_A0];
    struct process *caller = process->caller;
    const struct cap *cap = find(process, arg[0], ABI_CAP_ENDPOINT, ABI_RIGHT_RECV);
    if (!caller || !cap)
        return kernel_system_call();
    struct endpoint *endpoint = &endpoints[cap->object];
    struct notification *notification = find_bits(process, arg[1]);
    uint32_t len = (uint32_t)arg[3];
    if ((!notification && arg[1] != ABI_SLOT_NONE) || endpoint->receiver ||
        endpoint->senders.head || clock_passed(arg[5]) || !runs_after(process, caller) ||
        !fits(caller, len) || !has_buffers(process, arg[6], arg[2], arg[3]) ||
        !sends_none(process, arg[4]))
        return kernel_system_call();

    open_room(process, (uint32_t)(arg[3] >> 32), arg[4]);
    process->receive_time = arch_time();
    process->caller = NULL;
    process->owes_reply = false;
    caller->server = NULL;
    caller->frame.x[ARCH_REG_A0] = 0;
    caller->frame.x[ARCH_REG_A0 + 1] = len;
    endpoint->receiver = process;
    endpoint->server = process;
    endpoint->server_gone = false;
    process->endpoint = endpoint;
    process->notification = notification;
    if (notification)
        notification->receiver = process;
    return hand_over(process, PROCESS_RECEIVING, caller, len, arg[5]);
}

struct arch_frame *fast_system_call(void)
{
    struct process *process = sched_running;
    uint64_t number = process->frame.x[ARCH_REG_A7];
    if (number == ABI_SYS_CALL && !upkeep_needed)
        return call(process);
    if (number == ABI_SYS_REPLY_RECV && !upkeep_needed)
        return reply_recv(process);
    return kernel_system_call();
}
