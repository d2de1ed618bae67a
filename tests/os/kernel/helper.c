/* SPDX-License-Identifier: Apache-2.0 */
/* kernel-helper: a process that does what a case of kernel-test tells it (helper_protocol.h), also
 * what no sane process does. */
#include "helper_protocol.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/syscall.h"
#include "rt/time.h"

#include <string.h>

void helper_load(uint64_t addr);
void helper_store(uint64_t addr);
uint64_t helper_hold_registers(uint64_t end);
extern const uint64_t helper_traps[HELPER_TRAP_COUNT];
extern const uint32_t helper_return_code;

static struct helper_box *const box = (struct helper_box *)HELPER_SHARED;
static uint32_t data_word = 0x00008067; /* in the data segment: a return instruction */

static void do_syscall(uint64_t arg)
{
    (void)arg;
    box->status = rt_syscall(box->number, box->arg, &box->result[0], &box->result[1]);
}

/* The message is taken at HELPER_DATA + arg[1] and answered from there, so that the case chooses
 * how it lies over page borders. */
static void serve_echo(uint64_t endpoint_slot)
{
    rt_slot endpoint = (rt_slot)endpoint_slot;
    uint8_t *buffer = (uint8_t *)(uintptr_t)(HELPER_DATA + box->arg[1]);
    struct rt_event event;
    int64_t status = rt_recv(endpoint, ABI_SLOT_NONE, buffer, ABI_MESSAGE_BYTES_MAX, NULL,
                             ABI_DEADLINE_NONE, &event);
    while (status == ABI_EVENT_MESSAGE) {
        for (uint64_t i = 0; i < event.len; i++)
            buffer[i] ^= HELPER_ECHO_MASK;
        box->counter++;
        status = rt_reply_recv(buffer, event.len, endpoint, ABI_SLOT_NONE, buffer,
                               ABI_MESSAGE_BYTES_MAX, NULL, ABI_DEADLINE_NONE, &event);
    }
    box->status = status;
}

static void call_loop(uint64_t endpoint)
{
    size_t reply_len;
    do {
        box->status =
            rt_call((rt_slot)endpoint, NULL, 0, NULL, 0, NULL, ABI_DEADLINE_NONE, &reply_len);
        box->counter++;
    } while (box->status >= 0);
}

static void count_until(uint64_t ticks)
{
    uint64_t end = rt_ticks() + ticks;
    while (rt_ticks() < end)
        box->counter++;
}

static void hold_registers(uint64_t ticks)
{
    box->status = (int64_t)helper_hold_registers(rt_ticks() + ticks);
}

static void spin(uint64_t arg)
{
    (void)arg;
    for (;;)
        box->counter++;
}

static void create_memory(uint64_t len)
{
    do {
        box->status = rt_memory_create(ABI_SLOT_NONE, len);
        if (box->status >= 0)
            box->status = rt_cap_drop((rt_slot)box->status);
        box->counter++;
    } while (box->status >= 0);
}

static void create_process(uint64_t system)
{
    do {
        uint64_t fault;
        box->status = rt_process_create((rt_slot)system,
                                        (const struct abi_process_config *)HELPER_DATA, &fault);
        if (box->status >= 0)
            box->status = rt_cap_drop((rt_slot)box->status);
        box->counter++;
    } while (box->status >= 0);
}

static void audit(uint64_t system)
{
    do {
        box->status = rt_system_audit((rt_slot)system);
        box->counter++;
    } while (box->status == 0);
}

static void jump(uint64_t addr)
{
    box->pc = addr;
    box->addr = addr;
    ((void (*)(void))(uintptr_t)addr)();
}

static void load(uint64_t addr)
{
    box->pc = (uintptr_t)helper_load;
    box->addr = addr;
    helper_load(addr);
}

static void store(uint64_t addr)
{
    box->pc = (uintptr_t)helper_store;
    box->addr = addr;
    helper_store(addr);
}

static void fetch_copy(uint64_t addr)
{
    memcpy((void *)(uintptr_t)addr, &helper_return_code, sizeof helper_return_code);
    jump(addr);
}

static void fetch_stack(uint64_t arg)
{
    (void)arg;
    uint32_t word;
    fetch_copy((uintptr_t)&word);
    __asm__ volatile("" ::"r"(&word) : "memory");
}

/* Not a tail call: the frame is used after the recursion, which never comes back. */
static uint64_t __attribute__((noinline)) overflow(uint64_t depth)
{
    volatile uint64_t frame[64];
    frame[0] = depth;
    box->counter = depth;
    if (depth == UINT64_MAX)
        return 0;
    return overflow(depth + 1) + frame[0];
}

static void overflow_stack(uint64_t depth)
{
    static uint64_t (*volatile overflow_call)(uint64_t) = overflow;
    (void)overflow_call(depth);
}

static void touch_stack(uint64_t len)
{
    for (uint64_t i = 8; i <= len; i += 8)
        *(volatile uint64_t *)(uintptr_t)(ABI_STACK_TOP - i) |= 0;
}

static void fetch_trap(uint64_t trap)
{
    jump(helper_traps[trap % HELPER_TRAP_COUNT]);
}

static void store_text(uint64_t arg)
{
    (void)arg;
    store((uintptr_t)helper_store & ~7ull);
}

static void store_constant(uint64_t arg)
{
    (void)arg;
    store((uintptr_t)helper_traps);
}

static void fetch_data(uint64_t arg)
{
    (void)arg;
    jump((uintptr_t)&data_word);
}

/* What each order does with arg[0]. Some do not come back. */
static void (*const orders[HELPER_OP_COUNT])(uint64_t arg) = {
    [HELPER_SYSCALL] = do_syscall,
    [HELPER_ECHO] = serve_echo,
    [HELPER_CALL_LOOP] = call_loop,
    [HELPER_COUNT] = count_until,
    [HELPER_HOLD_REGISTERS] = hold_registers,
    [HELPER_SPIN] = spin,
    [HELPER_CREATE_MEMORY] = create_memory,
    [HELPER_CREATE_PROCESS] = create_process,
    [HELPER_AUDIT] = audit,
    [HELPER_INSTRUCTION] = fetch_trap,
    [HELPER_LOAD] = load,
    [HELPER_STORE] = store,
    [HELPER_JUMP] = jump,
    [HELPER_FETCH_COPY] = fetch_copy,
    [HELPER_STORE_TEXT] = store_text,
    [HELPER_STORE_CONSTANT] = store_constant,
    [HELPER_FETCH_DATA] = fetch_data,
    [HELPER_FETCH_STACK] = fetch_stack,
    [HELPER_OVERFLOW] = overflow_stack,
    [HELPER_STACK_BYTES] = touch_stack,
};

static void __attribute__((noreturn)) settle(void)
{
    for (;;) {
        struct rt_event event;
        rt_must(
            rt_recv(ABI_SLOT_NONE, HELPER_SLOT_CONTROL, NULL, 0, NULL, ABI_DEADLINE_NONE, &event),
            "kernel-helper: settle");
        rt_must(rt_notify(HELPER_SLOT_DONE), "kernel-helper: settled");
    }
}

int process_main(uint64_t arg)
{
    if (arg == HELPER_SETTLES)
        settle();
    rt_must(rt_map(HELPER_SLOT_SHARED, HELPER_SHARED, ABI_PROT_READ | ABI_PROT_WRITE),
            "kernel-helper: shared memory");
    for (;;) {
        size_t reply_len;
        rt_must(rt_call(HELPER_SLOT_CONTROL, NULL, 0, NULL, 0, NULL, ABI_DEADLINE_NONE, &reply_len),
                "kernel-helper: next order");
        if (box->op == HELPER_RETURN)
            return (int)box->arg[0];
        if (box->op < HELPER_OP_COUNT && orders[box->op])
            orders[box->op](box->arg[0]);
        box->done_ticks = rt_ticks();
        rt_must(rt_notify(HELPER_SLOT_DONE), "kernel-helper: done");
    }
}
