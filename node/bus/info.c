/* SPDX-License-Identifier: Apache-2.0 */
/* info: a peer hears of the services that it may use, and of no others. */
#include "node/bus/info.h"

#include "node/base/program.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* All of it fits: the names are bounded, and nothing else was written. */
static void say(struct stream *s, const char *format, ...) PRINTF_LIKE(2, 3);
static void say(struct stream *s, const char *format, ...)
{
    char line[128];
    size_t written_len;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    (void)!stream_write(s, line, (size_t)len, &written_len);
}

static void say_all(const struct bus *b, struct stream *s, const struct dsb_device_id *peer)
{
    const struct dsb_device_id *own = &b->server->shared.local.identity->id;
    say(s, "name %.*s\n", own->len, own->text);
    say(s, "version %s\n", DSOFTBUS_VERSION);
    say(s, "uptime %llu\n", (unsigned long long)((uv_now(b->loop) - b->started_ms) / 1000));
    for (const struct registry_entry *e = b->registry.entries; e != NULL; e = e->next)
        if (bus_allows(b, e, peer))
            say(s, "service %s\n", e->name);
    stream_finish(s);
}

/* What the peer says is nothing to this service; its end is waited for. */
static void on_readable(struct stream *s)
{
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK)
        stream_took(s, len);
    if (status == DSB_ENDED)
        stream_let_go(s);
}

static void on_reset(struct stream *s, uint16_t code)
{
    (void)code;
    stream_let_go(s);
}

void info_serve(struct bus *b, struct conn *c, uint32_t id)
{
    static const struct stream_events events = {.readable = on_readable, .reset = on_reset};
    struct stream *s = stream_attach(c->streams, id, &events, NULL);
    if (stream_accept(s) != DSB_OK) {
        stream_let_go(s);
        return;
    }
    say_all(b, s, conn_peer(c));
}

/* The asking side */

static void finish(struct info_query *q, uint16_t code)
{
    stream_let_go(q->stream);
    q->stream = NULL;
    q->text[q->len] = '\0';
    q->done(q, code);
}

static void on_answer(struct stream *s)
{
    struct info_query *q = s->owner;
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK) {
        size_t room_len = INFO_TEXT_MAX - q->len;
        size_t kept_len = len < room_len ? len : room_len;
        memcpy(q->text + q->len, bytes, kept_len);
        q->len += kept_len;
        stream_took(s, len);
    }
    if (status == DSB_ENDED)
        finish(q, DSB_RESET_NONE);
}

static void on_no_answer(struct stream *s, uint16_t code)
{
    finish(s->owner, code);
}

bool info_ask(struct info_query *q, struct conn *c)
{
    static const struct stream_events events = {.readable = on_answer, .reset = on_no_answer};
    struct stream_set *set = conn_streams(c);
    enum dsb_status status;
    q->len = 0;
    q->stream = set != NULL ? stream_open(set, INFO_SERVICE, &events, q, &status) : NULL;
    if (q->stream == NULL)
        return false;
    stream_finish(q->stream);
    return true;
}

void info_forget(struct info_query *q)
{
    if (q->stream != NULL)
        stream_refuse(q->stream, DSB_RESET_CANCELLED);
    q->stream = NULL;
}
