/* SPDX-License-Identifier: Apache-2.0 */
/* Accepts, reads, sends back; places for strangers are taken from the oldest. */
#include "netstackd/echo_server.h"

#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 8 }; /* reads of one stream in one run */

static void must(bool is_true)
{
    if (!is_true)
        abort(); /* what a client does by the book never fails so, whatever comes from the wire */
}

void echo_server_start(struct echo_server *server, uint32_t badge, uint16_t port)
{
    const struct net_address any = {.port = port};

    memset(server, 0, sizeof *server);
    must(net_attach(&server->client, badge, badge) == NET_OK);
    must(net_listen(&server->client, &any, NET_BACKLOG_MAX, &server->listener) == NET_OK);
}

static void drop(struct echo_server *server, struct echo_stream *stream)
{
    must(net_abort(&server->client, stream->handle) == NET_OK);
    stream->handle = 0;
    server->dropped_count++;
}

/* A free place, or that of the oldest stranger; NULL when there are guests only. */
static struct echo_stream *place(struct echo_server *server)
{
    struct echo_stream *oldest = NULL;

    for (uint32_t i = 0; i < ECHO_STREAMS_MAX; i++) {
        struct echo_stream *stream = &server->streams[i];
        if (stream->handle == 0)
            return stream;
        if (!stream->is_guest && (oldest == NULL || stream->begin_ms < oldest->begin_ms))
            oldest = stream;
    }
    if (oldest != NULL)
        drop(server, oldest);
    return oldest;
}

static void accept_all(struct echo_server *server, uint64_t now_ms)
{
    net_handle handle;

    for (uint32_t i = 0; i < NET_BACKLOG_MAX; i++) {
        enum net_status status = net_accept(&server->client, server->listener, &handle, NULL);
        must(status == NET_OK || status == NET_WOULD_BLOCK || status == NET_NO_BUFFERS);
        if (status != NET_OK)
            return;
        struct echo_stream *stream = place(server);
        if (stream == NULL) {
            must(net_abort(&server->client, handle) == NET_OK);
            return;
        }
        *stream = (struct echo_stream){.handle = handle, .begin_ms = now_ms};
        server->accepted_count++;
    }
}

static void look_for_greeting(struct echo_stream *stream)
{
    if (stream->seen_len == 0 && stream->len >= ECHO_GREETING_LEN)
        stream->is_guest = memcmp(stream->bytes, ECHO_GREETING, ECHO_GREETING_LEN) == 0;
}

/* The stream's end: a guest is closed in good order, a stranger aborted. */
static void end(struct echo_server *server, struct echo_stream *stream, enum net_status status)
{
    if (status != NET_OK || !stream->is_guest) {
        drop(server, stream);
        return;
    }
    must(net_close(&server->client, stream->handle) == NET_OK);
    stream->handle = 0;
}

/* True when something moved. */
static bool turn(struct echo_server *server, struct echo_stream *stream)
{
    size_t len = 0;
    enum net_status status;

    if (stream->len == 0) {
        status =
            net_read(&server->client, stream->handle, stream->bytes, sizeof stream->bytes, &len);
        if (status != NET_WOULD_BLOCK && (status != NET_OK || len == 0)) {
            end(server, stream, status);
            return false;
        }
        if (status == NET_WOULD_BLOCK)
            return false;
        stream->first = 0;
        stream->len = len;
        look_for_greeting(stream);
        stream->seen_len += len;
    }
    status = net_write(&server->client, stream->handle, stream->bytes + stream->first, stream->len,
                       &len);
    if (status != NET_OK && status != NET_WOULD_BLOCK) {
        end(server, stream, status);
        return false;
    }
    stream->first += len;
    stream->len -= len;
    return status == NET_OK;
}

void echo_server_run(struct echo_server *server, uint64_t now_ms)
{
    accept_all(server, now_ms);
    for (uint32_t i = 0; i < ECHO_STREAMS_MAX; i++) {
        struct echo_stream *stream = &server->streams[i];
        for (uint32_t j = 0; j < TURNS_MAX && stream->handle != 0 && turn(server, stream); j++)
            ;
        if (stream->handle != 0 && !stream->is_guest &&
            now_ms - stream->begin_ms > ECHO_STRANGER_MS)
            drop(server, stream);
    }
}
