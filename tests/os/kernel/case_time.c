/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines and the processor: how late, who runs. */
#include "kt.h"
#include "peer.h"

#include <string.h>

/* The lateness of a sleeping process of the highest priority in use is measured against the bound
 * that the ABI states. Fewer sleeps than this might not meet a slice's end or a long operation. */
#define DEADLINE_COUNT 200

/* Loadable segments that the kernel accepts in one image. */
#define LARGEST_SEGMENTS      8
#define LARGEST_SEGMENT_BYTES (ABI_MEMORY_BYTES_MAX / LARGEST_SEGMENTS)

/* Sleeps DEADLINE_COUNT times, 10 us to 4 ms; returns the worst lateness in ticks. */
static uint64_t worst_lateness(void)
{
    uint64_t state = 0x5eed, worst = 0;
    for (uint32_t i = 0; i < DEADLINE_COUNT; i++) {
        struct rt_event event;
        uint64_t deadline = rt_ticks() + 100 + xorshift64_star(&state) % 40000;
        kt_eq("sleep", -ABI_E_TIMED_OUT,
              rt_recv(ABI_SLOT_NONE, ABI_SLOT_NONE, NULL, 0, NULL, deadline, &event));
        uint64_t now = rt_ticks();
        kt_true("not before the deadline", now >= deadline);
        worst = now - deadline > worst ? now - deadline : worst;
    }
    return worst;
}

static void check_lateness(const char *what)
{
    uint64_t worst = worst_lateness();
    rt_logf("KTEST: note: worst lateness, %s: %llu ticks of %llu", what, (unsigned long long)worst,
            (unsigned long long)ABI_DEADLINE_SLACK_TICKS);
    kt_step(what, worst);
    kt_true("worst lateness within the bound", worst <= ABI_DEADLINE_SLACK_TICKS);
}

static void deadline_idle(void)
{
    check_lateness("idle machine");
}

static void deadline_beside_spinner(void)
{
    struct peer *spinner = peer_new("spinner");
    peer_begin(spinner, HELPER_SPIN);
    check_lateness("beside a spinner");
    kt_true("the spinner ran", spinner->box->counter > 0);
}

/* The longest operation of the kernel runs below, again and again. */
static void deadline_beside_long_calls(void)
{
    struct peer *maker =
        peer_create_with("maker", PEER_PRIORITY, PEER_PAGE_QUOTA + ABI_MEMORY_BYTES_MAX / 4096);
    peer_start(maker);
    maker->box->arg[0] = ABI_MEMORY_BYTES_MAX;
    peer_begin(maker, HELPER_CREATE_MEMORY);
    check_lateness("beside the longest calls");
    kt_true("the calls were made", maker->box->counter > 0);
}

static void deadline_beside_messages(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *server = peer_create("server"), *client = peer_create("client");
    peer_give(server, endpoint, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE);
    peer_give(client, endpoint, ABI_RIGHT_SEND, 0, HELPER_SLOT_CASE);
    peer_start(server);
    peer_start(client);
    server->box->arg[0] = client->box->arg[0] = HELPER_SLOT_CASE;
    server->box->arg[1] = 0;
    peer_begin(server, HELPER_ECHO);
    peer_begin(client, HELPER_CALL_LOOP);
    check_lateness("beside messages");
    kt_true("messages were exchanged", client->box->counter > 0);
}

/* The largest image there is: as many segments as a program may have, each as long as it may be,
 * all of it from the file, from this offset on. */
static void make_largest_image(uint8_t *file, uint64_t offset)
{
    static const uint8_t header[64] = {0x7f,
                                       'E',
                                       'L',
                                       'F',
                                       2,
                                       1,
                                       1,
                                       [16] = 2,
                                       [18] = 243,
                                       [20] = 1,
                                       [24] = 0,
                                       0,
                                       1,
                                       [32] = 64,
                                       [52] = 64,
                                       [54] = 56,
                                       [56] = LARGEST_SEGMENTS};
    memcpy(file, header, sizeof header);
    for (uint64_t i = 0; i < LARGEST_SEGMENTS; i++) {
        const uint64_t program[7] = {1 | (i == 0 ? 5ull : 6ull) << 32,
                                     offset,
                                     ABI_USER_BASE + i * LARGEST_SEGMENT_BYTES,
                                     0,
                                     LARGEST_SEGMENT_BYTES,
                                     LARGEST_SEGMENT_BYTES,
                                     0};
        memcpy(file + 64 + i * sizeof program, program, sizeof program);
    }
}

static void check_beside_image(const char *what, uint64_t offset)
{
    rt_slot image = kt_memory(ABI_MEMORY_BYTES_MAX);
    kt_map(image, KT_WINDOW, ABI_PROT_READ | ABI_PROT_WRITE);
    make_largest_image(kt_at(KT_WINDOW), offset);
    struct peer *maker = peer_create("maker");
    peer_give(maker, KTEST_SLOT_SYSTEM, ABI_RIGHT_MANAGE, 0, HELPER_SLOT_CASE);
    peer_give(maker, image, ABI_RIGHT_READ, 0, HELPER_SLOT_CASE + 1);
    peer_start(maker);
    const struct abi_process_config config = {.name = "largest",
                                              .image_slot = HELPER_SLOT_CASE + 1,
                                              .stack_pages = 1,
                                              .page_quota = ABI_MEMORY_BYTES_MAX / ABI_PAGE_BYTES +
                                                            PEER_PAGE_QUOTA};
    memcpy(maker->data, &config, sizeof config);
    maker->box->arg[0] = HELPER_SLOT_CASE;
    peer_begin(maker, HELPER_CREATE_PROCESS);
    check_lateness(what);
    kt_true("processes are created", maker->box->status >= 0);
    kt_true("several", maker->box->counter > 1);
}

static void deadline_beside_largest_image(void)
{
    check_beside_image("beside the largest image", 0);
}

/* Not one word of the file lies where a word should. */
static void deadline_beside_odd_image(void)
{
    check_beside_image("beside the largest image at an odd offset", 1);
}

/* As much to walk as a process can have: the largest object, mapped as often as it goes. */
static void map_everywhere(void)
{
    rt_slot memory = kt_memory(ABI_MEMORY_BYTES_MAX);
    struct peer *peer = peer_create("mapper");
    peer_give(peer, memory, ABI_RIGHT_READ, 0, HELPER_SLOT_CASE);
    peer_start(peer);
    uint64_t count = 0, addr = KT_WINDOW;
    int64_t status = 0;
    for (; status == 0; count++, addr += ABI_MEMORY_BYTES_MAX)
        status =
            peer_syscall(peer, ABI_SYS_MAP, (uint64_t[7]){HELPER_SLOT_CASE, addr, ABI_PROT_READ});
    kt_eq("until its table is full", -ABI_E_NO_OBJECT, status);
    kt_true("many mappings", count > ABI_MAPPING_COUNT_MAX - 8);
}

static void deadline_beside_audits(void)
{
    map_everywhere();
    map_everywhere();
    struct peer *auditor = peer_create("auditor");
    peer_give(auditor, KTEST_SLOT_SYSTEM, ABI_RIGHT_READ, 0, HELPER_SLOT_CASE);
    peer_start(auditor);
    auditor->box->arg[0] = HELPER_SLOT_CASE;
    peer_begin(auditor, HELPER_AUDIT);
    check_lateness("beside audits");
    kt_eq("audits find nothing", 0, auditor->box->status);
    kt_true("several", auditor->box->counter > 1);
}

/* Many deadlines at once: each in its time, the nearer one first. */
static void deadlines_in_order(void)
{
    struct peer *peer[PEER_COUNT_MAX];
    uint64_t base = rt_deadline_ms(20);
    for (uint32_t i = 0; i < PEER_COUNT_MAX; i++)
        peer[i] = peer_new("sleeper");
    for (uint32_t i = 0; i < PEER_COUNT_MAX; i++) {
        uint64_t deadline = base + (i * 5 % PEER_COUNT_MAX) * ABI_TICKS_PER_MS;
        peer_begin_recv(peer[i], ABI_SLOT_NONE, ABI_SLOT_NONE, 0, false, deadline);
    }
    for (uint32_t i = 0; i < PEER_COUNT_MAX; i++) {
        uint64_t deadline = base + (i * 5 % PEER_COUNT_MAX) * ABI_TICKS_PER_MS;
        kt_step("sleeper", i);
        kt_eq("sleep", -ABI_E_TIMED_OUT, peer_wait(peer[i]));
        kt_true("not too early", peer[i]->box->done_ticks >= deadline);
        kt_true("not too late", peer[i]->box->done_ticks - deadline <= ABI_DEADLINE_SLACK_TICKS);
    }
}

/* --- who runs ----------------------------------------------------------------------------------
 */

/* Counters' growth of two spinners while the supervisor sleeps `naps` times nap_ms. */
static void watch_spinners(struct peer *peer[2], uint64_t growth[2], uint32_t naps, uint32_t nap_ms)
{
    uint64_t begin[2] = {peer[0]->box->counter, peer[1]->box->counter};
    for (uint32_t i = 0; i < naps; i++)
        rt_sleep_ms(nap_ms);
    for (uint32_t i = 0; i < 2; i++)
        growth[i] = peer[i]->box->counter - begin[i];
}

/* Equals share: neither gets less than a third of what the other gets. */
static void check_share(const uint64_t growth[2])
{
    kt_true("first runs", growth[0] > 0);
    kt_true("second runs", growth[1] > 0);
    kt_true("first has its share", growth[0] * 3 >= growth[1]);
    kt_true("second has its share", growth[1] * 3 >= growth[0]);
}

static void equals_share(void)
{
    uint64_t growth[2];
    struct peer *peer[2] = {peer_new("spinner-one"), peer_new("spinner-two")};
    peer_begin(peer[0], HELPER_SPIN);
    peer_begin(peer[1], HELPER_SPIN);
    watch_spinners(peer, growth, 1, 400);
    check_share(growth);
}

/* Also when somebody more important wakes more often than a slice lasts. */
static void equals_share_under_wakeups(void)
{
    uint64_t growth[2];
    struct peer *peer[2] = {peer_new("spinner-one"), peer_new("spinner-two")};
    peer_begin(peer[0], HELPER_SPIN);
    peer_begin(peer[1], HELPER_SPIN);
    watch_spinners(peer, growth, 200, 2);
    check_share(growth);
}

static void spin_ticks(uint64_t ticks)
{
    uint64_t end = rt_ticks() + ticks;
    while (rt_ticks() < end)
        continue;
}

/* Also when that one works nearly as long as a turn lasts, and so could keep step with it. */
static void equals_share_beside_work(void)
{
    static const struct {
        uint64_t nap, burn;
    } rhythm[] = {{100000, 0}, {100500, 100000}, {102000, 100000}, {110000, 100000}};
    struct peer *peer[2] = {peer_new("spinner-one"), peer_new("spinner-two")};
    peer_begin(peer[0], HELPER_SPIN);
    peer_begin(peer[1], HELPER_SPIN);
    for (uint32_t k = 0; k < sizeof rhythm / sizeof rhythm[0]; k++) {
        uint64_t growth[2];
        kt_step("rhythm", k);
        for (uint32_t i = 0; i < 2; i++)
            growth[i] = peer[i]->box->counter;
        for (uint32_t i = 0; i < 50; i++) {
            struct rt_event event;
            (void)rt_recv(ABI_SLOT_NONE, ABI_SLOT_NONE, NULL, 0, NULL, rt_ticks() + rhythm[k].nap,
                          &event);
            spin_ticks(rhythm[k].burn);
        }
        for (uint32_t i = 0; i < 2; i++)
            growth[i] = peer[i]->box->counter - growth[i];
        check_share(growth);
    }
}

/* A spinner does not keep a process of the same priority from serving. */
static void spinner_beside_server(void)
{
    rt_slot endpoint = kt_endpoint();
    struct peer *spinner = peer_new("spinner");
    struct peer *server = peer_create("server");
    peer_give(server, endpoint, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE);
    peer_start(server);
    server->box->arg[0] = HELPER_SLOT_CASE;
    server->box->arg[1] = 0;
    peer_begin(spinner, HELPER_SPIN);
    peer_begin(server, HELPER_ECHO);
    for (uint32_t i = 0; i < 10; i++) {
        uint8_t byte = (uint8_t)i, answer = 0;
        size_t reply_len;
        kt_eq("call", 0,
              rt_call(endpoint, &byte, 1, &answer, 1, NULL, rt_deadline_ms(PEER_WAIT_MS),
                      &reply_len));
        kt_eq("answer", i ^ HELPER_ECHO_MASK, answer);
    }
}

/* The lower priority gets nothing while the higher one wants the processor, and runs again after.
 */
static void higher_first(void)
{
    struct peer *low = peer_create_with("low", PEER_PRIORITY - 1, PEER_PAGE_QUOTA);
    struct peer *high = peer_create_with("high", PEER_PRIORITY, PEER_PAGE_QUOTA);
    peer_start(low);
    peer_start(high);
    peer_begin(low, HELPER_SPIN);
    rt_sleep_ms(20);
    kt_true("low runs", low->box->counter > 0);
    peer_begin(high, HELPER_SPIN);
    uint64_t growth[2];
    struct peer *both[2] = {low, high};
    watch_spinners(both, growth, 10, 10);
    kt_eq("low stands still", 0, (int64_t)growth[0]);
    kt_true("high runs", growth[1] > 0);
    peer_kill(high);
    uint64_t before = low->box->counter;
    rt_sleep_ms(20);
    kt_true("low runs again", low->box->counter > before);
}

/* Who wakes a process of higher priority stops at once; its equals wait for their turn. */
static void wake_preempts(void)
{
    struct peer *low = peer_create_with("low", PEER_PRIORITY - 1, PEER_PAGE_QUOTA);
    rt_slot notification = kt_notification();
    struct peer *high = peer_create("high");
    peer_give(high, notification, ABI_RIGHT_RECV, 0, HELPER_SLOT_CASE);
    peer_give(low, notification, ABI_RIGHT_SEND, 1, HELPER_SLOT_CASE);
    peer_start(high);
    peer_start(low);
    for (uint32_t i = 0; i < 20; i++) {
        kt_step("round", i);
        peer_begin_recv(high, ABI_SLOT_NONE, HELPER_SLOT_CASE, 0, false, ABI_DEADLINE_NONE);
        kt_true("high waits", !peer_is_done(high));
        kt_eq("notify", 0, peer_syscall(low, ABI_SYS_NOTIFY, (uint64_t[7]){HELPER_SLOT_CASE}));
        kt_eq("high woke", ABI_EVENT_NOTIFICATION, peer_wait(high));
        kt_true("before the one who woke it went on",
                high->box->done_ticks <= low->box->done_ticks);
    }
}

/* No process makes one that runs before itself. */
static void priority_bound(void)
{
    struct abi_process_config config = {.name = "too-high",
                                        .image_slot = KTEST_SLOT_HELPER_FILE,
                                        .stack_pages = 1,
                                        .page_quota = PEER_PAGE_QUOTA};
    static const uint32_t bad[] = {ABI_PRIORITY_COUNT - 1, ABI_PRIORITY_COUNT, UINT32_MAX};
    uint64_t fault;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        config.priority = bad[i];
        kt_step("priority", bad[i]);
        kt_eq("process create", -ABI_E_ARGUMENT,
              rt_process_create(KTEST_SLOT_SYSTEM, &config, &fault));
    }
}

static const struct kt_case cases[] = {
    {"time-deadline-idle", deadline_idle},
    {"time-deadline-beside-spinner", deadline_beside_spinner},
    {"time-deadline-beside-long-calls", deadline_beside_long_calls},
    {"time-deadline-beside-messages", deadline_beside_messages},
    {"time-deadline-beside-largest-image", deadline_beside_largest_image},
    {"time-deadline-beside-odd-image", deadline_beside_odd_image},
    {"time-deadline-beside-audits", deadline_beside_audits},
    {"time-deadlines-in-order", deadlines_in_order},
    {"time-equals-share", equals_share},
    {"time-equals-share-under-wakeups", equals_share_under_wakeups},
    {"time-equals-share-beside-work", equals_share_beside_work},
    {"time-spinner-beside-server", spinner_beside_server},
    {"time-higher-first", higher_first},
    {"time-wake-preempts", wake_preempts},
    {"time-priority-bound", priority_bound},
};

const struct kt_group kt_group_time = KT_GROUP(cases);
