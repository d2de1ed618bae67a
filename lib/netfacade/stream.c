/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: bytes through the rings that are shared with netstackd, calls to be heard and to be told
 * what the rings do not say. Nothing of what netstackd writes there is believed but what lib/ring
 * believes. */
#include "netfacade/request.h"

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

void net_stream_begin(struct net_client *client, net_handle handle)
{
    uint32_t place = net_place(handle);
    struct net_stream *stream = &client->streams[place];

    if (client->shared == NULL)
        return;
    struct net_stream_positions *positions = &client->shared->positions[place];
    struct net_stream_bytes *bytes = &client->shared->bytes[place];
    ring_init(&stream->in, bytes->in, NET_STREAM_WINDOW_BYTES, &positions->in);
    ring_init(&stream->out, bytes->out, NET_STREAM_WINDOW_BYTES, &positions->out);
    stream->handle = handle;
}

/* NULL when the handle is no stream's. */
static struct net_stream *find(struct net_client *client, net_handle handle)
{
    struct net_stream *stream = &client->streams[net_place(handle)];

    return handle != 0 && stream->handle == handle ? stream : NULL;
}

void net_stream_end(struct net_client *client, net_handle handle)
{
    struct net_stream *stream = find(client, handle);

    if (stream != NULL)
        stream->handle = 0;
}

static enum net_status ask_read(struct net_client *client, net_handle handle)
{
    struct call call;

    net_request(&call, client, NET_OP_READ, handle, sizeof(struct serve_request));
    return call_exact(&call, sizeof(struct serve_reply));
}

/* netstackd hears of it when bytes come, or, where none can, by a call. */
static void tell_reader(struct net_client *client, struct net_stream *stream)
{
    const struct net_stream_positions *positions =
        &client->shared->positions[net_place(stream->handle)];

    ring_tell_got(&stream->in);
    if (__atomic_load_n(&positions->in_is_short, __ATOMIC_RELAXED) == 0 ||
        ring_used_len(&stream->in) > NET_STREAM_WINDOW_BYTES / 2)
        return;
    enum net_status status = ask_read(client, stream->handle);
    (void)status; /* the next read says what is wrong */
}

/* Whether there is nothing to read, as yet, and netstackd will tell when there is: it looks whether
 * it is to, after it changed what is looked at here. */
static bool would_block(struct net_client *client, struct net_stream *stream)
{
    struct net_stream_positions *positions = &client->shared->positions[net_place(stream->handle)];

    if (positions->in_is_open == 0)
        return false;
    __atomic_store_n(&positions->in_is_wanted, 1, __ATOMIC_SEQ_CST);
    bool is_open = __atomic_load_n(&positions->in_is_open, __ATOMIC_SEQ_CST) != 0;
    return ring_hear_put(&stream->in) == 0 && is_open;
}

/* 0 when there is nothing. */
static size_t get(struct net_client *client, struct net_stream *stream, void *data,
                  size_t capacity_len)
{
    (void)ring_hear_put(&stream->in);
    size_t len = lesser(ring_used_len(&stream->in), lesser(capacity_len, NET_STREAM_BYTES_MAX));
    if (len > 0) {
        ring_get(&stream->in, data, (uint32_t)len);
        tell_reader(client, stream);
    }
    return len;
}

enum net_status net_read(struct net_client *client, net_handle handle, void *data,
                         size_t capacity_len, size_t *read_len)
{
    struct net_stream *stream = find(client, handle);

    *read_len = 0;
    if (capacity_len == 0)
        return NET_MALFORMED;
    if (stream != NULL && (*read_len = get(client, stream, data, capacity_len)) > 0)
        return NET_OK;
    if (stream != NULL && would_block(client, stream))
        return NET_WOULD_BLOCK;
    enum net_status status = ask_read(client, handle);
    if (status != NET_OK || client->reply.head.value == 0)
        return status;
    if (stream != NULL)
        *read_len = get(client, stream, data, capacity_len);
    return *read_len > 0 ? NET_OK : NET_IO; /* there should have been some */
}

static enum net_status ask_write(struct net_client *client, net_handle handle, size_t want_len)
{
    struct net_write_request *request = &client->request.write;
    struct call call;

    net_request(&call, client, NET_OP_WRITE, handle, sizeof *request);
    request->want_len = (uint32_t)want_len;
    return call_exact(&call, sizeof(struct serve_reply));
}

/* What netstackd did not take was never put. */
static enum net_status put(struct net_client *client, struct net_stream *stream, const void *data,
                           size_t data_len, size_t *written_len)
{
    (void)ring_hear_got(&stream->out);
    size_t len = lesser(data_len, ring_free_len(&stream->out));
    if (len > 0) {
        ring_put(&stream->out, data, (uint32_t)len);
        ring_tell_put(&stream->out);
    }
    enum net_status status = ask_write(client, stream->handle, data_len);
    if (status == NET_OK) {
        *written_len = len;
    } else if (len > 0) {
        stream->out.put_pos -= (uint32_t)len;
        ring_tell_put(&stream->out);
    }
    return status;
}

enum net_status net_write(struct net_client *client, net_handle handle, const void *data,
                          size_t data_len, size_t *written_len)
{
    struct net_stream *stream = find(client, handle);

    *written_len = 0;
    data_len = lesser(data_len, NET_STREAM_BYTES_MAX);
    if (stream == NULL) {
        enum net_status status = ask_write(client, handle, data_len);
        return status == NET_OK ? NET_IO : status;
    }
    enum net_status status = put(client, stream, data, data_len, written_len);
    if (status != NET_OK || *written_len > 0 || data_len == 0)
        return status;
    status = put(client, stream, data, data_len, written_len); /* room came meanwhile */
    return status == NET_OK && *written_len == 0 ? NET_IO : status;
}
