/* SPDX-License-Identifier: Apache-2.0 */
/* Processes killed with every kind of resource in hand: the machine is the same after each. */
#include "kt.h"
#include "peer.h"

#define CHURN_COUNT       1000
#define SETTLE_TICKS      1000 /* 100 us: what the helper does until then is part of the dice */
#define AUDIT_EVERY_COUNT 10

static uint64_t dice;

static void settle(void)
{
    struct rt_event event;
    (void)rt_recv(ABI_SLOT_NONE, ABI_SLOT_NONE, NULL, 0, NULL, rt_ticks() + SETTLE_TICKS, &event);
}

static void never_started(void)
{
    struct peer *peer = peer_create("churn");
    for (rt_slot slot = HELPER_SLOT_CASE; slot < ABI_SLOT_COUNT; slot++)
        peer_give(peer, peer->control, ABI_RIGHTS_ALL, slot, slot);
}

static void just_started(void)
{
    (void)peer_new("churn");
}

static void every_object(void)
{
    struct peer *peer = peer_new("churn");
    for (uint32_t i = 0; i < ABI_PROCESS_ENDPOINTS_MAX; i++) {
        (void)peer_syscall(peer, ABI_SYS_ENDPOINT_CREATE, (uint64_t[7]){0});
        (void)peer_syscall(peer, ABI_SYS_NOTIFICATION_CREATE, (uint64_t[7]){0});
    }
    for (uint32_t i = 0; i < ABI_PROCESS_MEMORIES_MAX; i++)
        (void)peer_syscall(peer, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, 4096});
    kt_true("it holds many", peer_info(peer).slot_count > 48);
}

/* Mapped and held; mapped, no longer held; unmapped again; held only. */
static void every_memory(void)
{
    struct peer *peer = peer_new("churn");
    for (uint64_t i = 0; i < 12; i++) {
        int64_t memory =
            peer_syscall(peer, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, 1 + 5000 * (i % 3)});
        uint64_t addr = 0x3000000000 + i * 0x40000000 / 4;
        kt_ok("memory", memory);
        if (i % 4 != 3)
            kt_ok("map", peer_syscall(peer, ABI_SYS_MAP,
                                      (uint64_t[7]){(uint64_t)memory, addr, ABI_PROT_READ}));
        if (i % 4 == 1)
            kt_ok("drop", peer_syscall(peer, ABI_SYS_CAP_DROP, (uint64_t[7]){(uint64_t)memory}));
        if (i % 4 == 2)
            kt_ok("unmap", peer_syscall(peer, ABI_SYS_UNMAP, (uint64_t[7]){addr}));
    }
}

static void shared_memory_and_device(void)
{
    rt_slot memory = kt_memory(8192);
    struct peer *peer = peer_create("churn");
    peer_give(peer, memory, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE);
    peer_give(peer, KTEST_SLOT_DEVICE, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE + 1);
    peer_start(peer);
    for (uint64_t i = 0; i < 2; i++)
        kt_ok("map", peer_syscall(peer, ABI_SYS_MAP,
                                  (uint64_t[7]){HELPER_SLOT_CASE + i, 0x3000000000 + (i << 20),
                                                ABI_PROT_READ}));
    kt_drop(memory); /* the peer holds the last one */
}

static void interrupt_bound(void)
{
    rt_slot notification = kt_notification();
    struct peer *peer = peer_create("churn");
    peer_give(peer, KTEST_SLOT_RTC_IRQ, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE);
    peer_give(peer, notification, ABI_RIGHT_SEND, 1, HELPER_SLOT_CASE + 1);
    peer_start(peer);
    kt_eq("bind", 0,
          peer_syscall(peer, ABI_SYS_IRQ_BIND,
                       (uint64_t[7]){HELPER_SLOT_CASE, HELPER_SLOT_CASE + 1}));
    kt_drop(notification);
}

/* In a call that nobody takes, with capabilities of its own in the message. */
static void queued_with_caps(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *peer = peer_create("churn");
    peer_give(peer, endpoint, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE);
    peer_start(peer);
    peer->box->caps.send_count = ABI_MESSAGE_CAPS_MAX;
    for (uint32_t i = 0; i < ABI_MESSAGE_CAPS_MAX; i++) {
        int64_t own = peer_syscall(peer, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, 4096});
        peer->box->caps.send_slot[i] = (uint32_t)own;
        peer->box->caps.send_rights[i] = ABI_RIGHTS_ALL;
    }
    peer_begin_call(peer, HELPER_SLOT_CASE, 100, 100, true,
                    xorshift64_star(&dice) % 2 ? ABI_DEADLINE_NONE : rt_deadline_ms(1000));
    settle();
    if (xorshift64_star(&dice) % 2)
        kt_drop(endpoint); /* the peer in the queue holds the last one */
}

/* The supervisor took its call and owes it the reply. */
static void being_served(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *peer = peer_create("churn");
    peer_give(peer, endpoint, ABI_RIGHTS_ALL, 5, HELPER_SLOT_CASE);
    peer_start(peer);
    peer_begin_call(peer, HELPER_SLOT_CASE, 10, 10, false, rt_deadline_ms(1000));
    struct rt_event event;
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, kt_buffer(), 100, NULL, rt_deadline_ms(1000), &event));
    peer_kill(peer);
    kt_eq("reply", -ABI_E_CANCELLED, rt_reply(NULL, 0, NULL));
}

static void receiving(void)
{
    struct peer *peer = peer_new("churn");
    int64_t endpoint = peer_syscall(peer, ABI_SYS_ENDPOINT_CREATE, (uint64_t[7]){0});
    int64_t notification = peer_syscall(peer, ABI_SYS_NOTIFICATION_CREATE, (uint64_t[7]){0});
    peer_begin_recv(peer, (rt_slot)endpoint, (rt_slot)notification, 4096, true,
                    xorshift64_star(&dice) % 2 ? ABI_DEADLINE_NONE : rt_deadline_ms(1000));
    settle();
}

/* Two helpers: a server that owes the other a reply; the dice choose who is killed first. */
static void owing(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *server = peer_create("churn"), *client = peer_create("churn-client");
    peer_give(server, endpoint, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE);
    peer_give(client, endpoint, ABI_RIGHT_SEND, 1, HELPER_SLOT_CASE);
    peer_start(server);
    peer_start(client);
    peer_begin_recv(server, HELPER_SLOT_CASE, ABI_SLOT_NONE, 100, false, ABI_DEADLINE_NONE);
    peer_begin_call(client, HELPER_SLOT_CASE, 10, 10, false, ABI_DEADLINE_NONE);
    kt_eq("server took it", ABI_EVENT_MESSAGE, peer_wait(server));
    if (xorshift64_star(&dice) % 2) {
        peer_kill(server);
        kt_eq("call", -ABI_E_PEER_DIED, peer_wait(client));
    } else {
        peer_kill(client);
    }
}

/* Watched by notifications that only a watch holds, and nobody can hear. */
static void watched(void)
{
    struct peer *peer = peer_new("churn");
    for (uint32_t i = 1; i < ABI_WATCH_COUNT_MAX; i++) {
        rt_slot notification = kt_notification();
        rt_slot bit = kt_copy(notification, ABI_RIGHT_SEND, 1);
        kt_ok("watch", rt_process_watch(peer->process, bit));
        kt_drop(bit);
        kt_drop(notification);
    }
}

static void sleeping(void)
{
    struct peer *peer = peer_new("churn");
    peer_begin_recv(peer, ABI_SLOT_NONE, ABI_SLOT_NONE, 0, false,
                    rt_ticks() + xorshift64_star(&dice) % (2 * SETTLE_TICKS));
    settle();
}

static void spinning(void)
{
    peer_begin(peer_new("churn"), HELPER_SPIN);
    settle();
}

static void full_table(void)
{
    struct peer *peer = peer_new("churn");
    int64_t status;
    do {
        status = peer_syscall(peer, ABI_SYS_CAP_COPY,
                              (uint64_t[7]){HELPER_SLOT_SHARED, ABI_RIGHTS_ALL, 0});
    } while (status >= 0);
    kt_eq("table is full", -ABI_E_NO_SLOT, status);
}

/* It holds a process, and its caller, and is held by a third. */
static void holding_processes(void)
{
    struct peer *held = peer_new("churn-held"), *peer = peer_create("churn");
    peer_give(peer, held->process, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE);
    peer_start(peer);
    struct peer *third = peer_create("churn-third");
    peer_give(third, peer->process, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE);
    peer_start(third);
    if (xorshift64_star(&dice) % 2)
        (void)peer_syscall(third, ABI_SYS_PROCESS_KILL, (uint64_t[7]){HELPER_SLOT_CASE});
    else
        (void)peer_syscall(peer, ABI_SYS_PROCESS_KILL, (uint64_t[7]){HELPER_SLOT_CASE});
}

static void (*const kinds[])(void) = {
    never_started,   just_started,     every_object, every_memory, shared_memory_and_device,
    interrupt_bound, queued_with_caps, being_served, receiving,    owing,
    watched,         sleeping,         spinning,     full_table,   holding_processes,
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static void thousand_processes(void)
{
    dice = 0xc0ffee;
    struct abi_system_info before = kt_info();
    for (uint32_t i = 0; i < CHURN_COUNT; i++) {
        kt_step("process of kind", i % KIND_COUNT);
        kinds[i % KIND_COUNT]();
        kt_clean();
        struct abi_system_info after = kt_info();
        kt_same_info(&before, &after);
        if (i % AUDIT_EVERY_COUNT == 0)
            kt_eq("audit", 0, rt_system_audit(KTEST_SLOT_SYSTEM));
    }
}

static const struct kt_case cases[] = {
    {"churn-thousand-processes", thousand_processes},
};

const struct kt_group kt_group_churn = KT_GROUP(cases);
