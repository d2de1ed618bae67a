/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus receive: a server for one file. The first peer with an offer has it; others are refused,
 * then all ends. */
#include "node/cli/command.h"
#include "node/cli/progress.h"
#include "node/cli/receive.h"
#include "node/engine/discovery.h"
#include "node/engine/inbound.h"
#include "node/engine/listener.h"
#include "node/engine/server.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A sender needs one. */
#define STREAMS_OF_A_SENDER 4

/* Peers beside the one that sends are turned away politely; strangers cost a slot for five seconds.
 */
static const struct server_limits limits = {
    .session_count = 16,
    .half_open_count = 64,
    .streams = {.offer = {.window = STREAM_WINDOW_DEFAULT, .streams_max = STREAMS_OF_A_SENDER}}};

struct receiver {
    struct inbound_host host; /* first: choose and ended find the receiver by it */
    struct server_host sessions;
    const struct options *options;
    const char *path;
    struct error *error;
    struct keyring keyring;
    struct server server;
    struct dsb_device_id from; /* len 0: any trusted peer */
    struct discovery_responder discovery;
    struct progress progress;
    bool announced;
    bool taking; /* a transfer is under way, or over */
    bool settled;
    bool ok;
    uv_loop_t loop;
    uv_signal_t on_term;
    uv_signal_t on_int;
};

static void settle(struct receiver *r, bool ok)
{
    if (r->settled)
        return;
    r->settled = true;
    r->ok = ok;
    progress_end(&r->progress);
    server_stop(&r->server);
    if (r->announced)
        discovery_respond_stop(&r->discovery);
    uv_close((uv_handle_t *)&r->on_term, NULL);
    uv_close((uv_handle_t *)&r->on_int, NULL);
}

static enum message_refusal choose(struct inbound_host *host, struct conn *c,
                                   const struct message *put, struct inbound_place *place)
{
    struct receiver *r = (struct receiver *)host;
    if (r->from.len != 0 && !dsb_device_id_equal(&r->from, conn_peer(c)))
        return REFUSAL_NOT_YOU;
    if (r->taking)
        return REFUSAL_BUSY;
    r->taking = true;
    strcpy(place->path, r->path);
    place->existing = r->options->force ? SINK_OVERWRITE : SINK_KEEP_FILE;
    progress_start(&r->progress, r->path, put->length, r->options->quiet, uv_now(&r->loop));
    return 0;
}

static void on_progress(struct inbound_host *host, struct conn *c, uint64_t received_len,
                        uint64_t total_len)
{
    struct receiver *r = (struct receiver *)host;
    (void)c;
    (void)total_len;
    progress_update(&r->progress, received_len, uv_now(&r->loop));
}

static void on_file_ended(struct inbound_host *host, struct conn *c, const char *name,
                          const char *kept, uint64_t received_len, enum inbound_outcome outcome,
                          int system_error)
{
    struct receiver *r = (struct receiver *)host;
    const struct dsb_device_id *peer = conn_peer(c);
    char id[DSB_DEVICE_ID_MAX + 1];
    (void)name, (void)kept;
    if (r->settled)
        return;
    progress_end(&r->progress);
    (void)snprintf(id, sizeof id, "%.*s", peer->len, peer->text);
    settle(r, receive_tell(r->options, r->path, id, outcome, received_len, system_error, r->error));
}

static void on_incoming(struct server_host *host, struct conn *c, uint32_t id, const char *service,
                        size_t service_len)
{
    struct receiver *r =
        (struct receiver *)(void *)((char *)host - offsetof(struct receiver, sessions));
    if (service_len == strlen(INBOUND_SERVICE) &&
        memcmp(service, INBOUND_SERVICE, service_len) == 0)
        inbound_serve(&r->host, c, id);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct receiver *r = handle->data;
    (void)number;
    if (!r->settled)
        error_set(r->error, EXIT_INTERRUPTED, "interrupted");
    settle(r, false);
}

static void watch_signal(struct receiver *r, uv_signal_t *handle, int number)
{
    uv_signal_init(&r->loop, handle);
    handle->data = r;
    uv_signal_start(handle, on_signal, number);
}

static bool start(struct receiver *r, struct error *e)
{
    const struct options *o = r->options;
    union endpoint bound;
    char at[ENDPOINT_TEXT_SIZE];
    int listen_fd;
    if (!listener_open(&listen_fd, &bound, o->listen, e) ||
        !server_start(&r->server, &r->loop, &r->keyring, &r->sessions, listen_fd, &limits, e))
        return false;
    r->server.quiet = true;
    int discovery_fd = o->discovery_port != 0 ? discovery_bind((uint16_t)o->discovery_port) : -1;
    if (discovery_fd >= 0) {
        discovery_respond(&r->discovery, &r->loop, discovery_fd, &r->server.shared.local, &bound,
                          true);
        r->announced = true;
    }
    watch_signal(r, &r->on_term, SIGTERM);
    watch_signal(r, &r->on_int, SIGINT);
    endpoint_format(&bound, at);
    if (!o->quiet)
        (void)fprintf(stderr, "dsoftbus: waiting for a file on %s%s\n", at,
                      r->announced || o->discovery_port == 0
                          ? ""
                          : " (not announced: another process has the discovery port)");
    return true;
}

/*
 * A write to a pipe that nobody reads cannot be taken back, and the thread in it cannot be waited
 * for: the process ends here.
 */
static void leave_stuck_write(struct receiver *r)
{
    int code = error_print(r->error, "dsoftbus");
    keyring_close(&r->keyring);
    _exit(code);
}

/* A port of its own is the own way, too. */
static bool seek(struct bus_stream *by_bus, const struct options *o, struct error *e)
{
    if (o->listen == NULL)
        return bus_stream_seek(by_bus, o, e);
    return o->bus == NULL ||
           error_set(e, EXIT_USAGE, "--listen is another way than --bus: one of them");
}

bool command_receive(const struct options *o, char **words, int word_count, struct error *e)
{
    struct receiver r = {.options = o, .error = e};
    struct bus_stream by_bus = {.bus = NULL};
    (void)word_count;
    r.path = words[0];
    r.host = (struct inbound_host){
        .choose = choose, .progress = on_progress, .ended = on_file_ended, .loop = &r.loop};
    r.sessions.incoming = on_incoming;
    if (strlen(r.path) >= PATH_MAX)
        return error_set(e, EXIT_USAGE, "the path is too long");
    if (o->from != NULL && dsb_device_id_set(&r.from, o->from, strlen(o->from)) != DSB_OK)
        return error_set(e, EXIT_USAGE, "--from: \"%s\" is not a device id", o->from);
    if (!receive_check_target(r.path, o->force, e) || !seek(&by_bus, o, e))
        return false;
    if (by_bus.bus != NULL)
        return receive_by_bus(&by_bus, o, r.path);
    if (!keyring_open(&r.keyring, o->dir, o->allow_test_keys, e))
        return false;
    keyring_hear(&r.keyring, NULL);
    if (!keyring_read_attestation(&r.keyring, e)) {
        keyring_close(&r.keyring);
        return false;
    }
    if (r.from.len != 0 && dsb_trust_store_find_id(&r.keyring.trust, &r.from) == NULL &&
        !dsb_trust_store_covers(&r.keyring.trust, &r.from)) {
        keyring_close(&r.keyring);
        return error_set(e, EXIT_NO_PEER, "--from: %s is not in the trust store", o->from);
    }
    if (uv_loop_init(&r.loop) != 0)
        abort();
    if (start(&r, e)) {
        while (uv_run(&r.loop, UV_RUN_ONCE) != 0)
            if (r.host.stuck && r.settled && r.server.session_count == 0)
                leave_stuck_write(&r);
        server_free(&r.server);
        if (uv_loop_close(&r.loop) != 0)
            abort(); /* every handle and request was waited for */
    }
    keyring_close(&r.keyring);
    return r.ok;
}
