/* SPDX-License-Identifier: Apache-2.0 */
/* netstackd: the one owner of virtio-net. Beside requests and deaths (serve/serve.h) its loop wakes
 * for the device's interrupt and for lwIP's next timer. */
#include "backoff.h"
#include "counters.h"
#include "facade.h"
#include "interface.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "rt/time.h"
#include "stack.h"
#include "virtio_net.h"
#include <lwip/pbuf.h>

enum {
    /* The process's argument is its IPv4 address; the network is a /24 with its gateway at .2, as
     * QEMU's user network has it. */
    NETMASK = 0xffffff00,
    GATEWAY_HOST = 2,
    /* How often the log hears of each rule's drops (counters.h). */
    COUNTERS_PERIOD_MS = 60000,
    /* Frames taken per round of the loop, so that a flood on the wire leaves clients their turn. */
    FRAMES_PER_ROUND = NET_QUEUE_COUNT,
};

static struct virtio_net net;
/* When a device that failed is started again. */
static struct backoff device_backoff;
static uint64_t device_start_ticks = ABI_DEADLINE_NONE;
static bool device_ran;  /* one that did not start at first has told no MAC */
static bool frames_left; /* received and not yet taken, perhaps */

bool interface_transmit(const struct pbuf *frame)
{
    uint8_t *buffer = virtio_net_transmit_buffer(&net);

    if (buffer == NULL || frame->tot_len > NET_FRAME_BYTES_MAX)
        return false;
    pbuf_copy_partial(frame, buffer, frame->tot_len, 0);
    virtio_net_transmit(&net, frame->tot_len);
    return true;
}

static void start_device(void)
{
    enum virtio_result result = virtio_net_start(&net);

    if (result != VIRTIO_OK)
        rt_logf("netstackd: no device (%d)", (int)result);
}

/* Frames and link changes. True when frames may be left. */
static bool serve_device(void)
{
    uint8_t *frame;
    size_t frame_len;
    uint32_t count = 0;

    virtio_net_interrupt(&net);
    while (count < FRAMES_PER_ROUND && (frame = virtio_net_receive(&net, &frame_len)) != NULL) {
        if (frame_len > 0)
            interface_receive(frame, frame_len);
        virtio_net_give_back(&net);
        count++;
    }
    rt_irq_ack(NETSTACKD_SLOT_IRQ);
    return count == FRAMES_PER_ROUND;
}

/* A device that broke the rules is started anew; lwIP hears of every change of the link. */
static void check_device(void)
{
    if (rt_ticks() >= device_start_ticks) {
        device_start_ticks = ABI_DEADLINE_NONE;
        start_device();
    }
    if (net.state != VIRTIO_NET_RUNNING && device_ran && device_start_ticks == ABI_DEADLINE_NONE) {
        uint64_t now_ms = rt_ticks() / ABI_TICKS_PER_MS;
        uint64_t start_ms = backoff_failed(&device_backoff, now_ms);
        rt_logf("netstackd: device failed, starting it again in %u ms",
                (unsigned)(start_ms - now_ms));
        device_start_ticks = start_ms * ABI_TICKS_PER_MS;
    }
    interface_set_link(net.link_up);
}

/* What peers made this process drop or mend since the last line about it. */
static void report_counters(void)
{
    static uint32_t reported[PORT_COUNTER_COUNT];
    static uint64_t next_ticks;

    if (rt_ticks() < next_ticks)
        return;
    next_ticks = rt_deadline_ms(COUNTERS_PERIOD_MS);
    for (uint32_t i = 0; i < PORT_COUNTER_COUNT; i++) {
        uint32_t count = port_counter((enum port_counter)i);
        if (count != reported[i])
            rt_logf("net: %s %u, %u in all", port_counter_name((enum port_counter)i),
                    (unsigned)(count - reported[i]), (unsigned)count);
        reported[i] = count;
    }
}

static void map_device(void)
{
    void *registers;
    void *dma;
    uint64_t dma_physical;
    size_t len;

    rt_must(rt_map_any(NETSTACKD_SLOT_DEVICE, ABI_PROT_READ | ABI_PROT_WRITE, &registers, &len),
            "netstackd: map device");
    rt_must(rt_map_any(NETSTACKD_SLOT_DMA, ABI_PROT_READ | ABI_PROT_WRITE, &dma, &len),
            "netstackd: map dma");
    if (len < sizeof(struct net_dma))
        rt_panic("netstackd: dma memory too small", (int64_t)len);
    rt_must(rt_memory_phys(NETSTACKD_SLOT_DMA, &dma_physical), "netstackd: dma address");
    virtio_net_init(&net, registers, dma, dma_physical);
    int64_t irq_bits =
        rt_must(rt_cap_copy(NETSTACKD_SLOT_NOTIFY, ABI_RIGHT_SEND, net_notify_irq_mask()),
                "netstackd: notification");
    rt_must(rt_irq_bind(NETSTACKD_SLOT_IRQ, (rt_slot)irq_bits), "netstackd: irq");
}

static void bring_up(uint32_t ipv4)
{
    map_device();
    stack_init(); /* waits for rngd */
    rt_logf("netstackd: ready");
    start_device();
    device_ran = net.state == VIRTIO_NET_RUNNING;
    if (device_ran)
        rt_logf("net: virtio-net up");
    interface_init(net.mac, ipv4, NETMASK, (ipv4 & NETMASK) | GATEWAY_HOST);
    interface_set_link(net.link_up);
    if (net.link_up)
        rt_logf("net: lwip iface up %u.%u.%u.%u", (unsigned)(ipv4 >> 24),
                (unsigned)(ipv4 >> 16 & 0xff), (unsigned)(ipv4 >> 8 & 0xff),
                (unsigned)(ipv4 & 0xff));
    rt_logf("netstackd: facade up");
}

static void on_bits(uint64_t bits)
{
    if (bits & net_notify_irq_mask())
        frames_left = true;
}

/* Packets have moved and timers run when this round's answer goes out. */
static void take_turn(void)
{
    if (frames_left)
        frames_left = serve_device();
    stack_run();
    check_device();
    report_counters();
}

static uint64_t next_deadline(void)
{
    uint64_t deadline = frames_left ? rt_ticks() : rt_deadline_ms(stack_sleep_ms());

    return deadline < device_start_ticks ? deadline : device_start_ticks;
}

int process_main(uint64_t arg)
{
    static union net_any_request request;
    static union net_any_reply reply;

    bring_up((uint32_t)arg);
    facade.endpoint = NETSTACKD_SLOT_ENDPOINT;
    facade.notification = NETSTACKD_SLOT_NOTIFY;
    facade.request = &request;
    facade.request_capacity_len = sizeof request;
    facade.reply = &reply;
    facade.deadline = next_deadline;
    facade.woken = on_bits;
    facade.turn = take_turn;
    serve_run(&facade);
}
