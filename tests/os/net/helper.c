/* SPDX-License-Identifier: Apache-2.0 */
/* net-helper: one more client of netstackd, for better or worse. net-test starts and ends it. */
#include "helper.h"

#include "proto/slots.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "selftest.h"
#include "stream.h"

#define DEADLINE_MS 60000

static struct selftest self;

bool selftest_fail(const char *what)
{
    rt_logf("SELFTEST: FAIL helper %s", what);
    return false;
}

static enum net_status attach(void)
{
    rt_slot signal = (rt_slot)rt_must(
        rt_cap_copy(self.notification, ABI_RIGHT_SEND | ABI_RIGHT_GRANT, 1), "helper: signal");
    enum net_status status = net_attach(&self.net, CLIENT_SLOT_NET, signal);

    rt_must(rt_cap_drop(signal), "helper: signal");
    return status;
}

/* netstackd may be dead just now, and starting again. */
static void attach_until_served(void)
{
    uint64_t deadline = rt_deadline_ms(DEADLINE_MS);

    while (attach() != NET_OK) {
        if (rt_ticks() > deadline)
            rt_panic("helper: attach", 0);
        rt_sleep_ms(1);
    }
}

static void __attribute__((noreturn)) sleep_for_ever(void)
{
    for (;;)
        rt_sleep_ms(DEADLINE_MS);
}

static void report(net_handle socket, uint32_t mode, uint64_t count)
{
    struct helper_report report = {.mode = mode, .count = (uint32_t)count};
    struct net_address to = {.ipv4 = LOOPBACK, .port = HELPER_REPORT_PORT};

    if (net_send_to(&self.net, socket, &to, &report, sizeof report) != NET_OK)
        selftest_fail("report");
}

static void hoard(void)
{
    const struct net_address any = {0};
    net_handle first = 0, handle;
    uint32_t count = 0;

    while (net_udp_bind(&self.net, &any, &handle) == NET_OK) {
        if (count == 0)
            first = handle;
        count++;
    }
    report(first, HELPER_HOARD, count);
    sleep_for_ever();
}

/* A request that is no request, in every length; netstackd must say so each time. */
static bool malformed_is_refused(uint32_t round)
{
    size_t reply_len = 0;

    self.net.request.head.op = round;
    self.net.request.head.handle = round * 0x01000193u;
    int64_t got =
        rt_call(CLIENT_SLOT_NET, &self.net.request, round % (NET_MESSAGE_BYTES_MAX + 1),
                &self.net.reply, sizeof self.net.reply, NULL, ABI_DEADLINE_NONE, &reply_len);
    return got < 0 ||
           (reply_len == sizeof self.net.reply.head && self.net.reply.head.status != NET_OK);
}

static void flood(void)
{
    struct net_interface interface;

    for (uint32_t round = NET_OP_COUNT;; round++) {
        if (round < NET_OP_COUNT)
            round = NET_OP_COUNT; /* wrapped */
        if (!malformed_is_refused(round))
            selftest_fail("malformed request served");
        if (net_get_interface(&self.net, &interface) == NET_IO)
            attach_until_served();
    }
}

static net_handle connect(void)
{
    struct net_address to = {.ipv4 = LOOPBACK, .port = HELPER_PORT};
    net_handle stream = 0;

    if (stream_connect(&self, &to, rt_deadline_ms(DEADLINE_MS), &stream) != NET_OK)
        selftest_fail("connect");
    return stream;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void source(void)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    const struct net_address any = {0};
    net_handle stream = connect(), socket = 0;
    uint32_t chunk_state = 1, blocked_count = 0;
    uint64_t hash = HASH_START;

    for (uint64_t pos = 0; pos < PATTERN_BYTES;) {
        size_t len = 1 + next_random(&chunk_state) % sizeof bytes;
        size_t written_len;
        if (len > PATTERN_BYTES - pos)
            len = PATTERN_BYTES - pos;
        pattern_fill(bytes, pos, len);
        enum net_status status = net_write(&self.net, stream, bytes, len, &written_len);
        if (status == NET_WOULD_BLOCK) {
            blocked_count++;
            if (!stream_wait(&self, rt_deadline_ms(DEADLINE_MS)))
                status = NET_TIMED_OUT;
        }
        if (status != NET_OK && status != NET_WOULD_BLOCK) {
            selftest_fail(net_status_name(status));
            sleep_for_ever();
        }
        hash = hash_add(hash, bytes, written_len);
        pos += written_len;
    }
    stream_close(&self, stream);
    if (net_udp_bind(&self.net, &any, &socket) != NET_OK)
        selftest_fail("report socket");
    report(socket, HELPER_SOURCE, blocked_count);
    report(socket, HELPER_SOURCE, hash);
    report(socket, HELPER_SOURCE, hash >> 32);
    sleep_for_ever();
}

int process_main(uint64_t arg)
{
    self.notification = (rt_slot)rt_must(rt_notification_create(), "helper: notification");
    attach_until_served();
    switch ((enum helper_mode)arg) {
    case HELPER_HOARD:
        hoard();
        break;
    case HELPER_FLOOD:
        flood();
        break;
    case HELPER_SILENT:
        (void)connect();
        sleep_for_ever();
        break;
    case HELPER_SOURCE:
        source();
        break;
    }
    return 1;
}
