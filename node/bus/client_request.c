/* SPDX-License-Identifier: Apache-2.0 */
/* What each request does. One whose answer must wait keeps a slot; answers leave in the order of
 * the requests, events when they happen. */
#include "node/bus/client_request.h"

#include "dsoftbus/announce.h"
#include "dsoftbus/vouched.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines of a list said before the client has read some. */
#define LIST_BURST_COUNT 64

static void advance(struct bus_client *c);
static void check_deadlines(struct bus_client *c);

/* Slots */

static void answer(struct client_slot *slot, const char *format, ...) PRINTF_LIKE(2, 3);
static void answer(struct client_slot *slot, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(slot->answer, sizeof slot->answer, format, args);
    va_end(args);
    slot->done = true;
}

/* request NULL: one that is refused, and like none. */
static struct client_slot *slot_new(struct bus_client *c, const struct request *request)
{
    struct client_slot **at = &c->slots;
    struct client_slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL)
        abort();
    while (*at != NULL)
        at = &(*at)->next;
    *slot = (struct client_slot){.client = c, .deadline_ms = UINT64_MAX, .fd = -1};
    if (request != NULL)
        slot->request = *request;
    *at = slot;
    c->slot_count++;
    return slot;
}

/* Takes the oldest off. */
static void slot_free(struct bus_client *c)
{
    struct client_slot *slot = c->slots;
    c->slots = slot->next;
    c->slot_count--;
    free(slot->query);
    free(slot);
}

/* Streams */

static struct client_slot *slot_of(const struct pump *p)
{
    struct bus_client *c = p->owner;
    struct client_slot *slot = c->slots;
    while (slot != NULL && slot->pump != p)
        slot = slot->next;
    return slot;
}

static struct pump *find_pump(const struct bus_client *c, uint32_t number)
{
    struct pump *p = c->pumps;
    while (p != NULL && p->number != number)
        p = p->next;
    return p;
}

static void add_pump(struct bus_client *c, struct pump *p)
{
    p->number = ++c->next_stream;
    p->next = c->pumps;
    if (p->next != NULL)
        p->next->previous = p;
    c->pumps = p;
    c->pump_count++;
    c->bus->descriptor_count++;
}

static void remove_pump(struct bus_client *c, struct pump *p)
{
    if (p->previous != NULL)
        p->previous->next = p->next;
    else
        c->pumps = p->next;
    if (p->next != NULL)
        p->next->previous = p->previous;
    c->pump_count--;
    c->bus->descriptor_count--;
}

/* For one more stream, by its own bound and by that of all programs together. */
static bool has_room(const struct bus_client *c)
{
    const struct bus_limits *limits = &c->bus->limits;
    return c->pump_count < limits->stream_count &&
           c->bus->descriptor_count < limits->descriptor_count;
}

static void on_pump_opened(struct pump *p)
{
    struct bus_client *c = p->owner;
    struct client_slot *slot = slot_of(p);
    slot->pump = NULL;
    answer(slot, "ok %u", p->number);
    advance(c);
    pump_start(p);
}

static void on_pump_over(struct pump *p, uint16_t code)
{
    struct bus_client *c = p->owner;
    struct client_slot *slot = slot_of(p);
    remove_pump(c, p);
    if (slot != NULL) {
        slot->pump = NULL;
        close(slot->fd);
        slot->fd = -1;
        answer(slot, "error %s", stream_reset_name(code));
        advance(c);
    } else if (code == DSB_RESET_NONE) {
        client_say(c, -1, "end %u clean", p->number);
    } else {
        client_say(c, -1, "end %u reset %s", p->number, stream_reset_name(code));
    }
}

static bool on_pump_asks(const struct pump *p)
{
    return client_is_there(p->owner);
}

static const struct pump_events pump_events = {
    .opened = on_pump_opened, .over = on_pump_over, .is_alive = on_pump_asks};

bool client_incoming(struct bus_client *c, struct stream_set *set, uint32_t id, const char *service,
                     const struct dsb_device_id *peer)
{
    int fd;
    if (c->dropped || !has_room(c))
        return false;
    struct stream *s = stream_attach(set, id, &pump_stream_events, NULL);
    struct pump *p = pump_new(c->bus->loop, s, true, &pump_events, c, &fd);
    if (p == NULL) {
        stream_refuse(s, DSB_RESET_BUSY);
        return true;
    }
    add_pump(c, p);
    client_say(c, fd, "stream %u %s %.*s", p->number, service, peer->len, peer->text);
    pump_start(p);
    return true;
}

/* connect */

static void open_stream(struct client_slot *slot, struct conn *conn)
{
    struct bus_client *c = slot->client;
    struct stream_set *set = conn_streams(conn);
    enum dsb_status status = DSB_WRONG_STATE;
    struct stream *s =
        set == NULL ? NULL
                    : stream_open(set, slot->request.service, &pump_stream_events, NULL, &status);
    if (s == NULL) {
        answer(slot, "error %s no stream can be opened now",
               status == DSB_WOULD_BLOCK ? "busy" : "gone");
        return;
    }
    slot->pump = pump_new(c->bus->loop, s, false, &pump_events, c, &slot->fd);
    if (slot->pump == NULL) {
        stream_refuse(s, DSB_RESET_CANCELLED);
        answer(slot, "error limit %s", strerror(errno));
        return;
    }
    add_pump(c, slot->pump);
    slot->deadline_ms = uv_now(c->bus->loop) + CLIENT_ANSWER_MS;
    check_deadlines(c);
}

static void on_query_done(struct info_query *q, uint16_t code)
{
    struct client_slot *slot = q->owner;
    if (code == DSB_RESET_NONE)
        answer(slot, "ok");
    else
        answer(slot, "error %s", stream_reset_name(code));
    advance(slot->client);
}

static void ask_services(struct client_slot *slot, struct conn *conn)
{
    slot->query = calloc(1, sizeof *slot->query);
    if (slot->query == NULL)
        abort();
    slot->query->done = on_query_done;
    slot->query->owner = slot;
    if (!info_ask(slot->query, conn)) {
        answer(slot, "error busy no stream can be opened now");
        return;
    }
    slot->deadline_ms = uv_now(slot->client->bus->loop) + CLIENT_ANSWER_MS;
    check_deadlines(slot->client);
}

static void use_session(struct client_slot *slot, struct conn *conn)
{
    if (slot->request.verb == REQUEST_CONNECT)
        open_stream(slot, conn);
    else
        ask_services(slot, conn);
}

static void on_session(struct peer_wait *w, struct conn *conn, const char *reason, const char *text)
{
    struct client_slot *slot = w->owner;
    if (conn != NULL)
        use_session(slot, conn);
    else
        answer(slot, "error %s %s", reason, text);
    advance(slot->client);
}

/* connect and services: a session first. */
static void find_session(struct client_slot *slot)
{
    struct bus_client *c = slot->client;
    const struct request *r = &slot->request;
    struct conn *conn = peers_session(&c->bus->peers, &r->device);
    union endpoint at;
    if (!peers_may_reach(&c->bus->peers, &r->device)) {
        answer(slot, "error not-trusted the device is not in the trust store");
    } else if (r->host[0] != '\0' && !endpoint_parse_address(&at, r->host, DSB_SESSION_PORT)) {
        answer(slot, "error bad-request the place is not ADDRESS or ADDRESS:PORT");
    } else if (r->verb == REQUEST_CONNECT && !has_room(c)) {
        answer(slot, "error limit %u streams are open", c->pump_count);
    } else if (conn != NULL) {
        use_session(slot, conn);
    } else {
        slot->wait.done = on_session;
        slot->wait.owner = slot;
        peers_wait(&c->bus->peers, &r->device, r->host[0] != '\0' ? &at : NULL, &slot->wait);
    }
}

static void check_deadlines(struct bus_client *c)
{
    uint64_t now_ms = uv_now(c->bus->loop);
    uint64_t next_ms = UINT64_MAX;
    for (struct client_slot *slot = c->slots; slot != NULL; slot = slot->next) {
        bool waits = !slot->done && slot->deadline_ms != UINT64_MAX;
        if (waits && now_ms >= slot->deadline_ms) {
            if (slot->pump != NULL) {
                remove_pump(c, slot->pump);
                pump_kill(slot->pump, DSB_RESET_CANCELLED);
                close(slot->fd);
            } else {
                info_forget(slot->query);
            }
            slot->pump = NULL;
            slot->fd = -1;
            answer(slot, "error timeout the service did not take the stream");
        } else if (waits && slot->deadline_ms < next_ms) {
            next_ms = slot->deadline_ms;
        }
    }
    advance(c);
    if (next_ms != UINT64_MAX && !c->dropped)
        client_wake_at(c, next_ms);
}

/* The others */

static void do_hello(struct client_slot *slot)
{
    if (slot->request.version == BUS_VERSION) {
        slot->client->greeted = true;
        answer(slot, "ok %d", BUS_VERSION);
    } else {
        answer(slot, "error version this daemon speaks %d", BUS_VERSION);
    }
}

static void do_publish(struct client_slot *slot)
{
    struct bus_client *c = slot->client;
    const struct request *r = &slot->request;
    switch (registry_add(&c->bus->registry, r->service, r->all, c)) {
    case REGISTRY_OK:
        log_line(LOG_LEVEL_INFO, "service %s published by client %u%s", r->service, c->number,
                 r->all ? " to all" : "");
        answer(slot, "ok");
        break;
    case REGISTRY_EXISTS:
        answer(slot, "error exists the name is taken");
        break;
    case REGISTRY_FULL:
        answer(slot, "error limit %u names are published", c->bus->registry.published_max);
        break;
    }
}

static void do_unpublish(struct client_slot *slot)
{
    struct bus_client *c = slot->client;
    if (registry_remove(&c->bus->registry, slot->request.service, c))
        answer(slot, "ok");
    else
        answer(slot, "error no-such-service this client has not published it");
}

static void do_stream(struct client_slot *slot)
{
    struct bus_client *c = slot->client;
    struct pump *p = find_pump(c, slot->request.stream);
    if (p == NULL || slot_of(p) != NULL) {
        answer(slot, "error gone this client has no such stream");
        return;
    }
    if (slot->request.verb != REQUEST_RESET && !p->is_incoming) {
        answer(slot, "error bad-request it is this client's own stream");
        return;
    }
    if (slot->request.verb == REQUEST_REFUSE && p->accepted) {
        answer(slot, "error bad-request it is accepted");
        return;
    }
    answer(slot, "ok");
    if (slot->request.verb == REQUEST_ACCEPT) {
        pump_accept(p);
        return;
    }
    remove_pump(c, p);
    pump_kill(p, slot->request.verb == REQUEST_REFUSE ? slot->request.code : DSB_RESET_CANCELLED);
}

/* Lists are made when their turn comes. */

static void list_peer(struct bus_client *c, const struct dsb_device_id *id)
{
    static const char *const states[] = {
        [PEER_OFFLINE] = "offline", [PEER_DIALLING] = "dialling", [PEER_ONLINE] = "online"};
    char at[ENDPOINT_TEXT_SIZE];
    enum peer_state state = peers_state(&c->bus->peers, id, at);
    client_say(c, -1, "peer %.*s %s %s", id->len, id->text, states[state], at);
}

/* Says the next peers: those of lines, then those that a root vouches for. True when that was all.
 */
static bool list_peers(struct bus_client *c, struct client_slot *slot)
{
    const struct dsb_trust_store *trust = c->bus->server->shared.local.trust;
    size_t count = trust->count + (trust->vouched != NULL ? trust->vouched->count : 0);
    while (slot->listed_count < count && c->packet_count < LIST_BURST_COUNT) {
        size_t i = slot->listed_count++;
        const struct dsb_trust_entry *entry =
            i < trust->count ? &trust->entries[i] : &trust->vouched->rows[i - trust->count].entry;
        if (i < trust->count || dsb_trust_store_find_id(trust, &entry->id) == entry)
            list_peer(c, &entry->id);
    }
    return slot->listed_count >= count;
}

/* The peer's text: only what is a service's name is passed on. */
static bool list_services(struct bus_client *c, struct client_slot *slot)
{
    static const char key[] = "service ";
    const char *text = slot->query->text;
    while (text[slot->listed_count] != '\0' && c->packet_count < LIST_BURST_COUNT) {
        const char *line = text + slot->listed_count;
        size_t len = strcspn(line, "\n");
        size_t name_len = len - (sizeof key - 1);
        if (strncmp(line, key, sizeof key - 1) == 0 &&
            dsb_service_name_is_valid(line + sizeof key - 1, name_len))
            client_say(c, -1, "service %.*s", (int)name_len, line + sizeof key - 1);
        slot->listed_count += len + (line[len] == '\n');
    }
    return text[slot->listed_count] == '\0';
}

/* The answer's lines before the last. True when there are no more of them. */
static bool list(struct bus_client *c, struct client_slot *slot)
{
    if (slot->request.verb == REQUEST_PEERS)
        return list_peers(c, slot);
    if (slot->request.verb == REQUEST_SERVICES && slot->query != NULL)
        return strcmp(slot->answer, "ok") != 0 || list_services(c, slot);
    return true;
}

static void advance(struct bus_client *c)
{
    while (c->slots != NULL && c->slots->done && list(c, c->slots)) {
        struct client_slot *slot = c->slots;
        int fd = slot->fd;
        slot->fd = -1;
        client_say(c, fd, "%s", slot->answer);
        c->watching = c->watching || slot->request.verb == REQUEST_WATCH;
        slot_free(c);
    }
    client_watch(c);
}

static void run(struct client_slot *slot)
{
    switch (slot->request.verb) {
    case REQUEST_HELLO:
        do_hello(slot);
        break;
    case REQUEST_CONNECT:
    case REQUEST_SERVICES:
        find_session(slot);
        break;
    case REQUEST_PUBLISH:
        do_publish(slot);
        break;
    case REQUEST_UNPUBLISH:
        do_unpublish(slot);
        break;
    case REQUEST_ACCEPT:
    case REQUEST_REFUSE:
    case REQUEST_RESET:
        do_stream(slot);
        break;
    case REQUEST_PEERS:
    case REQUEST_WATCH:
        answer(slot, "ok");
        break;
    }
}

static void take(struct bus_client *c, const char *packet, size_t packet_len)
{
    struct request request;
    bool good = request_parse(&request, packet, packet_len);
    bool is_turn = good && (request.verb == REQUEST_HELLO) != c->greeted;
    struct client_slot *slot = slot_new(c, is_turn ? &request : NULL);
    if (is_turn)
        run(slot);
    else
        answer(slot, "error bad-request %s",
               good ? "hello comes first, and once" : "not a request of this protocol");
    bool unwanted = !c->greeted; /* it speaks another protocol: the answer is its last */
    advance(c);
    if (unwanted && c->slots == NULL)
        client_drop(c, "it speaks another protocol");
}

static void forget_all(struct bus_client *c)
{
    for (struct client_slot *slot = c->slots; slot != NULL; slot = slot->next) {
        peers_wait_no_more(&slot->wait);
        if (slot->query != NULL)
            info_forget(slot->query);
        if (slot->fd >= 0)
            close(slot->fd);
        slot->pump = NULL;
    }
    while (c->slots != NULL)
        slot_free(c);
    while (c->pumps != NULL) {
        struct pump *p = c->pumps;
        remove_pump(c, p);
        pump_kill(p, DSB_RESET_GONE);
    }
}

const struct client_events client_request_events = {
    .packet = take, .drained = advance, .deadline = check_deadlines, .ended = forget_all};
