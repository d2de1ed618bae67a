/* SPDX-License-Identifier: Apache-2.0 */
/* The skeleton of an application that offers a service on the bus: publishes its name, takes its
 * streams, goes on when dsoftbusd was started again. apps/echo is the smallest.
 *
 * How to write one
 *
 * 1. A struct for what is remembered of a stream, a struct publisher_stream its first member, and
 * an array of them: so many streams are served at a time, others hear `busy`.
 * 2. A function `turn`, called for a stream whenever something may have become possible, and again
 * as long as it moves bytes. It reads and writes a piece with publisher_hear() and
 *    publisher_say(), and returns; when all is said it calls publisher_finish(). It never waits.
 * 3. One struct publisher that names both; publisher_run() for ever.
 * 4. In system/device.c: the endpoint of dsoftbusd with the badge that may publish this name.
 *
 * What holds without the application doing anything: the peer's id is the one that its key was
 * bound to, and its trust line permits the service; a stream that is over is closed, one that is
 * finished and that the peer does not end is reset; no peer has more than its share of the streams;
 * of a dsoftbusd that died no stream is left. */
#ifndef BUS_PUBLISHER_H
#define BUS_PUBLISHER_H

#include "bus/bus.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* After its end a stream waits so long for the peer's. */
#define PUBLISHER_LINGER_MS 10000u
/* It is looked so often whether dsoftbusd is there. */
#define PUBLISHER_LOOK_MS 1000u

enum publisher_state {
    PUBLISHER_FREE,
    PUBLISHER_OPEN,
    PUBLISHER_FINISHED, /* all is said; the peer has not ended yet */
    PUBLISHER_OVER,     /* to be closed */
};

/* First member of each stream of the application. */
struct publisher_stream {
    enum publisher_state state;
    bool peer_ended; /* and all that it said was read */
    bus_handle handle;
    uint64_t linger_ticks;
    char peer[BUS_ID_SIZE]; /* whose it is */
};

struct publisher {
    const char *service;
    uint32_t endpoint; /* capability slots of the process, proto/slots.h */
    uint32_t notification;
    void *streams; /* stream_count of them, all zero */
    size_t stream_len;
    uint32_t stream_count;
    uint32_t peer_stream_count; /* of these, most of one peer */
    void (*turn)(void *stream);
    void (*over)(void *stream); /* it is gone, whole or not; may be NULL */
    uint64_t (*deadline)(void); /* ticks at which to take a turn at the latest; may be NULL */
};

void publisher_run(struct publisher *publisher) __attribute__((noreturn));
/* One round of it: the streams' turns, then a wait. */
void publisher_step(struct publisher *publisher);

/* The application's place on the bus, for streams that it opens itself (bus_connect); any signal is
 * a turn for every stream. What it holds is gone when `over` was called for every stream. */
struct bus_client *publisher_bus(void);

/* Bytes on their way: bytes[first] and len from there. As many as a record of dsoftbusd's carries,
 * as credit is given for at a time, and as a stream has room for: less would be more calls. */
#define PUBLISHER_PIECE_LEN 2048
struct publisher_piece {
    size_t first, len;
    uint8_t bytes[PUBLISHER_PIECE_LEN];
};

/* Fills an empty piece with what the peer says. */
void publisher_hear(struct publisher_stream *stream, struct publisher_piece *piece);
/* Passes on what it can of the piece. */
void publisher_say(struct publisher_stream *stream, struct publisher_piece *piece);
/* So much of it was used. */
static inline void publisher_used(struct publisher_piece *piece, size_t len)
{
    piece->first += len;
    piece->len -= len;
}

/* Reads at most so many bytes, and returns how many there were; 0 now, or, with peer_ended, for
 * ever. */
size_t publisher_read(struct publisher_stream *stream, void *bytes, size_t capacity);
/* Passes on a beginning of the bytes, and returns how much. */
size_t publisher_write(struct publisher_stream *stream, const void *bytes, size_t len);
/* That was all. What the peer still says is read and dropped. */
void publisher_finish(struct publisher_stream *stream);
/* Ends it both ways, at once (BUS_RESET_*). */
void publisher_reset(struct publisher_stream *stream, uint32_t code);

#endif
