/* SPDX-License-Identifier: Apache-2.0 */
/* Each call is decoded and checked as a whole, then done: what is refused has changed nothing. */
#include "ipc.h"

#include "cap.h"
#include "clock.h"
#include "endpoint.h"
#include "log.h"
#include "notification.h"
#include "reply.h"
#include "space.h"
#include "status.h"
#include "wait.h"

/* What a receive waits on, checked. */
struct receive_request {
    struct endpoint *endpoint;         /* NULL: no messages */
    struct notification *notification; /* NULL: no bits */
    uint64_t deadline;
};

/* --- decoding: what a process asks for, before anything is done --------------------------------
 * The process's own outgoing and incoming are the place for it: they mean something to others only
 * while it is blocked. */

static enum abi_error decode_caps(struct process *process, uint64_t caps_addr)
{
    struct outgoing *outgoing = &process->outgoing;
    struct incoming *incoming = &process->incoming;
    struct abi_caps caps;
    if (!space_find_buffer(process, caps_addr, sizeof caps, true, &incoming->caps))
        return ABI_E_ADDRESS;
    space_get(&caps, &incoming->caps, 0, sizeof caps);
    if (caps.send_count > ABI_MESSAGE_CAPS_MAX || caps.recv_capacity > ABI_MESSAGE_CAPS_MAX)
        return ABI_E_ARGUMENT;
    for (uint32_t i = 0; i < caps.send_count; i++) {
        struct cap *cap;
        enum abi_error error =
            cap_find(process, caps.send_slot[i], ABI_CAP_NONE, ABI_RIGHT_GRANT, &cap);
        if (error != ABI_OK)
            return error;
        outgoing->cap_slot[i] = caps.send_slot[i];
        outgoing->cap_rights[i] = caps.send_rights[i];
    }
    outgoing->cap_count = caps.send_count;
    incoming->cap_capacity = caps.recv_capacity;
    return ABI_OK;
}

/* Both halves of a message operation: bytes to send, room to receive, capabilities of both. */
static enum abi_error decode_buffers(struct process *process, uint64_t send_addr,
                                     uint64_t recv_addr, uint64_t lengths, uint64_t caps_addr)
{
    uint32_t send_len = (uint32_t)lengths;
    uint32_t recv_capacity = (uint32_t)(lengths >> 32);
    if (send_len > ABI_MESSAGE_BYTES_MAX || recv_capacity > ABI_MESSAGE_BYTES_MAX)
        return ABI_E_TOO_BIG;
    if (!space_find_buffer(process, send_addr, send_len, false, &process->outgoing.buffer) ||
        !space_find_buffer(process, recv_addr, recv_capacity, true, &process->incoming.buffer))
        return ABI_E_ADDRESS;
    process->outgoing.cap_count = 0;
    process->incoming.cap_capacity = 0;
    process->incoming.caps.len = 0;
    return caps_addr == 0 ? ABI_OK : decode_caps(process, caps_addr);
}

static enum abi_error decode_receive(struct process *process, const uint64_t *arg,
                                     struct receive_request *request)
{
    struct cap *cap;
    enum abi_error error;
    request->endpoint = NULL;
    request->notification = NULL;
    request->deadline = arg[5];
    if (arg[0] != ABI_SLOT_NONE) {
        error = cap_find(process, arg[0], ABI_CAP_ENDPOINT, ABI_RIGHT_RECV, &cap);
        if (error != ABI_OK)
            return error;
        request->endpoint = &endpoints[cap->object];
    }
    if (arg[1] != ABI_SLOT_NONE) {
        error = cap_find(process, arg[1], ABI_CAP_NOTIFICATION, ABI_RIGHT_RECV, &cap);
        if (error != ABI_OK)
            return error;
        request->notification = &notifications[cap->object];
    }
    if ((request->endpoint && request->endpoint->receiver) ||
        (request->notification && request->notification->receiver))
        return ABI_E_BUSY;
    return ABI_OK;
}

/* --- delivery --------------------------------------------------------------------------------- */

/* Gives the receiver copies of the capabilities that go with the message. */
static void move_caps(const struct process *sender, struct process *receiver,
                      const uint32_t *recv_slots)
{
    const struct outgoing *message = &sender->outgoing;
    struct abi_caps caps = {.recv_count = message->cap_count};
    const uint32_t result_offset = offsetof(struct abi_caps, recv_count);
    for (uint32_t i = 0; i < message->cap_count; i++) {
        struct cap copy = sender->cap[message->cap_slot[i]];
        copy.rights &= (uint8_t)message->cap_rights[i];
        cap_insert(receiver, recv_slots[i], &copy);
        caps.recv_slot[i] = recv_slots[i];
    }
    space_put(&receiver->incoming.caps, result_offset, &caps.recv_count,
              sizeof caps.recv_count * (1 + caps.recv_count));
}

/* Moves the sender's message into the receiver's memory and table, or, when it does not fit what
 * the receiver offers, does nothing at all. */
static enum abi_error deliver(const struct process *sender, struct process *receiver)
{
    const struct outgoing *message = &sender->outgoing;
    const struct incoming *room = &receiver->incoming;
    uint32_t recv_slots[ABI_MESSAGE_CAPS_MAX];
    if (message->buffer.len > room->buffer.len)
        return ABI_E_TOO_BIG;
    if (message->cap_count > 0 && (message->cap_count > room->cap_capacity ||
                                   !cap_free_slots(receiver, message->cap_count, recv_slots)))
        return ABI_E_NO_SLOT;
    space_copy(&room->buffer, &message->buffer, message->buffer.len);
    if (room->caps.len > 0)
        move_caps(sender, receiver, recv_slots);
    return ABI_OK;
}

/* --- call ------------------------------------------------------------------------------------- */

int64_t ipc_call(struct process *process, const uint64_t *arg)
{
    struct cap *cap;
    enum abi_error error = cap_find(process, arg[0], ABI_CAP_ENDPOINT, ABI_RIGHT_SEND, &cap);
    if (error != ABI_OK)
        return syscall_status(error);
    struct endpoint *endpoint = &endpoints[cap->object];
    error = decode_buffers(process, arg[1], arg[2], arg[3], arg[4]);
    if (error != ABI_OK)
        return syscall_status(error);
    if (endpoint->server_gone)
        return -ABI_E_PEER_DIED;
    if (clock_passed(arg[5]))
        return -ABI_E_TIMED_OUT;
    process->outgoing.badge = cap->badge;

    struct process *server = endpoint->receiver;
    if (server) {
        error = deliver(process, server);
        if (error != ABI_OK)
            return syscall_status(error);
        wait_wake(server, ABI_EVENT_MESSAGE, process->outgoing.buffer.len, process->outgoing.badge);
        wait_for_reply(process, server, arg[5]);
    } else {
        wait_to_send(process, endpoint, arg[5]);
    }
    return 0;
}

/* --- receive ---------------------------------------------------------------------------------- */

/* Whose death the endpoint's callers are told of. Not of one that polled in vain. */
static void become_server(struct process *process, struct endpoint *endpoint)
{
    if (!endpoint)
        return;
    endpoint->server = process;
    endpoint->server_gone = false;
}

/* Takes what is already there, or blocks; *request was decoded for this process. */
static int64_t receive(struct process *process, const struct receive_request *request)
{
    struct endpoint *endpoint = request->endpoint;
    struct notification *notification = request->notification;
    process->receive_time = arch_time();
    if (notification && notification->bits != 0) {
        become_server(process, endpoint);
        process_set_results(process, ABI_EVENT_NOTIFICATION, 0, notification_take(notification));
        return ABI_EVENT_NOTIFICATION;
    }
    while (endpoint && endpoint->senders.head) {
        struct process *caller = endpoint->senders.head;
        enum abi_error error = deliver(caller, process);
        if (error != ABI_OK) {
            wait_fail(caller, error); /* its message does not fit: its fault, not the server's */
            continue;
        }
        become_server(process, endpoint);
        wait_taken(caller, process);
        process_set_results(process, ABI_EVENT_MESSAGE, caller->outgoing.buffer.len,
                            caller->outgoing.badge);
        return ABI_EVENT_MESSAGE;
    }
    if (clock_passed(request->deadline))
        return -ABI_E_TIMED_OUT;
    become_server(process, endpoint);
    wait_to_receive(process, endpoint, notification, request->deadline);
    return 0;
}

int64_t ipc_recv(struct process *process, const uint64_t *arg)
{
    struct receive_request request;
    enum abi_error error = decode_receive(process, arg, &request);
    if (error != ABI_OK)
        return syscall_status(error);
    if (process->owes_reply && request.endpoint)
        return -ABI_E_STATE;
    uint64_t room_only = arg[3] >> 32 << 32;
    error = decode_buffers(process, 0, arg[2], room_only, arg[4]);
    if (error != ABI_OK)
        return syscall_status(error);
    return receive(process, &request);
}

/* --- reply ------------------------------------------------------------------------------------ */

/* Answers a caller, NULL for one that has gone (ABI_E_CANCELLED). A reply that does not fit is the
 * caller's error. */
static enum abi_error answer(struct process *process, struct process *caller)
{
    if (!caller)
        return ABI_E_CANCELLED;
    enum abi_error error = deliver(process, caller);
    if (error != ABI_OK)
        wait_fail(caller, error);
    else
        wait_wake(caller, 0, process->outgoing.buffer.len, caller->frame.x[ARCH_REG_A0 + 2]);
    return ABI_OK;
}

/* Pays the debt for the message received last. */
static enum abi_error pay(struct process *process)
{
    process->owes_reply = false;
    return answer(process, process->caller);
}

/* Pays the debt that the token in the slot stands for. */
static enum abi_error redeem(struct process *process, uint32_t slot)
{
    enum abi_error error = answer(process, reply_token_caller(&process->cap[slot]));
    cap_remove(process, slot);
    return error;
}

int64_t ipc_reply(struct process *process, const uint64_t *arg)
{
    enum abi_error error = ABI_OK;
    struct cap *token;
    uint64_t slot = arg[0];
    if (slot != ABI_SLOT_NONE)
        error = cap_find(process, slot, ABI_CAP_REPLY, 0, &token);
    else if (!process->owes_reply)
        error = ABI_E_STATE;
    if (error == ABI_OK)
        error = decode_buffers(process, arg[1], 0, (uint32_t)arg[3], arg[4]);
    if (error == ABI_OK)
        error = slot == ABI_SLOT_NONE ? pay(process) : redeem(process, (uint32_t)slot);
    return syscall_status(error);
}

/* --- reply later ------------------------------------------------------------------------------ */

int64_t ipc_reply_later(struct process *process, const uint64_t *arg)
{
    (void)arg;
    uint32_t slot;
    if (!process->owes_reply)
        return -ABI_E_STATE;
    if (!process->caller) {
        process->owes_reply = false;
        return -ABI_E_CANCELLED;
    }
    if (process->reply_count == ABI_PROCESS_REPLIES_MAX)
        return -ABI_E_NO_OBJECT;
    if (!cap_free_slots(process, 1, &slot))
        return -ABI_E_NO_SLOT;
    struct cap token = reply_make_token(process);
    cap_insert(process, slot, &token);
    return slot;
}

/* --- reply and receive ------------------------------------------------------------------------ */

int64_t ipc_reply_recv(struct process *process, const uint64_t *arg)
{
    struct receive_request request;
    if (!process->owes_reply)
        return -ABI_E_STATE;
    enum abi_error error = decode_receive(process, arg, &request);
    if (error != ABI_OK)
        return syscall_status(error);
    error = decode_buffers(process, arg[6], arg[2], arg[3], arg[4]);
    if (error != ABI_OK)
        return syscall_status(error);
    (void)pay(process); /* a caller that has gone does not stop a server */
    return receive(process, &request);
}
