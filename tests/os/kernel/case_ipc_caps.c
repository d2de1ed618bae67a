/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities in messages, and badges. */
#include "kt.h"
#include "peer.h"

#include <string.h>

#define ENDPOINT_SLOT HELPER_SLOT_CASE

static uint64_t soon(void)
{
    return rt_deadline_ms(PEER_SOON_MS);
}

static struct peer *client_of(rt_slot endpoint, uint64_t badge)
{
    struct peer *client = peer_create("client");
    peer_give(client, endpoint, ABI_RIGHT_SEND, badge, ENDPOINT_SLOT);
    peer_start(client);
    return client;
}

static struct peer *server_of(rt_slot endpoint)
{
    struct peer *server = peer_create("server");
    peer_give(server, endpoint, ABI_RIGHT_RECV, 0, ENDPOINT_SLOT);
    peer_start(server);
    return server;
}

/* What slot of the peer holds: type in status, rights and value in the results. */
static void check_peer_slot(struct peer *peer, rt_slot slot, enum abi_cap_type type,
                            uint32_t rights, uint64_t value)
{
    kt_eq("type", type, peer_syscall(peer, ABI_SYS_CAP_INFO, (uint64_t[7]){slot}));
    kt_eq("rights", rights, (int64_t)peer->box->result[0]);
    kt_eq("value", (int64_t)value, (int64_t)peer->box->result[1]);
}

static uint32_t slot_count(struct peer *peer)
{
    return peer_info(peer).slot_count;
}

/* One message of len bytes with count capabilities: each arrives with its badge and the rights that
 * the mask left, in slots that the receiver is told. */
static void send_with_caps(rt_slot endpoint, struct peer *server, rt_slot sent, uint32_t count,
                           size_t len)
{
    uint32_t before = slot_count(server);
    rt_slot own[ABI_MESSAGE_CAPS_MAX];
    struct abi_caps caps = {.send_count = count};
    for (uint32_t i = 0; i < count; i++) {
        own[i] = kt_copy(sent, ABI_RIGHTS_ALL, 100 + i);
        caps.send_slot[i] = own[i];
        caps.send_rights[i] = i % 2 == 0 ? ABI_RIGHT_SEND : ABI_RIGHT_SEND | ABI_RIGHT_GRANT;
    }
    uint8_t *message = kt_buffer();
    for (size_t i = 0; i < len; i++)
        message[i] = (uint8_t)(i + 3 * count);
    server->box->caps = (struct abi_caps){.recv_capacity = ABI_MESSAGE_CAPS_MAX};
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, ABI_MESSAGE_BYTES_MAX, true,
                    ABI_DEADLINE_NONE);
    size_t reply_len;
    kt_eq("call", -ABI_E_TIMED_OUT,
          rt_call(endpoint, message, len, NULL, 0, &caps, soon(), &reply_len));
    kt_eq("receive", ABI_EVENT_MESSAGE, peer_wait(server));
    kt_eq("length", (int64_t)len, (int64_t)server->box->result[0]);
    kt_eq("bytes", 0, memcmp(server->data, message, len));
    kt_eq("how many came", count, server->box->caps.recv_count);
    kt_eq("slots taken", before + count, slot_count(server));
    kt_eq("reply", -ABI_E_CANCELLED, peer_reply(server, 0, false));
    for (uint32_t i = 0; i < count; i++) {
        rt_slot slot = server->box->caps.recv_slot[i];
        check_peer_slot(server, slot, ABI_CAP_NOTIFICATION, caps.send_rights[i], 100 + i);
        kt_ok("drop", peer_syscall(server, ABI_SYS_CAP_DROP, (uint64_t[7]){slot}));
        kt_drop(own[i]); /* the sender kept its own */
    }
}

static void every_count(void)
{
    static const size_t lengths[] = {0, 1, 63, 64, 65, 4095, 4096};
    rt_slot endpoint = kt_endpoint(), sent = kt_notification();
    struct peer *server = server_of(endpoint);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (uint32_t count = 0; count <= ABI_MESSAGE_CAPS_MAX; count++) {
            kt_step("length, count", lengths[i] << 8 | count);
            send_with_caps(endpoint, server, sent, count, lengths[i]);
        }
    }
}

static void in_replies(void)
{
    rt_slot endpoint = kt_endpoint(), sent = kt_memory(5000);
    struct rt_event event;
    struct peer *client = client_of(endpoint, 1);
    uint32_t before = slot_count(client);
    for (uint32_t count = 0; count <= ABI_MESSAGE_CAPS_MAX; count++) {
        kt_step("count", count);
        struct abi_caps caps = {.send_count = count};
        for (uint32_t i = 0; i < count; i++) {
            caps.send_slot[i] = sent;
            caps.send_rights[i] = ABI_RIGHT_READ;
        }
        client->box->caps = (struct abi_caps){.recv_capacity = ABI_MESSAGE_CAPS_MAX};
        peer_begin_call(client, ENDPOINT_SLOT, 0, 8, true, ABI_DEADLINE_NONE);
        kt_eq("receive", ABI_EVENT_MESSAGE,
              rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
        kt_eq("reply", 0, rt_reply("r", 1, &caps));
        kt_eq("call", 0, peer_wait(client));
        kt_eq("how many came", count, client->box->caps.recv_count);
        kt_eq("slots taken", before + count, slot_count(client));
        for (uint32_t i = 0; i < count; i++) {
            rt_slot slot = client->box->caps.recv_slot[i];
            check_peer_slot(client, slot, ABI_CAP_MEMORY, ABI_RIGHT_READ, 5000);
            kt_ok("drop", peer_syscall(client, ABI_SYS_CAP_DROP, (uint64_t[7]){slot}));
        }
    }
}

/* What the kernel refuses before anything is sent. */
static void refused(void)
{
    rt_slot endpoint = kt_endpoint(), good = kt_notification();
    rt_slot no_grant = kt_copy(good, ABI_RIGHTS_ALL & ~ABI_RIGHT_GRANT, 0);
    struct peer *server = server_of(endpoint);
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, ABI_DEADLINE_NONE);
    kt_true("server waits", !peer_is_done(server));

    static const struct {
        const char *what;
        uint32_t send_count, recv_capacity;
        int64_t status;
    } bounds[] = {
        {"five sent", ABI_MESSAGE_CAPS_MAX + 1, 0, -ABI_E_ARGUMENT},
        {"five accepted", 0, ABI_MESSAGE_CAPS_MAX + 1, -ABI_E_ARGUMENT},
        {"wild send count", UINT32_MAX, 0, -ABI_E_ARGUMENT},
        {"wild capacity", 0, UINT32_MAX, -ABI_E_ARGUMENT},
        {"no slot", 1, 0, -ABI_E_SLOT},
    };
    size_t reply_len;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        struct abi_caps caps = {.send_count = bounds[i].send_count,
                                .recv_capacity = bounds[i].recv_capacity};
        kt_eq(bounds[i].what, bounds[i].status,
              rt_call(endpoint, NULL, 0, NULL, 0, &caps, soon(), &reply_len));
    }
    /* The last of four lacks GRANT, is empty, is out of range: none is sent. */
    static const rt_slot bad_slot[] = {0, KT_SLOT_EMPTY, ABI_SLOT_COUNT, UINT32_MAX};
    for (size_t i = 0; i <= sizeof bad_slot / sizeof bad_slot[0]; i++) {
        bool grant = i < sizeof bad_slot / sizeof bad_slot[0];
        struct abi_caps caps = {.send_count = 4,
                                .send_slot = {good, good, good, grant ? bad_slot[i] : no_grant},
                                .send_rights = {0xff, 0xff, 0xff, 0xff}};
        kt_step("bad slot", i);
        kt_eq("call", grant ? -ABI_E_SLOT : -ABI_E_RIGHTS,
              rt_call(endpoint, NULL, 0, NULL, 0, &caps, soon(), &reply_len));
    }
    kt_true("server saw none of them", !peer_is_done(server));
}

/* The receiver has no room: it said so, or its table is full. The message does not arrive. */
static void no_room(void)
{
    rt_slot endpoint = kt_endpoint(), sent = kt_notification();
    struct peer *server = server_of(endpoint);
    struct abi_caps caps = {.send_count = 2,
                            .send_slot = {sent, sent},
                            .send_rights = {ABI_RIGHT_SEND, ABI_RIGHT_SEND}};
    size_t reply_len;
    server->box->caps = (struct abi_caps){.recv_capacity = 1};
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, true, ABI_DEADLINE_NONE);
    kt_true("server waits", !peer_is_done(server));
    kt_eq("two for room of one", -ABI_E_NO_SLOT,
          rt_call(endpoint, NULL, 0, NULL, 0, &caps, soon(), &reply_len));
    kt_true("server still waits", !peer_is_done(server));
    peer_kill(server);

    server = server_of(endpoint);
    uint32_t free_count = ABI_SLOT_COUNT - 1 - slot_count(server);
    for (uint32_t i = 0; i + 1 < free_count; i++)
        kt_ok("copy", peer_syscall(server, ABI_SYS_CAP_COPY,
                                   (uint64_t[7]){ENDPOINT_SLOT, ABI_RIGHT_RECV, 0}));
    server->box->caps = (struct abi_caps){.recv_capacity = ABI_MESSAGE_CAPS_MAX};
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, true, ABI_DEADLINE_NONE);
    kt_true("server waits", !peer_is_done(server));
    kt_eq("two for one empty slot", -ABI_E_NO_SLOT,
          rt_call(endpoint, NULL, 0, NULL, 0, &caps, soon(), &reply_len));
    kt_true("server still waits", !peer_is_done(server));
    kt_eq("nothing was put", ABI_SLOT_COUNT - 2, slot_count(server));
    caps.send_count = 1;
    kt_eq("one fits", -ABI_E_TIMED_OUT,
          rt_call(endpoint, NULL, 0, NULL, 0, &caps, soon(), &reply_len));
    kt_eq("receive", ABI_EVENT_MESSAGE, peer_wait(server));
    kt_eq("the table is full", ABI_SLOT_COUNT - 1, slot_count(server));
    kt_eq("copy into a full table", -ABI_E_NO_SLOT,
          peer_syscall(server, ABI_SYS_CAP_COPY, (uint64_t[7]){ENDPOINT_SLOT, ABI_RIGHT_RECV, 0}));
    kt_eq("endpoint for a full table", -ABI_E_NO_SLOT,
          peer_syscall(server, ABI_SYS_ENDPOINT_CREATE, (uint64_t[7]){0}));
    kt_eq("memory for a full table", -ABI_E_NO_SLOT,
          peer_syscall(server, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, 4096}));
}

/* A reply that may not be sent stays owed; one that the caller has no room for is the caller's
 * error. */
static void refused_replies(void)
{
    rt_slot endpoint = kt_endpoint(), sent = kt_notification();
    rt_slot no_grant = kt_copy(sent, ABI_RIGHTS_ALL & ~ABI_RIGHT_GRANT, 0);
    struct rt_event event;
    struct peer *client = client_of(endpoint, 1);
    uint32_t before = slot_count(client);
    struct abi_caps caps = {.send_count = 2,
                            .send_slot = {sent, no_grant},
                            .send_rights = {ABI_RIGHTS_ALL, ABI_RIGHTS_ALL}};
    client->box->caps = (struct abi_caps){.recv_capacity = 1};
    peer_begin_call(client, ENDPOINT_SLOT, 0, 8, true, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
    kt_eq("reply with one that may not be sent", -ABI_E_RIGHTS, rt_reply("r", 1, &caps));
    caps.send_count = ABI_MESSAGE_CAPS_MAX + 1;
    kt_eq("reply with five", -ABI_E_ARGUMENT, rt_reply("r", 1, &caps));
    kt_true("the caller waits", !peer_is_done(client));
    caps.send_count = 2;
    caps.send_slot[1] = sent;
    kt_eq("reply with two for room of one", 0, rt_reply("r", 1, &caps));
    kt_eq("call", -ABI_E_NO_SLOT, peer_wait(client));
    kt_eq("nothing was put", before, slot_count(client));
    kt_eq("no byte was written", 0, client->data[PEER_REPLY_OFFSET]);
    kt_eq("nothing owed any more", -ABI_E_STATE, rt_reply(NULL, 0, NULL));
}

/* A message without capabilities says so to a receiver that offers room. */
static void none_sent(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *server = server_of(endpoint);
    server->box->caps = (struct abi_caps){.recv_capacity = 4, .recv_count = 77};
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, true, ABI_DEADLINE_NONE);
    size_t reply_len;
    kt_eq("call", -ABI_E_TIMED_OUT, rt_call(endpoint, NULL, 0, NULL, 0, NULL, soon(), &reply_len));
    kt_eq("receive", ABI_EVENT_MESSAGE, peer_wait(server));
    kt_eq("how many came", 0, server->box->caps.recv_count);
}

/* --- badges ------------------------------------------------------------------------------------
 */

/* The receiver sees exactly the badge of the capability that was called. */
static void badge_arrives(void)
{
    static const uint64_t badges[] = {0,          1,          2,          0x80000000,
                                      0xffffffff, 1ull << 32, 1ull << 63, UINT64_MAX};
    rt_slot endpoint = kt_endpoint();
    struct peer *server = server_of(endpoint);
    for (size_t i = 0; i < sizeof badges / sizeof badges[0]; i++) {
        kt_step("badge", badges[i]);
        size_t reply_len;
        rt_slot caller = kt_copy(endpoint, ABI_RIGHT_SEND, badges[i]);
        peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, ABI_DEADLINE_NONE);
        kt_eq("call", -ABI_E_TIMED_OUT,
              rt_call(caller, NULL, 0, NULL, 0, NULL, soon(), &reply_len));
        kt_eq("receive", ABI_EVENT_MESSAGE, peer_wait(server));
        kt_eq("badge", (int64_t)badges[i], (int64_t)server->box->result[1]);
        kt_eq("reply", -ABI_E_CANCELLED, peer_reply(server, 0, false));
    }
}

/* No way from one badge to another, or to none. */
static void badge_is_final(void)
{
    rt_slot endpoint = kt_endpoint();
    uint64_t rights, badge;
    rt_slot badged = kt_copy(endpoint, ABI_RIGHTS_ALL, 5);
    kt_eq("another badge", -ABI_E_RIGHTS, rt_cap_copy(badged, ABI_RIGHTS_ALL, 6));
    kt_eq("the same badge", -ABI_E_RIGHTS, rt_cap_copy(badged, ABI_RIGHTS_ALL, 5));
    rt_slot copy = kt_copy(badged, ABI_RIGHTS_ALL, 0);
    kt_eq("type", ABI_CAP_ENDPOINT, rt_cap_info(copy, &rights, &badge));
    kt_eq("a copy keeps the badge", 5, (int64_t)badge);

    rt_slot no_mint = kt_copy(endpoint, ABI_RIGHTS_ALL & ~ABI_RIGHT_MINT, 0);
    kt_eq("a badge without MINT", -ABI_E_RIGHTS, rt_cap_copy(no_mint, ABI_RIGHTS_ALL, 1));

    /* The same on the way to another process. */
    struct peer *peer = peer_create("client");
    kt_eq("give with another badge", -ABI_E_RIGHTS,
          rt_process_give(peer->process, badged, ABI_RIGHTS_ALL, 6, ENDPOINT_SLOT));
    kt_eq("give with a badge, no MINT", -ABI_E_RIGHTS,
          rt_process_give(peer->process, no_mint, ABI_RIGHTS_ALL, 6, ENDPOINT_SLOT));
    peer_give(peer, badged, ABI_RIGHTS_ALL, 0, ENDPOINT_SLOT);
    peer_give(peer, endpoint, ABI_RIGHTS_ALL, 77, ENDPOINT_SLOT + 1);
    peer_start(peer);
    check_peer_slot(peer, ENDPOINT_SLOT, ABI_CAP_ENDPOINT,
                    ABI_RIGHT_SEND | ABI_RIGHT_RECV | ABI_RIGHT_GRANT, 5);
    kt_eq("type", ABI_CAP_ENDPOINT,
          peer_syscall(peer, ABI_SYS_CAP_INFO, (uint64_t[7]){ENDPOINT_SLOT + 1}));
    kt_eq("the badge that was given", 77, (int64_t)peer->box->result[1]);
    kt_eq(
        "its holder cannot change it", -ABI_E_RIGHTS,
        peer_syscall(peer, ABI_SYS_CAP_COPY, (uint64_t[7]){ENDPOINT_SLOT + 1, ABI_RIGHTS_ALL, 78}));
}

/* A badged capability sent in a message stays badged, also when it comes back. */
static void badge_survives_messages(void)
{
    rt_slot endpoint = kt_endpoint(), other = kt_endpoint();
    rt_slot badged = kt_copy(other, ABI_RIGHT_SEND | ABI_RIGHT_GRANT, 42);
    struct peer *server = server_of(endpoint);
    server->box->caps = (struct abi_caps){.recv_capacity = 1};
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, true, ABI_DEADLINE_NONE);
    struct abi_caps caps = {
        .send_count = 1, .send_slot = {badged}, .send_rights = {ABI_RIGHTS_ALL}};
    size_t reply_len;
    kt_eq("call", -ABI_E_TIMED_OUT, rt_call(endpoint, NULL, 0, NULL, 0, &caps, soon(), &reply_len));
    kt_eq("receive", ABI_EVENT_MESSAGE, peer_wait(server));
    check_peer_slot(server, server->box->caps.recv_slot[0], ABI_CAP_ENDPOINT,
                    ABI_RIGHT_SEND | ABI_RIGHT_GRANT, 42);
    kt_eq("reply", -ABI_E_CANCELLED, peer_reply(server, 0, false));

    peer_begin_call(server, server->box->caps.recv_slot[0], 0, 0, false, ABI_DEADLINE_NONE);
    struct rt_event event;
    kt_eq("call through it", ABI_EVENT_MESSAGE,
          rt_recv(other, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
    kt_eq("its badge", 42, (int64_t)event.value);
    kt_eq("reply", 0, rt_reply(NULL, 0, NULL));
    kt_eq("the call", 0, peer_wait(server));
}

static const struct kt_case cases[] = {
    {"caps-every-count", every_count},
    {"caps-in-replies", in_replies},
    {"caps-refused", refused},
    {"caps-refused-replies", refused_replies},
    {"caps-no-room", no_room},
    {"caps-none-sent", none_sent},
    {"badge-arrives", badge_arrives},
    {"badge-is-final", badge_is_final},
    {"badge-survives-messages", badge_survives_messages},
};

const struct kt_group kt_group_ipc_caps = KT_GROUP(cases);
