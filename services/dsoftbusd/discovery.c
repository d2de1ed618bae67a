/* SPDX-License-Identifier: Apache-2.0 */
/* Queries answered, announces heard, the own one among them. */
#include "discovery.h"

#include "journal.h"

#include <string.h>

#define LOOPBACK 0x7f000001u /* 127.0.0.1 */

/* What sessions of this daemon offer, as the announce names it. */
static const char service_name[] = "echo";

static enum dsb_packet_result make_announce(struct discovery *discovery, uint16_t session_port)
{
    struct dsb_announce announce = {
        .id = discovery->local->identity->id,
        .port = session_port,
        .service_count = 1,
        .services = {{.len = sizeof service_name - 1}},
    };
    memcpy(announce.key, discovery->local->identity->key.public_key, DSB_KEY_LEN);
    memcpy(announce.services[0].text, service_name, sizeof service_name - 1);
    if (discovery->local->attestation != NULL)
        announce.attestation = *discovery->local->attestation;
    return dsb_announce_encode(discovery->announce, &discovery->announce_len, &announce);
}

enum net_status discovery_init(struct discovery *discovery, struct net_client *net,
                               const struct dsb_local *local, uint16_t session_port,
                               uint64_t now_ms)
{
    memset(discovery, 0, sizeof *discovery);
    discovery->net = net;
    discovery->local = local;
    dsb_answer_rate_init(&discovery->answer_rate, now_ms);
    dsb_rate_init(&discovery->log_rate, PACKET_LOG_BURST, PACKET_LOG_INTERVAL_MS, now_ms);
    if (make_announce(discovery, session_port) != DSB_PACKET_OK)
        return NET_MALFORMED;
    return net_udp_bind(net, &(struct net_address){.port = DSB_DISCOVERY_PORT}, &discovery->socket);
}

/* A packet that is lost is the asker's, or the next second's, to send again. */
static void send_announce(struct discovery *discovery, const struct net_address *to)
{
    enum net_status status = net_send_to(discovery->net, discovery->socket, to, discovery->announce,
                                         discovery->announce_len);
    (void)status;
}

void discovery_announce_to_self(struct discovery *discovery)
{
    send_announce(discovery, &(struct net_address){.ipv4 = LOOPBACK, .port = DSB_DISCOVERY_PORT});
}

void discovery_query_at(struct discovery *discovery, uint32_t ipv4)
{
    uint8_t query[DSB_QUERY_LEN];

    dsb_query_encode(query);
    enum net_status status = net_send_to(
        discovery->net, discovery->socket,
        &(struct net_address){.ipv4 = ipv4, .port = DSB_DISCOVERY_PORT}, query, sizeof query);
    (void)status; /* as an announce that is lost */
}

void discovery_query(struct discovery *discovery)
{
    struct net_interface interface = {0};

    if (net_get_interface(discovery->net, &interface) == NET_OK && interface.ipv4 != 0)
        discovery_query_at(discovery, interface.ipv4 | ~interface.netmask);
}

static void ignore(struct discovery *discovery, const char *why, uint64_t now_ms)
{
    discovery->ignored_count++;
    if (dsb_rate_take(&discovery->log_rate, now_ms))
        journal_packet_ignored(why, discovery->ignored_count);
}

/* To the loopback or the own subnet only, and no faster than the rate: nobody can have a third
 * party flooded through us. */
static void answer(struct discovery *discovery, const struct net_address *source, uint64_t now_ms)
{
    struct net_interface interface = {0};
    if (net_get_interface(discovery->net, &interface) != NET_OK)
        interface = (struct net_interface){0};
    if (!dsb_query_source_is_near(source->ipv4, interface.ipv4, interface.netmask)) {
        ignore(discovery, "query-from-afar", now_ms);
        return;
    }
    if (!dsb_answer_rate_take(&discovery->answer_rate, source->ipv4, now_ms)) {
        ignore(discovery, "query-rate", now_ms);
        return;
    }
    send_announce(discovery, source);
}

/* The announce that was sent to ourselves. Anybody can send the same bytes: only the own port on
 * the loopback counts. */
static bool is_own(const struct discovery *discovery, const struct net_address *source,
                   size_t packet_len)
{
    return source->ipv4 == LOOPBACK && source->port == DSB_DISCOVERY_PORT &&
           packet_len == discovery->announce_len &&
           memcmp(discovery->packet, discovery->announce, packet_len) == 0;
}

/* A root's word is looked at for who is being dialled alone. */
static enum dsb_vouched_result take_word(struct discovery *discovery,
                                         const struct dsb_announce *announce, uint32_t source,
                                         uint64_t now_ms)
{
    if (discovery->is_sought == NULL || !discovery->is_sought(&announce->id))
        return DSB_VOUCHED_UNKNOWN_ROOT;
    return dsb_hearsay_take(&discovery->hearsay, discovery->local->trust,
                            discovery->local->identity, announce, source, now_ms);
}

/* What is wrong with it, but for a place to dial; NULL: nothing. */
static const char *what_is_wrong(struct discovery *discovery, const struct dsb_announce *announce,
                                 uint32_t source, uint64_t now_ms)
{
    enum dsb_vouched_result result;

    switch (dsb_announce_standing(discovery->local->trust, announce)) {
    case DSB_ANNOUNCE_CONSISTENT:
        return NULL;
    case DSB_ANNOUNCE_OTHER_KEY:
        return "other-key";
    case DSB_ANNOUNCE_VOUCHABLE:
        result = take_word(discovery, announce, source, now_ms);
        if (result == DSB_VOUCHED_OK)
            return NULL;
        return result == DSB_VOUCHED_UNKNOWN_ROOT ? "unknown-id" : dsb_vouched_result_name(result);
    case DSB_ANNOUNCE_UNKNOWN_ID:
        break;
    }
    return "unknown-id";
}

static void hear_announce(struct discovery *discovery, const struct net_address *source,
                          size_t packet_len, uint64_t now_ms)
{
    struct dsb_announce announce;
    enum dsb_packet_result result = dsb_announce_decode(&announce, discovery->packet, packet_len);
    if (result != DSB_PACKET_OK) {
        ignore(discovery, dsb_packet_result_name(result), now_ms);
        return;
    }
    if (is_own(discovery, source, packet_len)) {
        discovery->is_heard = true;
        return;
    }
    const char *why = what_is_wrong(discovery, &announce, source->ipv4, now_ms);
    if (why != NULL)
        ignore(discovery, why, now_ms);
    else if (discovery->hear != NULL)
        discovery->hear(&announce.id, &(struct net_address){source->ipv4, announce.port, 0});
}

bool discovery_turn(struct discovery *discovery, uint64_t now_ms)
{
    for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
        struct net_address source;
        size_t packet_len = 0;
        if (net_receive_from(discovery->net, discovery->socket, &source, discovery->packet,
                             sizeof discovery->packet, &packet_len) != NET_OK)
            return false;
        if (dsb_query_decode(discovery->packet, packet_len) == DSB_PACKET_OK)
            answer(discovery, &source, now_ms);
        else
            hear_announce(discovery, &source, packet_len, now_ms);
    }
    return true;
}
