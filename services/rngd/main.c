/* SPDX-License-Identifier: Apache-2.0 */
/* rngd: the one owner of virtio-rng. Serves random bytes, or an error, never weak bytes. */
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "service.h"

enum {
    NOTIFY_IRQ_MASK = 1,
};

static void *map(rt_slot slot, const char *what, size_t *len)
{
    void *address = NULL;

    rt_must(rt_map_any(slot, ABI_PROT_READ | ABI_PROT_WRITE, &address, len), what);
    return address;
}

static void on_interrupt(uint64_t bits)
{
    (void)bits;
    rng_service_collect();
    rt_irq_ack(RNGD_SLOT_IRQ);
}

int process_main(uint64_t arg)
{
    uint64_t dma_physical = 0;
    size_t len;

    (void)arg;
    volatile struct virtio_registers *registers = map(RNGD_SLOT_DEVICE, "rngd: map device", &len);
    volatile struct rng_dma *dma = map(RNGD_SLOT_DMA, "rngd: map dma", &len);
    if (len < sizeof *dma)
        rt_panic("rngd: dma memory too small", (int64_t)len);
    rt_must(rt_memory_phys(RNGD_SLOT_DMA, &dma_physical), "rngd: dma address");
    int64_t irq_bits = rt_must(rt_cap_copy(RNGD_SLOT_NOTIFY, ABI_RIGHT_SEND, NOTIFY_IRQ_MASK),
                               "rngd: notification");
    rt_must(rt_irq_bind(RNGD_SLOT_IRQ, (rt_slot)irq_bits), "rngd: irq");
    rng_service_start(registers, dma, dma_physical);
    rng_service.endpoint = RNGD_SLOT_ENDPOINT;
    rng_service.notification = RNGD_SLOT_NOTIFY;
    rng_service.woken = on_interrupt;
    serve_run(&rng_service);
}
