/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file or pipe that is being sent. It is read beside the event loop, straight into the places of
 * a chunk from which records are sealed.
 */
#ifndef NODE_FILE_SOURCE_H
#define NODE_FILE_SOURCE_H

#include "node/base/error.h"
#include "node/engine/chunk.h"

#include <uv.h>

#define SOURCE_LENGTH_UNKNOWN UINT64_MAX

/* Pieces of one read: more only where the peer takes very short records. */
#define SOURCE_PIECE_COUNT_MAX 64

struct file_source {
    int fd;                /* -1: a named pipe that the first read opens */
    const char *fifo_path; /* NULL: opened already */
    bool busy;             /* a read is under way in another thread */
    bool is_stream;        /* a pipe or device: read where it stands */
    uint64_t length; /* of a regular file when it was opened; SOURCE_LENGTH_UNKNOWN otherwise */
    uint64_t read_len;
    struct chunk *chunk;
    size_t piece_len; /* file bytes of a full record */
    /* Reports the file bytes read into the chunk, which the owner takes over; 0 at the end, -errno.
     */
    void (*read)(struct file_source *s, struct chunk *chunk, ssize_t result);
    void *owner;
    uv_loop_t *loop;
    struct chunk_pool *chunks;
    uv_fs_t request;
    uv_buf_t bufs[SOURCE_PIECE_COUNT_MAX]; /* of the request */
    unsigned buf_count;
};

/* "-" is standard input. A named pipe is opened by the first read: that may wait for its writer. */
MUST_CHECK bool file_source_open(struct file_source *s, uv_loop_t *loop, struct chunk_pool *chunks,
                                 const char *path, struct error *e);

/*
 * Reads the next bytes of the file into pieces of a chunk: piece i begins at i * stride_len +
 * headroom_len and has at most piece_len bytes. read() follows. Not while busy.
 */
void file_source_read(struct file_source *s, size_t headroom_len, size_t piece_len,
                      size_t stride_len);

/* Not while busy. */
void file_source_close(struct file_source *s);

#endif
