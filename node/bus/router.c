/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets a peer's stream: the name is looked up, then the peer's right to it, then the bounds. */
#include "node/bus/router.h"

#include "node/bus/client_request.h"
#include "node/bus/echo.h"
#include "node/bus/gossip.h"
#include "node/bus/info.h"
#include "node/bus/revocations.h"

#include <string.h>

static void refuse(struct bus *b, struct conn *c, uint32_t id, const char *service,
                   size_t service_len, enum dsb_reset_code code)
{
    const struct dsb_device_id *peer = conn_peer(c);
    if (log_budget_take(&b->server->peer_lines, uv_now(b->loop)))
        log_line(LOG_LEVEL_WARNING, "stream refused service=%.*s peer=%.*s session=%u reason=%s",
                 (int)service_len, service, peer->len, peer->text, c->number,
                 stream_reset_name((uint16_t)code));
    stream_refuse(stream_attach(c->streams, id, NULL, NULL), code);
}

static void serve(struct bus *b, struct conn *c, uint32_t id, const struct registry_entry *entry)
{
    if (entry->publisher != NULL) {
        if (!client_incoming(entry->publisher, c->streams, id, entry->name, conn_peer(c)))
            refuse(b, c, id, entry->name, strlen(entry->name), DSB_RESET_BUSY);
    } else if (strcmp(entry->name, ECHO_SERVICE) == 0) {
        echo_serve(c, id);
    } else if (strcmp(entry->name, INFO_SERVICE) == 0) {
        info_serve(b, c, id);
    } else if (strcmp(entry->name, REVOCATIONS_SERVICE) == 0) {
        if (!revocations_serve(b, c, id))
            refuse(b, c, id, entry->name, strlen(entry->name), DSB_RESET_BUSY);
    } else {
        inbound_serve(b->files, c, id);
    }
}

static void incoming(struct server_host *host, struct conn *c, uint32_t id, const char *service,
                     size_t service_len)
{
    struct bus *b = (struct bus *)host;
    const struct registry_entry *entry = registry_find(&b->registry, service, service_len);
    if (entry == NULL)
        refuse(b, c, id, service, service_len, DSB_RESET_NO_SUCH_SERVICE);
    else if (!bus_allows(b, entry, conn_peer(c)))
        refuse(b, c, id, service, service_len, DSB_RESET_NOT_ALLOWED);
    else if (peers_stream_count(c) > b->limits.peer_stream_count)
        refuse(b, c, id, service, service_len, DSB_RESET_BUSY);
    else
        serve(b, c, id, entry);
}

struct recheck {
    struct bus *bus;
    const struct conn *conn;
};

/* A service that is published no more keeps the streams that it took. */
static bool may_stay(void *ctx, const struct stream *s)
{
    const struct recheck *r = ctx;
    const struct dsb_device_id *peer = conn_peer(r->conn);
    const struct registry_entry *entry =
        registry_find(&r->bus->registry, s->service, s->service_len);
    bool stays = entry == NULL || bus_allows(r->bus, entry, peer);
    if (!stays)
        log_line(LOG_LEVEL_WARNING,
                 "stream ended service=%.*s peer=%.*s session=%u reason=not-allowed",
                 (int)s->service_len, s->service, peer->len, peer->text, r->conn->number);
    return stays;
}

void bus_recheck(struct bus *b)
{
    for (struct conn *c = b->server->sessions; c != NULL; c = c->next)
        if (c->streams != NULL)
            stream_set_revoke(c->streams, may_stay, &(struct recheck){b, c}, DSB_RESET_NOT_ALLOWED);
}

static enum dsb_reason admit(struct server_host *host, const struct dsb_device_id *peer)
{
    return peers_admit(&((struct bus *)host)->peers, peer);
}

static void opened(struct server_host *host, struct conn *c)
{
    peers_opened(&((struct bus *)host)->peers, c);
}

static void closed(struct server_host *host, struct conn *c)
{
    peers_closed(&((struct bus *)host)->peers, c);
}

static void dial_failed(struct server_host *host, struct conn *c, enum conn_outcome outcome,
                        enum dsb_reason reason, int system_error)
{
    peers_dial_failed(&((struct bus *)host)->peers, c, outcome, reason, system_error);
}

static void on_changed(struct peers *all, struct peer *p, bool is_online)
{
    struct bus *b = all->owner;
    for (struct bus_client *c = b->clients; c != NULL; c = c->next)
        client_tell_peer(c, &p->id, is_online);
    if (is_online)
        gossip_begin(b, p);
}

static void add_own(struct bus *b, const char *name)
{
    if (registry_add(&b->registry, name, true, NULL) != REGISTRY_OK)
        return; /* cannot be: nobody has published anything yet */
}

void bus_start(struct bus *b, uint32_t name_count, uint32_t peer_session_count,
               uint16_t discovery_port)
{
    b->host = (struct server_host){.admit = admit,
                                   .opened = opened,
                                   .incoming = incoming,
                                   .closed = closed,
                                   .dial_failed = dial_failed};
    b->registry.published_max = name_count;
    b->peers.loop = b->loop;
    b->peers.server = b->server;
    b->peers.discovery_port = discovery_port;
    b->peers.session_max = peer_session_count;
    b->peers.changed = on_changed;
    b->peers.owner = b;
    b->started_ms = uv_now(b->loop);
    add_own(b, ECHO_SERVICE);
    add_own(b, INFO_SERVICE);
    add_own(b, REVOCATIONS_SERVICE);
    /* It gives nothing, and takes only what a root signed. */
    registry_open(&b->registry, REVOCATIONS_SERVICE);
    dsb_rate_init(&b->list_rate, REVOCATIONS_RATE_PER_S, 1000 / REVOCATIONS_RATE_PER_S,
                  b->started_ms);
    if (b->files != NULL)
        add_own(b, INBOUND_SERVICE);
}

void bus_stop(struct bus *b)
{
    while (b->clients != NULL)
        client_end(b->clients);
    gossip_stop(b);
    peers_stop(&b->peers);
}

void bus_free(struct bus *b)
{
    registry_remove_all(&b->registry, NULL);
    gossip_free(b);
    peers_free(&b->peers);
}
