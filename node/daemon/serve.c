/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon put together: limits, sockets, user, keys, in the order in which each may still be
 * had. */
#include "node/daemon/serve.h"

#include "node/bus/router.h"
#include "node/bus/socket.h"
#include "node/daemon/fleet.h"
#include "node/daemon/inbox.h"
#include "node/daemon/privileges.h"
#include "node/daemon/status.h"
#include "node/daemon/trust_watch.h"
#include "node/engine/listener.h"
#include "node/store/said.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct daemon {
    struct inbound_host host; /* first: choose and ended find the daemon by it */
    struct bus bus;
    struct bus_socket bus_socket;
    char bus_path[BUS_PATH_SIZE];
    int bus_fd;         /* -1: none */
    uint32_t bus_count; /* descriptors for it */
    const struct options *options;
    struct inbox inbox;
    struct keyring keyring;
    struct server_limits limits;
    struct server server;
    struct status_server status;
    struct discovery_responder discovery;
    union endpoint bound;
    int listen_fd;
    int discovery_fd; /* -1: none */
    uv_loop_t loop;
    uv_signal_t on_term;
    uv_signal_t on_int;
    uv_signal_t on_hup;
    uv_prepare_t on_turn;
    uv_poll_t on_key;
    bool key_lost;
    struct trust_watch trust;
    struct fleet fleet;
};

/* With a bound a peer has one transfer at a time: what others would bring cannot be known. */
static enum message_refusal bound(const struct daemon *d, const struct dsb_device_id *id,
                                  const struct message *put, struct inbound_place *place)
{
    struct peer *p = peers_find(&d->bus.peers, id);
    uint64_t max_len = d->inbox.peer_len_max;
    if (max_len == 0 || p == NULL)
        return 0;
    if (p->file_count > 0)
        return REFUSAL_BUSY;
    uint64_t used_len = inbox_used_len(&d->inbox, id);
    place->is_bounded = true;
    place->length_max = used_len < max_len ? max_len - used_len : 0;
    bool fits = put->length == MESSAGE_LENGTH_UNKNOWN || put->length <= place->length_max;
    return fits ? 0 : REFUSAL_NO_SPACE;
}

static enum message_refusal choose(struct inbound_host *host, struct conn *c,
                                   const struct message *put, struct inbound_place *place)
{
    struct daemon *d = (struct daemon *)host;
    enum message_refusal why = inbox_place(&d->inbox, put->name, place->path, place->kept);
    if (why == 0)
        why = bound(d, conn_peer(c), put, place);
    place->existing = SINK_NOTHING_THERE;
    struct peer *p = peers_find(&d->bus.peers, conn_peer(c));
    if (why == 0 && p != NULL)
        p->file_count++;
    return why;
}

static const char *outcome_text(enum inbound_outcome outcome, int system_error)
{
    switch (outcome) {
    case INBOUND_STORED:
        return "complete";
    case INBOUND_TRUNCATED:
        return "truncated";
    case INBOUND_LENGTH:
        return "wrong length";
    case INBOUND_TOO_LONG:
        return "more than this peer may have here";
    case INBOUND_STORAGE:
        return strerror(system_error);
    }
    return "";
}

static void offer_refused(struct inbound_host *host, struct conn *c, const char *name,
                          enum message_refusal why)
{
    struct daemon *d = (struct daemon *)host;
    const struct dsb_device_id *peer = conn_peer(c);
    char text[MESSAGE_NAME_TEXT_SIZE];
    d->server.counters.refused_count++;
    if (!log_budget_take(&d->server.peer_lines, uv_now(&d->loop)))
        return;
    message_name_text(text, name);
    log_line(LOG_LEVEL_WARNING, "file refused name=%s peer=%.*s session=%u: %s", text, peer->len,
             peer->text, c->number, message_refusal_text(why));
}

static void file_ended(struct inbound_host *host, struct conn *c, const char *name,
                       const char *kept, uint64_t received_len, enum inbound_outcome outcome,
                       int system_error)
{
    struct daemon *d = (struct daemon *)host;
    const struct dsb_device_id *peer = conn_peer(c);
    bool stored = outcome == INBOUND_STORED;
    struct peer *p = peers_find(&d->bus.peers, peer);
    if (p != NULL)
        p->file_count--;
    if (stored && d->inbox.peer_len_max != 0)
        inbox_mark(&d->inbox, kept[0] != '\0' ? kept : name, peer);
    if (stored)
        d->server.counters.stored_count++;
    else
        d->server.counters.not_stored_count++;
    if (!stored && !log_budget_take(&d->server.peer_lines, uv_now(&d->loop)))
        return;
    bool renamed = kept[0] != '\0';
    char text[MESSAGE_NAME_TEXT_SIZE];
    char offered[MESSAGE_NAME_TEXT_SIZE];
    message_name_text(text, renamed ? kept : name);
    message_name_text(offered, name);
    log_line(stored ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
             "file %s name=%s%s%s peer=%.*s session=%u bytes=%llu: %s",
             stored ? "stored" : "not stored", text, renamed ? " offered=" : "",
             renamed ? offered : "", peer->len, peer->text, c->number,
             (unsigned long long)received_len, outcome_text(outcome, system_error));
}

/* Beside the connections: standard ones, sockets, the loop's, the directory, an inbox's files. */
#define OTHER_DESCRIPTOR_COUNT 48
#define CONNECTION_COUNT_MIN   16

/*
 * A descriptor per connection, and per program and stream of the bus: as many as the system lets us
 * have. With fewer than asked for, the tables shrink to what there is: a full table of strangers
 * drops one of them for the next, while a process without descriptors refuses everybody. Programs
 * have at most a quarter, so that none of them can keep a peer out.
 */
static bool fit_descriptor_limit(struct server_limits *limits, uint32_t *bus_count, struct error *e)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return error_set(e, EXIT_LOCAL, "descriptor limit: %s", strerror(errno));
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < OTHER_DESCRIPTOR_COUNT + CONNECTION_COUNT_MIN)
        return error_set(
            e, EXIT_LOCAL,
            "the limit of %llu descriptors is too low: raise it to %d or more (ulimit -n)",
            (unsigned long long)limit.rlim_cur, OTHER_DESCRIPTOR_COUNT + CONNECTION_COUNT_MIN);
    uint64_t room = limit.rlim_cur - OTHER_DESCRIPTOR_COUNT;
    if (*bus_count > room / 4)
        *bus_count = (uint32_t)(room / 4);
    room -= *bus_count;
    if (room >= (uint64_t)limits->session_count + limits->half_open_count)
        return true;
    if (limits->half_open_count > room / 4)
        limits->half_open_count = (uint32_t)(room / 4);
    if (limits->session_count > room - limits->half_open_count)
        limits->session_count = (uint32_t)(room - limits->half_open_count);
    log_line(
        LOG_LEVEL_WARNING,
        "the limit of %llu descriptors allows %u sessions and %u unfinished handshakes (ulimit -n)",
        (unsigned long long)limit.rlim_cur, limits->session_count, limits->half_open_count);
    return true;
}

/* Without one there are no local programs; that is a fault only for who asked for it. */
static bool open_bus(struct daemon *d, bool has_place, struct error *e)
{
    d->bus_fd = has_place ? bus_socket_open(d->bus_path) : -1;
    if (!has_place || d->bus_fd >= 0)
        return true;
    if (d->options->bus != NULL)
        return error_set(e, EXIT_LISTEN, "--bus %s: %s", d->bus_path, strerror(errno));
    log_line(LOG_LEVEL_WARNING, "no bus for programs of this machine: %s: %s", d->bus_path,
             strerror(errno));
    return true;
}

/* The sockets first, then the user, then the files: keys are read by the user alone. */
static bool open_all(struct daemon *d, struct error *e)
{
    const struct options *o = d->options;
    if (!listener_open(&d->listen_fd, &d->bound, o->listen, e))
        return false;
    d->discovery_fd = o->discovery_port != 0 ? discovery_bind((uint16_t)o->discovery_port) : -1;
    if (o->discovery_port != 0 && d->discovery_fd < 0)
        log_line(LOG_LEVEL_WARNING, "no discovery: UDP port %u: %s", (unsigned)o->discovery_port,
                 strerror(errno));
    bool has_bus = bus_socket_place(d->bus_path, o->bus);
    if (!has_bus && o->bus != NULL && strcmp(o->bus, "none") != 0)
        return error_set(e, EXIT_USAGE, "--bus %s: longer than a socket's path", o->bus);
    if (o->user != NULL && !privileges_drop(o->user, e))
        return false;
    if (!inbox_check(&d->inbox, e) ||
        !keyring_open_apart(&d->keyring, o->dir, o->allow_test_keys, e))
        return false;
    keyring_hear(&d->keyring, NULL);
    if (keyring_read_attestation(&d->keyring, e) &&
        confdir_claim(&d->keyring.dir, STATUS_LOCK, e) && open_bus(d, has_bus, e))
        return true;
    keyring_close(&d->keyring);
    return false;
}

static void before_waiting(uv_prepare_t *handle)
{
    struct daemon *d = handle->data;
    fleet_turn(&d->fleet);
    log_flush();
}

static void stop(struct daemon *d)
{
    uv_close((uv_handle_t *)&d->on_turn, NULL);
    fleet_stop(&d->fleet);
    if (d->bus_fd >= 0)
        bus_socket_stop(&d->bus_socket);
    bus_stop(&d->bus);
    server_stop(&d->server);
    status_stop(&d->status);
    if (d->discovery_fd >= 0)
        discovery_respond_stop(&d->discovery);
    uv_close((uv_handle_t *)&d->on_term, NULL);
    uv_close((uv_handle_t *)&d->on_int, NULL);
    uv_close((uv_handle_t *)&d->on_hup, NULL);
    uv_close((uv_handle_t *)&d->on_key, NULL);
    trust_watch_stop(&d->trust);
}

static void tell_attestation(const struct daemon *d)
{
    char root[SAID_ROOT_SIZE];
    const struct dsb_attestation *own = keyring_attestation(&d->keyring);
    if (own == NULL)
        return;
    said_root(root, own->root);
    log_line(LOG_LEVEL_INFO, "attested by root=%s serial=%llu", root,
             (unsigned long long)own->serial);
}

static void read_trust_again(void *ctx)
{
    struct daemon *d = ctx;
    struct error e;
    trust_watch_take(&d->trust);
    if (keyring_reload(&d->keyring, &e)) {
        log_line(LOG_LEVEL_INFO, "trust store read again: %zu peers, %zu roots",
                 d->keyring.trust.count, d->keyring.trust.root_count);
        fleet_recheck(&d->fleet);
    } else {
        log_line(LOG_LEVEL_ERROR, "trust store kept as it was: %s", e.text);
    }
    if (!keyring_read_attestation(&d->keyring, &e))
        log_line(LOG_LEVEL_ERROR, "attestation kept as it was: %s", e.text);
    tell_attestation(d);
    d->server.shared.local.attestation = keyring_attestation(&d->keyring);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct daemon *d = handle->data;
    if (number == SIGHUP) {
        read_trust_again(d);
        return;
    }
    log_line(LOG_LEVEL_INFO, "stopping: %u sessions", d->server.session_count);
    stop(d);
}

/* Without the key there is no handshake. It is not started again from here: this process can make
 * no other any more, and whoever watches over it starts it as a whole. */
static void on_key_event(uv_poll_t *poll, int status, int events)
{
    struct daemon *d = poll->data;
    (void)status, (void)events;
    key_process_look(&d->keyring.process);
    log_line(LOG_LEVEL_ERROR, "the key's process is lost: %s; stopping: %u sessions",
             d->keyring.process.fault, d->server.session_count);
    d->key_lost = true;
    stop(d);
}

static void watch_key(struct daemon *d)
{
    uv_poll_init(&d->loop, &d->on_key, key_process_fd(&d->keyring.process));
    key_process_block(&d->keyring.process); /* the loop made its socket non-blocking */
    d->on_key.data = d;
    uv_poll_start(&d->on_key, UV_READABLE | UV_DISCONNECT, on_key_event);
}

/* A file system that cannot be watched leaves SIGHUP. */
static void watch_trust(struct daemon *d)
{
    int fault = trust_watch_start(&d->trust, &d->loop, &d->keyring.dir, read_trust_again, d);
    if (fault != 0)
        log_line(LOG_LEVEL_WARNING, "changes of the trust store are seen after SIGHUP only: %s",
                 uv_strerror(fault));
}

static void watch_signal(struct daemon *d, uv_signal_t *handle, int number)
{
    uv_signal_init(&d->loop, handle);
    handle->data = d;
    uv_signal_start(handle, on_signal, number);
}

/* Everything is open: from here on no program is started, nothing traced, no right gained. */
static void shut_in(struct daemon *d)
{
    enum filter_result key = d->keyring.process.filter;
    d->status.filter = filter_install(FILTER_DAEMON);
    if (key != FILTER_ON || d->status.filter != FILTER_ON)
        log_line(LOG_LEVEL_WARNING, "system calls are not filtered: the daemon's %s, the key's %s",
                 filter_text(d->status.filter), filter_text(key));
    if (geteuid() == 0)
        log_line(LOG_LEVEL_WARNING, "runs as root, which it need not (--user)");
}

static bool start_all(struct daemon *d, struct error *e)
{
    const struct options *o = d->options;
    const struct dsb_identity *identity = &d->keyring.identity;
    d->host = (struct inbound_host){
        .choose = choose, .refused = offer_refused, .ended = file_ended, .loop = &d->loop};
    d->bus = (struct bus){.loop = &d->loop,
                          .server = &d->server,
                          .files = o->inbox != NULL ? &d->host : NULL,
                          .limits = {.client_count = (uint32_t)o->client_count,
                                     .stream_count = (uint32_t)o->client_stream_count,
                                     .request_count = BUS_REQUEST_COUNT,
                                     .peer_stream_count = (uint32_t)o->peer_stream_count,
                                     .descriptor_count = d->bus_count}};
    if (!server_start(&d->server, &d->loop, &d->keyring, &d->bus.host, d->listen_fd, &d->limits, e))
        return false;
    bus_start(&d->bus, (uint32_t)o->name_count, (uint32_t)o->peer_session_count,
              (uint16_t)o->discovery_port);
    if (d->bus_fd >= 0)
        bus_socket_start(&d->bus_socket, &d->bus, d->bus_fd, d->bus_path);
    d->status.server = &d->server;
    d->status.bus = &d->bus;
    d->status.discovery = d->discovery_fd >= 0 ? &d->discovery : NULL;
    endpoint_format(&d->bound, d->status.listen_text);
    if (!status_start(&d->status, &d->loop, &d->keyring.dir, e))
        return false;
    if (d->discovery_fd >= 0)
        discovery_respond(&d->discovery, &d->loop, d->discovery_fd, &d->server.shared.local,
                          &d->bound, o->inbox != NULL);
    fleet_start(&d->fleet, &d->bus, &d->keyring);
    uv_prepare_init(&d->loop, &d->on_turn);
    d->on_turn.data = d;
    uv_prepare_start(&d->on_turn, before_waiting);
    watch_signal(d, &d->on_term, SIGTERM);
    watch_signal(d, &d->on_int, SIGINT);
    watch_signal(d, &d->on_hup, SIGHUP);
    watch_key(d);
    watch_trust(d);
    if (d->keyring.trust.count == 0 && d->keyring.trust.root_count == 0)
        log_line(LOG_LEVEL_WARNING, "the trust store is empty: every peer will be rejected");
    tell_attestation(d);
    shut_in(d);
    log_line(LOG_LEVEL_INFO, "ready id=%.*s listen=%s", identity->id.len, identity->id.text,
             d->status.listen_text);
    return true;
}

bool serve_run(const struct options *o, struct error *e)
{
    struct daemon d = {.options = o, .discovery_fd = -1, .bus_fd = -1};
    d.inbox = (struct inbox){.path = o->inbox, .peer_len_max = o->peer_len_max};
    log_open(o->verbose ? LOG_LEVEL_DEBUG : o->quiet ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO);
    d.limits =
        (struct server_limits){.session_count = (uint32_t)o->session_count,
                               .half_open_count = (uint32_t)o->half_open_count,
                               .streams = {.offer = {.window = (uint32_t)o->window_len,
                                                     .streams_max = (uint16_t)o->stream_count},
                                           .own_max = (uint16_t)o->stream_count}};
    d.bus_count = (uint32_t)(o->client_count * (1 + o->client_stream_count));
    if (!fit_descriptor_limit(&d.limits, &d.bus_count, e))
        return false;
    if (!open_all(&d, e))
        return false;
    if (uv_loop_init(&d.loop) != 0)
        return error_set(e, EXIT_LOCAL, "cannot make an event loop");
    bool ok = start_all(&d, e);
    if (ok) {
        log_collect(true);
        uv_run(&d.loop, UV_RUN_DEFAULT);
        log_collect(false);
        server_free(&d.server);
        bus_free(&d.bus);
        ok = uv_loop_close(&d.loop) == 0 || error_set(e, EXIT_LOCAL, "the event loop is not empty");
        if (d.key_lost)
            ok = error_set(e, EXIT_LOCAL, "the key's process is lost");
        log_line(LOG_LEVEL_INFO, "stopped");
    }
    keyring_close(&d.keyring);
    return ok;
}
