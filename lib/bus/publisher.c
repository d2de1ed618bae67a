/* SPDX-License-Identifier: Apache-2.0 */
/* Every stream is tried at every wake: they are few, and what became ready needs no second list. */
#include "bus/publisher.h"

#include "rt/log.h"
#include "rt/syscall.h"
#include "rt/time.h"

#include <string.h>

static struct bus_client client;
static bus_handle service;
static enum bus_status standing = BUS_IO; /* BUS_OK: the name is published */
static bool moved;                        /* bytes, or streams, in this turn: there may be more */

static struct publisher_stream *stream_at(const struct publisher *publisher, uint32_t idx)
{
    return (void *)((char *)publisher->streams + idx * publisher->stream_len);
}

/* Gone without a word to dsoftbusd, which does not know it any more. */
static void forget(const struct publisher *publisher, struct publisher_stream *stream)
{
    if (publisher->over)
        publisher->over(stream);
    memset(stream, 0, publisher->stream_len);
}

static void forget_all(struct publisher *publisher)
{
    for (uint32_t i = 0; i < publisher->stream_count; i++)
        if (stream_at(publisher, i)->state != PUBLISHER_FREE)
            forget(publisher, stream_at(publisher, i));
}

/* dsoftbusd may not be there yet, or not any more. */
static void begin(struct publisher *publisher)
{
    enum bus_status status = bus_attach(&client, publisher->endpoint, publisher->notification);

    if (status == BUS_OK)
        status = bus_publish(&client, publisher->service, 0, &service);
    if (status != standing && status != BUS_IO)
        rt_logf("%s: %s", publisher->service,
                status == BUS_OK ? "published" : bus_status_name(status));
    standing = status;
}

/* --- new streams ------------------------------------------------------------------------------ */

/* A free place for a stream of the peer, if it may have one more. */
static struct publisher_stream *place_for(const struct publisher *publisher, const char *peer)
{
    struct publisher_stream *free = NULL;
    uint32_t peer_count = 0;

    for (uint32_t i = 0; i < publisher->stream_count; i++) {
        struct publisher_stream *stream = stream_at(publisher, i);
        if (stream->state == PUBLISHER_FREE)
            free = stream;
        else
            peer_count += strcmp(stream->peer, peer) == 0;
    }
    return peer_count < publisher->peer_stream_count ? free : NULL;
}

/* One, so that who opens many does not keep the others waiting. False when the name is lost. */
static bool take_one(const struct publisher *publisher)
{
    struct publisher_stream new = {.state = PUBLISHER_OPEN};
    enum bus_status status = bus_accept(&client, service, &new.handle, new.peer);

    if (status != BUS_OK)
        return status == BUS_WOULD_BLOCK;
    moved = true;
    struct publisher_stream *stream = place_for(publisher, new.peer);
    if (stream != NULL)
        *stream = new;
    else
        (void)bus_reset(&client, new.handle, BUS_RESET_BUSY);
    return true;
}

/* --- streams ---------------------------------------------------------------------------------- */

/* All is said: what the peer still says is dropped, until it ends or has had its time. */
static void linger(struct publisher_stream *stream)
{
    char dropped[256];

    (void)publisher_read(stream, dropped, sizeof dropped);
    if (stream->peer_ended)
        stream->state = PUBLISHER_OVER;
    else if (rt_ticks() >= stream->linger_ticks)
        publisher_reset(stream, BUS_RESET_CANCELLED);
}

static void take_turn(const struct publisher *publisher, struct publisher_stream *stream)
{
    if (stream->state == PUBLISHER_OPEN)
        publisher->turn(stream);
    if (stream->state == PUBLISHER_FINISHED)
        linger(stream);
    if (stream->state != PUBLISHER_OVER)
        return;
    (void)bus_close(&client, stream->handle);
    forget(publisher, stream);
}

/* What came of an exchange about the stream: true when it was done. */
static bool went_well(struct publisher_stream *stream, enum bus_status status)
{
    if (status == BUS_OK)
        return true;
    if (status == BUS_IO)
        standing = BUS_IO;
    if (status != BUS_WOULD_BLOCK)
        stream->state = PUBLISHER_OVER;
    return false;
}

struct bus_client *publisher_bus(void)
{
    return &client;
}

size_t publisher_read(struct publisher_stream *stream, void *bytes, size_t capacity)
{
    size_t read_len = 0;

    if (stream->state == PUBLISHER_OVER || stream->peer_ended || capacity == 0 ||
        !went_well(stream, bus_read(&client, stream->handle, bytes, capacity, &read_len)))
        return 0;
    stream->peer_ended = read_len == 0;
    moved = true;
    return read_len;
}

size_t publisher_write(struct publisher_stream *stream, const void *bytes, size_t len)
{
    size_t written_len = 0;

    if (stream->state != PUBLISHER_OPEN || len == 0 ||
        !went_well(stream, bus_write(&client, stream->handle, bytes, len, &written_len)))
        return 0;
    moved = true;
    return written_len;
}

void publisher_hear(struct publisher_stream *stream, struct publisher_piece *piece)
{
    if (piece->len != 0)
        return;
    piece->first = 0;
    piece->len = publisher_read(stream, piece->bytes, sizeof piece->bytes);
}

void publisher_say(struct publisher_stream *stream, struct publisher_piece *piece)
{
    publisher_used(piece, publisher_write(stream, piece->bytes + piece->first, piece->len));
}

void publisher_finish(struct publisher_stream *stream)
{
    if (stream->state != PUBLISHER_OPEN || !went_well(stream, bus_finish(&client, stream->handle)))
        return;
    stream->state = PUBLISHER_FINISHED;
    stream->linger_ticks = rt_deadline_ms(PUBLISHER_LINGER_MS);
}

void publisher_reset(struct publisher_stream *stream, uint32_t code)
{
    (void)bus_reset(&client, stream->handle, code);
    stream->state = PUBLISHER_OVER;
}

/* --- loop ------------------------------------------------------------------------------------- */

static uint64_t next_deadline(const struct publisher *publisher)
{
    uint64_t deadline = rt_deadline_ms(PUBLISHER_LOOK_MS);

    if (moved)
        return 0;
    if (publisher->deadline && publisher->deadline() < deadline)
        deadline = publisher->deadline();
    return deadline;
}

void publisher_step(struct publisher *publisher)
{
    struct rt_event event;

    moved = false;
    if (standing != BUS_OK)
        begin(publisher);
    if (standing == BUS_OK && !take_one(publisher))
        standing = BUS_IO;
    for (uint32_t i = 0; i < publisher->stream_count && standing == BUS_OK; i++)
        if (stream_at(publisher, i)->state != PUBLISHER_FREE)
            take_turn(publisher, stream_at(publisher, i));
    if (standing != BUS_OK)
        forget_all(publisher);
    int64_t status = rt_recv(ABI_SLOT_NONE, publisher->notification, NULL, 0, NULL,
                             next_deadline(publisher), &event);
    if (status < 0 && status != -ABI_E_TIMED_OUT)
        rt_panic("publisher: wait", status);
}

void publisher_run(struct publisher *publisher)
{
    for (;;)
        publisher_step(publisher);
}
