/* A million random system calls, and after them nothing is out of order. */
#include "fuzz_protocol.h"
#include "kt.h"
#include "peer.h"

#include <string.h>

#define FUZZ_CALL_COUNT 1000000ull
#define FUZZ_SEED       0x0123456789abcdefull

/* The one that counts, and a partner that calls, answers, and is killed by it. */
#define FUZZER_COUNT      2
#define FUZZER_PRIORITY   2
#define FUZZER_PAGE_QUOTA 400
/* How often the supervisor looks; one that stands still this many looks long waits for ever. */
#define LOOK_MS          10
#define LOOK_COUNT_STUCK 4
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
    uint32_t start_count;
} fuzzers[FUZZER_COUNT];

/* What the dice may give: of every type, shared by both. */
#define POOL_COUNT 13
static rt_slot pool[POOL_COUNT];
static uint64_t dice;

static void make_pool(void)
{
    uint32_t i = 0;
    pool[i++] = kt_endpoint();
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
    rt_slot source = pool[kt_random(&dice) % POOL_COUNT];
    uint32_t rights = kt_random(&dice) % 2 ? ABI_RIGHTS_ALL : (uint32_t)(kt_random(&dice) & 0xff);
    uint64_t badge = kt_random(&dice) % 2 ? kt_random(&dice) : 0;
    if (rt_process_give(process, source, rights, badge, target) <
        0) /* not one that can be badged */
        kt_ok("give", rt_process_give(process, source, rights, 0, target));
}

static void start(uint32_t idx)
{
    struct fuzzer *fuzzer = &fuzzers[idx];
    struct abi_process_config config = {.name = "fuzz-a",
                                        .image_slot = KTEST_SLOT_FUZZ_FILE,
                                        .priority = FUZZER_PRIORITY,
                                        .stack_pages = 2,
                                        .page_quota = FUZZER_PAGE_QUOTA};
    config.name[5] = (char)('a' + idx);
    uint64_t fault = 0;
    fuzzer->process =
        (rt_slot)kt_ok("process create", rt_process_create(KTEST_SLOT_SYSTEM, &config, &fault));
    rt_slot death = kt_copy(peers_notification(), ABI_RIGHT_SEND, DEATH_BIT(idx));
    kt_ok("watch", rt_process_watch(fuzzer->process, death));
    kt_drop(death);
    kt_ok("give", rt_process_give(fuzzer->process, fuzzer->state_memory,
                                  ABI_RIGHT_READ | ABI_RIGHT_WRITE, 0, FUZZ_SLOT_STATE));
    kt_ok("give", rt_process_give(fuzzer->process, KTEST_SLOT_FUZZ_FILE,
                                  ABI_RIGHT_READ | ABI_RIGHT_GRANT, 0, FUZZ_SLOT_IMAGE));
    for (uint32_t i = 0; i < FUZZ_SLOT_COUNT; i++)
        give_by_lot(fuzzer->process, FUZZ_SLOT_FIRST + i);
    struct fuzzer *partner = &fuzzers[1 - idx];
    if (partner->process != ABI_SLOT_NONE)
        (void)rt_process_give(fuzzer->process, partner->process, ABI_RIGHTS_ALL, 0,
                              FUZZ_SLOT_FIRST + FUZZ_SLOT_COUNT);
    kt_ok("start", rt_process_start(fuzzer->process, 1));
    fuzzer->still_count = 0;
    fuzzer->start_count++;
}

static void restart(uint32_t idx)
{
    (void)rt_process_kill(fuzzers[idx].process); /* dead already, or stuck */
    kt_drop(fuzzers[idx].process);
    fuzzers[idx].process = ABI_SLOT_NONE;
    (void)peers_wait(DEATH_BIT(idx), 0);
    start(idx);
}

static void make_fuzzers(void)
{
    memset(fuzzers, 0, sizeof(fuzzers));
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
        start(i);
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

static void wait_for_children(uint32_t process_count)
{
    uint64_t deadline = rt_deadline_ms(CHILDREN_END_MS);
    while (kt_info().process_count > process_count && rt_ticks() < deadline)
        rt_sleep_ms(1);
    kt_eq("processes left", process_count, kt_info().process_count);
}

static void million_calls(void)
{
    uint32_t process_count = kt_info().process_count;
    dice = FUZZ_SEED;
    make_pool();
    make_fuzzers();
    uint32_t look_count = 0;
    while (fuzzers[0].state->count < FUZZ_CALL_COUNT) {
        uint64_t died = peers_wait(DEATH_BIT(0) | DEATH_BIT(1), rt_deadline_ms(LOOK_MS));
        for (uint32_t i = 0; i < FUZZER_COUNT; i++)
            look_at(i, died);
        serve_one();
        kt_step("calls", fuzzers[0].state->count);
        kt_eq("audit", 0, rt_system_audit(KTEST_SLOT_SYSTEM));
        kt_true("calls are made", ++look_count < LOOK_COUNT_MAX);
    }
    rt_logf("KTEST: note: %llu and %llu calls, processes started %u and %u times",
            (unsigned long long)fuzzers[0].state->count,
            (unsigned long long)fuzzers[1].state->count, fuzzers[0].start_count,
            fuzzers[1].start_count);
    for (uint32_t i = 0; i < FUZZER_COUNT; i++)
        (void)rt_process_kill(fuzzers[i].process);
    kt_clean();
    wait_for_children(process_count);
}

static const struct kt_case cases[] = {
    {"fuzz-million-calls", million_calls},
};

const struct kt_group kt_group_fuzz = KT_GROUP(cases);
