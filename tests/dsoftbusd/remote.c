/* SPDX-License-Identifier: Apache-2.0 */
/* A link of the library on a stream of the fake world. */
#include "remote.h"

#include "dsoftbus/testing.h"

#include <stdio.h>
#include <string.h>

static struct dsb_link_buffers buffers_of(struct remote *remote)
{
    return (struct dsb_link_buffers){remote->in, sizeof remote->in, remote->out,
                                     sizeof remote->out};
}

static void remote_begin(struct remote *remote, struct fake_stream *stream)
{
    remote->stream = stream;
    remote->is_open = false;
    remote->incoming = 0;
}

void remote_answer(struct remote *remote, uint64_t now)
{
    const struct dsb_link_buffers buffers = buffers_of(remote);
    uint8_t ephemeral[DSB_KEY_LEN];

    test_ephemeral(ephemeral, 0x66);
    remote_begin(remote, &fake.streams[fake.stream_count - 1]);
    assert_true(remote->stream->is_dialled);
    assert_int_equal(dsb_link_accept(&remote->link, &remote->peer.local, ephemeral, &buffers, now),
                     DSB_REASON_NONE);
}

void remote_dial(struct remote *remote, uint32_t ipv4, const struct dsb_device_id *device,
                 uint64_t now)
{
    const struct dsb_link_buffers buffers = buffers_of(remote);
    uint8_t ephemeral[DSB_KEY_LEN];

    test_ephemeral(ephemeral, 0x77);
    remote_begin(remote, fake_connect(ipv4));
    assert_int_equal(
        dsb_link_connect(&remote->link, &remote->peer.local, device, ephemeral, &buffers, now),
        DSB_REASON_NONE);
}

static void remote_open(struct remote *remote, uint64_t now)
{
    const struct dsb_streams_memory memory = {remote->slots, remote->bytes, remote->refused};

    assert_ok(dsb_link_open(&remote->link, now));
    assert_ok(dsb_stream_link_begin(&remote->streams, &remote->link, 8, 2048, &memory));
    remote->is_open = true;
}

static void remote_hear(struct remote *remote, const struct dsb_link_event *event)
{
    struct dsb_stream_event happened;

    dsb_stream_link_receive(&remote->streams, &remote->link, event);
    while ((happened = dsb_streams_next_event(&remote->streams)).type != DSB_STREAM_EVENT_NONE)
        if (happened.type == DSB_STREAM_EVENT_INCOMING) {
            remote->incoming = happened.id;
            (void)snprintf(remote->service, sizeof remote->service, "%.*s",
                           (int)happened.service_len, happened.service);
        }
}

static void remote_write(struct remote *remote, uint64_t now)
{
    const uint8_t *bytes;
    size_t len;

    if (remote->is_open)
        dsb_stream_link_send(&remote->streams, &remote->link, now);
    while ((bytes = dsb_link_pending(&remote->link, now, &len)) != NULL) {
        fake_send(remote->stream, bytes, len);
        dsb_link_sent(&remote->link, len, now);
    }
}

void remote_turn(struct remote *remote, uint64_t now)
{
    struct dsb_link_event event;
    size_t room;
    uint8_t *at = dsb_link_room(&remote->link, &room);

    if (at != NULL && remote->stream->out_len != 0) {
        assert_true(remote->stream->out_len <= room);
        memcpy(at, remote->stream->out, remote->stream->out_len);
        dsb_link_received(&remote->link, remote->stream->out_len);
        remote->stream->out_len = 0;
    }
    if (remote->stream->closed || remote->stream->aborted)
        dsb_link_end_of_stream(&remote->link);
    for (int i = 0; i < 20; i++) {
        event = dsb_link_next_event(&remote->link, now);
        remote->stream->ended = remote->stream->ended || event.type == DSB_LINK_EVENT_FAILED;
        if (event.type == DSB_LINK_EVENT_NONE || event.type == DSB_LINK_EVENT_FAILED ||
            event.type == DSB_LINK_EVENT_CLOSED)
            break;
        if (event.type == DSB_LINK_EVENT_AUTHENTICATED)
            remote_open(remote, now);
        else
            remote_hear(remote, &event);
        if (event.type == DSB_LINK_EVENT_PEER_CLOSED)
            (void)!dsb_link_close(&remote->link);
    }
    remote_write(remote, now);
}
