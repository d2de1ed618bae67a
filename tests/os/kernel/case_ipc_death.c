/* SPDX-License-Identifier: Apache-2.0 */
/* Either side of a call dies: the other is told, nothing hangs, nothing is left. */
#include "kt.h"
#include "peer.h"

#define ENDPOINT_SLOT HELPER_SLOT_CASE

static uint64_t soon(void)
{
    return rt_deadline_ms(PEER_SOON_MS);
}

static struct peer *peer_on(const char *name, rt_slot endpoint, uint32_t rights)
{
    struct peer *peer = peer_create(name);
    peer_give(peer, endpoint, rights, 0, ENDPOINT_SLOT);
    peer_start(peer);
    return peer;
}

static void caller_dies_queued(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    struct peer *victim = peer_on("victim", endpoint, ABI_RIGHT_SEND);
    struct peer *other = peer_on("other", endpoint, ABI_RIGHT_SEND);
    peer_begin_call(victim, ENDPOINT_SLOT, 1, 0, false, ABI_DEADLINE_NONE);
    kt_true("victim is queued", !peer_is_done(victim));
    peer_begin_call(other, ENDPOINT_SLOT, 2, 0, false, ABI_DEADLINE_NONE);
    kt_true("other is queued", !peer_is_done(other));
    peer_kill(victim);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(), &event));
    kt_eq("the other's message", 2, (int64_t)event.len);
    kt_eq("reply", 0, rt_reply(NULL, 0, NULL));
    kt_eq("the other's call", 0, peer_wait(other));
    kt_eq("nothing of the victim is left", -ABI_E_TIMED_OUT,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
}

static void caller_dies_served(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    struct peer *victim = peer_on("victim", endpoint, ABI_RIGHT_SEND);
    peer_begin_call(victim, ENDPOINT_SLOT, 1, 64, false, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(), &event));
    peer_kill(victim);
    kt_eq("still owed", -ABI_E_STATE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(), &event));
    kt_eq("reply", -ABI_E_CANCELLED, rt_reply("too late", 8, NULL));
    kt_eq("owed no more", -ABI_E_STATE, rt_reply(NULL, 0, NULL));

    /* A server's loop does not stumble over it. */
    victim = peer_on("victim", endpoint, ABI_RIGHT_SEND);
    peer_begin_call(victim, ENDPOINT_SLOT, 1, 64, false, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(), &event));
    peer_kill(victim);
    kt_eq("reply and receive", -ABI_E_TIMED_OUT,
          rt_reply_recv("too late", 8, endpoint, ABI_SLOT_NONE, kt_buffer(), 8, NULL, soon(),
                        &event));
}

static void server_dies_with_callers(void)
{
    rt_slot endpoint = kt_endpoint();
    size_t reply_len;
    struct peer *server = peer_on("server", endpoint, ABI_RIGHT_RECV);
    struct peer *served = peer_on("served", endpoint, ABI_RIGHT_SEND);
    struct peer *queued[3];
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, ABI_DEADLINE_NONE);
    peer_begin_call(served, ENDPOINT_SLOT, 1, 0, false, ABI_DEADLINE_NONE);
    kt_eq("server took one", ABI_EVENT_MESSAGE, peer_wait(server));
    for (uint32_t i = 0; i < 3; i++) {
        queued[i] = peer_on("queued", endpoint, ABI_RIGHT_SEND);
        peer_begin_call(queued[i], ENDPOINT_SLOT, 2, 0, false, ABI_DEADLINE_NONE);
        kt_true("queued", !peer_is_done(queued[i]));
    }
    kt_true("served one waits", !peer_is_done(served));
    peer_kill(server);
    kt_eq("the served call", -ABI_E_PEER_DIED, peer_wait(served));
    for (uint32_t i = 0; i < 3; i++)
        kt_eq("a queued call", -ABI_E_PEER_DIED, peer_wait(queued[i]));
    uint64_t begin = rt_ticks();
    kt_eq("a new call", -ABI_E_PEER_DIED,
          rt_call(endpoint, NULL, 0, NULL, 0, NULL, ABI_DEADLINE_NONE, &reply_len));
    kt_true("fails at once", rt_ticks() - begin < ABI_DEADLINE_SLACK_TICKS);

    /* A new process receives there: calls work again. */
    server = peer_on("server-two", endpoint, ABI_RIGHT_RECV);
    server->box->arg[0] = ENDPOINT_SLOT;
    server->box->arg[1] = 0;
    peer_begin(server, HELPER_ECHO);
    kt_true("serves", !peer_is_done(server));
    uint8_t byte = 3;
    kt_eq("call to the new server", 0,
          rt_call(endpoint, &byte, 1, &byte, 1, NULL, rt_deadline_ms(PEER_WAIT_MS), &reply_len));
    kt_eq("its answer", 3 ^ HELPER_ECHO_MASK, byte);
    peer_begin_call(queued[0], ENDPOINT_SLOT, 1, 8, false, ABI_DEADLINE_NONE);
    kt_eq("call of one that was failed", 0, peer_wait(queued[0]));
}

/* Before anybody ever received, callers wait: processes may start in any order. */
static void callers_wait_for_first_server(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *client = peer_on("client", endpoint, ABI_RIGHT_SEND);
    peer_begin_call(client, ENDPOINT_SLOT, 1, 8, false, ABI_DEADLINE_NONE);
    kt_true("waits", !peer_is_done(client));
    struct peer *server = peer_on("server", endpoint, ABI_RIGHT_RECV);
    server->box->arg[0] = ENDPOINT_SLOT;
    server->box->arg[1] = 0;
    peer_begin(server, HELPER_ECHO);
    kt_eq("is served", 0, peer_wait(client));
}

/* It is given the endpoint, and never gets as far as to receive. */
static void server_dies_before_first_receive(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    struct peer *client = peer_on("client", endpoint, ABI_RIGHT_SEND);
    struct peer *server = peer_on("server", endpoint, ABI_RIGHT_RECV);
    peer_begin_call(client, ENDPOINT_SLOT, 1, 8, false, ABI_DEADLINE_NONE);
    kt_true("waits", !peer_is_done(client));
    peer_kill(server);
    kt_eq("the call", -ABI_E_PEER_DIED, peer_wait(client));

    /* One that drops its right is as good as dead; the supervisor takes over. */
    kt_eq("receive", -ABI_E_TIMED_OUT,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, soon(), &event));
    server = peer_on("server-two", endpoint, ABI_RIGHT_RECV);
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, soon());
    kt_eq("it served", -ABI_E_TIMED_OUT, peer_wait(server));
    peer_begin_call(client, ENDPOINT_SLOT, 1, 8, false, ABI_DEADLINE_NONE);
    kt_true("waits again", !peer_is_done(client));
    kt_eq("drop", 0, peer_syscall(server, ABI_SYS_CAP_DROP, (uint64_t[7]){ENDPOINT_SLOT}));
    kt_eq("the second call", -ABI_E_PEER_DIED, peer_wait(client));
}

/* The server dies waiting, with nobody there; and one that never served dies. */
static void server_dies_waiting(void)
{
    rt_slot endpoint = kt_endpoint();
    size_t reply_len;
    struct peer *server = peer_on("server", endpoint, ABI_RIGHT_RECV);
    struct peer *bystander = peer_on("bystander", endpoint, ABI_RIGHT_RECV);
    kt_true("bystander runs", !peer_is_done(bystander));
    peer_kill(bystander);
    kt_eq("call before a server", -ABI_E_TIMED_OUT,
          rt_call(endpoint, NULL, 0, NULL, 0, NULL, soon(), &reply_len));
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, ABI_DEADLINE_NONE);
    kt_true("server waits", !peer_is_done(server));
    peer_kill(server);
    kt_eq("call after its death", -ABI_E_PEER_DIED,
          rt_call(endpoint, NULL, 0, NULL, 0, NULL, soon(), &reply_len));
}

/* Who faults while it owes a reply is as dead as who is killed. */
static void server_faults_owing(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *server = peer_on("server-faults", endpoint, ABI_RIGHT_RECV);
    struct peer *client = peer_on("client", endpoint, ABI_RIGHT_SEND);
    peer_begin_recv(server, ENDPOINT_SLOT, ABI_SLOT_NONE, 8, false, ABI_DEADLINE_NONE);
    peer_begin_call(client, ENDPOINT_SLOT, 1, 0, false, ABI_DEADLINE_NONE);
    kt_eq("server took it", ABI_EVENT_MESSAGE, peer_wait(server));
    server->box->arg[0] = 0;
    peer_begin(server, HELPER_LOAD);
    kt_eq("cause", ABI_DEATH_LOAD, peer_wait_death(server).death);
    kt_eq("the call", -ABI_E_PEER_DIED, peer_wait(client));
}

/* A caller killed with capabilities in its queued message: they go nowhere, and come back. */
static void caller_dies_with_caps_queued(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *victim = peer_on("victim", endpoint, ABI_RIGHT_SEND);
    int64_t own = peer_syscall(victim, ABI_SYS_ENDPOINT_CREATE, (uint64_t[7]){0});
    kt_ok("endpoint of the victim", own);
    victim->box->caps = (struct abi_caps){
        .send_count = 1, .send_slot = {(uint32_t)own}, .send_rights = {ABI_RIGHTS_ALL}};
    peer_begin_call(victim, ENDPOINT_SLOT, 1, 0, true, ABI_DEADLINE_NONE);
    kt_true("victim is queued", !peer_is_done(victim));
    uint32_t endpoints = kt_info().endpoint_count;
    peer_kill(victim);
    kt_eq("its endpoint is gone", endpoints - 1, kt_info().endpoint_count);
}

/* What a dead process created lives on while somebody holds it, and no longer. */
static void objects_outlive_creator(void)
{
    rt_slot endpoint = kt_endpoint();
    struct rt_event event;
    struct peer *maker = peer_on("maker", endpoint, ABI_RIGHT_SEND);
    int64_t memory = peer_syscall(maker, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, 10000});
    kt_ok("memory of the maker", memory);
    maker->box->caps = (struct abi_caps){
        .send_count = 1, .send_slot = {(uint32_t)memory}, .send_rights = {ABI_RIGHTS_ALL}};
    peer_begin_call(maker, ENDPOINT_SLOT, 0, 0, true, ABI_DEADLINE_NONE);
    struct abi_caps caps = {.recv_capacity = 1};
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, &caps, soon(), &event));
    kt_eq("one came", 1, caps.recv_count);
    peer_kill(maker);
    kt_eq("reply", -ABI_E_CANCELLED, rt_reply(NULL, 0, NULL));
    kt_map(caps.recv_slot[0], KT_WINDOW, ABI_PROT_READ | ABI_PROT_WRITE);
    for (uint32_t i = 0; i < 10000; i++)
        kt_eq("it is clear", 0, kt_at(KT_WINDOW)[i]);
    kt_at(KT_WINDOW)[9999] = 1;
    uint64_t free_before = kt_info().page_free;
    kt_drop(caps.recv_slot[0]);
    kt_eq("the mapping still holds it", (int64_t)free_before, (int64_t)kt_info().page_free);
    kt_eq("and it works", 1, kt_at(KT_WINDOW)[9999]);
    kt_unmap(KT_WINDOW);
    kt_eq("its pages come back", (int64_t)free_before + 3, (int64_t)kt_info().page_free);
}

static const struct kt_case cases[] = {
    {"death-caller-queued", caller_dies_queued},
    {"death-caller-served", caller_dies_served},
    {"death-server-with-callers", server_dies_with_callers},
    {"death-callers-wait-for-first-server", callers_wait_for_first_server},
    {"death-server-before-first-receive", server_dies_before_first_receive},
    {"death-server-waiting", server_dies_waiting},
    {"death-server-faults-owing", server_faults_owing},
    {"death-caller-with-caps-queued", caller_dies_with_caps_queued},
    {"death-objects-outlive-creator", objects_outlive_creator},
};

const struct kt_group kt_group_ipc_death = KT_GROUP(cases);
