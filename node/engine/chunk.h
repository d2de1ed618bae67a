/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers of one size for everything that moves in bulk: bytes received, records to send, pieces of
 * files. Shared by counting references, so that a file can be written from the buffer in which its
 * records were opened. A connection that has nothing to move holds none.
 */
#ifndef NODE_CHUNK_H
#define NODE_CHUNK_H

#include "dsoftbus/session.h"

/* A record unit with its length bytes fills 32 KiB: long enough that the cost per record does not
 * show. */
#define RECORD_FRAME_LEN ((size_t)32 * 1024)
#define RECORD_UNIT_MAX  (RECORD_FRAME_LEN - DSB_FRAME_HEADER_LEN)

/* Records that one chunk has room for: one system call moves that many. */
#define CHUNK_RECORD_COUNT 4

/* Bytes; the last part is room for the session's own records behind full data records. */
#define CHUNK_LEN (CHUNK_RECORD_COUNT * RECORD_FRAME_LEN + 4 * DSB_CONTROL_MAX)

struct chunk {
    struct chunk *next_free;
    uint32_t ref_count;
    uint8_t bytes[CHUNK_LEN];
};

/* Free chunks that are kept for the next taker; more go back to the system. */
#define CHUNK_KEEP_COUNT 8

struct chunk_pool {
    struct chunk *free;
    uint32_t free_count;
    uint32_t taken_count; /* in use now */
};

/* A chunk with one reference and undefined contents. Aborts when there is no memory at all. */
struct chunk *chunk_take(struct chunk_pool *pool);

void chunk_ref(struct chunk *chunk);

/* Gives a reference back; NULL is allowed. */
void chunk_unref(struct chunk_pool *pool, struct chunk *chunk);

/* Frees what is kept. Every chunk must be back. */
void chunk_pool_free(struct chunk_pool *pool);

#endif
