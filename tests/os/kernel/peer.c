/* SPDX-License-Identifier: Apache-2.0 */
/* Starts helpers, and waits for what they say and how they end. */
#include "peer.h"

#include <string.h>

#define PEER_ADDR(idx) (KT_BUFFER + 0x100000ull + (idx)*0x10000ull)

static struct {
    struct peer peer[PEER_COUNT_MAX];
    uint32_t count;
    rt_slot notification;
    rt_slot settle;     /* wakes the settler */
    uint64_t seen_bits; /* arrived, not asked for yet */
} peers;

/* It lives as long as the supervisor. */
static void start_settler(void)
{
    static const struct abi_process_config config = {.name = "settler",
                                                     .image_slot = KTEST_SLOT_HELPER_FILE,
                                                     .priority = 0,
                                                     .stack_pages = PEER_STACK_PAGES,
                                                     .page_quota = PEER_PAGE_QUOTA};
    uint64_t fault;
    rt_slot process =
        (rt_slot)rt_must(rt_process_create(KTEST_SLOT_SYSTEM, &config, &fault), "settler");
    rt_slot wake = (rt_slot)rt_must(rt_notification_create(), "settler's notification");
    peers.settle = (rt_slot)rt_must(rt_cap_copy(wake, ABI_RIGHT_SEND, 1), "settler's bit");
    rt_must(rt_process_give(process, RT_SLOT_CONSOLE, ABI_RIGHTS_ALL, 0, RT_SLOT_CONSOLE),
            "settler's console");
    rt_must(rt_process_give(process, wake, ABI_RIGHT_RECV, 0, HELPER_SLOT_CONTROL), "settler");
    rt_must(rt_process_give(process, peers.notification, ABI_RIGHT_SEND, PEER_SETTLED_BIT,
                            HELPER_SLOT_DONE),
            "settler");
    rt_must(rt_process_start(process, HELPER_SETTLES), "settler");
}

void peers_init(void)
{
    peers.notification = (rt_slot)rt_must(rt_notification_create(), "peers' notification");
    start_settler();
}

rt_slot peers_notification(void)
{
    return peers.notification;
}

static uint64_t take_seen(uint64_t mask)
{
    uint64_t bits = peers.seen_bits & mask;
    peers.seen_bits &= ~mask;
    return bits;
}

uint64_t peers_wait(uint64_t mask, uint64_t deadline)
{
    while ((peers.seen_bits & mask) == 0) {
        struct rt_event event;
        int64_t status =
            rt_recv(ABI_SLOT_NONE, peers.notification, NULL, 0, NULL, deadline, &event);
        if (status == -ABI_E_TIMED_OUT)
            return 0;
        kt_eq("receive of a notification", ABI_EVENT_NOTIFICATION, status);
        peers.seen_bits |= event.value;
    }
    return take_seen(mask);
}

void peers_kill(void)
{
    for (uint32_t i = 0; i < peers.count; i++) {
        (void)rt_process_kill(peers.peer[i].process);
        (void)rt_unmap(PEER_ADDR(i));
    }
    peers.count = 0;
    struct rt_event event;
    (void)rt_recv(ABI_SLOT_NONE, peers.notification, NULL, 0, NULL, 0, &event);
    peers.seen_bits = 0;
}

struct peer *peer_create_with(const char *name, uint32_t priority, uint32_t page_quota)
{
    kt_true("room for a peer", peers.count < PEER_COUNT_MAX);
    struct peer *peer = &peers.peer[peers.count];
    peer->idx = peers.count;

    struct abi_process_config config = {.image_slot = KTEST_SLOT_HELPER_FILE,
                                        .priority = priority,
                                        .stack_pages = PEER_STACK_PAGES,
                                        .page_quota = page_quota};
    strncpy(config.name, name, sizeof config.name - 1);
    uint64_t fault = 0;
    peer->process =
        (rt_slot)kt_ok("process create", rt_process_create(KTEST_SLOT_SYSTEM, &config, &fault));
    peers.count++;

    peer->shared = kt_memory(HELPER_SHARED_BYTES);
    kt_ok("peer map", rt_map(peer->shared, PEER_ADDR(peer->idx), ABI_PROT_READ | ABI_PROT_WRITE));
    peer->box = (struct helper_box *)(uintptr_t)PEER_ADDR(peer->idx);
    peer->data = kt_at(PEER_ADDR(peer->idx) + ABI_PAGE_BYTES);
    peer->control = kt_endpoint();

    rt_slot death = kt_copy(peers.notification, ABI_RIGHT_SEND, PEER_DEATH_BIT(peer->idx));
    kt_ok("watch", rt_process_watch(peer->process, death));
    kt_drop(death);
    peer_give(peer, RT_SLOT_CONSOLE, ABI_RIGHTS_ALL, 0, RT_SLOT_CONSOLE);
    peer_give(peer, peer->control, ABI_RIGHT_SEND, 0, HELPER_SLOT_CONTROL);
    peer_give(peer, peers.notification, ABI_RIGHT_SEND, PEER_DONE_BIT(peer->idx), HELPER_SLOT_DONE);
    peer_give(peer, peer->shared, ABI_RIGHT_READ | ABI_RIGHT_WRITE, 0, HELPER_SLOT_SHARED);
    return peer;
}

struct peer *peer_create(const char *name)
{
    return peer_create_with(name, PEER_PRIORITY, PEER_PAGE_QUOTA);
}

void peer_give(struct peer *peer, rt_slot source, uint32_t rights, uint64_t badge, rt_slot target)
{
    kt_ok("give", rt_process_give(peer->process, source, rights, badge, target));
}

void peer_start(struct peer *peer)
{
    kt_ok("process start", rt_process_start(peer->process, HELPER_OBEYS));
}

struct peer *peer_new(const char *name)
{
    struct peer *peer = peer_create(name);
    peer_start(peer);
    return peer;
}

void peer_begin(struct peer *peer, enum helper_op op)
{
    peer->box->op = op;
    struct rt_event event;
    kt_eq(
        "helper asks for its order", ABI_EVENT_MESSAGE,
        rt_recv(peer->control, ABI_SLOT_NONE, NULL, 0, NULL, rt_deadline_ms(PEER_WAIT_MS), &event));
    kt_ok("order", rt_reply(NULL, 0, NULL));
}

void peers_settle(void)
{
    kt_ok("settle", rt_notify(peers.settle));
    kt_true("all others are blocked", peers_wait(PEER_SETTLED_BIT, rt_deadline_ms(PEER_WAIT_MS)));
}

bool peer_is_done(struct peer *peer)
{
    peers_settle();
    return peers_wait(PEER_DONE_BIT(peer->idx), 0) != 0;
}

int64_t peer_wait(struct peer *peer)
{
    kt_true("helper is done", peers_wait(PEER_DONE_BIT(peer->idx), rt_deadline_ms(PEER_WAIT_MS)));
    return peer->box->status;
}

void peer_begin_syscall(struct peer *peer, uint64_t number, const uint64_t arg[7])
{
    peer->box->number = number;
    memcpy(peer->box->arg, arg, sizeof peer->box->arg);
    peer_begin(peer, HELPER_SYSCALL);
}

int64_t peer_syscall(struct peer *peer, uint64_t number, const uint64_t arg[7])
{
    peer_begin_syscall(peer, number, arg);
    return peer_wait(peer);
}

void peer_begin_call(struct peer *peer, rt_slot endpoint, size_t send_len, size_t recv_capacity,
                     bool caps, uint64_t deadline)
{
    peer_begin_syscall(peer, ABI_SYS_CALL,
                       (uint64_t[7]){endpoint, HELPER_DATA, HELPER_DATA + PEER_REPLY_OFFSET,
                                     ABI_LENGTHS(send_len, recv_capacity), caps ? HELPER_CAPS : 0,
                                     deadline, 0});
}

void peer_begin_recv(struct peer *peer, rt_slot endpoint, rt_slot notification,
                     size_t recv_capacity, bool caps, uint64_t deadline)
{
    peer_begin_syscall(peer, ABI_SYS_RECV,
                       (uint64_t[7]){endpoint, notification, HELPER_DATA,
                                     ABI_LENGTHS(0, recv_capacity), caps ? HELPER_CAPS : 0,
                                     deadline, 0});
}

int64_t peer_reply(struct peer *peer, size_t send_len, bool caps)
{
    return peer_syscall(
        peer, ABI_SYS_REPLY,
        (uint64_t[7]){0, HELPER_DATA, 0, ABI_LENGTHS(send_len, 0), caps ? HELPER_CAPS : 0, 0, 0});
}

struct abi_process_info peer_info(struct peer *peer)
{
    struct abi_process_info info;
    kt_ok("process info", rt_process_info(peer->process, &info));
    return info;
}

struct abi_process_info peer_wait_death(struct peer *peer)
{
    kt_true("supervisor is told of the death",
            peers_wait(PEER_DEATH_BIT(peer->idx), rt_deadline_ms(PEER_WAIT_MS)));
    struct abi_process_info info = peer_info(peer);
    kt_eq("state of a dead process", ABI_PROCESS_DEAD, info.state);
    return info;
}

void peer_kill(struct peer *peer)
{
    kt_ok("kill", rt_process_kill(peer->process));
    kt_eq("cause of a killed process", ABI_DEATH_KILLED, peer_wait_death(peer).death);
}
