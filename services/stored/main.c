/* SPDX-License-Identifier: Apache-2.0 */
/* stored: the one owner of virtio-blk. Keeps records, each its owner's alone. */
#include "blk.h"
#include "noise/crypto.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "service.h"

enum {
    NOTIFY_IRQ_MASK = 1,
};

static struct blk blk;
static volatile struct virtio_registers *registers;
static volatile struct blk_dma *dma;
static uint64_t dma_physical;

/* Nobody is served meanwhile: there is one disk, and whoever came next would wait for it, too. */
static bool wait_for_interrupt(uint64_t deadline)
{
    struct rt_event event;

    (void)rt_irq_ack(STORED_SLOT_IRQ); /* of the last request; the first time there is none */
    return rt_recv(ABI_SLOT_NONE, STORED_SLOT_NOTIFY, NULL, 0, NULL, deadline, &event) ==
           ABI_EVENT_NOTIFICATION;
}

/* One that came late, or for nothing. */
static void on_interrupt(uint64_t bits)
{
    (void)bits;
    if (blk.is_running)
        (void)virtio_device_interrupt(&blk.device);
    (void)rt_irq_ack(STORED_SLOT_IRQ);
}

static const struct disk *start_disk(void)
{
    return blk_start(&blk, registers, dma, dma_physical) == VIRTIO_OK ? &blk.disk : NULL;
}

static void *map(rt_slot slot, const char *what, size_t *len)
{
    void *address = NULL;

    rt_must(rt_map_any(slot, ABI_PROT_READ | ABI_PROT_WRITE, &address, len), what);
    return address;
}

int process_main(uint64_t arg)
{
    size_t len;

    (void)arg;
    if (noise_init() != 0)
        rt_panic("stored: crypto", -1);
    registers = map(STORED_SLOT_DEVICE, "stored: map device", &len);
    dma = map(STORED_SLOT_DMA, "stored: map dma", &len);
    if (len < sizeof *dma)
        rt_panic("stored: dma memory too small", (int64_t)len);
    rt_must(rt_memory_phys(STORED_SLOT_DMA, &dma_physical), "stored: dma address");
    int64_t irq_bits = rt_must(rt_cap_copy(STORED_SLOT_NOTIFY, ABI_RIGHT_SEND, NOTIFY_IRQ_MASK),
                               "stored: notification");
    rt_must(rt_irq_bind(STORED_SLOT_IRQ, (rt_slot)irq_bits), "stored: irq");
    blk.wait = wait_for_interrupt;
    store_service_start(start_disk);
    store_service.endpoint = STORED_SLOT_ENDPOINT;
    store_service.notification = STORED_SLOT_NOTIFY;
    store_service.woken = on_interrupt;
    serve_run(&store_service);
}
