/* SPDX-License-Identifier: Apache-2.0 */
/* Memory and ears for the library's streams. The memory is asked for whole and touched as far as it
 * is used: a session with three streams costs three windows at most. */
#include "node/engine/stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* More streams at once than this, and their memory goes back to the system when all are over. */
#define KEEP_COUNT 16

static size_t round_up(size_t len)
{
    return (len + 63) / 64 * 64;
}

static bool allocate(struct stream_set *set, const struct dsb_streams_config *config,
                     struct dsb_streams_memory *memory)
{
    size_t streams_len = round_up(DSB_STREAMS_COUNT(config) * sizeof(struct dsb_stream));
    size_t refused_len = round_up(config->streams_max * sizeof(uint32_t));
    set->memory_len = streams_len + refused_len + DSB_STREAMS_BYTES(config);
    set->memory = mmap(NULL, set->memory_len, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (set->memory == MAP_FAILED)
        return false;
    memory->streams = (struct dsb_stream *)(void *)set->memory;
    memory->refused = (uint32_t *)(void *)(set->memory + streams_len);
    memory->bytes = set->memory + streams_len + refused_len;
    return true;
}

struct stream_set *stream_set_new(const struct dsb_link *link, const struct stream_limits *limits,
                                  const struct stream_set_events *events, void *owner)
{
    const struct dsb_streams_config sizes = {.streams_max = limits->offer.streams_max,
                                             .own_max = limits->own_max,
                                             .window = limits->offer.window,
                                             .send_cap = STREAM_SEND_CAP};
    struct dsb_streams_memory memory;
    struct stream_set *set = calloc(1, sizeof *set);
    if (set == NULL || !allocate(set, &sizes, &memory)) {
        free(set);
        return NULL;
    }
    set->events = events;
    set->owner = owner;
    if (dsb_stream_link_begin(&set->streams, link, limits->own_max, STREAM_SEND_CAP, &memory) !=
        DSB_OK)
        abort(); /* the limits are what the link offered, and the memory is made for them */
    return set;
}

static void free_if_unused(struct stream_set *set)
{
    if (set->owner != NULL || set->telling_count > 0 || set->stream_count > 0)
        return;
    munmap(set->memory, set->memory_len);
    free(set);
}

static struct stream **find(struct stream_set *set, uint32_t id)
{
    struct stream **at = &set->buckets[id % STREAM_BUCKET_COUNT];
    while (*at != NULL && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

struct stream *stream_attach(struct stream_set *set, uint32_t id,
                             const struct stream_events *events, void *owner)
{
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    *s = (struct stream){.set = set, .events = events, .owner = owner, .id = id};
    if (set->incoming != NULL) {
        s->service = set->incoming->service;
        s->service_len = set->incoming->service_len;
    }
    *find(set, id) = s;
    set->stream_count++;
    if (set->stream_count > set->peak_count)
        set->peak_count = set->stream_count;
    return s;
}

/* After the windows of many streams were in use: back to the system, once nobody has one. */
static void give_back(struct stream_set *set)
{
    struct dsb_streams *streams = &set->streams;
    if (set->peak_count <= KEEP_COUNT || set->stream_count > 0 ||
        dsb_streams_own_count(streams) + dsb_streams_peer_count(streams) > 0)
        return;
    const uint8_t *bytes = streams->streams[0].in.bytes;
    size_t before_len = ((size_t)(bytes - set->memory) + 4095) / 4096 * 4096;
    (void)madvise(set->memory + before_len, set->memory_len - before_len, MADV_DONTNEED);
    set->peak_count = 0;
}

static void tell_incoming(struct stream_set *set, const struct dsb_stream_event *event)
{
    set->incoming = event;
    set->events->incoming(set->owner, event->id, event->service, event->service_len);
    set->incoming = NULL;
    if (*find(set, event->id) != NULL)
        return;
    if (dsb_streams_refuse(&set->streams, event->id, DSB_RESET_NO_SUCH_SERVICE) != DSB_OK)
        (void)!dsb_streams_let_go(&set->streams, event->id); /* nobody is left to be answered */
}

static void tell_stream(struct stream *s, const struct dsb_stream_event *event)
{
    switch (event->type) {
    case DSB_STREAM_EVENT_OPENED:
        if (s->events->opened != NULL)
            s->events->opened(s);
        break;
    case DSB_STREAM_EVENT_READABLE:
        s->events->readable(s);
        break;
    case DSB_STREAM_EVENT_WRITABLE:
        if (s->events->writable != NULL)
            s->events->writable(s);
        break;
    case DSB_STREAM_EVENT_RESET:
        s->events->reset(s, event->code);
        break;
    default:
        break;
    }
}

static bool tell_all(struct stream_set *set)
{
    struct dsb_stream_event event;
    bool told = false;
    set->telling_count++;
    while ((event = dsb_streams_next_event(&set->streams)).type != DSB_STREAM_EVENT_NONE) {
        struct stream *s = *find(set, event.id);
        told = true;
        if (event.type == DSB_STREAM_EVENT_INCOMING)
            tell_incoming(set, &event);
        else if (event.type == DSB_STREAM_EVENT_CAN_OPEN)
            set->events->can_open(set->owner);
        else if (s != NULL)
            tell_stream(s, &event);
    }
    set->telling_count--;
    give_back(set);
    return told;
}

bool stream_set_tell(struct stream_set *set)
{
    bool told = tell_all(set);
    free_if_unused(set); /* somebody may have ended the connection meanwhile */
    return told;
}

void stream_set_leave(struct stream_set *set)
{
    dsb_streams_end(&set->streams);
    (void)tell_all(set);
    set->owner = NULL;
    free_if_unused(set);
}

/* One of those that may not stay; NULL when there is none. */
static struct stream *find_unwanted(struct stream_set *set,
                                    bool (*may_stay)(void *ctx, const struct stream *s), void *ctx)
{
    for (size_t i = 0; i < STREAM_BUCKET_COUNT; i++)
        for (struct stream *s = set->buckets[i]; s != NULL; s = s->next)
            if (s->service != NULL && !may_stay(ctx, s))
                return s;
    return NULL;
}

void stream_set_revoke(struct stream_set *set, bool (*may_stay)(void *ctx, const struct stream *s),
                       void *ctx, enum dsb_reset_code code)
{
    struct stream *s;
    while ((s = find_unwanted(set, may_stay, ctx)) != NULL) {
        s->service = NULL; /* once is enough, also for who does not let go at once */
        stream_reset(s, code);
        s->events->reset(s, (uint16_t)code);
    }
}

struct stream *stream_open(struct stream_set *set, const char *service,
                           const struct stream_events *events, void *owner, enum dsb_status *status)
{
    uint32_t id;
    *status = dsb_streams_open(&set->streams, service, strlen(service), &id);
    if (*status != DSB_OK)
        return NULL;
    set->events->changed(set->owner, 0);
    return stream_attach(set, id, events, owner);
}

/* The loop sends, and tells, what follows from a call. */
static void changed(const struct stream *s, size_t written_len)
{
    if (s->set->owner != NULL)
        s->set->events->changed(s->set->owner, written_len);
}

enum dsb_status stream_accept(struct stream *s)
{
    changed(s, 0);
    return dsb_streams_accept(&s->set->streams, s->id);
}

void stream_refuse(struct stream *s, enum dsb_reset_code code)
{
    stream_reset(s, code);
    stream_let_go(s);
}

enum dsb_status stream_write(struct stream *s, const void *bytes, size_t len, size_t *written_len)
{
    enum dsb_status status = dsb_streams_write(&s->set->streams, s->id, bytes, len, written_len);
    changed(s, *written_len);
    return status;
}

enum dsb_status stream_room(struct stream *s, uint8_t **room, size_t *room_len)
{
    return dsb_streams_room(&s->set->streams, s->id, room, room_len);
}

void stream_wrote(struct stream *s, size_t len)
{
    if (dsb_streams_wrote(&s->set->streams, s->id, len) == DSB_OK)
        changed(s, len);
}

enum dsb_status stream_front(struct stream *s, const uint8_t **bytes, size_t *len)
{
    return dsb_streams_front(&s->set->streams, s->id, bytes, len);
}

void stream_took(struct stream *s, size_t len)
{
    if (dsb_streams_took(&s->set->streams, s->id, len) != DSB_OK)
        abort(); /* the caller took what stream_front showed */
    changed(s, 0);
}

void stream_finish(struct stream *s)
{
    (void)!dsb_streams_finish(&s->set->streams, s->id); /* reset since: told, or about to be */
    changed(s, 0);
}

void stream_reset(struct stream *s, enum dsb_reset_code code)
{
    (void)!dsb_streams_reset(&s->set->streams, s->id, code); /* over already: nothing to say */
    changed(s, 0);
}

size_t stream_unsent(const struct stream *s)
{
    return dsb_streams_unsent(&s->set->streams, s->id);
}

bool stream_session_is_over(const struct stream *s)
{
    return s->set->streams.is_over;
}

void stream_let_go(struct stream *s)
{
    struct stream_set *set = s->set;
    (void)!dsb_streams_let_go(&set->streams, s->id);
    changed(s, 0);
    *find(set, s->id) = s->next;
    set->stream_count--;
    free(s);
    free_if_unused(set);
}

static const char *const names[] = {[DSB_RESET_NONE] = "none",
                                    [DSB_RESET_NO_SUCH_SERVICE] = "no-such-service",
                                    [DSB_RESET_NOT_ALLOWED] = "not-allowed",
                                    [DSB_RESET_BUSY] = "busy",
                                    [DSB_RESET_CANCELLED] = "cancelled",
                                    [DSB_RESET_GONE] = "gone",
                                    [DSB_RESET_PROTOCOL] = "protocol"};
#define NAME_COUNT (sizeof names / sizeof names[0])

const char *stream_reset_name(uint16_t code)
{
    return code < NAME_COUNT ? names[code] : "unknown";
}

enum dsb_reset_code stream_reset_code(const char *name)
{
    for (size_t i = 1; i < NAME_COUNT; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum dsb_reset_code)i;
    return DSB_RESET_NONE;
}
