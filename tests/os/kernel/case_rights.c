/* SPDX-License-Identifier: Apache-2.0 */
/* Rights: which call needs which, and that no copy has more than its source. */
#include "kt.h"
#include "peer.h"

#include <string.h>

/* One capability of every type, with every right it can have. */
static struct {
    rt_slot slot[ABI_CAP_TYPE_COUNT];
    struct abi_process_config config; /* of a process that could be created */
} held;

/* Of a caller that waits for as long as the case lasts. */
static rt_slot hold_token(void)
{
    struct rt_event event;
    rt_slot endpoint = kt_endpoint();
    struct peer *caller = peer_create("caller");
    peer_give(caller, endpoint, ABI_RIGHT_SEND, 0, HELPER_SLOT_CASE);
    peer_start(caller);
    peer_begin_call(caller, HELPER_SLOT_CASE, 0, 0, false, ABI_DEADLINE_NONE);
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, NULL, rt_deadline_ms(PEER_WAIT_MS), &event));
    return (rt_slot)kt_ok("reply later", rt_reply_later());
}

static void hold_every_type(void)
{
    struct peer *dead = peer_create("dead");
    peer_kill(dead);
    held.slot[ABI_CAP_REPLY] = hold_token();
    held.slot[ABI_CAP_CONSOLE] = RT_SLOT_CONSOLE;
    held.slot[ABI_CAP_ENDPOINT] = kt_endpoint();
    held.slot[ABI_CAP_NOTIFICATION] = kt_copy(kt_notification(), ABI_RIGHTS_ALL, 1);
    held.slot[ABI_CAP_MEMORY] =
        (rt_slot)kt_ok("DMA memory", rt_memory_create(KTEST_SLOT_SYSTEM, ABI_PAGE_BYTES));
    held.slot[ABI_CAP_DEVICE] = KTEST_SLOT_DEVICE;
    held.slot[ABI_CAP_IRQ] = KTEST_SLOT_DEVICE_IRQ;
    held.slot[ABI_CAP_PROCESS] = dead->process;
    held.slot[ABI_CAP_SYSTEM] = KTEST_SLOT_SYSTEM;
    held.config = (struct abi_process_config){.name = "never-started",
                                              .image_slot = KTEST_SLOT_HELPER_FILE,
                                              .stack_pages = 1,
                                              .page_quota = PEER_PAGE_QUOTA};
}

static uint32_t rights_of(rt_slot slot)
{
    uint64_t rights, value;
    kt_ok("capability info", rt_cap_info(slot, &rights, &value));
    return (uint32_t)rights;
}

/* --- rights that calls need --------------------------------------------------------------------
 */

#define BIT(type) (1u << (type))

/* A call that is refused when the capability in arg[slot_arg] lacks one of the rights. Arguments
 * that name a type stand for held.slot[type]. */
struct needed {
    const char *what;
    uint64_t number;
    uint32_t slot_arg;
    uint32_t types;     /* BIT() of those accepted */
    uint32_t rights;    /* all needed */
    bool none_is_valid; /* slot 0 means "without" */
    bool refusals_only; /* a call that is allowed would stay in force */
    uint32_t arg_type[2];
    uint64_t arg[7];
};

static const struct needed needed[] = {
    {"log", ABI_SYS_LOG, 0, BIT(ABI_CAP_CONSOLE), ABI_RIGHT_WRITE, .refusals_only = true},
    {"log read", ABI_SYS_LOG_READ, 0, BIT(ABI_CAP_CONSOLE), ABI_RIGHT_READ,
     .arg = {0, 0, KT_BUFFER, 64}},
    {"call", ABI_SYS_CALL, 0, BIT(ABI_CAP_ENDPOINT), ABI_RIGHT_SEND, .arg = {0}},
    {"receive, endpoint", ABI_SYS_RECV, 0, BIT(ABI_CAP_ENDPOINT), ABI_RIGHT_RECV,
     .none_is_valid = true, .arg = {0}},
    {"receive, notification", ABI_SYS_RECV, 1, BIT(ABI_CAP_NOTIFICATION), ABI_RIGHT_RECV,
     .none_is_valid = true, .arg = {0}},
    {"reply, token", ABI_SYS_REPLY, 0, BIT(ABI_CAP_REPLY), 0, .none_is_valid = true,
     .refusals_only = true},
    {"notify", ABI_SYS_NOTIFY, 0, BIT(ABI_CAP_NOTIFICATION), ABI_RIGHT_SEND, .arg = {0}},
    {"memory create", ABI_SYS_MEMORY_CREATE, 0, BIT(ABI_CAP_SYSTEM), ABI_RIGHT_DMA,
     .none_is_valid = true, .arg = {0, 4096}},
    {"memory phys", ABI_SYS_MEMORY_PHYS, 0, BIT(ABI_CAP_MEMORY), ABI_RIGHT_DMA, .arg = {0}},
    {"map, read", ABI_SYS_MAP, 0, BIT(ABI_CAP_MEMORY) | BIT(ABI_CAP_DEVICE), ABI_RIGHT_READ,
     .arg = {0, KT_WINDOW, ABI_PROT_READ}},
    {"map, write", ABI_SYS_MAP, 0, BIT(ABI_CAP_MEMORY) | BIT(ABI_CAP_DEVICE),
     ABI_RIGHT_READ | ABI_RIGHT_WRITE, .arg = {0, KT_WINDOW, ABI_PROT_READ | ABI_PROT_WRITE}},
    {"interrupt bind", ABI_SYS_IRQ_BIND, 0, BIT(ABI_CAP_IRQ), ABI_RIGHT_MANAGE,
     .refusals_only = true, .arg_type = {0, ABI_CAP_NOTIFICATION}},
    {"interrupt bind, notification", ABI_SYS_IRQ_BIND, 1, BIT(ABI_CAP_NOTIFICATION), ABI_RIGHT_SEND,
     .refusals_only = true, .arg_type = {ABI_CAP_IRQ}},
    {"interrupt unbind", ABI_SYS_IRQ_UNBIND, 0, BIT(ABI_CAP_IRQ), ABI_RIGHT_MANAGE, .arg = {0}},
    {"interrupt acknowledge", ABI_SYS_IRQ_ACK, 0, BIT(ABI_CAP_IRQ), ABI_RIGHT_MANAGE, .arg = {0}},
    {"process create", ABI_SYS_PROCESS_CREATE, 0, BIT(ABI_CAP_SYSTEM), ABI_RIGHT_MANAGE,
     .arg = {0, (uint64_t)(uintptr_t)&held.config}},
    {"process give", ABI_SYS_PROCESS_GIVE, 0, BIT(ABI_CAP_PROCESS), ABI_RIGHT_MANAGE,
     .arg_type = {0, ABI_CAP_ENDPOINT}, .arg = {0, 0, 0, 0, 100}},
    {"process start", ABI_SYS_PROCESS_START, 0, BIT(ABI_CAP_PROCESS), ABI_RIGHT_MANAGE, .arg = {0}},
    {"process kill", ABI_SYS_PROCESS_KILL, 0, BIT(ABI_CAP_PROCESS), ABI_RIGHT_MANAGE, .arg = {0}},
    {"process watch", ABI_SYS_PROCESS_WATCH, 0, BIT(ABI_CAP_PROCESS), ABI_RIGHT_MANAGE,
     .arg_type = {0, ABI_CAP_NOTIFICATION}},
    {"process unwatch", ABI_SYS_PROCESS_UNWATCH, 0, BIT(ABI_CAP_PROCESS), ABI_RIGHT_MANAGE,
     .arg_type = {0, ABI_CAP_NOTIFICATION}},
    {"process unwatch, notification", ABI_SYS_PROCESS_UNWATCH, 1, BIT(ABI_CAP_NOTIFICATION),
     ABI_RIGHT_SEND, .arg_type = {ABI_CAP_PROCESS}},
    {"process watch, notification", ABI_SYS_PROCESS_WATCH, 1, BIT(ABI_CAP_NOTIFICATION),
     ABI_RIGHT_SEND, .arg_type = {ABI_CAP_PROCESS}},
    {"process info", ABI_SYS_PROCESS_INFO, 0, BIT(ABI_CAP_PROCESS), ABI_RIGHT_READ,
     .arg = {0, KT_BUFFER}},
    {"system info", ABI_SYS_SYSTEM_INFO, 0, BIT(ABI_CAP_SYSTEM), ABI_RIGHT_READ,
     .arg = {0, KT_BUFFER}},
    {"system audit", ABI_SYS_SYSTEM_AUDIT, 0, BIT(ABI_CAP_SYSTEM), ABI_RIGHT_READ, .arg = {0}},
    {"system off", ABI_SYS_SYSTEM_OFF, 0, BIT(ABI_CAP_SYSTEM), ABI_RIGHT_WRITE,
     .arg = {0, ABI_OFF_COUNT}}, /* allowed, it is refused for this argument */
};

static int64_t call_with(const struct needed *row, uint64_t slot)
{
    uint64_t arg[7], r1, r2;
    memcpy(arg, row->arg, sizeof arg);
    for (uint32_t i = 0; i < 2; i++)
        if (row->arg_type[i] != ABI_CAP_NONE)
            arg[i] = held.slot[row->arg_type[i]];
    arg[row->slot_arg] = slot;
    return rt_syscall(row->number, arg, &r1, &r2);
}

/* With exactly the needed rights the call gets past this check; what it did is undone. */
static void check_allowed(const struct needed *row, rt_slot source)
{
    rt_slot exact = kt_copy(source, row->rights, 0);
    int64_t status = call_with(row, exact);
    kt_true(row->what, status != -ABI_E_RIGHTS && status != -ABI_E_TYPE && status != -ABI_E_SLOT);
    if (row->number == ABI_SYS_MAP)
        kt_ok("unmap", rt_unmap(KT_WINDOW));
    if (row->number == ABI_SYS_MEMORY_CREATE || row->number == ABI_SYS_PROCESS_CREATE)
        kt_drop((rt_slot)status);
    kt_drop(exact);
}

static void check_refused(const struct needed *row, rt_slot source)
{
    for (uint32_t right = 1; right <= ABI_RIGHTS_ALL; right <<= 1) {
        if (!(row->rights & right))
            continue;
        kt_step("without right", right);
        rt_slot lacking = kt_copy(source, ABI_RIGHTS_ALL & ~right, 0);
        kt_eq(row->what, -ABI_E_RIGHTS, call_with(row, lacking));
        kt_drop(lacking);
    }
    kt_step("without any right", 0);
    if (row->rights == 0)
        return; /* a token, of which there is no copy with less */
    rt_slot nothing = kt_copy(source, 0, 0);
    kt_eq(row->what, -ABI_E_RIGHTS, call_with(row, nothing));
    kt_drop(nothing);
}

static void calls_need_rights(void)
{
    hold_every_type();
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        for (uint32_t type = 1; type < ABI_CAP_TYPE_COUNT; type++) {
            if (!(needed[i].types & BIT(type)))
                continue;
            check_refused(&needed[i], held.slot[type]);
            if (!needed[i].refusals_only)
                check_allowed(&needed[i], held.slot[type]);
        }
    }
}

static void calls_need_type(void)
{
    hold_every_type();
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        for (uint32_t type = 1; type < ABI_CAP_TYPE_COUNT; type++) {
            kt_step("type", type);
            if (!(needed[i].types & BIT(type)))
                kt_eq(needed[i].what, -ABI_E_TYPE, call_with(&needed[i], held.slot[type]));
        }
    }
}

static void check_slot(const char *what, int64_t status)
{
    kt_eq(what, -ABI_E_SLOT, status);
}

static void calls_need_slot(void)
{
    hold_every_type();
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const struct needed *row = &needed[i];
        uint64_t valid = 0;
        for (uint32_t type = 1; type < ABI_CAP_TYPE_COUNT; type++)
            valid = row->types & BIT(type) ? held.slot[type] : valid;
        const uint64_t bad[] = {KT_SLOT_EMPTY,      ABI_SLOT_COUNT,     ABI_SLOT_COUNT + valid,
                                1ull << 32 | valid, 1ull << 16 | valid, 1ull << 63 | valid,
                                256 + valid,        UINT32_MAX,         UINT64_MAX,
                                -(uint64_t)valid};
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            kt_step("slot", bad[k]);
            check_slot(row->what, call_with(row, bad[k]));
        }
        kt_step("slot", 0);
        if (!row->none_is_valid)
            check_slot(row->what, call_with(row, 0));
    }
    uint64_t rights, value;
    static const rt_slot bad[] = {0, KT_SLOT_EMPTY, ABI_SLOT_COUNT, UINT32_MAX};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        kt_step("slot", bad[k]);
        check_slot("copy", rt_cap_copy(bad[k], ABI_RIGHTS_ALL, 0));
        check_slot("drop", rt_cap_drop(bad[k]));
        check_slot("info", rt_cap_info(bad[k], &rights, &value));
    }
}

static void image_needs_read(void)
{
    hold_every_type();
    uint64_t fault;
    held.config.image_slot = kt_copy(KTEST_SLOT_HELPER_FILE, ABI_RIGHTS_ALL & ~ABI_RIGHT_READ, 0);
    kt_eq("image without READ", -ABI_E_RIGHTS,
          rt_process_create(KTEST_SLOT_SYSTEM, &held.config, &fault));
    held.config.image_slot = held.slot[ABI_CAP_DEVICE];
    kt_eq("image that is a device", -ABI_E_TYPE,
          rt_process_create(KTEST_SLOT_SYSTEM, &held.config, &fault));
    held.config.image_slot = KT_SLOT_EMPTY;
    kt_eq("no image", -ABI_E_SLOT, rt_process_create(KTEST_SLOT_SYSTEM, &held.config, &fault));
}

/* --- copies ------------------------------------------------------------------------------------
 */

/* Every mask on a copy of every type; then a copy of the copy that asks for everything. */
static void copy_never_gains(void)
{
    hold_every_type();
    kt_eq("a second token", -ABI_E_TYPE, rt_cap_copy(held.slot[ABI_CAP_REPLY], ABI_RIGHTS_ALL, 0));
    for (uint32_t type = 1; type < ABI_CAP_REPLY; type++) {
        uint32_t full = rights_of(held.slot[type]);
        for (uint32_t mask = 0; mask <= ABI_RIGHTS_ALL; mask++) {
            kt_step("type, mask", type << 8 | mask);
            rt_slot copy = kt_copy(held.slot[type], mask, 0);
            kt_eq("rights of the copy", full & mask, rights_of(copy));
            rt_slot second = kt_copy(copy, UINT32_MAX, 0);
            kt_eq("rights of its copy", full & mask, rights_of(second));
            kt_drop(second);
            kt_drop(copy);
        }
    }
}

/* Giving: without GRANT it is refused; with it the mask holds. The receiver asks the kernel. */
static void give_never_gains(void)
{
    hold_every_type();
    kt_eq("a token has no rights", 0, rights_of(held.slot[ABI_CAP_REPLY]));
    for (uint32_t type = 1; type < ABI_CAP_REPLY; type++) {
        uint32_t full = rights_of(held.slot[type]);
        struct peer *receiver = peer_create("receiver");
        rt_slot no_grant = kt_copy(held.slot[type], ABI_RIGHTS_ALL & ~ABI_RIGHT_GRANT, 0);
        kt_step("type", type);
        kt_true("the source may be granted", full & ABI_RIGHT_GRANT);
        kt_eq("give without GRANT", -ABI_E_RIGHTS,
              rt_process_give(receiver->process, no_grant, ABI_RIGHTS_ALL, 0, HELPER_SLOT_CASE));
        for (uint32_t i = 0; i < 8; i++) {
            peer_give(receiver, held.slot[type], 1u << i, 0, HELPER_SLOT_CASE + i);
            peer_give(receiver, held.slot[type], ABI_RIGHTS_ALL & ~(1u << i), 0,
                      HELPER_SLOT_CASE + 8 + i);
        }
        peer_start(receiver);
        for (uint32_t i = 0; i < 16; i++) {
            uint32_t mask = i < 8 ? 1u << i : ABI_RIGHTS_ALL & ~(1u << (i - 8));
            kt_step("type, mask", type << 8 | mask);
            kt_eq("type given", type,
                  peer_syscall(receiver, ABI_SYS_CAP_INFO, (uint64_t[7]){HELPER_SLOT_CASE + i}));
            kt_eq("rights given", full & mask, (int64_t)receiver->box->result[0]);
        }
        peers_kill();
        kt_drop(no_grant);
    }
}

/* Messages, both ways: a helper that holds one right and sends it with a mask of all. */
static void message_never_gains(void)
{
    rt_slot endpoint = kt_endpoint(), object = kt_endpoint();
    static const uint32_t rights[] = {ABI_RIGHT_GRANT, ABI_RIGHT_GRANT | ABI_RIGHT_SEND,
                                      ABI_RIGHT_GRANT | ABI_RIGHT_RECV,
                                      ABI_RIGHT_GRANT | ABI_RIGHT_MINT};
    struct peer *client = peer_create("client");
    peer_give(client, endpoint, ABI_RIGHT_SEND, 0, HELPER_SLOT_CASE);
    for (uint32_t i = 0; i < 4; i++)
        peer_give(client, object, rights[i], 0, HELPER_SLOT_CASE + 1 + i);
    peer_start(client);
    client->box->caps = (struct abi_caps){.send_count = 4, .recv_capacity = 4};
    for (uint32_t i = 0; i < 4; i++) {
        client->box->caps.send_slot[i] = HELPER_SLOT_CASE + 1 + i;
        client->box->caps.send_rights[i] = UINT32_MAX;
    }
    peer_begin_call(client, HELPER_SLOT_CASE, 0, 0, true, ABI_DEADLINE_NONE);
    struct abi_caps caps = {.recv_capacity = 4};
    struct rt_event event;
    kt_eq("receive", ABI_EVENT_MESSAGE,
          rt_recv(endpoint, ABI_SLOT_NONE, NULL, 0, &caps, rt_deadline_ms(PEER_WAIT_MS), &event));
    for (uint32_t i = 0; i < 4; i++) {
        kt_step("capability", i);
        kt_eq("rights received", rights[i], rights_of(caps.recv_slot[i]));
    }
    /* Back in the reply, with a mask that takes GRANT. */
    struct abi_caps back = {.send_count = 4, .send_rights = {0, 0xff, 0xfb, 0xfb}};
    memcpy(back.send_slot, caps.recv_slot, sizeof back.send_slot);
    kt_eq("reply", 0, rt_reply(NULL, 0, &back));
    kt_eq("call", 0, peer_wait(client));
    for (uint32_t i = 0; i < 4; i++) {
        kt_step("capability", i);
        kt_ok("info", peer_syscall(client, ABI_SYS_CAP_INFO,
                                   (uint64_t[7]){client->box->caps.recv_slot[i]}));
        kt_eq("rights sent back", rights[i] & back.send_rights[i], (int64_t)client->box->result[0]);
    }
}

/* What PROCESS_GIVE refuses beside rights. */
static void give_bounds(void)
{
    rt_slot source = kt_endpoint();
    struct peer *peer = peer_create("receiver");
    kt_eq("slot 0", -ABI_E_ARGUMENT, rt_process_give(peer->process, source, 0xff, 0, 0));
    kt_eq("slot behind the table", -ABI_E_ARGUMENT,
          rt_process_give(peer->process, source, 0xff, 0, ABI_SLOT_COUNT));
    kt_eq("slot in use", -ABI_E_BUSY,
          rt_process_give(peer->process, source, 0xff, 0, HELPER_SLOT_CONTROL));
    peer_start(peer);
    kt_eq("process that runs", -ABI_E_STATE,
          rt_process_give(peer->process, source, 0xff, 0, HELPER_SLOT_CASE));
    kt_eq("second start", -ABI_E_STATE, rt_process_start(peer->process, 0));
    peer_kill(peer);
    kt_eq("dead process", -ABI_E_STATE,
          rt_process_give(peer->process, source, 0xff, 0, HELPER_SLOT_CASE));
    kt_eq("start of the dead", -ABI_E_STATE, rt_process_start(peer->process, 0));
    kt_eq("kill of the dead", -ABI_E_STATE, rt_process_kill(peer->process));
}

static const struct kt_case cases[] = {
    {"rights-calls-need-rights", calls_need_rights},
    {"rights-calls-need-type", calls_need_type},
    {"rights-calls-need-slot", calls_need_slot},
    {"rights-image-needs-read", image_needs_read},
    {"rights-copy-never-gains", copy_never_gains},
    {"rights-give-never-gains", give_never_gains},
    {"rights-message-never-gains", message_never_gains},
    {"rights-give-bounds", give_bounds},
};

const struct kt_group kt_group_rights = KT_GROUP(cases);
