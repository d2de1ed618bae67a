/* SPDX-License-Identifier: Apache-2.0 */
/* A server that owes several callers: answers in any order, and every end that a call or a token
 * can have. */
#include "kt.h"
#include "peer.h"

#define ENDPOINT_SLOT HELPER_SLOT_CASE
#define CALLER_COUNT  3

static uint64_t soon(void)
{
    return rt_deadline_ms(PEER_SOON_MS);
}

static struct peer *caller_on(rt_slot endpoint, uint64_t badge)
{
    struct peer *peer = peer_create("caller");
    peer_give(peer, endpoint, ABI_RIGHT_SEND, badge, ENDPOINT_SLOT);
    peer_start(peer);
    return peer;
}

/* The caller calls, the supervisor takes the call and puts its answer off. */
static rt_slot put_off(rt_slot endpoint, struct peer *caller, uint64_t deadline)
{
    struct rt_event event;
    caller->data[0] = (uint8_t)caller->idx;
    peer_begin_call(caller, ENDPOINT_SLOT, 1, 64, false, deadline);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 64, NULL, rt_deadline_ms(PEER_WAIT_MS),
                  &event));
    kt_eq("who calls", (int64_t)caller->idx, kt_at(KT_BUFFER)[0]);
    return (rt_slot)kt_ok("reply later", rt_reply_later());
}

static void any_order(void)
{
    static const uint32_t order[CALLER_COUNT] = {1, 2, 0};
    rt_slot endpoint = kt_endpoint(), token[CALLER_COUNT];
    struct peer *caller[CALLER_COUNT];
    for (uint32_t i = 0; i < CALLER_COUNT; i++) {
        caller[i] = caller_on(endpoint, i + 1);
        token[i] = put_off(endpoint, caller[i], ABI_DEADLINE_NONE);
    }
    for (uint32_t k = 0; k < CALLER_COUNT; k++) {
        uint32_t i = order[k];
        uint8_t answer[2] = {(uint8_t)(100 + i), 7};
        kt_true("it waits", !peer_is_done(caller[i]));
        kt_eq("reply", 0, rt_reply_to(token[i], answer, sizeof answer, NULL));
        kt_eq("the call", 0, peer_wait(caller[i]));
        kt_eq("length", 2, (int64_t)caller[i]->box->result[0]);
        kt_eq("its own answer", 100 + i, caller[i]->data[PEER_REPLY_OFFSET]);
        kt_eq("a second reply", -ABI_E_SLOT, rt_reply_to(token[i], NULL, 0, NULL));
    }
}

/* One caller's time is up, one is killed, one is told that nobody answers. */
static void every_end(void)
{
    rt_slot endpoint = kt_endpoint();
    uint64_t rights, waits;
    struct peer *late = caller_on(endpoint, 1), *killed = caller_on(endpoint, 2);
    struct peer *refused = caller_on(endpoint, 3);
    rt_slot late_token = put_off(endpoint, late, soon());
    rt_slot killed_token = put_off(endpoint, killed, ABI_DEADLINE_NONE);
    rt_slot refused_token = put_off(endpoint, refused, ABI_DEADLINE_NONE);
    kt_eq("deadline", -ABI_E_TIMED_OUT, peer_wait(late));
    peer_kill(killed);
    kt_eq("a token", ABI_CAP_REPLY, rt_cap_info(late_token, &rights, &waits));
    kt_eq("whose caller has gone", 0, (int64_t)waits);
    kt_eq("too late", -ABI_E_CANCELLED, rt_reply_to(late_token, "x", 1, NULL));
    kt_eq("to the dead", -ABI_E_CANCELLED, rt_reply_to(killed_token, "x", 1, NULL));
    kt_eq("a token", ABI_CAP_REPLY, rt_cap_info(refused_token, &rights, &waits));
    kt_eq("whose caller waits", 1, (int64_t)waits);
    kt_drop(refused_token);
    kt_eq("dropped", -ABI_E_PEER_DIED, peer_wait(refused));
}

static void server_dies(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *server = peer_create("server");
    struct peer *caller[CALLER_COUNT];
    peer_give(server, endpoint, ABI_RIGHT_RECV, 0, ENDPOINT_SLOT);
    peer_start(server);
    for (uint32_t i = 0; i < CALLER_COUNT; i++) {
        caller[i] = caller_on(endpoint, 0);
        peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, ABI_DEADLINE_NONE);
        peer_begin_call(caller[i], ENDPOINT_SLOT, 1, 0, false, ABI_DEADLINE_NONE);
        kt_eq("server took it", ABI_EVENT_MESSAGE, peer_wait(server));
        kt_ok("server puts it off", peer_syscall(server, ABI_SYS_REPLY_LATER, (uint64_t[7]){0}));
    }
    for (uint32_t i = 0; i < CALLER_COUNT; i++)
        kt_true("it waits", !peer_is_done(caller[i]));
    peer_kill(server);
    for (uint32_t i = 0; i < CALLER_COUNT; i++)
        kt_eq("the call", -ABI_E_PEER_DIED, peer_wait(caller[i]));
}

static const struct kt_case cases[] = {
    {"reply-later-any-order", any_order},
    {"reply-later-every-end", every_end},
    {"reply-later-server-dies", server_dies},
};

const struct kt_group kt_group_reply = KT_GROUP(cases);
