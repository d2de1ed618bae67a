/* SPDX-License-Identifier: Apache-2.0 */
/* What each peer was told: for each list of ours the serial that the peer has by its own word, and
 * the one that it would not take in this session. A list that came by a peer's session need not be
 * the peer's own: a program there may have brought it, and its daemon not know it. */
#include "node/bus/gossip.h"

#include "node/base/number.h"
#include "node/bus/revocations.h"
#include "node/store/revocations.h"
#include "node/store/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the list in the same place of dsb_vouched, as long as that is of the same root. */
struct told {
    uint8_t root[DSB_ROOT_KEY_LEN];
    uint64_t has_serial;
    uint64_t refused_serial;
};

struct gossip {
    struct gossip *next;
    struct bus *bus;
    struct peer *peer;
    struct stream *stream; /* of the offer under way; else NULL */
    struct told *offered;  /* what it is about */
    uint64_t offered_serial;
    uv_timer_t timer; /* the offer's deadline, or the next try */
    bool is_stopped;
    size_t answer_len;
    char answer[160];
    struct told told[]; /* as many as there is room for lists */
};

static void run(struct gossip *g);

static void on_again(uv_timer_t *timer)
{
    run(timer->data);
}

static void again(struct gossip *g)
{
    if (!g->is_stopped)
        uv_timer_start(&g->timer, on_again, GOSSIP_AGAIN_MS, 0);
}

/* Each list's place in `told`. */
static struct told *told_of(struct gossip *g, size_t list_idx, const struct dsb_revocations *list)
{
    struct told *t = &g->told[list_idx];
    if (memcmp(t->root, list->root, sizeof t->root) != 0)
        *t = (struct told){.has_serial = 0};
    memcpy(t->root, list->root, sizeof t->root);
    return t;
}

/* The next list that the peer may want. */
static const struct dsb_revocations *choose(struct gossip *g)
{
    const struct dsb_trust_store *trust = g->bus->server->shared.local.trust;
    for (size_t i = 0; trust->vouched != NULL && i < trust->vouched->list_count; i++) {
        const struct dsb_revocations *list = &trust->vouched->lists[i].list;
        struct told *t = told_of(g, i, list);
        if (list->serial <= t->has_serial || list->serial <= t->refused_serial ||
            !dsb_trust_store_has_root(trust, list->root))
            continue;
        g->offered = t;
        g->offered_serial = list->serial;
        return list;
    }
    return NULL;
}

/* The answer */

/* `taken N` or `known N`, where N is not lower than what was offered. */
static bool has_it(const char *text, uint64_t offered, uint64_t *serial)
{
    bool is_serial = strncmp(text, "taken ", 6) == 0 || strncmp(text, "known ", 6) == 0;
    return is_serial && number_parse(text + 6, offered, UINT64_MAX, serial);
}

static void tell(const struct gossip *g, const char *what)
{
    const struct dsb_device_id *id = &g->peer->id;
    char root[SAID_ROOT_SIZE];
    said_root(root, g->offered->root);
    log_line(LOG_LEVEL_DEBUG, "revocations given peer=%.*s root=%s serial=%llu: %s", id->len,
             id->text, root, (unsigned long long)g->offered_serial, what);
}

static void take_answer(struct gossip *g)
{
    g->answer[g->answer_len] = '\0';
    g->answer[strcspn(g->answer, "\n")] = '\0';
    tell(g, g->answer);
    if (!has_it(g->answer, g->offered_serial, &g->offered->has_serial))
        g->offered->refused_serial = g->offered_serial;
}

/* No answer in time, or one that has no end. */
static void give_up(struct gossip *g)
{
    tell(g, "no answer");
    stream_refuse(g->stream, DSB_RESET_CANCELLED);
    g->stream = NULL;
    g->offered->refused_serial = g->offered_serial;
    if (!g->is_stopped)
        uv_timer_stop(&g->timer);
    run(g);
}

static void on_deadline(uv_timer_t *timer)
{
    give_up(timer->data);
}

static void on_answer(struct stream *s)
{
    struct gossip *g = s->owner;
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;
    while ((status = stream_front(s, &bytes, &len)) == DSB_OK) {
        size_t room_len = sizeof g->answer - 1 - g->answer_len;
        size_t kept_len = len < room_len ? len : room_len;
        memcpy(g->answer + g->answer_len, bytes, kept_len);
        g->answer_len += kept_len;
        stream_took(s, len);
    }
    if (g->answer_len == sizeof g->answer - 1) {
        give_up(g);
        return;
    }
    if (status != DSB_ENDED)
        return;
    stream_let_go(s);
    g->stream = NULL;
    if (!g->is_stopped)
        uv_timer_stop(&g->timer);
    take_answer(g);
    run(g);
}

/* Busy, the session's end: later. Without the service: in its next session. */
static void on_no_answer(struct stream *s, uint16_t code)
{
    struct gossip *g = s->owner;
    bool is_over = stream_session_is_over(s);
    stream_let_go(s);
    g->stream = NULL;
    if (code != DSB_RESET_BUSY && !is_over)
        g->offered->refused_serial = g->offered_serial;
    again(g);
}

/* The offer */

/* All of it fits: nothing else was written. */
static bool offer(struct gossip *g, struct conn *c, const struct dsb_revocations *list)
{
    static const struct stream_events events = {.readable = on_answer, .reset = on_no_answer};
    struct stream_set *set = conn_streams(c);
    char text[REVOCATIONS_TEXT_SIZE];
    size_t written_len;
    enum dsb_status status;
    g->stream = set != NULL ? stream_open(set, REVOCATIONS_SERVICE, &events, g, &status) : NULL;
    if (g->stream == NULL)
        return false;
    g->answer_len = 0;
    (void)!stream_write(g->stream, text, revocations_format(text, list), &written_len);
    stream_finish(g->stream);
    uv_timer_start(&g->timer, on_deadline, GOSSIP_WAIT_MS, 0);
    return true;
}

static void run(struct gossip *g)
{
    if (g->is_stopped || g->stream != NULL)
        return;
    struct conn *c = peers_session(&g->bus->peers, &g->peer->id);
    const struct dsb_revocations *list = c != NULL ? choose(g) : NULL;
    if (list != NULL && !offer(g, c, list))
        again(g);
}

static struct gossip *find_or_make(struct bus *b, struct peer *p)
{
    for (struct gossip *g = b->gossips; g != NULL; g = g->next)
        if (g->peer == p)
            return g;
    size_t room = b->server->shared.local.trust->vouched->list_capacity;
    struct gossip *g = calloc(1, sizeof *g + room * sizeof *g->told);
    if (g == NULL)
        abort();
    g->bus = b;
    g->peer = p;
    uv_timer_init(b->loop, &g->timer);
    g->timer.data = g;
    g->next = b->gossips;
    b->gossips = g;
    return g;
}

static bool has_lists(const struct bus *b)
{
    const struct dsb_vouched *vouched = b->server->shared.local.trust->vouched;
    return vouched != NULL && vouched->list_count > 0;
}

void gossip_begin(struct bus *b, struct peer *p)
{
    if (!has_lists(b))
        return;
    struct gossip *g = find_or_make(b, p);
    for (size_t i = 0; i < b->server->shared.local.trust->vouched->list_capacity; i++)
        g->told[i].refused_serial = 0;
    again(g);
}

void gossip_all(struct bus *b)
{
    for (struct peer *p = b->peers.list; has_lists(b) && p != NULL; p = p->next)
        if (p->sessions != NULL)
            run(find_or_make(b, p));
}

void gossip_stop(struct bus *b)
{
    for (struct gossip *g = b->gossips; g != NULL; g = g->next) {
        g->is_stopped = true;
        uv_close((uv_handle_t *)&g->timer, NULL);
    }
}

void gossip_free(struct bus *b)
{
    for (struct gossip *g = b->gossips, *next; g != NULL; g = next) {
        next = g->next;
        free(g);
    }
    b->gossips = NULL;
}
