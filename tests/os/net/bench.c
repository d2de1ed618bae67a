/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of the network, in instructions of the whole machine (instret counts kernel, netstackd
 * and this client alike; exact under -icount shift=0). Each line: least, median and most of the
 * batches. */
#include "cases.h"

#include "net_steps.h"
#include "rt/log.h"
#include "rt/time.h"
#include "stream.h"
#include "tests/os/system/slots.h"

#define BATCH_COUNT     21
#define CALLS_PER_BATCH 100
#define BYTES_PER_BATCH (256 * 1024)
#define PING_COUNT      21
#define DEADLINE_MS     10000
#define GATEWAY_IPV4    0x0a000202u

static uint64_t samples[BATCH_COUNT];

static void sort(uint64_t *values, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t j = i; j > 0 && values[j] < values[j - 1]; j--) {
            uint64_t value = values[j];
            values[j] = values[j - 1];
            values[j - 1] = value;
        }
    }
}

static void show(const char *what, const char *unit)
{
    sort(samples, BATCH_COUNT);
    rt_logf("bench: %s: %llu %llu %llu %s", what, (unsigned long long)samples[0],
            (unsigned long long)samples[BATCH_COUNT / 2],
            (unsigned long long)samples[BATCH_COUNT - 1], unit);
}

static bool bench_calls(struct selftest *selftest)
{
    struct net_interface interface;

    for (uint32_t batch = 0; batch < BATCH_COUNT; batch++) {
        uint64_t begin = rt_instret();
        for (uint32_t i = 0; i < CALLS_PER_BATCH; i++)
            if (net_get_interface(&selftest->net, &interface) != NET_OK)
                return false;
        samples[batch] = (rt_instret() - begin) / CALLS_PER_BATCH;
    }
    show("facade call", "instructions");
    return true;
}

static bool open_pair(struct selftest *selftest, net_handle *stream, net_handle *peer)
{
    struct net_address address = {.ipv4 = LOOPBACK};
    net_handle listener;

    if (net_listen(&selftest->net, &address, 1, &listener) != NET_OK ||
        net_local_address(&selftest->net, listener, &address) != NET_OK ||
        stream_connect(selftest, &address, rt_deadline_ms(DEADLINE_MS), stream) != NET_OK ||
        net_accept(&selftest->net, listener, peer, NULL) != NET_OK)
        return false;
    stream_close(selftest, listener);
    return true;
}

/* Writes one call's payload and reads it at the other end, again and again. */
static bool move_batch(struct selftest *selftest, net_handle stream, net_handle peer,
                       size_t payload_len)
{
    static _Alignas(8) uint8_t bytes[NET_STREAM_BYTES_MAX]; /* copied by words */
    uint64_t deadline = rt_deadline_ms(DEADLINE_MS);

    for (size_t moved_len = 0; moved_len < BYTES_PER_BATCH; moved_len += payload_len) {
        if (stream_write(selftest, stream, bytes, payload_len, deadline) != NET_OK)
            return false;
        for (size_t got_len = 0, len = 0; got_len < payload_len; got_len += len)
            if (stream_read(selftest, peer, bytes, payload_len - got_len, deadline, &len) !=
                    NET_OK ||
                len == 0)
                return false;
    }
    return true;
}

static bool bench_stream(struct selftest *selftest, size_t payload_len, const char *what)
{
    net_handle stream, peer;

    if (!open_pair(selftest, &stream, &peer))
        return false;
    for (uint32_t batch = 0; batch < BATCH_COUNT; batch++) {
        uint64_t begin = rt_instret();
        if (!move_batch(selftest, stream, peer, payload_len))
            return false;
        uint64_t calls_count = (BYTES_PER_BATCH + payload_len - 1) / payload_len;
        samples[batch] = calls_count * payload_len * 1000000 / (rt_instret() - begin);
    }
    show(what, "bytes per 1000000 instructions");
    stream_close(selftest, stream);
    stream_close(selftest, peer);
    return true;
}

static bool bench_ping(struct selftest *selftest)
{
    for (uint32_t i = 0; i < PING_COUNT; i++) {
        net_handle ping;
        enum net_status status;
        if (net_ping(&selftest->net, GATEWAY_IPV4, DEADLINE_MS, &ping) != NET_OK)
            return false;
        while ((status = net_ping_result(&selftest->net, ping, &samples[i])) == NET_WOULD_BLOCK)
            if (!stream_wait(selftest, rt_deadline_ms(DEADLINE_MS)))
                return false;
        stream_close(selftest, ping);
        if (status != NET_OK)
            return false;
    }
    show("ping over the wire", "ns");
    return true;
}
_Static_assert(PING_COUNT == BATCH_COUNT, "one array of samples");

bool case_bench(struct selftest *selftest)
{
    struct abi_process_info info;

    if (!bench_calls(selftest))
        return selftest_fail("bench calls");
    if (!bench_stream(selftest, NET_STREAM_BYTES_MAX, "loopback tcp, 4088 bytes a call") ||
        !bench_stream(selftest, 1024, "loopback tcp, 1024 bytes a call"))
        return selftest_fail("bench stream");
    if (!bench_ping(selftest))
        return selftest_fail("bench ping");
    if (rt_process_info(NETTEST_SLOT_NETSTACKD, &info) < 0)
        return selftest_fail("bench pages");
    rt_logf("bench: netstackd: %u pages", (unsigned)info.page_count);
    rt_logf("SELFTEST: net bench ok");
    return true;
}
