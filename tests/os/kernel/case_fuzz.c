/* SPDX-License-Identifier: Apache-2.0 */
/* A million random system calls, and after them nothing is out of order. */
#include "fuzz_protocol.h"
#include "kt.h"
#include "peer.h"

#include <string.h>

#define FUZZ_CALL_COUNT 1000000ull
#define FUZZ_SEED       0x0123456789abcdefull

/* The one that counts, and partners that call, answer, kill it and are killed by it. */
#define FUZZER_COUNT      3
#define FUZZER_PRIORITY   2 /* of the first; its partners run when it waits */
#define FUZZER_PAGE_QUOTA 400
/* How often the supervisor looks; one that stands still this many looks long waits for ever. */
#define LOOK_MS          10
#define LOOK_COUNT_STUCK 4
#define AUDIT_LOOK_COUNT 4
#define LOOK_COUNT_MAX   30000 /* five minutes: the kernel has stopped making progress */
/* Children that still run when the last call was made end within this. */
#define CHILDREN_END_MS 2000

#define DEATH_BIT(i) (PEER_CASE_BIT << (i))

static struct fuzzer {
    rt_slot process;
    rt_slot state_memory;
    struct fuzz_state *state;
    uint64_t seen_count;
    uint32_t still_count; /* looks without a call in between */
} fuzzers[FUZZER_COUNT];

/* What the dice may give: of every type, shared by both. */
#define POOL_COUNT 12
static rt_slot pool[POOL_COUNT];
static uint64_t dice;
static uint32_t other_process_count; /* processes that are not of this case */
static uint32_t fresh_start_count;

static void make_pool(void)
{
    uint32_t i = 0;
    pool[i++] = kt_endpoint();
    pool[i++] = kt_endpoint();
    pool[i++] = kt_notification();
    pool[i++] = kt_notification();
    pool[i++] = kt_memory(3 * ABI_PAGE_BYTES);
    pool[i++] = kt_memory(1);
    pool[i++] = (rt_slot)kt_ok("DMA memory", rt_memory_create(KTEST_SLOT_SYSTEM, 8192));
    pool[i++] = kt_copy(KTEST_SLOT_SYSTEM, ABI_RIGHTS_ALL & ~ABI_RIGHT_WRITE, 0); /* not off */
    pool[i++] = kt_copy(RT_SLOT_CONSOLE, ABI_RIGHTS_ALL & ~ABI_RIGHT_WRITE, 0);   /* not the log */
    pool[i++] = KTEST_SLOT_DEVICE;
    pool[i++] = KTEST_SLOT_RTC_IRQ;
    pool[i++] = KTEST_SLOT_FUZZ_FILE;
    kt_eq("pool", POOL_COUNT, i);
}

static void give_by_lot(rt_slot process, uint32_t target)
{
    rt_slot source = pool[xorshift64_star(&dice) % POOL_COUNT];
    uint32_t rights =
        xorshift64_star(&dice) % 4 ? ABI_RIGHTS_ALL : (uint32_t)(xorshift64_star(&dice) & 0xff);
    uint64_t badge = xorshift64_star(&dice) % 2 ? xorshift64_star(&dice) : 0;
    if (rt_process_give(process, source, rights, badge, target) <
        0) /* not one that can be badged */
        kt_ok("give", rt_process_give(process, source, rights, 0, target));
}

/* False when the table of processes, or the memory not promised to any, is used up. */
static bool start(uint32_t idx)
{
    struct fuzzer *fuzzer = &fuzzers[idx];
    struct abi_process_config config = {.name = "fuzz-a",
                                        .image_slot = KTEST_SLOT_FUZZ_FILE,
                                        .priority =
                                            idx == 0 ? FUZZER_PRIORITY : FUZZER_PRIORITY - 1,
                                        .stack_pages = 2,
                                        .page_quota = FUZZER_PAGE_QUOTA};
    config.name[5] = (char)('a' + idx);
    uint64_t fault = 0;
    int64_t process = rt_process_create(KTEST_SLOT_SYSTEM, &config, &fault);
    if (process == -ABI_E_NO_OBJECT || process == -ABI_E_NO_MEMORY)
        return false;
    fuzzer->process = (rt_slot)kt_ok("process create", process);
    rt_slot death = kt_copy(peers_notification(), ABI_RIGHT_SEND, DEATH_BIT(idx));
    kt_ok("watch", rt_process_watch(fuzzer->process, death));
    kt_drop(death);
    kt_ok("give", rt_process_give(fuzzer->process, fuzzer->state_memory,
                                  ABI_RIGHT_READ | ABI_RIGHT_WRITE, 0, FUZZ_SLOT_STATE));
    kt_ok("give", rt_process_give(fuzzer->process, KTEST_SLOT_FUZZ_FILE,
                                  ABI_RIGHT_READ | ABI_RIGHT_GRANT, 0, FUZZ_SLOT_IMAGE));
    for (uint32_t i = 0; i < FUZZ_SLOT_COUNT; i++)
        give_by_lot(fuzzer->process, FUZZ_SLOT_FIRST + i);
    for (uint32_t i = 0; i < FUZZER_COUNT; i++) {
        if (fuzzers[i].process != ABI_SLOT_NONE) /* refused: this one itself, which does not run */
            (void)rt_process_give(fuzzer->process, fuzzers[i].process, ABI_RIGHTS_ALL, 0,
                                  FUZZ_SLOT_FIRST + FUZZ_SLOT_COUNT + i);
    }
    kt_ok("start", rt_process_start(fuzzer->process, 1));
    fuzzer->still_count = 0;
    return true;
}

static void end(uint32_t idx)
{
    if (fuzzers[idx].process == ABI_SLOT_NONE)
        return;
    (void)rt_process_kill(fuzzers[idx].process); /* dead already, or stuck */
    kt_drop(fuzzers[idx].process);
    fuzzers[idx].process = ABI_SLOT_NONE;
    (void)peers_wait(DEATH_BIT(idx), 0);
}

/* Children that still run end by themselves; until then they hold a place in the table. */
static void end_all(void)
{
    for (uint32_t i = 0; i < FUZZER_COUNT; i++)
        end(i);
    uint64_t deadline = rt_deadline_ms(CHILDREN_END_MS);
    while (kt_info().process_count > other_process_count && rt_ticks() < deadline)
        rt_sleep_ms(1);
    kt_eq("processes left", other_process_count, kt_info().process_count);
}

/* They hold processes of their own, and what the dead ones made: at times only a fresh start of all
 * makes room. */
static void restart(uint32_t idx)
{
    end(idx);
    if (start(idx))
        return;
    end_all();
    fresh_start_count++;
    for (uint32_t i = 0; i < FUZZER_COUNT; i++)
        kt_true("room for all", start(i));
}

static void make_fuzzers(void)
{
    memset(fuzzers, 0, sizeof fuzzers);
    for (uint32_t i = 0; i < FUZZER_COUNT; i++) {
        fuzzers[i].state_memory = kt_memory(sizeof(struct fuzz_state));
        uint64_t addr = KT_WINDOW + i * ABI_PAGE_BYTES;
        kt_map(fuzzers[i].state_memory, addr, ABI_PROT_READ | ABI_PROT_WRITE);
        fuzzers[i].state = (struct fuzz_state *)(uintptr_t)addr;
        *fuzzers[i].state = (struct fuzz_state){.magic = FUZZ_MAGIC,
                                                .random = FUZZ_SEED + i,
                                                .limit = i == 0 ? FUZZ_CALL_COUNT : UINT64_MAX};
    }
    for (uint32_t i = 0; i < FUZZER_COUNT; i++)
        kt_true("room for all", start(i));
}

/* The supervisor takes part: it serves whoever calls the first endpoint. */
static void serve_one(void)
{
    struct rt_event event;
    struct abi_caps caps = {.recv_capacity = ABI_MESSAGE_CAPS_MAX};
    int64_t status = rt_recv(pool[0], ABI_SLOT_NONE, kt_buffer(), 4096, &caps, 0, &event);
    if (status < 0)
        return;
    for (uint32_t i = 0; i < caps.recv_count; i++)
        kt_drop(caps.recv_slot[i]);
    (void)rt_reply(kt_buffer(), event.len, NULL);
}

static void look_at(uint32_t idx, uint64_t died_bits)
{
    struct fuzzer *fuzzer = &fuzzers[idx];
    uint64_t count = fuzzer->state->count;
    kt_true("the count only grows", count >= fuzzer->seen_count);
    fuzzer->still_count = count == fuzzer->seen_count ? fuzzer->still_count + 1 : 0;
    fuzzer->seen_count = count;
    if ((died_bits & DEATH_BIT(idx)) || fuzzer->still_count >= LOOK_COUNT_STUCK)
        restart(idx);
}

/* Random is not the same as refused: every call succeeded, those of messages often. */
static void check_successes(void)
{
    uint64_t done[ABI_SYS_COUNT] = {0}, all = 0;
    for (uint64_t number = 1; number < ABI_SYS_COUNT; number++) {
        for (uint32_t i = 0; i < FUZZER_COUNT; i++)
            done[number] += fuzzers[i].state->done_count[number];
        all += done[number];
        kt_step("system call", number);
        bool never = number == ABI_SYS_EXIT || number == ABI_SYS_SYSTEM_OFF ||
                     number == ABI_SYS_LOG || number == ABI_SYS_IRQ_ACK; /* no device at work */
        kt_true("it succeeded at times", done[number] > 0 || never);
    }
    uint64_t replies_count = done[ABI_SYS_REPLY] + done[ABI_SYS_REPLY_RECV];
    rt_logf(
        "KTEST: note: %llu, %llu, %llu calls; succeeded: %llu, of these %llu calls of endpoints, "
        "%llu receives, %llu replies, %llu processes; %u fresh starts",
        (unsigned long long)fuzzers[0].state->count, (unsigned long long)fuzzers[1].state->count,
        (unsigned long long)fuzzers[2].state->count, (unsigned long long)all,
        (unsigned long long)done[ABI_SYS_CALL], (unsigned long long)done[ABI_SYS_RECV],
        (unsigned long long)replies_count, (unsigned long long)done[ABI_SYS_PROCESS_CREATE],
        fresh_start_count);
    kt_step("calls of endpoints", done[ABI_SYS_CALL]);
    kt_true("enough of them", done[ABI_SYS_CALL] > 1000);
}

static void million_calls(void)
{
    other_process_count = kt_info().process_count;
    fresh_start_count = 0;
    dice = FUZZ_SEED;
    make_pool();
    make_fuzzers();
    uint32_t look_count = 0;
    while (fuzzers[0].state->count < FUZZ_CALL_COUNT) {
        uint64_t died =
            peers_wait(DEATH_BIT(0) | DEATH_BIT(1) | DEATH_BIT(2), rt_deadline_ms(LOOK_MS));
        for (uint32_t i = 0; i < FUZZER_COUNT; i++)
            look_at(i, died);
        serve_one();
        kt_step("calls", fuzzers[0].state->count);
        if (look_count % AUDIT_LOOK_COUNT == 0)
            kt_eq("audit", 0, rt_system_audit(KTEST_SLOT_SYSTEM));
        kt_true("calls are made", ++look_count < LOOK_COUNT_MAX);
    }
    check_successes();
    end_all();
}

static const struct kt_case cases[] = {
    {"fuzz-million-calls", million_calls},
};

const struct kt_group kt_group_fuzz = KT_GROUP(cases);
