/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is being received. It grows under a temporary name beside its place,
 * ".dsoftbus-XXXXXXXXXXXXXXXX.part", and gets its name only when it is complete and on disk;
 * anything else leaves nothing behind. Pipes and devices are written directly. All writing happens
 * beside the event loop, so that a slow disk or reader stalls this file alone.
 */
#ifndef NODE_FILE_SINK_H
#define NODE_FILE_SINK_H

#include "node/engine/chunk.h"

#include <uv.h>

/* Pieces, a chunk each, that wait to be written: 1 MiB of full ones, then the stream waits. */
#define SINK_QUEUE_COUNT 8

enum sink_existing {
    SINK_NOTHING_THERE, /* whatever has that name already: EEXIST */
    SINK_KEEP_FILE, /* a file of that name is never overwritten; a pipe or device is written to */
    SINK_OVERWRITE  /* a file is replaced, in one step, by the complete new one */
};

struct file_sink;

/* finished may come inside file_sink_complete; nothing else comes inside a call of this file. */
struct sink_events {
    void (*room)(void *owner);                       /* after file_sink_has_room said no */
    void (*finished)(void *owner, int system_error); /* 0: complete; else failed, nothing is left */
};

/*
 * Opens a sink for `path`; "-" is standard output. Returns 0 and *out, or an errno (EEXIST, ENOSPC,
 * ...).
 */
int file_sink_open(struct file_sink **out, uv_loop_t *loop, struct chunk_pool *chunks,
                   const char *path, enum sink_existing existing, const struct sink_events *events,
                   void *owner);

/* False when there is no room for a piece: room() comes when there is. */
bool file_sink_has_room(struct file_sink *s);

/* Queues bytes of a chunk, for which there is room; a reference is taken. */
void file_sink_write(struct file_sink *s, struct chunk *chunk, const uint8_t *bytes, size_t len);

/* No more bytes come: finished() follows when the file is complete. */
void file_sink_complete(struct file_sink *s);

/* Ends a sink in any state; after finished() it must still be called. No event comes any more. */
void file_sink_close(struct file_sink *s);

/* A write to a pipe or device is under way in another thread, perhaps for ever (nobody reads). */
bool file_sink_may_be_stuck(const struct file_sink *s);

#endif
