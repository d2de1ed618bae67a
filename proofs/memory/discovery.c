/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OS's discovery: packets of the lengths around those of a query, of the own announce and of
 * the longest datagram, from anywhere at any time, whoever is being dialled; and its own packets
 * sent. Network, codec, rates and trust store are their promises: any answer. What a packet says is
 * `contract-announce`'s.
 */
#include "../../services/dsoftbusd/discovery.h"

#include "../../services/dsoftbusd/journal.h"
#include "any.h"
#include "exact.h"

#include <string.h>

static struct dsb_identity identity;
static struct dsb_attestation attestation;
static struct dsb_trust_store trust;
static struct dsb_local local;
static struct net_client net;
static struct discovery discovery;
static size_t packet_len, announce_len;
static uint8_t sink;

/* --- promises --------------------------------------------------------------------------------- */

static enum net_status any_status(void)
{
    return (enum net_status)Frama_C_interval(NET_OK, 100);
}

enum net_status net_udp_bind(struct net_client *client, const struct net_address *address,
                             net_handle *handle)
{
    (void)client, (void)address;
    *handle = 1;
    return any_status();
}

enum net_status net_get_interface(struct net_client *client, struct net_interface *interface)
{
    (void)client;
    Frama_C_make_unknown((char *)interface, sizeof *interface);
    return any_status();
}

enum net_status net_send_to(struct net_client *client, net_handle socket,
                            const struct net_address *remote, const void *data, size_t len)
{
    (void)client, (void)socket, (void)remote;
    reads(data, len);
    return any_status();
}

enum net_status net_receive_from(struct net_client *client, net_handle socket,
                                 struct net_address *remote, void *data, size_t size, size_t *len)
{
    (void)client, (void)socket;
    /*@ assert room: \valid((uint8_t *)data + (0 .. size - 1)); */
    /*@ assert fits: packet_len <= size; */
    if (packet_len != 0)
        Frama_C_make_unknown(data, packet_len);
    Frama_C_make_unknown((char *)remote, sizeof *remote);
    *len = packet_len;
    return any_status();
}

enum dsb_packet_result dsb_query_decode(const uint8_t *packet, size_t len)
{
    reads(packet, len);
    return any_bool() ? DSB_PACKET_OK : DSB_PACKET_TRUNCATED;
}

enum dsb_packet_result dsb_announce_decode(struct dsb_announce *out, const uint8_t *packet,
                                           size_t len)
{
    reads(packet, len);
    if (any_bool())
        return DSB_PACKET_UTF8;
    Frama_C_make_unknown((char *)out, sizeof *out);
    return DSB_PACKET_OK;
}

enum dsb_packet_result dsb_announce_encode(uint8_t out[DSB_ANNOUNCE_MAX], size_t *out_len,
                                           const struct dsb_announce *announce)
{
    (void)announce;
    Frama_C_make_unknown((char *)out, announce_len);
    *out_len = announce_len;
    return any_bool() ? DSB_PACKET_OK : DSB_PACKET_INVALID_INPUT;
}

void dsb_query_encode(uint8_t out[DSB_QUERY_LEN])
{
    Frama_C_make_unknown((char *)out, DSB_QUERY_LEN);
}

const char *dsb_packet_result_name(enum dsb_packet_result result)
{
    (void)result;
    return "";
}

const char *dsb_vouched_result_name(enum dsb_vouched_result result)
{
    (void)result;
    return "";
}

enum dsb_announce_standing dsb_announce_standing(const struct dsb_trust_store *store,
                                                 const struct dsb_announce *announce)
{
    (void)store, (void)announce;
    return (enum dsb_announce_standing)Frama_C_interval(DSB_ANNOUNCE_CONSISTENT,
                                                        DSB_ANNOUNCE_VOUCHABLE);
}

bool dsb_query_source_is_near(uint32_t source, uint32_t own_address, uint32_t own_mask)
{
    (void)source, (void)own_address, (void)own_mask;
    return any_bool();
}

enum dsb_vouched_result dsb_hearsay_take(struct dsb_hearsay *hearsay,
                                         const struct dsb_trust_store *store,
                                         const struct dsb_identity *own,
                                         const struct dsb_announce *announce, uint32_t source,
                                         uint64_t now_ms)
{
    (void)hearsay, (void)store, (void)own, (void)announce, (void)source, (void)now_ms;
    return (enum dsb_vouched_result)Frama_C_interval(DSB_VOUCHED_OK, DSB_VOUCHED_RATE);
}

void dsb_rate_init(struct dsb_rate *rate, uint32_t burst, uint64_t interval_ms, uint64_t now_ms)
{
    (void)rate, (void)burst, (void)interval_ms, (void)now_ms;
}

bool dsb_rate_take(struct dsb_rate *rate, uint64_t now_ms)
{
    (void)rate, (void)now_ms;
    return any_bool();
}

void dsb_answer_rate_init(struct dsb_answer_rate *rate, uint64_t now_ms)
{
    (void)rate, (void)now_ms;
}

bool dsb_answer_rate_take(struct dsb_answer_rate *rate, uint32_t source, uint64_t now_ms)
{
    (void)rate, (void)source, (void)now_ms;
    return any_bool();
}

void journal_packet_ignored(const char *why, unsigned ignored_count)
{
    sink ^= (uint8_t)(why[0] ^ ignored_count);
}

/* --- calls ------------------------------------------------------------------------------------ */

static void hear(const struct dsb_device_id *device, const struct net_address *address)
{
    sink ^= device->len ^ (uint8_t)address->port;
}

static bool is_sought(const struct dsb_device_id *device)
{
    (void)device;
    return any_bool();
}

static void receive(size_t len)
{
    packet_len = len;
    discovery.hear = any_bool() ? hear : NULL;
    discovery.is_sought = any_bool() ? is_sought : NULL;
    (void)!discovery_turn(&discovery, any_time());
}

static void with_announce(size_t len)
{
    announce_len = len;
    local.attestation = any_bool() ? &attestation : NULL;
    if (discovery_init(&discovery, &net, &local, 1, any_time()) == NET_MALFORMED)
        return;
    discovery_announce_to_self(&discovery);
    discovery_query(&discovery);
    receive(0);
    receive(DSB_QUERY_LEN - 1);
    receive(DSB_QUERY_LEN);
    receive(len - 1);
    receive(len);
    receive(len + 1);
    receive(NET_DATAGRAM_BYTES_MAX);
}

int main(void)
{
    local.identity = &identity;
    local.trust = &trust;
    Frama_C_make_unknown((char *)&identity, sizeof identity);
    Frama_C_make_unknown((char *)&attestation, sizeof attestation);
    with_announce(1);
    with_announce(DSB_ANNOUNCE_MAX);
    return 0;
}
