/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's figures in instructions, both of user and kernel. Meant for `-icount shift=0`, where
 * the count is exact; the few samples that a timer interrupt hits show in the maximum. */
#include "peer.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"

#define SAMPLE_COUNT 101u

static uint64_t samples[SAMPLE_COUNT];
static uint8_t buffer[ABI_MESSAGE_BYTES_MAX + 1] __attribute__((aligned(8)));

static void sort_samples(void)
{
    for (uint32_t i = 1; i < SAMPLE_COUNT; i++) {
        uint64_t sample = samples[i];
        uint32_t k = i;
        for (; k > 0 && samples[k - 1] > sample; k--)
            samples[k] = samples[k - 1];
        samples[k] = sample;
    }
}

static void report(const char *what)
{
    sort_samples();
    rt_logf("bench: %s | %llu | %llu | %llu", what, (unsigned long long)samples[SAMPLE_COUNT / 2],
            (unsigned long long)samples[0], (unsigned long long)samples[SAMPLE_COUNT - 1]);
}

/* The instruction count that a peer tells. */
static uint64_t receive_count(void)
{
    uint64_t instret = 0;
    struct rt_event event;
    rt_must(rt_recv(CLIENT_SLOT_TELL, ABI_SLOT_NONE, &instret, sizeof instret, NULL,
                    ABI_DEADLINE_NONE, &event),
            "bench: receive");
    rt_must(rt_reply(NULL, 0, NULL), "bench: reply");
    return instret;
}

static void measure_system_calls(void)
{
    for (uint32_t i = 0; i < SAMPLE_COUNT; i++) {
        uint64_t begin = rt_instret();
        (void)rt_syscall4(0, 0, 0, 0, 0);
        samples[i] = rt_instret() - begin;
    }
    report("null system call (number 0, refused)");
    for (uint32_t i = 0; i < SAMPLE_COUNT; i++) {
        uint64_t rights, value;
        uint64_t begin = rt_instret();
        (void)rt_cap_info(RT_SLOT_CONSOLE, &rights, &value);
        samples[i] = rt_instret() - begin;
    }
    report("system call CAP_INFO");
}

static void measure_wake_up(void)
{
    for (uint32_t i = 0; i < SAMPLE_COUNT; i++) {
        uint64_t begin = rt_instret();
        rt_must(rt_notify(CLIENT_SLOT_WAKE), "bench: notify");
        samples[i] = receive_count() - begin;
    }
    report("NOTIFY to the receiver's first instruction");
}

/* The new process is of this one's priority: it runs when this one waits for it. */
static void measure_process_start(void)
{
    const struct abi_process_config config = {.name = "peer",
                                              .image_slot = CLIENT_SLOT_PEER_FILE,
                                              .priority = PRIORITY_CLIENT,
                                              .stack_pages = 1,
                                              .page_quota = 32};
    for (uint32_t i = 0; i < SAMPLE_COUNT; i++) {
        uint64_t fault;
        uint64_t begin = rt_instret();
        rt_slot peer = (rt_slot)rt_must(rt_process_create(CLIENT_SLOT_SYSTEM, &config, &fault),
                                        "bench: create");
        rt_must(rt_process_give(peer, CLIENT_SLOT_TELL, ABI_RIGHT_SEND, 0, PEER_SLOT_ENDPOINT),
                "bench: give");
        rt_must(rt_process_start(peer, PEER_TELL), "bench: start");
        samples[i] = receive_count() - begin;
        (void)rt_process_kill(peer);
        rt_must(rt_cap_drop(peer), "bench: drop");
    }
    report("process: create, one grant, start, to its first instruction");
}

/* offset: of both buffers from an address that is a multiple of 8. */
static void measure_round_trip(size_t len, size_t offset, const char *what)
{
    uint8_t *at = buffer + offset;
    size_t reply_len = 0;
    for (uint32_t i = 0; i < SAMPLE_COUNT; i++) {
        uint64_t begin = rt_instret();
        int64_t status =
            rt_call(CLIENT_SLOT_SERVED, at, len, at, len, NULL, ABI_DEADLINE_NONE, &reply_len);
        samples[i] = rt_instret() - begin;
        rt_must(status, "bench: call");
    }
    if (reply_len != len)
        rt_panic("bench: reply length", (int64_t)reply_len);
    report(what);
}

int process_main(uint64_t entry_to_ready)
{
    for (uint32_t i = 0; i < SAMPLE_COUNT; i++)
        samples[i] = entry_to_ready; /* happens once */
    report("kernel entry to init: ready");
    measure_system_calls();
    measure_wake_up();
    measure_process_start();
    measure_round_trip(0, 0, "call and reply, 0 bytes");
    measure_round_trip(ABI_MESSAGE_BYTES_MAX, 0, "call and reply, 4096 bytes");
    measure_round_trip(ABI_MESSAGE_BYTES_MAX, 1, "call and reply, 4096 bytes at an odd address");
    measure_round_trip(64, 1, "call and reply, 64 bytes at an odd address");
    measure_round_trip(64, 0, "call and reply, 64 bytes"); /* last: bench/kernel.sh profiles it */
    return 0;
}
