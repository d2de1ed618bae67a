/* SPDX-License-Identifier: Apache-2.0 */
#include "node/engine/conn_buffer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

void conn_flush(struct conn *c)
{
    while (c->out != NULL) {
        ssize_t put =
            send(c->fd, c->out->bytes + c->out_begin, c->out_end - c->out_begin, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (put < 0) {
            /* Gone; what the peer said before may still be read, and then the stream's end. */
            c->fault = errno;
            c->mute = true;
            chunk_unref(&c->shared->chunks, c->out);
            c->out = NULL;
            return;
        }
        c->out_begin += (size_t)put;
        if (c->state == CONN_OPEN)
            dsb_session_written(&c->slot.session, (size_t)put, uv_now(c->shared->loop));
        if (c->out_begin == c->out_end) {
            chunk_unref(&c->shared->chunks, c->out);
            c->out = NULL;
        }
    }
}

uint8_t *conn_out_tail(struct conn *c, size_t *room)
{
    if (c->out == NULL) {
        c->out = chunk_take(&c->shared->chunks);
        c->out_begin = 0;
        c->out_end = 0;
    }
    *room = CHUNK_LEN - c->out_end;
    return c->out->bytes + c->out_end;
}

void conn_out_add(struct conn *c, size_t sealed_len)
{
    c->out_end += sealed_len;
    if (c->out_begin == c->out_end || c->mute) {
        chunk_unref(&c->shared->chunks, c->out);
        c->out = NULL;
        return;
    }
    conn_flush(c);
}

uint8_t *conn_in_tail(struct conn *c, size_t *room)
{
    if (c->state == CONN_HANDSHAKE) {
        *room = sizeof c->handshake_in - c->handshake_in_len;
        return c->handshake_in + c->handshake_in_len;
    }
    if (c->in == NULL) {
        c->in = chunk_take(&c->shared->chunks);
        c->in_begin = 0;
        c->in_end = 0;
    } else if (c->in_begin > 0) {
        struct chunk *old = c->in;
        size_t rest_len = c->in_end - c->in_begin; /* less than one record */
        if (old->ref_count > 1)
            c->in = chunk_take(&c->shared->chunks);
        memmove(c->in->bytes, old->bytes + c->in_begin, rest_len);
        if (c->in != old)
            chunk_unref(&c->shared->chunks, old);
        c->in_begin = 0;
        c->in_end = rest_len;
    }
    *room = CHUNK_LEN - c->in_end;
    return c->in->bytes + c->in_end;
}
