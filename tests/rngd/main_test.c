/* SPDX-License-Identifier: Apache-2.0 */
/* rngd's loop: whom it answers, and when it starts its device again. */
#include "source.h"

#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "rt/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LINE_COUNT 64
#define LINE_MAX   80
#define SILENT_MS  60000 /* after which a device counts as hung */

static struct {
    uint64_t now_ms;
    jmp_buf end;
    int64_t (*wait)(uint64_t deadline_ms, size_t *request_len);
    enum virtio_result start_result;
    bool asks; /* the device has a request */
    unsigned start_count, fail_count, reply_count, wait_count;
    uint32_t last_status;
    char lines[LINE_COUNT][LINE_MAX];
    unsigned line_count;
} world;

static unsigned said(const char *line)
{
    unsigned count = 0;
    for (unsigned i = 0; i < world.line_count; i++)
        count += strcmp(world.lines[i], line) == 0;
    return count;
}

static int setup(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    world.asks = true;
    return 0;
}

static void run(int64_t (*wait)(uint64_t deadline_ms, size_t *request_len))
{
    world.wait = wait;
    if (setjmp(world.end) == 0)
        (void)process_main(0);
}

static void stop(void)
{
    longjmp(world.end, 1);
}

/* --- kernel ------------------------------------------------------------------------------------
 */

uint64_t rt_ticks(void)
{
    return world.now_ms * ABI_TICKS_PER_MS;
}

void rt_logf(const char *format, ...)
{
    va_list args;
    assert_true(world.line_count < LINE_COUNT);
    va_start(args, format);
    (void)vsnprintf(world.lines[world.line_count++], LINE_MAX, format, args);
    va_end(args);
}

void rt_panic(const char *what, int64_t status)
{
    fail_msg("%s %d", what, (int)status);
    stop();
    __builtin_unreachable();
}

int64_t rt_map_any(rt_slot slot, uint32_t prot, void **address, size_t *len)
{
    static struct rng_dma dma;
    (void)slot, (void)prot;
    *address = &dma;
    *len = sizeof dma;
    return 0;
}

int64_t rt_memory_phys(rt_slot memory, uint64_t *address)
{
    assert_int_equal(memory, RNGD_SLOT_DMA);
    *address = 0x1000;
    return 0;
}

int64_t rt_cap_copy(rt_slot source, uint32_t rights, uint64_t badge)
{
    (void)source, (void)rights, (void)badge;
    return 20;
}

int64_t rt_irq_bind(rt_slot irq, rt_slot notification)
{
    (void)irq, (void)notification;
    return 0;
}

int64_t rt_irq_ack(rt_slot irq)
{
    (void)irq;
    return 0;
}

int64_t rt_recv(rt_slot endpoint, rt_slot notification, void *recv, size_t recv_capacity,
                struct abi_caps *caps, uint64_t deadline, struct rt_event *event)
{
    size_t request_len = sizeof(struct rng_request);
    const struct rng_request request = {.op = RNG_OP_GET, .bytes_len = 8};
    (void)caps;
    assert_int_equal(endpoint, RNGD_SLOT_ENDPOINT);
    assert_int_equal(notification, RNGD_SLOT_NOTIFY);
    memcpy(recv, &request, recv_capacity);
    world.wait_count++;
    int64_t what = world.wait(
        deadline == ABI_DEADLINE_NONE ? UINT64_MAX : deadline / ABI_TICKS_PER_MS, &request_len);
    event->len = request_len;
    return what;
}

int64_t rt_reply(const void *send, size_t send_len, struct abi_caps *caps)
{
    const struct rng_reply *reply = send;
    (void)send_len, (void)caps;
    world.last_status = reply->status;
    world.reply_count++;
    return 0;
}

/* --- the source --------------------------------------------------------------------------------
 */

enum virtio_result rng_source_start(struct rng_source *source,
                                    volatile struct virtio_registers *registers,
                                    volatile struct rng_dma *dma, uint64_t dma_physical)
{
    (void)registers, (void)dma, (void)dma_physical;
    world.start_count++;
    source->state = world.start_result == VIRTIO_OK ? RNG_SOURCE_RUNNING : RNG_SOURCE_FAILED;
    source->pool_len = 0;
    return world.start_result;
}

void rng_source_fail(struct rng_source *source)
{
    world.fail_count++;
    source->state = RNG_SOURCE_FAILED;
}

void rng_source_collect(struct rng_source *source)
{
    source->pool_len = 8;
}

bool rng_source_asks(const struct rng_source *source)
{
    return source->state == RNG_SOURCE_RUNNING && world.asks;
}

size_t rng_source_answer(struct rng_source *source, const struct rng_request *request,
                         size_t request_len, struct rng_reply *reply)
{
    (void)request, (void)request_len;
    reply->status = source->state == RNG_SOURCE_RUNNING ? RNG_OK : RNG_IO;
    return sizeof *reply;
}

/* --- tests -------------------------------------------------------------------------------------
 */

static int64_t interrupts_five_times(uint64_t deadline_ms, size_t *request_len)
{
    (void)deadline_ms, (void)request_len;
    if (world.wait_count > 5)
        stop();
    return ABI_EVENT_NOTIFICATION;
}

static void says_once_that_it_is_ready(void **state)
{
    (void)state;
    run(interrupts_five_times);
    assert_int_equal(said("rngd: ready"), 1);
    assert_int_equal(world.start_count, 1);
}

static int64_t is_silent(uint64_t deadline_ms, size_t *request_len)
{
    (void)request_len;
    if (world.wait_count > 3)
        stop();
    assert_int_equal(deadline_ms, world.now_ms + SILENT_MS);
    world.now_ms = deadline_ms;
    return -ABI_E_TIMED_OUT;
}

static void starts_a_silent_device_again_each_time(void **state)
{
    (void)state;
    run(is_silent);
    assert_int_equal(said("rngd: device silent, starting it again"), 3);
    assert_int_equal(world.fail_count, 3);
    assert_int_equal(world.start_count, 4);
}

/* Every 59 s a few bytes: slow, not silent. Askers meanwhile must not move the deadline. */
static int64_t is_slow_with_askers(uint64_t deadline_ms, size_t *request_len)
{
    static uint64_t asked_ms;
    (void)request_len;
    if (world.wait_count > 400)
        stop();
    if (world.wait_count == 1)
        asked_ms = 0;
    assert_true(deadline_ms > world.now_ms);
    if (asked_ms + SILENT_MS - 1000 <= world.now_ms) {
        asked_ms = world.now_ms;
        return ABI_EVENT_NOTIFICATION;
    }
    world.now_ms += 1000;
    return ABI_EVENT_MESSAGE;
}

static void lets_a_slow_device_be_slow(void **state)
{
    (void)state;
    run(is_slow_with_askers);
    assert_int_equal(world.start_count, 1);
    assert_int_equal(world.fail_count, 0);
}

static int64_t is_silent_with_askers(uint64_t deadline_ms, size_t *request_len)
{
    (void)request_len;
    if (world.now_ms > 3 * SILENT_MS)
        stop();
    world.now_ms += 1000;
    return world.now_ms >= deadline_ms ? -ABI_E_TIMED_OUT : ABI_EVENT_MESSAGE;
}

static void askers_do_not_hide_a_silent_device(void **state)
{
    (void)state;
    run(is_silent_with_askers);
    assert_int_equal(said("rngd: device silent, starting it again"), 3);
}

static int64_t is_only_asked(uint64_t deadline_ms, size_t *request_len)
{
    (void)request_len;
    assert_int_equal(deadline_ms, UINT64_MAX); /* a device that failed is not waited for */
    if (world.wait_count == 10)
        world.start_result = VIRTIO_OK;
    if (world.wait_count > 10)
        stop();
    return ABI_EVENT_MESSAGE;
}

static void tries_a_failed_device_for_each_caller_and_says_so_once(void **state)
{
    (void)state;
    world.start_result = VIRTIO_NO_DEVICE;
    world.asks = false;
    run(is_only_asked);
    assert_int_equal(world.start_count, 11);
    assert_int_equal(world.reply_count, 10);
    assert_int_equal(world.last_status, RNG_OK); /* the last one found it working */
    assert_int_equal(world.line_count, 1);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(says_once_that_it_is_ready),
        TEST(starts_a_silent_device_again_each_time),
        TEST(lets_a_slow_device_be_slow),
        TEST(askers_do_not_hide_a_silent_device),
        TEST(tries_a_failed_device_for_each_caller_and_says_so_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
