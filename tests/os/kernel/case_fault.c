/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that do what they must not: each dies alone, with its cause, and can be started again.
 */
#include "kt.h"
#include "peer.h"

#include <string.h>

#define KERNEL_LINKED 0xffffffc080200000ull
#define UART_PHYS     0x10000000ull

/* An order that ends the helper. Names are the processes' names: the markers expect each death. */
struct fatal {
    const char *name;
    enum helper_op op;
    uint64_t arg;
    enum abi_death death;
    bool addr_known; /* the address is the one that the helper announced in its box */
};

static const struct fatal loads_and_stores[] = {
    {"load-null", HELPER_LOAD, 0, ABI_DEATH_LOAD, true},
    {"load-first-page", HELPER_LOAD, 0xff8, ABI_DEATH_LOAD, true},
    {"load-below-text", HELPER_LOAD, ABI_USER_BASE - 8, ABI_DEATH_LOAD, true},
    {"load-unmapped", HELPER_LOAD, 0x3000000000, ABI_DEATH_LOAD, true},
    {"load-before-shared", HELPER_LOAD, HELPER_SHARED - 8, ABI_DEATH_LOAD, true},
    {"load-behind-shared", HELPER_LOAD, HELPER_SHARED + HELPER_SHARED_BYTES, ABI_DEATH_LOAD, true},
    {"load-above-stack", HELPER_LOAD, ABI_STACK_TOP, ABI_DEATH_LOAD, true},
    {"load-kernel", HELPER_LOAD, KERNEL_LINKED, ABI_DEATH_LOAD, true},
    {"load-kernel-console", HELPER_LOAD, 0xffffffc010000000ull, ABI_DEATH_LOAD, true},
    {"load-console", HELPER_LOAD, UART_PHYS, ABI_DEATH_LOAD, true},
    {"load-user-end", HELPER_LOAD, ABI_USER_END, ABI_DEATH_LOAD, true},
    {"load-not-canonical", HELPER_LOAD, 1ull << 63, ABI_DEATH_LOAD, true},
    {"load-last-word", HELPER_LOAD, UINT64_MAX - 7, ABI_DEATH_LOAD, true},
    {"store-null", HELPER_STORE, 0, ABI_DEATH_STORE, true},
    {"store-unmapped", HELPER_STORE, 0x3000000000, ABI_DEATH_STORE, true},
    {"store-kernel", HELPER_STORE, KERNEL_LINKED, ABI_DEATH_STORE, true},
    {"store-not-canonical", HELPER_STORE, 1ull << 63, ABI_DEATH_STORE, true},
    {"store-above-stack", HELPER_STORE, ABI_STACK_TOP, ABI_DEATH_STORE, true},
};

static const struct fatal write_xor_execute[] = {
    {"store-text", HELPER_STORE_TEXT, 0, ABI_DEATH_STORE, true},
    {"store-constant", HELPER_STORE_CONSTANT, 0, ABI_DEATH_STORE, true},
    {"fetch-data", HELPER_FETCH_DATA, 0, ABI_DEATH_FETCH, true},
    {"fetch-stack", HELPER_FETCH_STACK, 0, ABI_DEATH_FETCH, true},
    {"fetch-shared", HELPER_FETCH_COPY, HELPER_DATA, ABI_DEATH_FETCH, true},
    {"fetch-null", HELPER_JUMP, 0, ABI_DEATH_FETCH, true},
    {"fetch-unmapped", HELPER_JUMP, 0x3000000000, ABI_DEATH_FETCH, true},
    {"fetch-kernel", HELPER_JUMP, KERNEL_LINKED, ABI_DEATH_FETCH, true},
    {"fetch-user-end", HELPER_JUMP, ABI_USER_END, ABI_DEATH_FETCH, true},
    {"fetch-not-canonical", HELPER_JUMP, 1ull << 62, ABI_DEATH_FETCH, true},
};

static const struct fatal instructions[] = {
    {"insn-zero", HELPER_INSTRUCTION, HELPER_TRAP_ZERO, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-ones", HELPER_INSTRUCTION, HELPER_TRAP_ONES, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-csr-read", HELPER_INSTRUCTION, HELPER_TRAP_CSR_READ, ABI_DEATH_ILLEGAL_INSTRUCTION,
     false},
    {"insn-csr-write", HELPER_INSTRUCTION, HELPER_TRAP_CSR_WRITE, ABI_DEATH_ILLEGAL_INSTRUCTION,
     false},
    {"insn-csr-satp", HELPER_INSTRUCTION, HELPER_TRAP_CSR_SATP, ABI_DEATH_ILLEGAL_INSTRUCTION,
     false},
    {"insn-csr-machine", HELPER_INSTRUCTION, HELPER_TRAP_CSR_MACHINE, ABI_DEATH_ILLEGAL_INSTRUCTION,
     false},
    {"insn-sret", HELPER_INSTRUCTION, HELPER_TRAP_SRET, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-mret", HELPER_INSTRUCTION, HELPER_TRAP_MRET, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-wfi", HELPER_INSTRUCTION, HELPER_TRAP_WFI, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-sfence", HELPER_INSTRUCTION, HELPER_TRAP_SFENCE, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-float", HELPER_INSTRUCTION, HELPER_TRAP_FLOAT, ABI_DEATH_ILLEGAL_INSTRUCTION, false},
    {"insn-ebreak", HELPER_INSTRUCTION, HELPER_TRAP_EBREAK, ABI_DEATH_BREAKPOINT, false},
    {"insn-ebreak-short", HELPER_INSTRUCTION, HELPER_TRAP_EBREAK_SHORT, ABI_DEATH_BREAKPOINT,
     false},
};

/* What every death must show. */
static void check_dead(struct peer *peer, const char *name, const struct abi_process_info *info)
{
    kt_eq("name", 0, strcmp(info->name, name));
    kt_eq("pages left", 0, info->page_count);
    kt_eq("capabilities left", 0, info->slot_count);
    kt_eq("quota given back", 0, info->page_quota);
    kt_eq("told once", 0, (int64_t)peers_wait(PEER_DEATH_BIT(peer->idx), 0));
}

static void check_alive(struct peer *bystander)
{
    kt_eq("bystander works", -ABI_E_SLOT,
          peer_syscall(bystander, ABI_SYS_CAP_DROP, (uint64_t[7]){0}));
    kt_eq("bystander lives", ABI_PROCESS_ALIVE, peer_info(bystander).state);
}

static void check_fatal(const struct fatal *fatal, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kt_step(fatal[i].name, i);
        struct peer *bystander = peer_new("bystander");
        struct peer *peer = peer_new(fatal[i].name);
        peer->box->arg[0] = fatal[i].arg;
        peer_begin(peer, fatal[i].op);
        struct abi_process_info info = peer_wait_death(peer);
        kt_eq("cause", fatal[i].death, info.death);
        kt_eq("pc", (int64_t)peer->box->pc, (int64_t)info.death_pc);
        if (fatal[i].addr_known)
            kt_eq("address", (int64_t)peer->box->addr, (int64_t)info.death_addr);
        check_dead(peer, fatal[i].name, &info);
        check_alive(bystander);
        kt_clean();
    }
}

static void fatal_loads_and_stores(void)
{
    check_fatal(loads_and_stores, sizeof loads_and_stores / sizeof loads_and_stores[0]);
}

static void fatal_write_xor_execute(void)
{
    check_fatal(write_xor_execute, sizeof write_xor_execute / sizeof write_xor_execute[0]);
}

static void fatal_instructions(void)
{
    check_fatal(instructions, sizeof instructions / sizeof instructions[0]);
}

/* The whole stack is there; the page under it is not, whatever the number of pages. */
static void stack_guard(void)
{
    const uint64_t stack_bytes = PEER_STACK_PAGES * ABI_PAGE_BYTES;
    struct peer *bystander = peer_new("bystander");
    struct peer *peer = peer_new("stack-overflow");
    peer->box->arg[0] = stack_bytes;
    peer_begin(peer, HELPER_STACK_BYTES);
    (void)peer_wait(peer);
    kt_true("runs on", !peer_is_done(peer));
    peer_begin(peer, HELPER_OVERFLOW);
    struct abi_process_info info = peer_wait_death(peer);
    kt_eq("cause", ABI_DEATH_STORE, info.death);
    kt_true("address is in the guard page",
            info.death_addr < ABI_STACK_TOP - stack_bytes &&
                info.death_addr >= ABI_STACK_TOP - stack_bytes - ABI_PAGE_BYTES);
    kt_true("the stack was used", peer->box->counter > stack_bytes / 1024);
    check_dead(peer, "stack-overflow", &info);
    check_alive(bystander);

    peer = peer_new("stack-one-more");
    peer->box->arg[0] = stack_bytes + 8;
    peer_begin(peer, HELPER_STACK_BYTES);
    info = peer_wait_death(peer);
    kt_eq("cause", ABI_DEATH_LOAD, info.death);
    kt_eq("address", (int64_t)(ABI_STACK_TOP - stack_bytes - 8), (int64_t)info.death_addr);
    check_alive(bystander);
}

static void ends_by_itself(void)
{
    static const uint64_t codes[] = {0, 1, 255, 0x7fffffff};
    struct peer *bystander = peer_new("bystander");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        kt_step("code", codes[i]);
        struct peer *peer = peer_new("returns");
        peer->box->arg[0] = codes[i];
        peer_begin(peer, HELPER_RETURN);
        struct abi_process_info info = peer_wait_death(peer);
        kt_eq("cause", ABI_DEATH_EXIT, info.death);
        kt_eq("code", (int64_t)codes[i], (int64_t)info.death_addr);
        check_dead(peer, "returns", &info);
    }
    struct peer *peer = peer_new("exits");
    peer_begin_syscall(peer, ABI_SYS_EXIT, (uint64_t[7]){UINT64_MAX});
    struct abi_process_info info = peer_wait_death(peer);
    kt_eq("cause", ABI_DEATH_EXIT, info.death);
    kt_eq("code", -1, (int64_t)info.death_addr);
    check_dead(peer, "exits", &info);
    check_alive(bystander);
}

/* The same program under the same name, again and again: nothing of the last one shows. */
static void restart(void)
{
    for (uint32_t round = 0; round < 10; round++) {
        kt_step("round", round);
        struct peer *peer = peer_new("restarted");
        int64_t slot = peer_syscall(peer, ABI_SYS_ENDPOINT_CREATE, (uint64_t[7]){0});
        kt_eq("first free slot", HELPER_SLOT_SHARED + 1, slot);
        kt_eq("fresh counter", 0, (int64_t)peer->box->counter);
        peer->box->arg[0] = 0;
        peer_begin(peer, HELPER_STORE);
        kt_eq("cause", ABI_DEATH_STORE, peer_wait_death(peer).death);
        kt_clean();
    }
}

static void watch(struct peer *peer, rt_slot notification, uint64_t bits)
{
    rt_slot signal = kt_copy(notification, ABI_RIGHT_SEND, bits);
    kt_ok("watch", rt_process_watch(peer->process, signal));
    kt_drop(signal);
}

/* Several watchers, each told; one that comes late is told at once; and there is a bound. */
static void watchers(void)
{
    struct peer *peer = peer_new("watched"); /* the frame's own watch is the first */
    rt_slot notification = kt_notification(), another = ABI_SLOT_NONE;
    struct rt_event event;
    watch(peer, notification, 2); /* both bits take one place */
    watch(peer, notification, 4);
    for (uint32_t i = 2; i < ABI_WATCH_COUNT_MAX; i++) {
        another = kt_notification();
        watch(peer, another, 1);
    }
    rt_slot late = kt_copy(kt_notification(), ABI_RIGHT_SEND, 1);
    kt_eq("one watcher too many", -ABI_E_NO_OBJECT, rt_process_watch(peer->process, late));
    kt_eq("nothing to take back", -ABI_E_STATE, rt_process_unwatch(peer->process, late));
    kt_drop(another); /* nobody can hear it any more: its place is free */
    kt_ok("room for another", rt_process_watch(peer->process, late));
    kt_ok("and taken back", rt_process_unwatch(peer->process, late));
    late = kt_copy(notification, ABI_RIGHT_SEND, 1ull << 40);
    kt_eq("a badge is needed", -ABI_E_ARGUMENT, rt_process_watch(peer->process, notification));
    peer_kill(peer);
    kt_eq("told", ABI_EVENT_NOTIFICATION,
          rt_recv(ABI_SLOT_NONE, notification, NULL, 0, NULL, 0, &event));
    kt_eq("every one", 2 | 4, (int64_t)event.value);
    kt_ok("watch the dead", rt_process_watch(peer->process, late));
    kt_eq("told at once", ABI_EVENT_NOTIFICATION,
          rt_recv(ABI_SLOT_NONE, notification, NULL, 0, NULL, 0, &event));
    kt_eq("its bit", 1ll << 40, (int64_t)event.value);
}

static const struct kt_case cases[] = {
    {"fault-loads-and-stores", fatal_loads_and_stores},
    {"fault-write-xor-execute", fatal_write_xor_execute},
    {"fault-instructions", fatal_instructions},
    {"fault-stack-guard", stack_guard},
    {"fault-ends-by-itself", ends_by_itself},
    {"fault-restart", restart},
    {"fault-watchers", watchers},
};

const struct kt_group kt_group_fault = KT_GROUP(cases);
