/* SPDX-License-Identifier: Apache-2.0 */
/* What other clients of netstackd do while this one goes on: die, flood, hold, and outlive it. */
#include "cases.h"

#include "child.h"
#include "net_steps.h"
#include "rt/log.h"
#include "rt/time.h"
#include "stream.h"
#include "tests/os/system/slots.h"

#define DEADLINE_MS    60000
#define OTHER_BYTES    (256 * 1024)
#define OTHER_CALLS    1000
#define DEATH_ROUNDS   4
#define RESTART_MS_MAX 10000

static bool listen_for_helpers(struct selftest *selftest, net_handle *listener)
{
    const struct net_address local = {.ipv4 = LOOPBACK, .port = HELPER_PORT};

    return net_listen(&selftest->net, &local, 4, listener) == NET_OK;
}

static bool accept_one(struct selftest *selftest, net_handle listener, net_handle *stream)
{
    uint64_t deadline = rt_deadline_ms(DEADLINE_MS);
    enum net_status status;

    while ((status = net_accept(&selftest->net, listener, stream, NULL)) == NET_WOULD_BLOCK)
        if (!stream_wait(selftest, deadline))
            return false;
    return status == NET_OK;
}

/* Bytes through a fresh loopback connection of net-test with itself. */
static bool own_stream_works(struct selftest *selftest)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    struct net_address address = {.ipv4 = LOOPBACK};
    net_handle listener, stream, peer;
    uint64_t deadline = rt_deadline_ms(DEADLINE_MS);
    bool works = net_listen(&selftest->net, &address, 1, &listener) == NET_OK &&
                 net_local_address(&selftest->net, listener, &address) == NET_OK &&
                 stream_connect(selftest, &address, deadline, &stream) == NET_OK &&
                 accept_one(selftest, listener, &peer);

    if (!works)
        return false;
    for (uint64_t pos = 0; works && pos < OTHER_BYTES; pos += sizeof bytes) {
        pattern_fill(bytes, pos, sizeof bytes);
        works = stream_write(selftest, stream, bytes, sizeof bytes, deadline) == NET_OK;
        for (size_t got_len = 0, len = 0; works && got_len < sizeof bytes; got_len += len) {
            works = stream_read(selftest, peer, bytes, sizeof bytes - got_len, deadline, &len) ==
                        NET_OK &&
                    len > 0;
            for (size_t i = 0; works && i < len; i++)
                works = bytes[i] == pattern_byte(pos + got_len + i);
        }
    }
    stream_close(selftest, stream);
    stream_close(selftest, peer);
    stream_close(selftest, listener);
    return works;
}

/* Reads to the end, now and then asleep. Returns the length, and the hash. */
static uint64_t read_slowly(struct selftest *selftest, net_handle stream, uint64_t *hash)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    uint64_t total_len = 0, state = 1;
    size_t len;

    *hash = HASH_START;
    for (;;) {
        state = state * 6364136223846793005u + 1;
        size_t capacity_len = 1 + (size_t)(state >> 33) % sizeof bytes;
        if ((state >> 33) % 1024 == 0)
            rt_sleep_ms(1);
        if (stream_read(selftest, stream, bytes, capacity_len, rt_deadline_ms(DEADLINE_MS), &len) !=
                NET_OK ||
            len == 0)
            return total_len;
        *hash = hash_add(*hash, bytes, len);
        total_len += len;
    }
}

bool case_backpressure(struct selftest *selftest)
{
    net_handle listener, stream, reports;
    uint32_t blocked_count, hash_low, hash_high;
    uint64_t hash;

    if (!listen_for_helpers(selftest, &listener) || !child_reports_open(selftest, &reports))
        return selftest_fail("backpressure listen");
    rt_slot child = child_start(CHILD_BADGE_FIRST, HELPER_SOURCE);
    if (!accept_one(selftest, listener, &stream))
        return selftest_fail("backpressure accept");
    uint64_t total_len = read_slowly(selftest, stream, &hash);
    if (total_len != PATTERN_BYTES)
        return selftest_fail("backpressure length");
    if (!child_report_wait(selftest, reports, HELPER_SOURCE, &blocked_count) ||
        !child_report_wait(selftest, reports, HELPER_SOURCE, &hash_low) ||
        !child_report_wait(selftest, reports, HELPER_SOURCE, &hash_high))
        return selftest_fail("backpressure report");
    if (hash != ((uint64_t)hash_high << 32 | hash_low))
        return selftest_fail("backpressure hash");
    if (blocked_count == 0)
        return selftest_fail("backpressure never blocked");
    child_kill(child);
    stream_close(selftest, stream);
    stream_close(selftest, listener);
    stream_close(selftest, reports);
    rt_logf("SELFTEST: netstackd backpressure ok");
    return true;
}

bool case_silent(struct selftest *selftest)
{
    static const uint8_t bytes[NET_STREAM_BYTES_MAX];
    net_handle listener, stream;
    uint64_t written_len = 0;
    enum net_status status;
    size_t len;

    if (!listen_for_helpers(selftest, &listener))
        return selftest_fail("silent listen");
    rt_slot child = child_start(CHILD_BADGE_FIRST, HELPER_SILENT);
    if (!accept_one(selftest, listener, &stream))
        return selftest_fail("silent accept");
    while ((status = net_write(&selftest->net, stream, bytes, sizeof bytes, &len)) == NET_OK)
        written_len += len;
    if (status != NET_WOULD_BLOCK || written_len > 2 * NET_STREAM_WINDOW_BYTES)
        return selftest_fail("silent window");
    if (!own_stream_works(selftest))
        return selftest_fail("silent: others stand still");
    child_kill(child);
    while ((status = net_write(&selftest->net, stream, bytes, sizeof bytes, &len)) ==
           NET_WOULD_BLOCK)
        if (!stream_wait(selftest, rt_deadline_ms(DEADLINE_MS)))
            break;
    if (status != NET_DISCONNECTED)
        return selftest_fail("silent: death not told");
    stream_close(selftest, stream);
    stream_close(selftest, listener);
    rt_logf("SELFTEST: netstackd silent client ok");
    return true;
}

bool case_flood(struct selftest *selftest)
{
    struct net_interface interface;
    rt_slot child = child_start(CHILD_BADGE_FIRST, HELPER_FLOOD);
    uint64_t deadline = rt_deadline_ms(DEADLINE_MS);

    for (uint32_t i = 0; i < OTHER_CALLS; i++)
        if (net_get_interface(&selftest->net, &interface) != NET_OK)
            return selftest_fail("flood: call");
    if (!own_stream_works(selftest) || rt_ticks() > deadline)
        return selftest_fail("flood: others stand still");
    if (!child_is_alive(child))
        return selftest_fail("flood: client died");
    child_kill(child);
    rt_logf("SELFTEST: netstackd flood ok");
    return true;
}

bool case_death(struct selftest *selftest)
{
    net_handle reports;
    uint32_t count;

    if (!child_reports_open(selftest, &reports))
        return selftest_fail("death reports");
    for (uint32_t round = 0; round < DEATH_ROUNDS; round++) {
        rt_slot child = child_start(CHILD_BADGE_LAST, HELPER_HOARD);
        if (!child_report_wait(selftest, reports, HELPER_HOARD, &count))
            return selftest_fail("death: no report");
        if (count != NET_CLIENT_SOCKETS_MAX)
            return selftest_fail("death: sockets were not freed");
        if (!own_stream_works(selftest))
            return selftest_fail("death: a hoarder took from others");
        child_kill(child);
    }
    stream_close(selftest, reports);
    rt_logf("SELFTEST: netstackd client death ok");
    return true;
}

bool case_restart(struct selftest *selftest)
{
    struct net_interface interface;
    struct net_address address = {.ipv4 = LOOPBACK};
    uint64_t deadline = rt_deadline_ms(RESTART_MS_MAX);
    net_handle listener;
    size_t len;

    if (net_listen(&selftest->net, &address, 1, &listener) != NET_OK)
        return selftest_fail("restart listen");
    rt_slot flood = child_start(CHILD_BADGE_FIRST, HELPER_FLOOD);
    rt_must(rt_process_kill(NETTEST_SLOT_NETSTACKD), "net-test: kill netstackd");
    /* A clear error, whether the call meets the dead one or the next. */
    if (net_get_interface(&selftest->net, &interface) != NET_IO)
        return selftest_fail("restart: no error");
    while (attach_to_netstackd(selftest) != NET_OK) {
        if (rt_ticks() > deadline)
            return selftest_fail("restart: not back");
        rt_sleep_ms(1);
    }
    if (net_read(&selftest->net, listener, &address, 1, &len) != NET_NOT_FOUND)
        return selftest_fail("restart: old handle lives");
    if (!own_stream_works(selftest) || !child_is_alive(flood))
        return selftest_fail("restart: others");
    child_kill(flood);
    if (!net_ping_step(selftest) || !net_udp_step(selftest))
        return selftest_fail("restart: wire");
    rt_logf("SELFTEST: netstackd restart ok");
    return true;
}
