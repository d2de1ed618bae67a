/* SPDX-License-Identifier: Apache-2.0 */
/* rngd: the one owner of virtio-rng. Serves random bytes, or an error, never weak bytes. */
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "rt/time.h"
#include "source.h"
#include <string.h>

enum {
    NOTIFY_IRQ_MASK = 1,
    /* Longer than any quota's period on the host: a start anew asks for the same bytes again. */
    DEVICE_SILENT_MS = 60000,
};

static struct rng_source source;

static volatile struct virtio_registers *registers;
static volatile struct rng_dma *dma;
static uint64_t dma_physical;
static uint64_t silent_at = ABI_DEADLINE_NONE;

static void start_device(void)
{
    static enum virtio_result last = VIRTIO_OK;
    enum virtio_result result = rng_source_start(&source, registers, dma, dma_physical);

    /* Callers make it try again: said once, so that they cannot fill the log. */
    if (result != last && result != VIRTIO_OK)
        rt_logf("rngd: no device (%d)", (int)result);
    last = result;
}

static void map_device(void)
{
    void *address;
    size_t len;

    rt_must(rt_map_any(RNGD_SLOT_DEVICE, ABI_PROT_READ | ABI_PROT_WRITE, &address, &len),
            "rngd: map device");
    registers = address;
    rt_must(rt_map_any(RNGD_SLOT_DMA, ABI_PROT_READ | ABI_PROT_WRITE, &address, &len),
            "rngd: map dma");
    if (len < sizeof(struct rng_dma))
        rt_panic("rngd: dma memory too small", (int64_t)len);
    dma = address;
    rt_must(rt_memory_phys(RNGD_SLOT_DMA, &dma_physical), "rngd: dma address");
    int64_t irq_bits = rt_must(rt_cap_copy(RNGD_SLOT_NOTIFY, ABI_RIGHT_SEND, NOTIFY_IRQ_MASK),
                               "rngd: notification");
    rt_must(rt_irq_bind(RNGD_SLOT_IRQ, (rt_slot)irq_bits), "rngd: irq");
}

/* A device may be slow for any length of time; one that gave nothing for so long is started anew.
 */
static void watch_device(bool progressed)
{
    if (!rng_source_asks(&source))
        silent_at = ABI_DEADLINE_NONE;
    else if (progressed || silent_at == ABI_DEADLINE_NONE)
        silent_at = rt_deadline_ms(DEVICE_SILENT_MS);
}

static void collect(void)
{
    static bool said_ready;

    rng_source_collect(&source);
    rt_irq_ack(RNGD_SLOT_IRQ);
    if (!said_ready && source.pool_len > 0) {
        rt_logf("rngd: ready");
        said_ready = true;
    }
}

/* Nobody is kept waiting: who asks for more than there is asks again. */
static void answer(const struct rng_request *request, size_t request_len)
{
    struct rng_reply reply;

    if (source.state == RNG_SOURCE_FAILED)
        start_device();
    size_t reply_len = rng_source_answer(&source, request, request_len, &reply);
    (void)rt_reply(&reply, reply_len, NULL); /* a caller that died is nobody's failure */
    explicit_bzero(&reply, sizeof(reply));
}

int process_main(uint64_t arg)
{
    struct rng_request request;
    struct rt_event event;

    (void)arg;
    map_device();
    start_device();
    watch_device(true);
    for (;;) {
        int64_t what = rt_recv(RNGD_SLOT_ENDPOINT, RNGD_SLOT_NOTIFY, &request, sizeof(request),
                               NULL, silent_at, &event);
        if (what == ABI_EVENT_NOTIFICATION) {
            collect();
        } else if (what == ABI_EVENT_MESSAGE) {
            answer(&request, event.len);
        } else if (rt_ticks() >= silent_at) {
            rt_logf("rngd: device silent, starting it again");
            rng_source_fail(&source);
            start_device();
        }
        watch_device(what != ABI_EVENT_MESSAGE);
    }
}
