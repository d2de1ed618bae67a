/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from what the source has; callers and time make it start a device again. */
#include "service.h"

#include "rt/log.h"
#include "rt/time.h"

static struct rng_source source;
static uint64_t silent_ticks; /* when a device that gave nothing counts as silent */
static uint64_t again_ticks;  /* no start before */
static enum virtio_result start_result;
static bool said_ready;
static bool asked; /* at the last look */

static void start_device(void)
{
    enum virtio_result result =
        rng_source_start(&source, source.registers, source.dma, source.dma_physical);

    /* Callers make it try again: said once, so that they cannot fill the log. */
    if (result != start_result && result != VIRTIO_OK)
        rt_logf("rngd: no device (%d)", (int)result);
    start_result = result;
    asked = rng_source_asks(&source);
    again_ticks = rt_deadline_ms(DEVICE_AGAIN_MS);
    silent_ticks = rt_deadline_ms(DEVICE_SILENT_MS);
}

void rng_service_start(volatile struct virtio_registers *registers, volatile struct rng_dma *dma,
                       uint64_t dma_physical)
{
    serve_init(&rng_service, NULL);
    source = (struct rng_source){.registers = registers, .dma = dma, .dma_physical = dma_physical};
    start_result = VIRTIO_OK;
    said_ready = false;
    start_device();
}

void rng_service_collect(void)
{
    rng_source_collect(&source);
    silent_ticks = rt_deadline_ms(DEVICE_SILENT_MS);
    if (!said_ready && source.pool_len > 0) {
        rt_logf("rngd: ready");
        said_ready = true;
    }
}

/* Nobody is kept waiting: who asks for more than there is asks again. */
static uint32_t do_get(struct serve_call *call)
{
    const struct rng_request *request = call->request;
    struct rng_reply *reply = call->reply;

    if (request->bytes_len == 0 || request->bytes_len > RNG_BYTES_MAX || request->reserved != 0)
        return RNG_MALFORMED;
    if (source.state == RNG_SOURCE_FAILED && rt_ticks() >= again_ticks)
        start_device();
    if (!rng_source_take(&source, reply->bytes, request->bytes_len))
        return source.state == RNG_SOURCE_RUNNING ? RNG_WOULD_BLOCK : RNG_IO;
    reply->head.value = request->bytes_len;
    call->reply_len = sizeof reply->head + request->bytes_len;
    return RNG_OK;
}

static uint64_t next_deadline(void)
{
    return rng_source_asks(&source) ? silent_ticks : SERVE_FOREVER;
}

/* A device may be slow for any length of time; one that gave nothing for so long is started anew.
 * The time counts from when it was asked. */
static void watch_device(void)
{
    bool asks = rng_source_asks(&source);

    if (asks && !asked)
        silent_ticks = rt_deadline_ms(DEVICE_SILENT_MS);
    asked = asks;
    if (!asks || rt_ticks() < silent_ticks)
        return;
    rt_logf("rngd: device silent, starting it again");
    rng_source_fail(&source);
    start_device();
}

static const struct serve_operation operations[RNG_OP_COUNT] = {
    [RNG_OP_GET] = {do_get, SERVE_EXACTLY(struct rng_request), sizeof(struct serve_reply),
                    sizeof(struct rng_reply), 0},
};

static struct rng_request request;
static struct rng_reply reply;

struct serve rng_service = {
    .operations = operations,
    .operation_count = RNG_OP_COUNT,
    .request = &request,
    .request_capacity_len = sizeof request,
    .reply = &reply,
    .is_secret = true,
    .deadline = next_deadline,
    .turn = watch_device,
};
