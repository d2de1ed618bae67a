/* SPDX-License-Identifier: Apache-2.0 */
/* A file being read. Nothing here blocks the loop: a FIFO without a writer is opened beside it. */
#include "node/engine/file_source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read as a stream: standard input, which may be a file in whose middle a shell stands, and files
 * of no length that may have content all the same (/proc). */
static bool source_measure(struct file_source *s, const struct stat *st)
{
    s->is_stream = !S_ISREG(st->st_mode) || s->fd == STDIN_FILENO || st->st_size == 0;
    if (!s->is_stream)
        s->length = (uint64_t)st->st_size;
    return true;
}

bool file_source_open(struct file_source *s, uv_loop_t *loop, struct chunk_pool *chunks,
                      const char *path, struct error *e)
{
    struct stat st;
    memset(s, 0, sizeof *s);
    s->loop = loop;
    s->chunks = chunks;
    s->length = SOURCE_LENGTH_UNKNOWN;
    s->fd = -1;
    if (strcmp(path, "-") == 0)
        s->fd = STDIN_FILENO;
    else if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        s->fifo_path = path;
    else
        s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    s->is_stream = true;
    if (s->fifo_path != NULL)
        return true;
    if (s->fd < 0 || fstat(s->fd, &st) != 0)
        error_set(e, EXIT_LOCAL, "%s: %s", path, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        error_set(e, EXIT_LOCAL, "%s: %s", path, strerror(EISDIR));
    else if (s->fd == STDIN_FILENO && (fcntl(s->fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
        error_set(e, EXIT_LOCAL, "%s: standard input is closed", path);
    else
        return source_measure(s, &st);
    file_source_close(s);
    return false;
}

static void on_read(uv_fs_t *request)
{
    struct file_source *s = request->data;
    ssize_t result = request->result;
    struct chunk *chunk = s->chunk;
    uv_fs_req_cleanup(request);
    s->busy = false;
    s->chunk = NULL;
    if (result > 0)
        s->read_len += (uint64_t)result;
    s->read(s, chunk, result);
}

static void start_read(struct file_source *s)
{
    if (uv_fs_read(s->loop, &s->request, s->fd, s->bufs, s->buf_count,
                   s->is_stream ? -1 : (int64_t)s->read_len, on_read) != 0)
        abort(); /* libuv refuses a request only for a missing callback or memory */
}

static void on_fifo_open(uv_fs_t *request)
{
    struct file_source *s = request->data;
    if (request->result < 0) {
        on_read(request);
        return;
    }
    s->fd = (int)request->result;
    uv_fs_req_cleanup(request);
    start_read(s);
}

void file_source_read(struct file_source *s, size_t headroom_len, size_t piece_len,
                      size_t stride_len)
{
    s->buf_count = 0;
    assert(!s->busy && stride_len <= CHUNK_LEN);
    s->chunk = chunk_take(s->chunks);
    for (size_t at = 0; at + stride_len <= CHUNK_LEN && s->buf_count < SOURCE_PIECE_COUNT_MAX;
         at += stride_len)
        s->bufs[s->buf_count++] =
            uv_buf_init((char *)s->chunk->bytes + at + headroom_len, (unsigned)piece_len);
    s->busy = true;
    s->request.data = s;
    if (s->fd >= 0)
        start_read(s);
    /* Waits for a writer, on a thread of its own: signals are heard meanwhile. */
    else if (uv_fs_open(s->loop, &s->request, s->fifo_path, UV_FS_O_RDONLY, 0, on_fifo_open) != 0)
        abort(); /* see start_read */
}

void file_source_close(struct file_source *s)
{
    assert(!s->busy);
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    s->fd = -1;
}
