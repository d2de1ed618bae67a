/* SPDX-License-Identifier: Apache-2.0 */
/* Announces that lie, and packets that are none. */
#include "adversary.h"
#include "dsoftbus_cases.h"
#include "dsoftbus_link.h"
#include "rt/time.h"
#include "stream.h"

#include <string.h>

static struct adversary adversary;
static struct stranger stranger;
static struct link link;

static bool send_packet(struct selftest *selftest, net_handle socket, uint16_t port,
                        const uint8_t *packet, size_t packet_len)
{
    const struct net_address to = {.ipv4 = LOOPBACK, .port = port};
    return net_send_to(&selftest->net, socket, &to, packet, packet_len) == NET_OK ||
           selftest_fail("packet");
}

static bool make_announce(const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN],
                          uint16_t port, uint8_t packet[DSB_ANNOUNCE_MAX], size_t *packet_len)
{
    struct dsb_announce announce = {
        .id = *id,
        .port = port,
        .service_count = 1,
        .services = {{.len = 4, .text = "echo"}},
    };
    memcpy(announce.key, key, DSB_KEY_LEN);
    return dsb_announce_encode(packet, packet_len, &announce) == DSB_PACKET_OK;
}

/* The stranger announces our id with its key: dsoftbusd must go on to know us by ours alone. */
static bool announced_key_is_not_used(struct selftest *selftest, net_handle socket)
{
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len = 0;
    struct plan plan = plan_honest();

    plan.key = &stranger.key;
    bool refused =
        make_announce(&dsoftbus.identity.id, stranger.key.public_key, 9, packet, &packet_len) &&
        send_packet(selftest, socket, DSB_DISCOVERY_PORT, packet, packet_len) &&
        adversary_connect(&adversary, selftest) && adversary_until_msg3(&adversary, &plan) &&
        adversary_send(&adversary, adversary.msg3, adversary.msg3_len) &&
        adversary_expect_closed(&adversary);
    adversary_leave(&adversary);
    return refused;
}

/* The stranger answers our query before dsoftbusd does, with the right id, its key and its port. */
static bool forged_answer_is_not_used(struct selftest *selftest, net_handle forger)
{
    const struct net_address any = {0};
    struct net_address asker_address;
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len = 0;
    net_handle asker;

    if (net_udp_bind(&selftest->net, &any, &asker) != NET_OK)
        return selftest_fail("query socket");
    dsoftbus.address.port = 0;
    bool passed =
        net_local_address(&selftest->net, asker, &asker_address) == NET_OK &&
        make_announce(&dsoftbus.target->id, stranger.key.public_key, 9, packet, &packet_len) &&
        send_packet(selftest, forger, asker_address.port, packet, packet_len) &&
        dsoftbus_query(selftest, asker) &&
        dsoftbus_await_announce(selftest, asker, rt_deadline_ms(1000)) &&
        dsoftbus.address.port == DSB_SESSION_PORT;
    stream_close(selftest, asker);
    return passed || selftest_fail("a forged answer was used");
}

/* The stranger's answer is right in all but the port, and comes first. The next one is tried. */
static bool forged_port_costs_one_try(struct selftest *selftest, net_handle forger)
{
    const struct net_address any = {0};
    struct net_address asker_address;
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len = 0;
    net_handle asker;

    if (net_udp_bind(&selftest->net, &any, &asker) != NET_OK)
        return selftest_fail("query socket");
    bool passed =
        net_local_address(&selftest->net, asker, &asker_address) == NET_OK &&
        make_announce(&dsoftbus.target->id, dsoftbus.target->key, 9, packet, &packet_len) &&
        send_packet(selftest, forger, asker_address.port, packet, packet_len) &&
        link_dial(selftest, &link, asker) == DSB_REASON_NONE && link_close(selftest, &link);
    stream_close(selftest, asker);
    return passed || selftest_fail("the answer behind a forged one was not tried");
}

const char *case_forged_announce(struct selftest *selftest)
{
    const struct net_address any = {0};
    net_handle socket;

    if (!stranger_make(&stranger) || net_udp_bind(&selftest->net, &any, &socket) != NET_OK)
        return NULL;
    bool passed = announced_key_is_not_used(selftest, socket) &&
                  forged_answer_is_not_used(selftest, socket) &&
                  forged_port_costs_one_try(selftest, socket);
    stream_close(selftest, socket);
    return passed ? "refused-then-session" : NULL;
}

/* A good announce with one byte changed, or one byte more or less. */
static const struct {
    size_t at;     /* which byte */
    uint8_t value; /* its new value */
    int more_len;  /* bytes added at the end, or taken away */
} alterations[] = {
    {0, 'n', 0}, /* magic */
    {4, 3, 0},   /* version */
    {5, 0, 0},   /* id length 0 */
    {6, 'A', 0}, /* a byte that no id has */
    {4, 1, -1},  /* cut */
    {4, 1, 1},   /* a byte too many */
};

static bool send_altered(struct selftest *selftest, net_handle socket)
{
    uint8_t packet[DSB_ANNOUNCE_MAX + 1];
    size_t packet_len = 0;

    for (size_t i = 0; i < sizeof alterations / sizeof alterations[0]; i++) {
        memset(packet, 0, sizeof packet);
        if (!make_announce(&dsoftbus.identity.id, dsoftbus.identity.key.public_key, 9, packet,
                           &packet_len))
            return selftest_fail("announce");
        packet[alterations[i].at] = alterations[i].value;
        packet_len += (size_t)alterations[i].more_len;
        if (!send_packet(selftest, socket, DSB_DISCOVERY_PORT, packet, packet_len))
            return false;
    }
    return true;
}

/* A service name that is no UTF-8, nothing at all, a query with a byte set, a full frame of noise.
 */
static bool send_others(struct selftest *selftest, net_handle socket)
{
    static uint8_t noise[NET_DATAGRAM_BYTES_MAX];
    uint8_t packet[DSB_ANNOUNCE_MAX];
    uint8_t query[DSB_QUERY_LEN];
    size_t packet_len = 0;

    if (!make_announce(&dsoftbus.identity.id, dsoftbus.identity.key.public_key, 9, packet,
                       &packet_len) ||
        !dsoftbus_random(noise + 4, sizeof noise - 4))
        return false;
    packet[packet_len - 1] = 0xff;
    dsb_query_encode(query);
    query[DSB_QUERY_LEN - 1] = 1;
    return send_packet(selftest, socket, DSB_DISCOVERY_PORT, packet, packet_len) &&
           send_packet(selftest, socket, DSB_DISCOVERY_PORT, packet, 0) &&
           send_packet(selftest, socket, DSB_DISCOVERY_PORT, query, sizeof query) &&
           send_packet(selftest, socket, DSB_DISCOVERY_PORT, noise, sizeof noise);
}

const char *case_malformed_announces(struct selftest *selftest)
{
    const struct net_address any = {0};
    net_handle socket;

    if (net_udp_bind(&selftest->net, &any, &socket) != NET_OK)
        return NULL;
    bool sent = send_altered(selftest, socket) && send_others(selftest, socket);
    stream_close(selftest, socket);
    /* The query that follows every case is answered: dsoftbusd lives, and has counted them. */
    return sent ? "answered" : NULL;
}
