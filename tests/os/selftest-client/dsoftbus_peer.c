/* SPDX-License-Identifier: Apache-2.0 */
/* Loads who it is, and finds whom it means. */
#include "dsoftbus_peer.h"

#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/time.h"
#include "stream.h"

#include <string.h>

/* dsoftbusd answers one asker so many times at once, and one more every so many milliseconds. Who
 * asks more often is passed over, and that is logged. */
#define ASK_BURST       (DSB_SOURCE_BURST - 2)
#define ASK_INTERVAL_MS (DSB_SOURCE_INTERVAL_MS + 5)

/* Packets of others that are passed over while waiting for one answer. */
#define PACKETS_PER_QUERY 8

struct dsoftbus dsoftbus;

uint64_t dsoftbus_now_ms(void)
{
    return rt_ticks() / ABI_TICKS_PER_MS;
}

bool dsoftbus_random(uint8_t *bytes, size_t bytes_len)
{
    return rng_get(CLIENT_SLOT_RNG, bytes, bytes_len) == RNG_OK || selftest_fail("no random bytes");
}

static bool fault(const char *file, const struct dsb_text_error *error)
{
    rt_logf("SELFTEST: %s:%zu: %s", file, error->line, dsb_text_fault_name(error->fault));
    return selftest_fail("dsoftbus configuration");
}

bool dsoftbus_load(struct selftest *selftest)
{
    struct dsb_text_error error = {0};
    const uint8_t *text = NULL;
    size_t text_len = 0;
    (void)selftest;

    rt_must(rt_map_file(CLIENT_SLOT_FILE, &text, &text_len), "SELFTEST: client.identity");
    if (dsb_identity_parse(&dsoftbus.file, (const char *)text, text_len, &error) != DSB_OK ||
        dsb_identity_init(&dsoftbus.identity, &dsoftbus.file) != DSB_OK)
        return fault("client.identity", &error);
    rt_must(rt_map_file(CLIENT_SLOT_FILE + 1, &text, &text_len), "SELFTEST: client.trust");
    dsb_trust_store_init(&dsoftbus.trust, dsoftbus.entries, TRUST_MAX);
    if (dsb_trust_store_parse(&dsoftbus.trust, &dsoftbus.identity, (const char *)text, text_len,
                              &error) != DSB_OK)
        return fault("client.trust", &error);
    if (dsoftbus.trust.count == 0)
        return selftest_fail("client.trust names nobody");
    dsoftbus.local = (struct dsb_local){
        .identity = &dsoftbus.identity,
        .trust = &dsoftbus.trust,
        .recv_max = OWN_RECORD_UNIT_MAX,
        .streams = {.window = OWN_WINDOW},
    };
    dsoftbus.target = &dsoftbus.trust.entries[0];
    dsb_rate_init(&dsoftbus.ask_rate, ASK_BURST, ASK_INTERVAL_MS, dsoftbus_now_ms());
    return true;
}

size_t dsoftbus_prologue(uint8_t out[PROLOGUE_MAX], const struct dsb_device_id *id)
{
    memcpy(out, "DSoftBus/2", 11);
    out[11] = id->len;
    memcpy(out + 12, id->text, id->len);
    return 12 + (size_t)id->len;
}

bool dsoftbus_query(struct selftest *selftest, net_handle socket)
{
    const struct net_address discovery = {.ipv4 = LOOPBACK, .port = DSB_DISCOVERY_PORT};
    uint8_t query[DSB_QUERY_LEN];
    dsb_query_encode(query);
    while (!dsb_rate_take(&dsoftbus.ask_rate, dsoftbus_now_ms()))
        rt_sleep_ms(ASK_INTERVAL_MS);
    return net_send_to(&selftest->net, socket, &discovery, query, sizeof query) == NET_OK;
}

bool dsoftbus_await_announce(struct selftest *selftest, net_handle socket, uint64_t deadline)
{
    uint8_t packet[DSB_ANNOUNCE_MAX];
    struct dsb_announce announce;
    struct net_address from;
    size_t packet_len = 0;

    for (int i = 0; i < PACKETS_PER_QUERY; i++) {
        enum net_status status =
            datagram_receive(selftest, socket, &from, packet, sizeof packet, deadline, &packet_len);
        if (status == NET_MALFORMED)
            continue;
        if (status != NET_OK)
            return false;
        if (dsb_announce_decode(&announce, packet, packet_len) == DSB_PACKET_OK &&
            dsb_device_id_equal(&announce.id, &dsoftbus.target->id) &&
            dsb_announce_standing(&dsoftbus.trust, &announce) == DSB_ANNOUNCE_CONSISTENT) {
            dsoftbus.address = (struct net_address){.ipv4 = from.ipv4, .port = announce.port};
            return true;
        }
    }
    return false;
}

bool dsoftbus_find(struct selftest *selftest)
{
    const struct net_address any = {0};
    net_handle socket;
    bool found = false;

    if (net_udp_bind(&selftest->net, &any, &socket) != NET_OK)
        return selftest_fail("query socket");
    for (int i = 0; i < QUERY_COUNT_MAX && !found; i++) {
        uint64_t deadline = rt_deadline_ms(QUERY_AGAIN_MS);
        if (dsoftbus_query(selftest, socket))
            found = dsoftbus_await_announce(selftest, socket, deadline);
        else
            rt_sleep_ms(QUERY_AGAIN_MS);
    }
    stream_close(selftest, socket);
    return found || selftest_fail("dsoftbusd answers no query");
}
