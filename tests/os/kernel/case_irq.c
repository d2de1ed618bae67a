/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts, with the board's clock (goldfish RTC) as the device: its alarm raises the line. */
#include "kt.h"
#include "peer.h"

/* Registers of the clock: nanoseconds in two words; reading the low one latches the high one. */
#define RTC_TIME_LOW        0x00
#define RTC_TIME_HIGH       0x04
#define RTC_ALARM_LOW       0x08 /* writing it arms the alarm */
#define RTC_ALARM_HIGH      0x0c
#define RTC_IRQ_ENABLED     0x10
#define RTC_CLEAR_ALARM     0x14
#define RTC_CLEAR_INTERRUPT 0x1c

#define ALARM_NS 1000000ull /* 1 ms: well below the time that a case waits to see nothing */

#define IRQ_SLOT    HELPER_SLOT_CASE
#define NOTIFY_SLOT (HELPER_SLOT_CASE + 1) /* badged, SEND */
#define WAIT_SLOT   (HELPER_SLOT_CASE + 2) /* the same notification, RECV */

static volatile uint32_t *rtc_register(uint32_t offset)
{
    return (volatile uint32_t *)(uintptr_t)(KT_WINDOW + offset);
}

static void rtc_init(void)
{
    kt_map(KTEST_SLOT_RTC, KT_WINDOW, ABI_PROT_READ | ABI_PROT_WRITE);
    *rtc_register(RTC_CLEAR_ALARM) = 1;
    *rtc_register(RTC_CLEAR_INTERRUPT) = 1;
    *rtc_register(RTC_IRQ_ENABLED) = 1;
}

static void rtc_arm(void)
{
    uint64_t now = *rtc_register(RTC_TIME_LOW);
    now |= (uint64_t)*rtc_register(RTC_TIME_HIGH) << 32;
    uint64_t alarm = now + ALARM_NS;
    *rtc_register(RTC_ALARM_HIGH) = (uint32_t)(alarm >> 32);
    *rtc_register(RTC_ALARM_LOW) = (uint32_t)alarm;
}

/* The device is served: it lowers its line. */
static void rtc_clear(void)
{
    *rtc_register(RTC_CLEAR_INTERRUPT) = 1;
}

/* A helper with the interrupt and a notification of its own. */
static struct peer *holder(const char *name, uint64_t bits)
{
    rt_slot notification = kt_notification();
    struct peer *peer = peer_create(name);
    peer_give(peer, KTEST_SLOT_RTC_IRQ, ABI_RIGHT_MANAGE, 0, IRQ_SLOT);
    peer_give(peer, notification, ABI_RIGHT_SEND, bits, NOTIFY_SLOT);
    peer_give(peer, notification, ABI_RIGHT_RECV, 0, WAIT_SLOT);
    peer_start(peer);
    return peer;
}

static int64_t bind(struct peer *peer)
{
    return peer_syscall(peer, ABI_SYS_IRQ_BIND, (uint64_t[7]){IRQ_SLOT, NOTIFY_SLOT});
}

static int64_t unbind(struct peer *peer)
{
    return peer_syscall(peer, ABI_SYS_IRQ_UNBIND, (uint64_t[7]){IRQ_SLOT});
}

static int64_t acknowledge(struct peer *peer)
{
    return peer_syscall(peer, ABI_SYS_IRQ_ACK, (uint64_t[7]){IRQ_SLOT});
}

static void begin_wait(struct peer *peer)
{
    peer_begin_recv(peer, ABI_SLOT_NONE, WAIT_SLOT, 0, false, ABI_DEADLINE_NONE);
}

/* True when nothing reaches the peer in ten times the alarm's delay. */
static bool hears_nothing(struct peer *peer)
{
    return peers_wait(PEER_DONE_BIT(peer->idx), rt_deadline_ms(10 * ALARM_NS / 1000000)) == 0;
}

static void expect_bits(struct peer *peer, uint64_t bits)
{
    kt_eq("interrupt arrives", ABI_EVENT_NOTIFICATION, peer_wait(peer));
    kt_eq("its bits", (int64_t)bits, (int64_t)peer->box->result[1]);
}

static void reaches_holder_alone(void)
{
    rtc_init();
    struct peer *owner = holder("irq-owner", 0x10);
    struct peer *other = holder("irq-other", 0x20);
    begin_wait(other);
    kt_eq("bind", 0, bind(owner));
    begin_wait(owner);
    kt_true("nothing before the alarm", hears_nothing(owner));
    rtc_arm();
    expect_bits(owner, 0x10);
    kt_true("the other hears nothing", hears_nothing(other));
    rtc_clear();
    kt_eq("acknowledge", 0, acknowledge(owner));
}

/* Owners that die while an interrupt is in service and the next one is due: the line stays silent
 * for them, and the next owner gets its own. */
static void owner_dies_waiting(void)
{
    for (uint32_t round = 0; round < 10; round++) {
        kt_step("round", round);
        rtc_init();
        struct peer *owner = holder("irq-owner", 1ull << 63);
        kt_eq("acknowledge before bind", -ABI_E_STATE, acknowledge(owner));
        kt_eq("bind", 0, bind(owner));
        kt_eq("acknowledge before an interrupt", -ABI_E_STATE, acknowledge(owner));
        begin_wait(owner);
        rtc_arm();
        expect_bits(owner, 1ull << 63);
        rtc_clear();
        begin_wait(owner);
        rtc_arm();
        kt_true("silent until acknowledged", hears_nothing(owner));
        peer_kill(owner);
        rtc_clear();
        kt_clean();
    }
}

/* Until it is acknowledged the line is silent; what came meanwhile is delivered after. */
static void silent_until_acknowledged(void)
{
    rtc_init();
    struct peer *owner = holder("irq-owner", 2);
    kt_eq("bind", 0, bind(owner));
    for (uint32_t round = 0; round < 20; round++) {
        kt_step("round", round);
        rtc_arm();
        begin_wait(owner);
        expect_bits(owner, 2);
        rtc_clear();
        rtc_arm(); /* again, before the acknowledgement */
        rt_sleep_ms(3);
        peer_begin_recv(owner, ABI_SLOT_NONE, WAIT_SLOT, 0, false, 0);
        kt_eq("silent until acknowledged", -ABI_E_TIMED_OUT, peer_wait(owner));
        kt_eq("acknowledge", 0, acknowledge(owner));
        begin_wait(owner);
        expect_bits(owner, 2);
        rtc_clear();
        kt_eq("acknowledge", 0, acknowledge(owner));
        kt_eq("acknowledge twice", -ABI_E_STATE, acknowledge(owner));
    }
}

static void one_holder(void)
{
    rtc_init();
    struct peer *owner = holder("irq-owner", 1);
    struct peer *second = holder("irq-second", 2);
    kt_eq("bind", 0, bind(owner));
    kt_eq("second bind", -ABI_E_BUSY, bind(second));
    kt_eq("acknowledge by another", -ABI_E_STATE, acknowledge(second));
    kt_eq("bind again by the owner", 0, bind(owner));
    begin_wait(owner);
    rtc_arm();
    expect_bits(owner, 1);
    kt_eq("acknowledge by another", -ABI_E_STATE, acknowledge(second));

    /* The owner dies with the interrupt in service: the line is free, and works. */
    peer_kill(owner);
    rtc_clear();
    kt_eq("bind after the owner's death", 0, bind(second));
    begin_wait(second);
    rtc_arm();
    expect_bits(second, 2);
    rtc_clear();
    kt_eq("acknowledge", 0, acknowledge(second));
}

/* The owner lets go in the middle of an interrupt: it hears nothing more, and another one does. */
static void owner_lets_go(void)
{
    rtc_init();
    struct peer *owner = holder("irq-owner", 1);
    struct peer *second = holder("irq-second", 2);
    kt_eq("unbind before bind", -ABI_E_STATE, unbind(owner));
    kt_eq("bind", 0, bind(owner));
    begin_wait(owner);
    rtc_arm();
    expect_bits(owner, 1);
    kt_eq("unbind by another", -ABI_E_STATE, unbind(second));
    kt_eq("unbind", 0, unbind(owner));
    kt_eq("acknowledge after that", -ABI_E_STATE, acknowledge(owner));
    rtc_clear();
    begin_wait(owner);
    kt_eq("bind", 0, bind(second));
    begin_wait(second);
    rtc_arm();
    expect_bits(second, 2);
    kt_true("the first hears nothing", hears_nothing(owner));
    rtc_clear();
    kt_eq("acknowledge", 0, acknowledge(second));
}

static void needs_a_badge(void)
{
    rt_slot notification = kt_notification();
    struct peer *peer = peer_create("irq-no-badge");
    peer_give(peer, KTEST_SLOT_RTC_IRQ, ABI_RIGHT_MANAGE, 0, IRQ_SLOT);
    peer_give(peer, notification, ABI_RIGHT_SEND, 0, NOTIFY_SLOT);
    peer_start(peer);
    kt_eq("bind to no bits", -ABI_E_ARGUMENT, bind(peer));
    uint64_t rights, line;
    kt_eq("type", ABI_CAP_IRQ, rt_cap_info(KTEST_SLOT_RTC_IRQ, &rights, &line));
    kt_eq("line", 11, (int64_t)line);
}

static const struct kt_case cases[] = {
    {"irq-reaches-holder-alone", reaches_holder_alone},
    {"irq-owner-dies-waiting", owner_dies_waiting},
    {"irq-silent-until-acknowledged", silent_until_acknowledged},
    {"irq-one-holder", one_holder},
    {"irq-owner-lets-go", owner_lets_go},
    {"irq-needs-a-badge", needs_a_badge},
};

const struct kt_group kt_group_irq = KT_GROUP(cases);
