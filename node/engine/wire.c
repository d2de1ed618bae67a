/* SPDX-License-Identifier: Apache-2.0 */
/* A link on a socket, and the chunks that it is lent. */
#include "node/engine/wire.h"

#include "node/base/secret.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct dsb_link_buffers wire_init(struct wire *wire, int fd, struct chunk_pool *chunks)
{
    memset(wire, 0, sizeof *wire);
    wire->fd = fd;
    wire->chunks = chunks;
    return (struct dsb_link_buffers){.in = wire->handshake_in, .in_cap = sizeof wire->handshake_in};
}

void wire_close(struct wire *wire)
{
    chunk_unref(wire->chunks, wire->in);
    chunk_unref(wire->chunks, wire->out);
    close(wire->fd);
    secret_wipe(wire, sizeof *wire);
}

void wire_lend_out(struct wire *wire)
{
    if (wire->out != NULL)
        return;
    wire->out = chunk_take(wire->chunks);
    if (dsb_link_set_out(&wire->link, wire->out->bytes, CHUNK_LEN) != DSB_OK)
        abort(); /* without a chunk nothing is pending */
}

static void give_back_out(struct wire *wire)
{
    if (wire->out == NULL || dsb_link_set_out(&wire->link, NULL, 0) != DSB_OK)
        return; /* something is pending */
    chunk_unref(wire->chunks, wire->out);
    wire->out = NULL;
}

/* What was received and not used, less than one record, moves with it. */
void wire_lend_in(struct wire *wire)
{
    if (wire->in != NULL)
        return;
    wire->in = chunk_take(wire->chunks);
    if (dsb_link_set_in(&wire->link, wire->in->bytes, CHUNK_LEN) != DSB_OK)
        abort(); /* a chunk has room for any record */
}

void wire_give_back(struct wire *wire)
{
    give_back_out(wire);
    if (wire->in == NULL || dsb_link_set_in(&wire->link, NULL, 0) != DSB_OK)
        return; /* something waits in it */
    chunk_unref(wire->chunks, wire->in);
    wire->in = NULL;
}

void wire_receive(struct wire *wire)
{
    size_t room;
    uint8_t *at = dsb_link_room(&wire->link, &room);
    assert(room > 0);
    ssize_t got = recv(wire->fd, at, room, 0);
    if (got > 0) {
        dsb_link_received(&wire->link, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        wire->fault = got < 0 ? errno : wire->fault;
        wire->ends = true;
        dsb_link_end_of_stream(&wire->link);
    }
}

/* False when the kernel takes no more. */
static bool write_some(struct wire *wire, const uint8_t *bytes, size_t len, uint64_t now_ms)
{
    ssize_t put = send(wire->fd, bytes, len, MSG_NOSIGNAL);
    if (put >= 0) {
        dsb_link_sent(&wire->link, (size_t)put, now_ms);
        return true;
    }
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
        /* Gone; what the peer said before may still be read, and then the stream's end. */
        wire->fault = errno;
        dsb_link_write_failed(&wire->link);
    }
    return errno == EINTR;
}

bool wire_flush(struct wire *wire, uint64_t now_ms)
{
    bool wrote = false;
    size_t len;
    const uint8_t *bytes;
    wire_lend_out(wire);
    while ((bytes = dsb_link_pending(&wire->link, now_ms, &len)) != NULL &&
           write_some(wire, bytes, len, now_ms))
        wrote = true;
    give_back_out(wire);
    return wrote;
}
