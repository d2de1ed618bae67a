/* SPDX-License-Identifier: Apache-2.0 */
/* Peers. One timer each does both the waiting for the next try and the end of those who wait. A
 * record stays, but that of a device that nobody ever knew the key of: so there are no more of them
 * than the trust store ever had lines, and its roots' words places. */
#include "node/bus/peers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct peer *peers_find(const struct peers *all, const struct dsb_device_id *id)
{
    struct peer *p = all->list;
    while (p != NULL && !dsb_device_id_equal(&p->id, id))
        p = p->next;
    return p;
}

static struct peer *find_or_make(struct peers *all, const struct dsb_device_id *id)
{
    struct peer *p = peers_find(all, id);
    if (p != NULL)
        return p;
    p = calloc(1, sizeof *p);
    if (p == NULL)
        abort();
    p->all = all;
    p->id = *id;
    p->pause_ms = PEER_PAUSE_FIRST_MS;
    uv_timer_init(all->loop, &p->timer);
    p->timer.data = p;
    p->next = all->list;
    all->list = p;
    return p;
}

static const struct dsb_trust_store *trust_of(const struct peers *all)
{
    return all->server->shared.local.trust;
}

static bool is_known(const struct peer *p)
{
    return dsb_trust_store_find_id(trust_of(p->all), &p->id) != NULL;
}

bool peers_may_reach(const struct peers *all, const struct dsb_device_id *id)
{
    return dsb_trust_store_find_id(trust_of(all), id) != NULL ||
           dsb_trust_store_covers(trust_of(all), id);
}

/* Waiting */

static void take_out(struct peer_wait *w)
{
    struct peer_wait **at = &w->peer->waits;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    w->peer = NULL;
}

void peers_wait_no_more(struct peer_wait *w)
{
    if (w->peer != NULL)
        take_out(w);
}

static void finish(struct peer_wait *w, struct conn *c, const char *reason, const char *text)
{
    take_out(w);
    w->done(w, c, reason, text);
}

static void finish_all(struct peer *p, struct conn *c, const char *reason, const char *text)
{
    while (p->waits != NULL)
        finish(p->waits, c, reason, text);
}

static struct peer_wait *first_late(const struct peer *p, uint64_t now_ms)
{
    struct peer_wait *w = p->waits;
    while (w != NULL && now_ms < w->deadline_ms)
        w = w->next;
    return w;
}

/* Whoever is told may take others out. */
static void finish_late(struct peer *p, uint64_t now_ms)
{
    struct peer_wait *w;
    while ((w = first_late(p, now_ms)) != NULL)
        if (p->fault[0] != '\0')
            finish(w, NULL, "unreachable", p->fault);
        else
            finish(w, NULL, "timeout",
                   !is_known(p)             ? "no root's word for it was heard"
                   : p->candidate_count > 0 ? "no answer"
                                            : "not found");
}

/* Searching: one search for all. */

static void add_candidate(struct peer *p, const union endpoint *at)
{
    for (size_t i = 0; i < p->candidate_count; i++)
        if (endpoint_equal(&p->candidates[i], at))
            return;
    if (p->candidate_count == ENDPOINT_ADDRESSES_MAX)
        p->candidate_count--; /* the last one makes room */
    p->candidates[p->candidate_count++] = *at;
}

static void note_fault(struct peer *p, const union endpoint *at, const char *text)
{
    char where[ENDPOINT_TEXT_SIZE];
    endpoint_format(at, where);
    (void)snprintf(p->fault, sizeof p->fault, "%s: %s", where, text);
}

/* A word for a device that is looked for, which does not hold. What was not looked at is heard
 * again. */
static void refuse_word(struct peer *p, const union endpoint *at, enum dsb_vouched_result why)
{
    struct server *s = p->all->server;
    if (why == DSB_VOUCHED_OK || why == DSB_VOUCHED_RATE)
        return;
    if (!is_known(p))
        note_fault(p, at, dsb_vouched_result_name(why));
    char from[ENDPOINT_TEXT_SIZE];
    endpoint_format(at, from);
    if (log_budget_take(&s->stranger_lines, uv_now(p->all->loop)))
        log_line(LOG_LEVEL_WARNING, "announce refused id=%.*s from=%s: %s", p->id.len, p->id.text,
                 from, dsb_vouched_result_name(why));
}

static void run(struct peer *p);

static void on_found(struct discovery_search *s, const struct dsb_announce *announce,
                     const union endpoint *at)
{
    struct peers *all = s->owner;
    struct peer *p = peers_find(all, &announce->id);
    enum dsb_vouched_result why;
    if (p == NULL || p->waits == NULL)
        return;
    bool was_known = is_known(p);
    if (!discovery_believes(&all->hearsay, &all->server->shared.local, announce, at,
                            uv_now(all->loop), &why)) {
        refuse_word(p, at, why);
        return;
    }
    if (!was_known)
        p->fault[0] = '\0';
    add_candidate(p, at);
    run(p);
}

/* Who is said to be somewhere, and has no key yet, is asked for it there. */
static void on_asked(struct discovery_search *s)
{
    const struct peers *all = s->owner;
    for (const struct peer *p = all->list; p != NULL; p = p->next)
        for (size_t i = 0; p->waits != NULL && !is_known(p) && i < p->candidate_count; i++)
            discovery_search_ask(s, &p->candidates[i]);
}

static void search_as_needed(struct peers *all)
{
    struct error e;
    bool wanted = false;
    for (const struct peer *p = all->list; p != NULL; p = p->next)
        wanted = wanted || p->waits != NULL;
    if (wanted == all->asking || all->discovery_port == 0)
        return;
    if (!all->searching) {
        all->search.found = on_found;
        all->search.asked = on_asked;
        all->search.owner = all;
        all->searching = discovery_search_start(&all->search, all->loop, all->discovery_port, &e);
    } else if (wanted) {
        discovery_search_resume(&all->search);
    } else {
        discovery_search_rest(&all->search);
    }
    all->asking = wanted && all->searching;
}

/* Dialling */

static void on_timer(uv_timer_t *timer);

/* When there is something to be done next. */
static void arm(struct peer *p, uint64_t now_ms)
{
    uint64_t next_ms = UINT64_MAX;
    for (const struct peer_wait *w = p->waits; w != NULL; w = w->next)
        next_ms = w->deadline_ms < next_ms ? w->deadline_ms : next_ms;
    if (p->waits != NULL && p->dialled == NULL && p->candidate_count > 0 && is_known(p) &&
        p->next_try_ms < next_ms)
        next_ms = p->next_try_ms;
    if (next_ms == UINT64_MAX)
        uv_timer_stop(&p->timer);
    else
        uv_timer_start(&p->timer, on_timer, next_ms > now_ms ? next_ms - now_ms : 0, 0);
}

/* One candidate after the other; when none is left, a pause, and from the beginning. */
static void dial(struct peer *p, uint64_t now_ms)
{
    enum dsb_reason reason;
    while (p->dialled == NULL && p->waits != NULL && p->tried_count < p->candidate_count) {
        const union endpoint *at = &p->candidates[p->tried_count++];
        p->dialled = server_dial(p->all->server, at, &p->id, &reason);
        if (p->dialled == NULL)
            note_fault(p, at,
                       reason != DSB_REASON_NONE ? dsb_reason_name(reason) : strerror(errno));
    }
    if (p->dialled != NULL || p->tried_count == 0 || p->tried_count < p->candidate_count)
        return;
    p->tried_count = 0;
    p->next_try_ms = now_ms + p->pause_ms;
    p->pause_ms = p->pause_ms * 2 < PEER_PAUSE_LAST_MS ? p->pause_ms * 2 : PEER_PAUSE_LAST_MS;
}

static void on_forgotten(uv_handle_t *timer)
{
    free(timer->data);
}

/* A device of which nothing came: under a root's pattern there are as many ids as programs like. */
static void forget_unknown(struct peer *p)
{
    struct peer **at = &p->all->list;
    if (p->waits != NULL || p->had_session || p->dialled != NULL || is_known(p))
        return;
    while (*at != NULL && *at != p)
        at = &(*at)->next;
    *at = p->next;
    uv_close((uv_handle_t *)&p->timer, on_forgotten);
}

/* Whatever changed: ends what is late, dials what is due. The peer may be no more. */
static void run(struct peer *p)
{
    uint64_t now_ms = uv_now(p->all->loop);
    finish_late(p, now_ms);
    if (p->all->stopping)
        return;
    if (p->dialled == NULL && now_ms >= p->next_try_ms && is_known(p))
        dial(p, now_ms);
    arm(p, now_ms);
    search_as_needed(p->all);
    forget_unknown(p);
}

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

void peers_wait(struct peers *all, const struct dsb_device_id *id, const union endpoint *at,
                struct peer_wait *w)
{
    struct peer *p = find_or_make(all, id);
    w->peer = p;
    w->deadline_ms = uv_now(all->loop) + PEER_WAIT_MS;
    w->next = p->waits;
    p->waits = w;
    if (p->waits->next == NULL)
        p->fault[0] = '\0';
    if (at != NULL)
        add_candidate(p, at);
    if (all->discovery_port == 0 && (p->candidate_count == 0 || !is_known(p))) {
        (void)snprintf(p->fault, sizeof p->fault, "%s",
                       is_known(p) ? "without discovery an address is needed (ID@HOST:PORT)"
                                   : "without discovery no root's word for it can be heard");
        w->deadline_ms = 0;
    }
    uv_timer_start(&p->timer, on_timer, 0, 0); /* not inside of this call */
}

void peers_dial_failed(struct peers *all, struct conn *c, enum conn_outcome outcome,
                       enum dsb_reason reason, int system_error)
{
    for (struct peer *p = all->list; p != NULL; p = p->next) {
        if (p->dialled != c)
            continue;
        p->dialled = NULL;
        note_fault(p, &c->remote,
                   outcome == CONN_NO_CONNECT ? strerror(system_error) : dsb_reason_name(reason));
        if (p->tried_count == p->candidate_count)
            dial(p, uv_now(all->loop)); /* none is left: the pause */
        if (!all->stopping)
            uv_timer_start(&p->timer, on_timer, 0, 0);
        return;
    }
}

/* Sessions */

static bool is_online(const struct peer *p)
{
    const struct peer_session *s = p->sessions;
    while (s != NULL && !s->is_usable)
        s = s->next;
    return s != NULL;
}

struct conn *peers_session(const struct peers *all, const struct dsb_device_id *id)
{
    const struct peer *p = peers_find(all, id);
    if (p == NULL)
        return NULL;
    for (const struct peer_session *s = p->sessions; s != NULL; s = s->next)
        if (s->is_usable)
            return s->conn;
    return NULL;
}

enum dsb_reason peers_admit(const struct peers *all, const struct dsb_device_id *id)
{
    const struct peer *p = peers_find(all, id);
    uint32_t count = 0;
    for (const struct peer_session *s = p != NULL ? p->sessions : NULL; s != NULL; s = s->next)
        count += !s->conn->is_dialled;
    return count < all->session_max ? DSB_REASON_NONE : DSB_REASON_LOCAL_FULL;
}

void peers_opened(struct peers *all, struct conn *c)
{
    struct peer *p = find_or_make(all, conn_peer(c));
    struct peer_session *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    bool was_online = is_online(p);
    p->had_session = true;
    *s = (struct peer_session){.peer = p, .conn = c, .is_usable = conn_peer_takes(c) > 0};
    /* behind the others: streams stay together on the oldest */
    struct peer_session **at = &p->sessions;
    while (*at != NULL)
        at = &(*at)->next;
    *at = s;
    c->work = s;
    if (p->dialled == c)
        p->dialled = NULL;
    if (!s->is_usable)
        return;
    p->pause_ms = PEER_PAUSE_FIRST_MS;
    p->next_try_ms = 0;
    p->tried_count = 0;
    if (!was_online)
        all->changed(all, p, true);
    finish_all(p, c, NULL, NULL);
    run(p);
}

void peers_closed(struct peers *all, struct conn *c)
{
    struct peer_session *s = c->work;
    if (s == NULL)
        return;
    struct peer *p = s->peer;
    struct peer_session **at = &p->sessions;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    c->work = NULL;
    bool was_usable = s->is_usable;
    free(s);
    if (was_usable && !is_online(p))
        all->changed(all, p, false);
}

enum peer_state peers_state(const struct peers *all, const struct dsb_device_id *id,
                            char at[ENDPOINT_TEXT_SIZE])
{
    const struct peer *p = peers_find(all, id);
    const struct conn *c = peers_session(all, id);
    strcpy(at, "-");
    if (c != NULL) {
        endpoint_format(&c->remote, at);
        return PEER_ONLINE;
    }
    if (p != NULL && p->dialled != NULL)
        endpoint_format(&p->dialled->remote, at);
    return p != NULL && p->waits != NULL ? PEER_DIALLING : PEER_OFFLINE;
}

size_t peers_count(const struct peers *all)
{
    size_t count = 0;
    for (const struct peer *p = all->list; p != NULL; p = p->next)
        count++;
    return count;
}

size_t peers_stream_count(const struct conn *c)
{
    size_t count = 0;
    const struct peer_session *own = c->work;
    for (const struct peer_session *s = own != NULL ? own->peer->sessions : NULL; s != NULL;
         s = s->next)
        if (s->conn->streams != NULL)
            count += dsb_streams_peer_count(&s->conn->streams->streams);
    return count;
}

void peers_stop(struct peers *all)
{
    all->stopping = true;
    if (all->searching)
        discovery_search_stop(&all->search);
    for (struct peer *p = all->list; p != NULL; p = p->next) {
        finish_all(p, NULL, "unreachable", "the daemon stops");
        uv_close((uv_handle_t *)&p->timer, NULL);
    }
}

void peers_free(struct peers *all)
{
    for (struct peer *p = all->list, *next; p != NULL; p = next) {
        next = p->next;
        free(p);
    }
    all->list = NULL;
}
