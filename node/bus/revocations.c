/* SPDX-License-Identifier: Apache-2.0 */
/* One list a stream, one such stream a session. Nothing is looked at before the peer has ended its
 * side, and no signature that changes nothing. */
#include "node/bus/revocations.h"

#include "node/store/said.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list_hearing {
    struct list_hearing *next;
    struct bus *bus;
    struct stream *stream; /* NULL: refused */
    struct dsb_device_id peer;
    uint32_t session;
    uv_timer_t deadline;
    bool is_answered;
    size_t len;
    char text[DSB_REVOCATIONS_TEXT_MAX + 1]; /* one byte more says that it is too long */
};

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void end(struct list_hearing *h)
{
    struct list_hearing **at = &h->bus->hearings;
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    uv_close((uv_handle_t *)&h->deadline, on_closed);
}

/* One line on the stream, and with the root one in the log. Both fit: nothing else was written. */
static void answer(struct list_hearing *h, const char *root, const char *format, ...)
    PRINTF_LIKE(3, 4);
static void answer(struct list_hearing *h, const char *root, const char *format, ...)
{
    char line[160];
    size_t written_len;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (log_budget_take(&h->bus->server->peer_lines, uv_now(h->bus->loop)))
        log_line(strncmp(line, "refused", 7) == 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
                 "revocations peer=%.*s session=%u root=%s: %s", h->peer.len, h->peer.text,
                 h->session, root, line);
    line[len++] = '\n';
    (void)!stream_write(h->stream, line, (size_t)len, &written_len);
    stream_finish(h->stream);
    h->is_answered = true;
}

/* Said by the stream's own end: it is no word on the list. */
static void put_off(struct list_hearing *h, const char *root)
{
    if (log_budget_take(&h->bus->server->peer_lines, uv_now(h->bus->loop)))
        log_line(LOG_LEVEL_WARNING, "revocations peer=%.*s session=%u root=%s: busy", h->peer.len,
                 h->peer.text, h->session, root);
    stream_refuse(h->stream, DSB_RESET_BUSY);
    h->stream = NULL;
}

/* A list of a root of ours with a higher serial than the last. */
static void look_at_signature(struct list_hearing *h, const struct dsb_revocations *list,
                              const char *root)
{
    struct peer *p = peers_find(&h->bus->peers, &h->peer);
    uint64_t now_ms = uv_now(h->bus->loop);
    if ((p != NULL && now_ms < p->lists_shut_ms) || !dsb_rate_take(&h->bus->list_rate, now_ms)) {
        put_off(h, root);
        return;
    }
    enum dsb_vouched_result result =
        dsb_vouched_take_list(h->bus->server->shared.local.trust, list);
    if (result == DSB_VOUCHED_BAD_SIGNATURE && p != NULL)
        p->lists_shut_ms = now_ms + REVOCATIONS_SHUT_MS;
    if (result == DSB_VOUCHED_OK)
        answer(h, root, "taken %llu", (unsigned long long)list->serial);
    else
        answer(h, root, "refused %s", dsb_vouched_result_name(result));
}

static void judge_list(struct list_hearing *h, const struct dsb_revocations *list)
{
    const struct dsb_trust_store *trust = h->bus->server->shared.local.trust;
    char root[SAID_ROOT_SIZE];
    said_root(root, list->root);
    if (trust->vouched == NULL || !dsb_trust_store_has_root(trust, list->root)) {
        answer(h, root, "refused %s", dsb_vouched_result_name(DSB_VOUCHED_UNKNOWN_ROOT));
        return;
    }
    uint64_t known = dsb_vouched_list_serial(trust->vouched, list->root);
    if (list->serial <= known)
        answer(h, root, "known %llu", (unsigned long long)known);
    else
        look_at_signature(h, list, root);
}

static void judge(struct list_hearing *h)
{
    struct dsb_revocations list;
    size_t line;
    enum dsb_text_fault fault = dsb_revocations_parse(&list, h->text, h->len, &line);
    if (fault == DSB_TEXT_NO_FAULT)
        judge_list(h, &list);
    else
        answer(h, "-", "refused malformed: line %zu: %s", line, dsb_text_fault_name(fault));
}

/* What does not fit is not kept: the list is refused by then. */
static void hear(struct list_hearing *h, const uint8_t *bytes, size_t len)
{
    size_t room_len = sizeof h->text - h->len;
    size_t kept_len = len < room_len ? len : room_len;
    memcpy(h->text + h->len, bytes, kept_len);
    h->len += kept_len;
    if (h->len == sizeof h->text && !h->is_answered)
        answer(h, "-", "refused malformed: over %d bytes", DSB_REVOCATIONS_TEXT_MAX);
}

static void on_readable(struct stream *s)
{
    struct list_hearing *h = s->owner;
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK) {
        hear(h, bytes, len);
        stream_took(s, len);
    }
    if (status != DSB_ENDED)
        return;
    if (!h->is_answered)
        judge(h);
    if (h->stream != NULL)
        stream_let_go(h->stream);
    end(h);
}

static void on_reset(struct stream *s, uint16_t code)
{
    (void)code;
    end(s->owner);
    stream_let_go(s);
}

static void on_deadline(uv_timer_t *timer)
{
    struct list_hearing *h = timer->data;
    log_line(LOG_LEVEL_INFO, "revocations peer=%.*s session=%u: no list within %d s", h->peer.len,
             h->peer.text, h->session, REVOCATIONS_WAIT_MS / 1000);
    stream_refuse(h->stream, DSB_RESET_CANCELLED);
    end(h);
}

static bool is_heard(const struct bus *b, const struct stream_set *session)
{
    for (const struct list_hearing *h = b->hearings; h != NULL; h = h->next)
        if (h->stream->set == session)
            return true;
    return false;
}

static void begin(struct bus *b, struct conn *c, struct stream *s)
{
    struct list_hearing *h = calloc(1, sizeof *h);
    if (h == NULL)
        abort();
    h->bus = b;
    h->stream = s;
    h->peer = *conn_peer(c);
    h->session = c->number;
    uv_timer_init(b->loop, &h->deadline);
    h->deadline.data = h;
    uv_timer_start(&h->deadline, on_deadline, REVOCATIONS_WAIT_MS, 0);
    h->next = b->hearings;
    b->hearings = h;
    s->owner = h;
}

bool revocations_serve(struct bus *b, struct conn *c, uint32_t id)
{
    static const struct stream_events events = {.readable = on_readable, .reset = on_reset};
    if (is_heard(b, c->streams))
        return false;
    struct stream *s = stream_attach(c->streams, id, &events, NULL);
    if (stream_accept(s) == DSB_OK)
        begin(b, c, s);
    else
        stream_let_go(s);
    return true;
}
