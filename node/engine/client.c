/* SPDX-License-Identifier: Apache-2.0 */
/* The initiator. Every address of the peer is tried in turn; what failed last is what the person is
 * told. */
#include "node/engine/client.h"

#include "dsoftbus/announce.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void client_peer_text(const struct client *c, char out[CLIENT_PEER_TEXT_SIZE])
{
    char at[ENDPOINT_TEXT_SIZE];
    endpoint_format(&c->at, at);
    (void)snprintf(out, CLIENT_PEER_TEXT_SIZE, "%.*s at %s", c->target.len, c->target.text, at);
}

/* What a person can do about a handshake that failed, as far as this side can know. */
static const char *advice(enum dsb_reason reason)
{
    switch (reason) {
    case DSB_REASON_MSG2_TRUNCATED:
        return "the peer closed the connection: it has another id or key than the trust store "
               "says, or no room";
    case DSB_REASON_ACCEPT_TRUNCATED:
        return "the peer does not trust this device, knows it by another id, or has no room for a "
               "session";
    case DSB_REASON_MSG2_DEADLINE:
    case DSB_REASON_ACCEPT_DEADLINE:
        return "the peer did not answer in time";
    default:
        return "the peer does not keep to the protocol";
    }
}

static void explain(struct client *c, enum conn_outcome outcome, enum dsb_reason reason,
                    int system_error)
{
    char peer[CLIENT_PEER_TEXT_SIZE];
    client_peer_text(c, peer);
    switch (outcome) {
    case CONN_NO_CONNECT:
        error_set(c->error, EXIT_UNREACHABLE, "cannot connect to %s: %s", peer,
                  strerror(system_error));
        break;
    case CONN_REJECTED:
        error_set(c->error, EXIT_REJECTED, "no session with %s: %s (%s)", peer, advice(reason),
                  dsb_reason_name(reason));
        break;
    case CONN_BROKEN:
        error_set(c->error, EXIT_BROKEN, "session with %s broke off: %s (%s)", peer,
                  reason == DSB_REASON_SESSION_TRUNCATED ? "the connection ended without a close"
                  : reason == DSB_REASON_SESSION_SILENT  ? "the peer is silent"
                                                         : "a record was not acceptable",
                  dsb_reason_name(reason));
        break;
    case CONN_CLEAN:
        error_set(c->error, EXIT_BROKEN, "%s closed the session early", peer);
        break;
    }
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Nothing is waited for any more: takes the client's handles out of the loop. */
static void wind_up(struct client *c)
{
    if (c->searching)
        discovery_search_stop(&c->search);
    c->searching = false;
    close_handle((uv_handle_t *)&c->timer);
    close_handle((uv_handle_t *)&c->on_term);
    close_handle((uv_handle_t *)&c->on_int);
    uv_stop(&c->loop);
}

static void on_close_timeout(uv_timer_t *timer)
{
    struct client *c = timer->data;
    if (c->conn != NULL)
        conn_abort(c->conn, DSB_REASON_LOCAL_ABORTED);
}

static void settle(struct client *c, bool ok)
{
    c->settled = true;
    c->ok = ok;
    if (c->conn == NULL) {
        wind_up(c);
        return;
    }
    conn_close(c->conn);
    uv_timer_start(&c->timer, on_close_timeout, CLIENT_CLOSE_MS, 0);
}

void client_succeed(struct client *c)
{
    if (!c->settled)
        settle(c, true);
}

void client_fail(struct client *c, enum exit_code code, const char *format, ...)
{
    va_list args;
    if (c->settled)
        return;
    va_start(args, format);
    c->error->code = code;
    (void)vsnprintf(c->error->text, sizeof c->error->text, format, args);
    va_end(args);
    settle(c, false);
}

static void try_next(struct client *c);

void client_ended(struct conn *conn, enum conn_outcome outcome, enum dsb_reason reason,
                  int system_error)
{
    struct client *c = conn->owner;
    c->conn = NULL;
    if (c->settled) {
        wind_up(c);
        return;
    }
    explain(c, outcome, reason, system_error);
    if (outcome == CONN_NO_CONNECT || outcome == CONN_REJECTED) {
        try_next(c);
        return;
    }
    settle(c, false);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct client *c = handle->data;
    (void)number;
    bool again = c->settled;
    client_fail(c, EXIT_INTERRUPTED, "interrupted");
    /* There is no session yet that could be closed, or the person is in a hurry. */
    if (c->conn != NULL && (again || c->conn->state != CONN_OPEN))
        conn_abort(c->conn, DSB_REASON_LOCAL_ABORTED);
}

/* False with *error filled when not even an attempt can be made. */
static bool connect_to_peer(struct client *c)
{
    char peer[CLIENT_PEER_TEXT_SIZE];
    enum dsb_reason reason;
    c->conn = conn_connect(&c->shared, &c->at, &c->target, c->events, c, &reason);
    if (c->conn != NULL)
        return true;
    client_peer_text(c, peer);
    if (reason != DSB_REASON_NONE)
        return error_set(c->error, EXIT_REJECTED, "no session with %s: %s", peer,
                         dsb_reason_name(reason));
    return error_set(c->error, EXIT_UNREACHABLE, "cannot connect to %s: %s", peer, strerror(errno));
}

/* The next address, if there is one; while a search goes on there may be more. The last failure
 * stays in *error until one succeeds. */
static void try_next(struct client *c)
{
    while (c->tried_count < c->candidate_count) {
        c->at = c->candidates[c->tried_count++];
        if (connect_to_peer(c))
            return;
    }
    if (c->searching && c->candidate_count < CLIENT_CANDIDATES_MAX)
        discovery_search_resume(&c->search);
    else
        settle(c, false);
}

/* False when it is there already, or there is no place for it. */
static bool add_candidate(struct client *c, const union endpoint *at)
{
    for (size_t i = 0; i < c->candidate_count; i++)
        if (endpoint_equal(&c->candidates[i], at))
            return false;
    if (c->candidate_count == CLIENT_CANDIDATES_MAX)
        return false;
    c->candidates[c->candidate_count++] = *at;
    return true;
}

static bool is_known(const struct client *c)
{
    return dsb_trust_store_find_id(&c->keyring.trust, &c->target) != NULL;
}

static void on_found(struct discovery_search *s, const struct dsb_announce *announce,
                     const union endpoint *at)
{
    struct client *c = s->owner;
    enum dsb_vouched_result why;
    if (!dsb_device_id_equal(&announce->id, &c->target))
        return;
    bool was_known = is_known(c);
    if (!discovery_believes(&c->hearsay, &c->shared.local, announce, at, uv_now(&c->loop), &why)) {
        if (why != DSB_VOUCHED_RATE)
            c->word = why;
        return;
    }
    if (!add_candidate(c, at) && was_known)
        return;
    if (c->conn != NULL)
        return;
    discovery_search_rest(s);
    try_next(c);
}

/* A place was given, but not the key. */
static void on_asked(struct discovery_search *s)
{
    const struct client *c = s->owner;
    for (size_t i = 0; !is_known(c) && i < c->candidate_count; i++)
        discovery_search_ask(s, &c->candidates[i]);
}

static void stop_searching(struct client *c)
{
    discovery_search_stop(&c->search);
    c->searching = false;
}

static void on_search_timeout(uv_timer_t *timer)
{
    struct client *c = timer->data;
    stop_searching(c);
    if (c->conn != NULL)
        return; /* its end says what came of it */
    if (c->word != DSB_VOUCHED_OK && !is_known(c))
        client_fail(c, EXIT_REJECTED,
                    "%.*s: a root's word for it was heard, and does not hold (%s)", c->target.len,
                    c->target.text, dsb_vouched_result_name(c->word));
    else if (!is_known(c))
        client_fail(c, EXIT_NO_PEER, "%.*s: no root's word for it was heard on this network",
                    c->target.len, c->target.text);
    else if (c->candidate_count > 0)
        settle(c, false);
    else
        client_fail(c, EXIT_NO_PEER, "%.*s was not found on this network (name it as ID@HOST:PORT)",
                    c->target.len, c->target.text);
}

/* The address that was given, or the search for one. */
static bool locate(struct client *c)
{
    if (c->host != NULL && is_known(c)) {
        try_next(c);
        return true;
    }
    if (c->options->discovery_port == 0 && !is_known(c))
        return error_set(c->error, EXIT_USAGE,
                         "%.*s: without discovery no root's word for it can be heard",
                         c->target.len, c->target.text);
    if (c->options->discovery_port == 0)
        return error_set(c->error, EXIT_USAGE,
                         "%.*s: without discovery an address is needed (ID@HOST:PORT)",
                         c->target.len, c->target.text);
    if (!discovery_search_start(&c->search, &c->loop, (uint16_t)c->options->discovery_port,
                                c->error))
        return false;
    c->search.found = on_found;
    c->search.asked = on_asked;
    c->search.owner = c;
    c->searching = true;
    uv_timer_start(&c->timer, on_search_timeout, c->options->wait_ms, 0);
    return true;
}

static bool parse_target(struct client *c, const char *target, struct error *e)
{
    const char *at = strchr(target, '@');
    size_t id_len = at != NULL ? (size_t)(at - target) : strlen(target);
    c->host = at != NULL ? at + 1 : NULL;
    if (dsb_device_id_set(&c->target, target, id_len) != DSB_OK)
        return error_set(e, EXIT_USAGE, "\"%.*s\" is not a device id (1 to %d of a-z 0-9 . -)",
                         (int)id_len, target, DSB_DEVICE_ID_MAX);
    return c->host == NULL ||
           endpoint_parse_all(c->candidates, &c->candidate_count, c->host, DSB_SESSION_PORT, e);
}

static void watch_signal(struct client *c, uv_signal_t *handle, int number)
{
    uv_signal_init(&c->loop, handle);
    handle->data = c;
    uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle);
}

bool client_open(struct client *c, const struct options *o, const char *target,
                 const struct conn_events *events, struct error *e)
{
    if (!parse_target(c, target, e) || !keyring_open(&c->keyring, o->dir, o->allow_test_keys, e))
        return false;
    keyring_hear(&c->keyring, &c->target);
    if (!keyring_read_attestation(&c->keyring, e)) {
        keyring_close(&c->keyring);
        return false;
    }
    if (!is_known(c) && !dsb_trust_store_covers(&c->keyring.trust, &c->target)) {
        error_set(e, EXIT_NO_PEER, "%.*s is not in %s/%s (add it with: dsoftbus trust add ID KEY)",
                  c->target.len, c->target.text, c->keyring.dir.path, TRUST_FILE);
        keyring_close(&c->keyring);
        return false;
    }
    c->options = o;
    c->error = e;
    c->events = events;
    if (uv_loop_init(&c->loop) != 0) {
        keyring_close(&c->keyring);
        return error_set(e, EXIT_LOCAL,
                         "cannot make an event loop (too few descriptors: ulimit -n?)");
    }
    if (!conn_shared_open(&c->shared, &c->loop, e)) {
        (void)uv_loop_close(&c->loop);
        keyring_close(&c->keyring);
        return false;
    }
    c->shared.local = (struct dsb_local){.identity = &c->keyring.identity,
                                         .trust = &c->keyring.trust,
                                         .recv_max = RECORD_UNIT_MAX,
                                         .attestation = keyring_attestation(&c->keyring)};
    c->shared.streams = STREAM_LIMITS_OF_A_CLIENT;
    uv_timer_init(&c->loop, &c->timer);
    c->timer.data = c;
    watch_signal(c, &c->on_term, SIGTERM);
    watch_signal(c, &c->on_int, SIGINT);
    return true;
}

bool client_run(struct client *c)
{
    if (!locate(c)) {
        c->settled = true;
        wind_up(c);
    }
    uv_run(&c->loop, UV_RUN_DEFAULT);
    return c->ok;
}

void client_close(struct client *c)
{
    wind_up(c);
    while (uv_run(&c->loop, UV_RUN_DEFAULT) != 0)
        continue; /* the first run may only take back uv_stop */
    conn_shared_close(&c->shared);
    if (uv_loop_close(&c->loop) != 0)
        abort(); /* every handle and request was waited for */
    keyring_close(&c->keyring);
}
