/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbus ping: one session, one PING at a time, and the time until its PONG. */
#include "node/base/secret.h"
#include "node/cli/command.h"
#include "node/engine/client.h"

#include <stdio.h>

struct pinger {
    struct client client; /* first: conn->owner is both */
    uint64_t sent_count;
    uint64_t answered_count;
    uint64_t sent_ns;
    uint64_t least_ns;
    uint64_t most_ns;
    uint64_t sum_ns;
    uint8_t token[DSB_PING_MAX];
    uv_timer_t timer; /* the next ping */
};

static void send_ping(uv_timer_t *timer)
{
    struct pinger *p = timer->data;
    random_bytes(p->token, sizeof p->token);
    p->sent_ns = uv_hrtime();
    switch (conn_ping(p->client.conn, p->token, sizeof p->token)) {
    case DSB_OK:
        p->sent_count++;
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

static void print_summary(const struct pinger *p)
{
    unsigned long long count = p->answered_count;
    if (p->client.options->quiet || count == 0)
        return;
    (void)printf("%llu ping%s answered, round trip min/mean/max %.3f/%.3f/%.3f ms\n", count,
                 count == 1 ? "" : "s", (double)p->least_ns / 1e6,
                 (double)p->sum_ns / (double)count / 1e6, (double)p->most_ns / 1e6);
}

static void on_pong(struct conn *c, const uint8_t *body, size_t body_len)
{
    struct pinger *p = c->owner;
    uint64_t took_ns = uv_hrtime() - p->sent_ns;
    const struct dsb_device_id *peer = conn_peer(c);
    char from[ENDPOINT_TEXT_SIZE];
    _Static_assert(DSB_PING_MAX == NOISE_CRYPTO_KEY_LEN, "noise_equal compares tokens");
    if (body_len != sizeof p->token || !noise_equal(body, p->token)) {
        client_fail(&p->client, EXIT_BROKEN, "the answer carries other bytes than the ping");
        return;
    }
    p->answered_count++;
    p->sum_ns += took_ns;
    p->most_ns = took_ns > p->most_ns ? took_ns : p->most_ns;
    p->least_ns = took_ns < p->least_ns ? took_ns : p->least_ns;
    endpoint_format(&c->remote, from);
    if (!p->client.options->quiet)
        (void)printf("%.*s (%s): seq=%llu time=%.3f ms\n", peer->len, peer->text, from,
                     (unsigned long long)p->sent_count, (double)took_ns / 1e6);
    (void)fflush(stdout);
    if (p->sent_count < p->client.options->ping_count) {
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
    struct pinger p = {.least_ns = UINT64_MAX};
    (void)word_count;
    if (!client_open(&p.client, o, words[0], &events, e))
        return false;
    uv_timer_init(&p.client.loop, &p.timer);
    p.timer.data = &p;
    bool ok = client_run(&p.client);
    print_summary(&p); /* also of a run that was interrupted */
    uv_close((uv_handle_t *)&p.timer, NULL);
    client_close(&p.client);
    return ok;
}
