/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/file_source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pieces of one read: more only where the peer takes very short records. */
#define PIECE_COUNT_MAX 64

bool file_source_open(struct file_source *s, uv_loop_t *loop, struct chunk_pool *chunks,
                      const char *path, struct error *e)
{
    struct stat st;
    memset(s, 0, sizeof *s);
    s->loop = loop;
    s->chunks = chunks;
    s->length = SOURCE_LENGTH_UNKNOWN;
    s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0)
        return error_set(e, EXIT_LOCAL, "%s: %s", path, strerror(errno));
    if (fstat(s->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        error_set(e, EXIT_LOCAL, "%s: %s", path, strerror(S_ISDIR(st.st_mode) ? EISDIR : errno));
        file_source_close(s);
        return false;
    }
    /* Standard input may be a file in whose middle a shell stands: it is read as a stream. */
    s->is_stream = !S_ISREG(st.st_mode) || s->fd == STDIN_FILENO;
    if (!s->is_stream)
        s->length = (uint64_t)st.st_size;
    return true;
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

void file_source_read(struct file_source *s, size_t headroom_len, size_t piece_len,
                      size_t stride_len)
{
    uv_buf_t bufs[PIECE_COUNT_MAX];
    unsigned count = 0;
    assert(!s->busy && stride_len <= CHUNK_LEN);
    s->chunk = chunk_take(s->chunks);
    for (size_t at = 0; at + stride_len <= CHUNK_LEN && count < PIECE_COUNT_MAX; at += stride_len)
        bufs[count++] =
            uv_buf_init((char *)s->chunk->bytes + at + headroom_len, (unsigned)piece_len);
    s->busy = true;
    s->request.data = s;
    if (uv_fs_read(s->loop, &s->request, s->fd, bufs, count,
                   s->is_stream ? -1 : (int64_t)s->read_len, on_read) != 0)
        abort(); /* libuv refuses a request only for a missing callback or memory */
}

void file_source_close(struct file_source *s)
{
    assert(!s->busy);
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    s->fd = -1;
}
