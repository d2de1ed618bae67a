/* SPDX-License-Identifier: Apache-2.0 */
/* Peers that take their time, and too many of them. */
#include "adversary.h"
#include "dsoftbus_cases.h"
#include "dsoftbus_link.h"
#include "rt/time.h"
#include "stream.h"

/* dsoftbusd ends a stalled handshake at its deadline: not before, and at most this much later. */
#define LATE_MS 1000

/* One byte of message 3 this often: none of them may prolong anything. */
#define DRIBBLE_MS        400
#define DRIBBLE_COUNT_MAX ((DSB_HANDSHAKE_DEADLINE_MS + LATE_MS) / DRIBBLE_MS + 2)

/*
 * The flood: FLOOD_COUNT connections, one every FLOOD_INTERVAL_MS, that say nothing. dsoftbusd
 * keeps 16 half-open handshakes, so 96 are six times its table; at 100 a second a handshake has 160
 * ms. FLOOD_HELD of them are held open at a time, more than the table has room for.
 */
#define FLOOD_COUNT       96
#define FLOOD_INTERVAL_MS 10
#define FLOOD_HELD        24

/* What dsoftbusd counts instead of a line for each is told after this long, and it tells so before
 * it answers a query. */
#define HELD_LINES_MS 1100

static struct adversary silent;
static struct adversary dribbling;
static struct link link;
static struct {
    unsigned opened_count;
    bool failed;
    net_handle held[FLOOD_HELD];
} flood;

/* Sends message 3 byte by byte, far from all of it; true when the stream was closed in time. */
static bool dribble(struct selftest *selftest, uint64_t begin_ms)
{
    uint8_t byte;
    for (size_t i = 0; i < DRIBBLE_COUNT_MAX; i++) {
        size_t read_len = 0;
        enum net_status status = stream_read(selftest, dribbling.stream, &byte, sizeof byte,
                                             rt_deadline_ms(DRIBBLE_MS), &read_len);
        if (status != NET_TIMED_OUT) {
            uint64_t took_ms = dsoftbus_now_ms() - begin_ms;
            return ((status == NET_OK || status == NET_DISCONNECTED) && read_len == 0 &&
                    took_ms >= DSB_HANDSHAKE_DEADLINE_MS &&
                    took_ms <= DSB_HANDSHAKE_DEADLINE_MS + LATE_MS) ||
                   selftest_fail("a stalled handshake ends at another time");
        }
        /* The deadline may come between the read and this: the next read then sees the end. */
        status = stream_write(selftest, dribbling.stream, dribbling.msg3 + i, 1,
                              rt_deadline_ms(DRIBBLE_MS));
        if (status != NET_OK && status != NET_DISCONNECTED)
            return selftest_fail("a stalled handshake cannot be written to");
    }
    return selftest_fail("a stalled handshake does not end");
}

const char *case_stalled_handshake(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool stalled = adversary_connect(&silent, selftest);
    /* dsoftbusd counts from when it accepts, which is a moment later. */
    uint64_t begin_ms = dsoftbus_now_ms();
    stalled = stalled && adversary_connect(&dribbling, selftest) &&
              adversary_until_msg3(&dribbling, &plan) && dribble(selftest, begin_ms) &&
              adversary_expect_closed(&silent);
    adversary_leave(&silent);
    adversary_leave(&dribbling);
    return stalled ? "closed-at-deadline" : NULL;
}

/* One connection more; the oldest one held, which dsoftbusd has dropped by now, is let go. */
static void open_one(struct selftest *selftest)
{
    net_handle *place = &flood.held[flood.opened_count % FLOOD_HELD];
    if (*place != 0)
        stream_abort(selftest, *place);
    *place = 0;
    if (net_connect(&selftest->net, &dsoftbus.address, place) != NET_OK) {
        *place = 0;
        flood.failed = true;
    }
    flood.opened_count++;
    selftest->background_ticks += FLOOD_INTERVAL_MS * ABI_TICKS_PER_MS;
    if (flood.opened_count == FLOOD_COUNT)
        selftest->background = NULL;
}

static void begin_flood(struct selftest *selftest)
{
    flood.opened_count = 0;
    flood.failed = false;
    selftest->background_ticks = rt_ticks();
    selftest->background = open_one;
}

/* Lets the flood go on until so many were opened. */
static void flood_until(struct selftest *selftest, unsigned count)
{
    while (flood.opened_count < count)
        (void)stream_wait(selftest, ABI_DEADLINE_NONE);
}

static void end_flood(struct selftest *selftest)
{
    selftest->background = NULL;
    for (size_t i = 0; i < FLOOD_HELD; i++) {
        if (flood.held[i] != 0)
            stream_abort(selftest, flood.held[i]);
        flood.held[i] = 0;
    }
}

const char *case_half_open_flood(struct selftest *selftest)
{
    static const uint8_t data[] = {0x01, 'i', 'n'};

    begin_flood(selftest);
    flood_until(selftest, FLOOD_COUNT / 2);
    enum dsb_reason reason =
        link_connect(selftest, &link, &dsoftbus.local, &dsoftbus.target->id, &dsoftbus.address);
    bool passed = reason == DSB_REASON_NONE || selftest_fail(dsb_reason_name(reason));
    passed = passed && link_echo(selftest, &link, data, sizeof data);
    /* The flood began before and has not ended since, or the case would show nothing. That it was
     * one is seen in dsoftbusd's log: how many it dropped. */
    passed = passed && (flood.opened_count < FLOOD_COUNT || selftest_fail("the flood is over"));
    flood_until(selftest, FLOOD_COUNT);
    passed = passed && link_close(selftest, &link) && !flood.failed;
    end_flood(selftest);
    rt_sleep_ms(HELD_LINES_MS);
    return passed ? "session" : NULL;
}
