/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus ping: one session, one PING at a time, and the time until its PONG; where a daemon runs,
 * by its session (ping_bus.c). */
#include "node/base/secret.h"
#include "node/cli/bus_stream.h"
#include "node/cli/command.h"
#include "node/cli/ping.h"
#include "node/engine/client.h"

#include <stdio.h>

struct pinger {
    struct client client; /* first: conn->owner is both */
    struct ping_tally tally;
    uint8_t token[DSB_PING_MAX];
    uv_timer_t timer; /* the next ping */
};

static void send_ping(uv_timer_t *timer)
{
    struct pinger *p = timer->data;
    random_bytes(p->token, sizeof p->token);
    ping_begins(&p->tally);
    switch (conn_ping(p->client.conn, p->token, sizeof p->token)) {
    case DSB_OK:
        p->tally.sent_count++;
        break;
    case DSB_WOULD_BLOCK: /* the session asks for a sign of life itself just now */
        uv_timer_start(&p->timer, send_ping, 1, 0);
        break;
    default: /* the end of the session is on its way */
        break;
    }
}

static void on_opened(struct conn *c)
{
    struct pinger *p = c->owner;
    uv_timer_start(&p->timer, send_ping, 0, 0);
}

static void on_pong(struct conn *c, const uint8_t *body, size_t body_len)
{
    struct pinger *p = c->owner;
    const struct dsb_device_id *peer = conn_peer(c);
    char peer_text[CLIENT_PEER_TEXT_SIZE];
    char from[ENDPOINT_TEXT_SIZE];
    _Static_assert(DSB_PING_MAX == NOISE_CRYPTO_KEY_LEN, "noise_equal compares tokens");
    if (body_len != sizeof p->token || !noise_equal(body, p->token)) {
        client_fail(&p->client, EXIT_BROKEN, "the answer carries other bytes than the ping");
        return;
    }
    endpoint_format(&c->remote, from);
    (void)snprintf(peer_text, sizeof peer_text, "%.*s (%s)", peer->len, peer->text, from);
    ping_answered(&p->tally, peer_text, p->client.options->quiet);
    if (p->tally.sent_count < p->client.options->ping_count) {
        uv_timer_start(&p->timer, send_ping, p->client.options->interval_ms, 0);
        return;
    }
    client_succeed(&p->client);
}

static void on_peer_closed(struct conn *c)
{
    conn_close(c); /* ended explains it */
}

static void on_step(struct conn *c, enum dsb_step step)
{
    const struct pinger *p = c->owner;
    if (p->client.options->verbose)
        (void)fprintf(stderr, "dsoftbus: %s\n", dsb_step_name(step));
}

static void on_ended(struct conn *c, enum conn_outcome outcome, enum dsb_reason reason,
                     int system_error)
{
    struct pinger *p = c->owner;
    uv_timer_stop(&p->timer);
    client_ended(c, outcome, reason, system_error);
}

bool command_ping(const struct options *o, char **words, int word_count, struct error *e)
{
    static const struct conn_events events = {.step = on_step,
                                              .opened = on_opened,
                                              .pong = on_pong,
                                              .peer_closed = on_peer_closed,
                                              .ended = on_ended};
    struct pinger p = {0};
    struct bus_stream by_bus;
    (void)word_count;
    if (!bus_stream_seek(&by_bus, o, e))
        return false;
    if (by_bus.bus != NULL)
        return ping_by_bus(&by_bus, o, words[0]);
    if (!client_open(&p.client, o, words[0], &events, e))
        return false;
    uv_timer_init(&p.client.loop, &p.timer);
    p.timer.data = &p;
    bool ok = client_run(&p.client);
    ping_summary(&p.tally, o->quiet); /* also of a run that was interrupted */
    uv_close((uv_handle_t *)&p.timer, NULL);
    client_close(&p.client);
    return ok;
}
