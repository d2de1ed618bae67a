/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: bytes, deadlines, replies, badges, notifications. */
#include "kt.h"
#include "peer.h"

#include <string.h>

#define SERVER_SLOT HELPER_SLOT_CASE

/* A helper that holds `endpoint` with the rights in its slot SERVER_SLOT and runs. */
static struct peer *peer_with(const char *name, rt_slot source, uint32_t rights, uint64_t badge)
{
    struct peer *peer = peer_create(name);
    peer_give(peer, source, rights, badge, SERVER_SLOT);
    peer_start(peer);
    return peer;
}

static uint64_t past(void)
{
    return rt_ticks() - 1;
}

static uint64_t soon(void)
{
    return rt_deadline_ms(PEER_SOON_MS);
}

/* --- sizes -------------------------------------------------------------------------------------
 */

/* One exchange with an echo server: send_offset and recv_offset place the buffers in the page. */
static void exchange(rt_slot endpoint, size_t len, size_t send_offset, size_t recv_offset)
{
    uint8_t *send = kt_at(KT_BUFFER) + send_offset;
    uint8_t *recv = kt_at(KT_BUFFER) + 2 * ABI_PAGE_BYTES + recv_offset;
    for (size_t i = 0; i < len; i++)
        send[i] = (uint8_t)(i * 7 + len);
    memset(kt_at(KT_BUFFER) + 2 * ABI_PAGE_BYTES, 0xee, 2 * ABI_PAGE_BYTES);

    size_t reply_len = SIZE_MAX;
    kt_eq("call", 0,
          rt_call(endpoint, send, len, recv, ABI_MESSAGE_BYTES_MAX, NULL,
                  rt_deadline_ms(PEER_WAIT_MS), &reply_len));
    kt_eq("reply length", (int64_t)len, (int64_t)reply_len);
    for (size_t i = 0; i < len; i++)
        kt_eq("reply byte", (uint8_t)(send[i] ^ HELPER_ECHO_MASK), recv[i]);
    kt_eq("byte before the reply", 0xee, recv_offset > 0 ? recv[-1] : 0xee);
    if (recv_offset + len < 2 * ABI_PAGE_BYTES)
        kt_eq("byte behind the reply", 0xee, recv[len]);
}

/* Every length there is; the buffers wander over the page borders on both sides. */
static void all_sizes(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *server = peer_with("echo", endpoint, ABI_RIGHT_RECV, 0);
    server->box->arg[0] = SERVER_SLOT;
    server->box->arg[1] = 100;
    peer_begin(server, HELPER_ECHO);
    for (size_t len = 0; len <= ABI_MESSAGE_BYTES_MAX; len++) {
        kt_step("length", len);
        exchange(endpoint, len, (len * 37) % ABI_PAGE_BYTES, (len * 101) % ABI_PAGE_BYTES);
    }
    kt_eq("messages served", ABI_MESSAGE_BYTES_MAX + 1, (int64_t)server->box->counter);
}

/* Buffers that begin or end exactly at a page border, or lie across it. */
static void page_borders(void)
{
    static const size_t lengths[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 4088, 4095, 4096};
    rt_slot endpoint = kt_endpoint();
    for (size_t server_offset = 0; server_offset < 9; server_offset++) {
        struct peer *server = peer_with("echo", endpoint, ABI_RIGHT_RECV, 0);
        server->box->arg[0] = SERVER_SLOT;
        server->box->arg[1] = server_offset == 8 ? 0 : ABI_PAGE_BYTES - server_offset;
        peer_begin(server, HELPER_ECHO);
        kt_true("server waits", !peer_is_done(server)); /* the last one's death is forgotten */
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            size_t len = lengths[i];
            kt_step("length", len);
            exchange(endpoint, len, 0, 0);
            exchange(endpoint, len, ABI_PAGE_BYTES - len, ABI_PAGE_BYTES - len);
            exchange(endpoint, len, ABI_PAGE_BYTES - len / 2, ABI_PAGE_BYTES - (len + 1) / 2);
            exchange(endpoint, len, ABI_PAGE_BYTES - 1, ABI_PAGE_BYTES);
            exchange(endpoint, len, ABI_PAGE_BYTES, ABI_PAGE_BYTES - 1);
        }
        peer_kill(server);
        peers_kill();
    }
}

static void too_long(void)
{
    rt_slot endpoint = kt_endpoint();
    uint8_t *buffer = kt_buffer();
    size_t reply_len;
    struct rt_event event;
    static const uint64_t lengths[] = {ABI_MESSAGE_BYTES_MAX + 1, 2 * ABI_MESSAGE_BYTES_MAX,
                                       0x7fffffff, 0x80000000, 0xffffffff};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        kt_step("length", lengths[i]);
        kt_eq("call, send", -ABI_E_TOO_BIG,
              rt_call(endpoint, buffer, lengths[i], buffer, 0, NULL, soon(), &reply_len));
        kt_eq("call, receive", -ABI_E_TOO_BIG,
              rt_call(endpoint, buffer, 0, buffer, lengths[i], NULL, soon(), &reply_len));
        kt_eq("receive", -ABI_E_TOO_BIG,
              rt_recv(endpoint, ABI_SLOT_NONE, buffer, lengths[i], NULL, soon(), &event));
    }
    /* The reply of a server that owes one. */
    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 0);
    peer_begin_call(client, SERVER_SLOT, 0, 0, false, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
    kt_eq("reply", -ABI_E_TOO_BIG, rt_reply(buffer, ABI_MESSAGE_BYTES_MAX + 1, NULL));
    kt_eq("reply and receive", -ABI_E_TOO_BIG,
          rt_reply_recv(buffer, ABI_MESSAGE_BYTES_MAX + 1, endpoint, ABI_SLOT_NONE, buffer, 0, NULL,
                        soon(), &event));
    kt_eq("reply that fits", 0, rt_reply(buffer, 0, NULL));
    kt_eq("the client's call", 0, peer_wait(client));
}

/* A message longer than the receiver's buffer is the caller's error; the receiver goes on. */
static void longer_than_room(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    uint8_t *buffer = kt_buffer();
    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 0);

    peer_begin_call(client, SERVER_SLOT, 65, 0, false, ABI_DEADLINE_NONE);
    kt_true("blocked before the receive", !peer_is_done(client));
    kt_eq("receive of too much", -ABI_E_TIMED_OUT,
          rt_recv(endpoint, ABI_SLOT_NONE, buffer, 64, NULL, soon(), &event));
    kt_eq("the call that was too long", -ABI_E_TOO_BIG, peer_wait(client));
    for (size_t i = 0; i < 64; i++)
        kt_eq("nothing was copied", 0, buffer[i]);

    /* The same with the server waiting already. */
    struct peer *server = peer_with("server", endpoint, ABI_RIGHT_RECV, 0);
    peer_begin_recv(server, SERVER_SLOT, ABI_SLOT_NONE, 64, false, ABI_DEADLINE_NONE);
    kt_true("server waits", !peer_is_done(server));
    peer_begin_call(client, SERVER_SLOT, 65, 0, false, ABI_DEADLINE_NONE);
    kt_eq("call to a waiting server", -ABI_E_TOO_BIG, peer_wait(client));
    kt_true("server still waits", !peer_is_done(server));
    peer_begin_call(client, SERVER_SLOT, 64, 3, false, ABI_DEADLINE_NONE);
    kt_eq("server got it", ABI_EVENT_MESSAGE, peer_wait(server));
    kt_eq("its length", 64, (int64_t)server->box->result[0]);

    /* A reply longer than the caller's room: its error too, and the debt is paid. */
    memset(client->data + PEER_REPLY_OFFSET, 0xee, 8);
    kt_eq("reply", 0, peer_reply(server, 4, false));
    kt_eq("call with too little room", -ABI_E_TOO_BIG, peer_wait(client));
    kt_eq("nothing was copied", 0xee, client->data[PEER_REPLY_OFFSET]);
    kt_eq("nothing owed any more", -ABI_E_STATE, peer_reply(server, 0, false));
}

/* --- deadlines ---------------------------------------------------------------------------------
 */

static void call_deadlines(void)
{
    rt_slot endpoint = kt_endpoint();
    size_t reply_len = 99;
    struct rt_event event;
    kt_eq("past, nobody receives", -ABI_E_TIMED_OUT,
          rt_call(endpoint, NULL, 0, NULL, 0, NULL, past(), &reply_len));
    kt_eq("zero", -ABI_E_TIMED_OUT, rt_call(endpoint, NULL, 0, NULL, 0, NULL, 0, &reply_len));
    uint64_t deadline = soon();
    kt_eq("later, nobody receives", -ABI_E_TIMED_OUT,
          rt_call(endpoint, NULL, 0, NULL, 0, NULL, deadline, &reply_len));
    kt_true("not before the deadline", rt_ticks() >= deadline);
    kt_eq("no reply length", 99, (int64_t)reply_len);

    /* The server took the message and does not answer. */
    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 0);
    peer_begin_call(client, SERVER_SLOT, 4, 8, false, rt_deadline_ms(2 * PEER_SOON_MS));
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(), &event));
    kt_eq("call while being served", -ABI_E_TIMED_OUT, peer_wait(client));
    kt_eq("its reply comes too late", -ABI_E_CANCELLED, rt_reply("late", 4, NULL));
    kt_eq("and is not there", 0, client->data[PEER_REPLY_OFFSET]);
    kt_eq("debt is paid", -ABI_E_STATE, rt_reply(NULL, 0, NULL));
}

/* A caller with a deadline in the past must not leave its server in disorder. */
static void call_past_to_waiting(void)
{
    rt_slot endpoint = kt_endpoint();
    size_t reply_len;
    struct peer *server = peer_with("server", endpoint, ABI_RIGHT_RECV, 0);
    peer_begin_recv(server, SERVER_SLOT, ABI_SLOT_NONE, 64, false, ABI_DEADLINE_NONE);
    kt_true("server waits", !peer_is_done(server));
    kt_eq("call in the past", -ABI_E_TIMED_OUT,
          rt_call(endpoint, "old", 3, NULL, 0, NULL, past(), &reply_len));
    kt_true("the server is not given it", !peer_is_done(server));
    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 0);
    peer_begin_call(client, SERVER_SLOT, 5, 0, false, ABI_DEADLINE_NONE);
    kt_eq("server goes on", ABI_EVENT_MESSAGE, peer_wait(server));
    kt_eq("with the next message", 5, (int64_t)server->box->result[0]);
    kt_eq("reply to it", 0, peer_reply(server, 0, false));
    kt_eq("the client's call", 0, peer_wait(client));
}

static void recv_deadlines(void)
{
    rt_slot endpoint = kt_endpoint(), notification = kt_notification();
    struct rt_event event;
    kt_eq("past, nothing there", -ABI_E_TIMED_OUT,
          rt_recv(endpoint, notification, NULL, 0, NULL, past(), &event));
    uint64_t deadline = soon();
    kt_eq("later, nothing there", -ABI_E_TIMED_OUT,
          rt_recv(endpoint, notification, NULL, 0, NULL, deadline, &event));
    kt_true("not before the deadline", rt_ticks() >= deadline);

    /* A deadline in the past takes what is there. */
    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 0);
    peer_begin_call(client, SERVER_SLOT, 3, 0, false, ABI_DEADLINE_NONE);
    kt_true("client waits", !peer_is_done(client));
    kt_eq("past, a message there", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, notification, kt_buffer(), 8, NULL, 0, &event));
    kt_eq("its length", 3, (int64_t)event.len);
    kt_eq("reply", 0, rt_reply(NULL, 0, NULL));
    kt_eq("call", 0, peer_wait(client));
    kt_ok("notify", rt_notify(kt_copy(notification, ABI_RIGHT_SEND, 4)));
    kt_eq("past, bits there", ABI_EVENT_NOTIFICATION,
          rt_recv(endpoint, notification, NULL, 0, NULL, past(), &event));
    kt_eq("bits", 4, (int64_t)event.value);
    deadline = soon();
    kt_eq("sleep", -ABI_E_TIMED_OUT,
          rt_recv(ABI_SLOT_NONE, ABI_SLOT_NONE, NULL, 0, NULL, deadline, &event));
    kt_true("slept long enough", rt_ticks() >= deadline);
}

/* --- replies -----------------------------------------------------------------------------------
 */

static void reply_state(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    kt_eq("reply, none owed", -ABI_E_STATE, rt_reply(NULL, 0, NULL));
    kt_eq("reply and receive, none owed", -ABI_E_STATE,
          rt_reply_recv(NULL, 0, endpoint, ABI_SLOT_NONE, NULL, 0, NULL, past(), &event));

    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 7);
    peer_begin_call(client, SERVER_SLOT, 0, 4, false, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
    kt_eq("receive, one owed", -ABI_E_STATE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, past(), &event));
    kt_eq("reply and receive elsewhere", -ABI_E_SLOT,
          rt_reply_recv("no", 2, KT_SLOT_EMPTY, ABI_SLOT_NONE, NULL, 0, NULL, past(), &event));
    kt_true("a refused reply is not sent", !peer_is_done(client));
    kt_eq("reply", 0, rt_reply("yes", 3, NULL));
    kt_eq("call", 0, peer_wait(client));
    kt_eq("the reply", 0, memcmp(client->data + PEER_REPLY_OFFSET, "yes", 3));
    kt_eq("second reply", -ABI_E_STATE, rt_reply(NULL, 0, NULL));
}

/* A server may itself call and take notifications' bits later, while it owes a reply. */
static void nested_call(void)
{
    rt_slot outer = kt_endpoint(), inner = kt_endpoint();
    struct rt_event event;
    size_t reply_len;
    struct peer *echo = peer_with("echo", inner, ABI_RIGHT_RECV, 0);
    echo->box->arg[0] = SERVER_SLOT;
    peer_begin(echo, HELPER_ECHO);
    struct peer *client = peer_with("client", outer, ABI_RIGHT_SEND, 0);
    peer_begin_call(client, SERVER_SLOT, 0, 1, false, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(outer, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
    uint8_t byte = 1, answer = 0;
    kt_eq("call while a reply is owed", 0,
          rt_call(inner, &byte, 1, &answer, 1, NULL, rt_deadline_ms(PEER_WAIT_MS), &reply_len));
    kt_eq("its answer", 1 ^ HELPER_ECHO_MASK, answer);
    kt_eq("reply", 0, rt_reply(&answer, 1, NULL));
    kt_eq("outer call", 0, peer_wait(client));
    kt_eq("outer answer", 1 ^ HELPER_ECHO_MASK, client->data[PEER_REPLY_OFFSET]);
}

/* Two may hold RECV on one endpoint; only one can wait there. */
static void second_receiver(void)
{
    rt_slot endpoint = kt_endpoint(), notification = kt_notification();
    struct rt_event event;
    struct peer *first = peer_create("first");
    peer_give(first, endpoint, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE);
    peer_give(first, notification, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE + 1);
    peer_start(first);
    peer_begin_recv(first, HELPER_SLOT_CASE, HELPER_SLOT_CASE + 1, 0, false, ABI_DEADLINE_NONE);
    kt_true("first waits", !peer_is_done(first));
    kt_eq("second on the endpoint", -ABI_E_BUSY,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, past(), &event));
    kt_eq("second on the notification", -ABI_E_BUSY,
          rt_recv(ABI_SLOT_NONE, notification, NULL, 0, NULL, past(), &event));
    peer_kill(first);
    kt_eq("endpoint is free again", -ABI_E_TIMED_OUT,
          rt_recv(endpoint, notification, NULL, 0, NULL, past(), &event));
}

/* Callers are served in the order in which they came. */
static void callers_in_order(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    struct peer *client[4];
    for (uint32_t i = 0; i < 4; i++) {
        client[i] = peer_with("client", endpoint, ABI_RIGHT_SEND, i + 1);
        peer_begin_call(client[i], SERVER_SLOT, i, 0, false, ABI_DEADLINE_NONE);
        kt_true("client waits", !peer_is_done(client[i]));
    }
    for (uint32_t i = 0; i < 4; i++) {
        kt_eq("receive", ABI_EVENT_MESSAGE,
              rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(), &event));
        kt_eq("badge", i + 1, (int64_t)event.value);
        kt_eq("length", i, (int64_t)event.len);
        kt_eq("reply", 0, rt_reply(NULL, 0, NULL));
        kt_eq("call", 0, peer_wait(client[i]));
    }
}

/* --- notifications -----------------------------------------------------------------------------
 */

static void notification_bits(void)
{
    rt_slot notification = kt_notification();
    struct rt_event event;
    for (uint32_t bit = 0; bit < 64; bit++) {
        kt_step("bit", bit);
        rt_slot one = kt_copy(notification, ABI_RIGHT_SEND, 1ull << bit);
        kt_ok("notify", rt_notify(one));
        kt_ok("notify again", rt_notify(one));
        kt_drop(one);
        if (bit % 2 == 0)
            continue;
        kt_eq("receive", ABI_EVENT_NOTIFICATION,
              rt_recv(ABI_SLOT_NONE, notification, NULL, 0, NULL, past(), &event));
        kt_eq("length", 0, (int64_t)event.len);
        kt_eq("bits, collected", (int64_t)(3ull << (bit - 1)), (int64_t)event.value);
        kt_eq("bits are cleared", -ABI_E_TIMED_OUT,
              rt_recv(ABI_SLOT_NONE, notification, NULL, 0, NULL, past(), &event));
    }
}

/* A receiver of both is told of the bits before it is given a message. */
static void bits_before_messages(void)
{
    rt_slot endpoint = kt_endpoint(), notification = kt_notification();
    struct rt_event event;
    struct peer *client = peer_with("client", endpoint, ABI_RIGHT_SEND, 9);
    peer_begin_call(client, SERVER_SLOT, 0, 0, false, ABI_DEADLINE_NONE);
    kt_true("client waits", !peer_is_done(client));
    kt_ok("notify", rt_notify(kt_copy(notification, ABI_RIGHT_SEND, 1)));
    kt_eq("bits first", ABI_EVENT_NOTIFICATION,
          rt_recv(endpoint, notification, NULL, 0, NULL, soon(), &event));
    kt_eq("then the message", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, notification, NULL, 0, NULL, soon(), &event));
    kt_eq("badge", 9, (int64_t)event.value);
    kt_eq("reply", 0, rt_reply(NULL, 0, NULL));
    kt_eq("call", 0, peer_wait(client));
}

/* A waiting receiver of both is woken by either. */
static void wake_by_either(void)
{
    rt_slot endpoint = kt_endpoint(), notification = kt_notification();
    size_t reply_len;
    struct peer *server = peer_create("server");
    peer_give(server, endpoint, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE);
    peer_give(server, notification, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE + 1);
    peer_start(server);
    peer_begin_recv(server, HELPER_SLOT_CASE, HELPER_SLOT_CASE + 1, 8, false, ABI_DEADLINE_NONE);
    kt_true("waits", !peer_is_done(server));
    kt_ok("notify", rt_notify(kt_copy(notification, ABI_RIGHT_SEND, 1ull << 63)));
    kt_eq("woken by bits", ABI_EVENT_NOTIFICATION, peer_wait(server));
    kt_eq("length", 0, (int64_t)server->box->result[0]);
    kt_eq("bits", INT64_MIN, (int64_t)server->box->result[1]);

    peer_begin_recv(server, HELPER_SLOT_CASE, HELPER_SLOT_CASE + 1, 8, false, ABI_DEADLINE_NONE);
    kt_true("waits", !peer_is_done(server));
    rt_slot badged = kt_copy(endpoint, ABI_RIGHT_SEND, 0xfeedfacecafebeefull);
    kt_eq("call, never answered", -ABI_E_TIMED_OUT,
          rt_call(badged, "message", 7, NULL, 0, NULL, soon(), &reply_len));
    kt_eq("woken by a message", ABI_EVENT_MESSAGE, peer_wait(server));
    kt_eq("length", 7, (int64_t)server->box->result[0]);
    kt_eq("badge", (int64_t)0xfeedfacecafebeefull, (int64_t)server->box->result[1]);
    kt_eq("bytes", 0, memcmp(server->data, "message", 7));
    kt_eq("reply to one that has gone", -ABI_E_CANCELLED, peer_reply(server, 0, false));
}

static const struct kt_case cases[] = {
    {"ipc-all-sizes", all_sizes},
    {"ipc-page-borders", page_borders},
    {"ipc-too-long", too_long},
    {"ipc-longer-than-room", longer_than_room},
    {"ipc-call-deadlines", call_deadlines},
    {"ipc-call-past-to-waiting", call_past_to_waiting},
    {"ipc-recv-deadlines", recv_deadlines},
    {"ipc-reply-state", reply_state},
    {"ipc-nested-call", nested_call},
    {"ipc-second-receiver", second_receiver},
    {"ipc-callers-in-order", callers_in_order},
    {"ipc-notification-bits", notification_bits},
    {"ipc-bits-before-messages", bits_before_messages},
    {"ipc-wake-by-either", wake_by_either},
};

const struct kt_group kt_group_ipc = KT_GROUP(cases);
