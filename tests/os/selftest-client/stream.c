/* SPDX-License-Identifier: Apache-2.0 */
/* Tries, and sleeps until netstackd tells of something. */
#include "stream.h"

#include "rt/log.h"

void stream_close(struct selftest *selftest, net_handle handle)
{
    enum net_status status = net_close(&selftest->net, handle);
    (void)status; /* a socket that is gone needs no closing */
}

void stream_abort(struct selftest *selftest, net_handle stream)
{
    enum net_status status = net_abort(&selftest->net, stream);
    (void)status;
}

bool stream_wait(struct selftest *selftest, uint64_t deadline)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    struct rt_event event;
    size_t count = 0;
    bool is_background = selftest->background != NULL && selftest->background_ticks < deadline;
    int64_t got = rt_recv(ABI_SLOT_NONE, selftest->notification, NULL, 0, NULL,
                          is_background ? selftest->background_ticks : deadline, &event);
    if (got == -ABI_E_TIMED_OUT && is_background) {
        selftest->background(selftest);
        return true;
    }
    if (got == -ABI_E_TIMED_OUT)
        return false;
    rt_must(got, "SELFTEST: receive");
    /* The events are taken so that the next ones are told; every waiting call just tries again. */
    return net_ready(&selftest->net, events, &count) == NET_OK;
}

enum net_status stream_connect(struct selftest *selftest, const struct net_address *remote,
                               uint64_t deadline, net_handle *stream)
{
    enum net_status status = net_connect(&selftest->net, remote, stream);
    if (status != NET_OK)
        return status;
    size_t written_len = 0;
    while ((status = net_write(&selftest->net, *stream, NULL, 0, &written_len)) ==
           NET_WOULD_BLOCK) {
        if (!stream_wait(selftest, deadline)) {
            status = NET_TIMED_OUT;
            break;
        }
    }
    if (status != NET_OK)
        stream_close(selftest, *stream);
    return status;
}

enum net_status stream_write(struct selftest *selftest, net_handle stream, const void *data,
                             size_t data_len, uint64_t deadline)
{
    const uint8_t *bytes = data;
    while (data_len > 0) {
        size_t written_len = 0;
        enum net_status status = net_write(&selftest->net, stream, bytes, data_len, &written_len);
        if (status == NET_WOULD_BLOCK) {
            if (!stream_wait(selftest, deadline))
                return NET_TIMED_OUT;
            continue;
        }
        if (status != NET_OK)
            return status;
        bytes += written_len;
        data_len -= written_len;
    }
    return NET_OK;
}

enum net_status stream_read(struct selftest *selftest, net_handle stream, void *data,
                            size_t capacity_len, uint64_t deadline, size_t *read_len)
{
    enum net_status status;
    while ((status = net_read(&selftest->net, stream, data, capacity_len, read_len)) ==
           NET_WOULD_BLOCK)
        if (!stream_wait(selftest, deadline))
            return NET_TIMED_OUT;
    return status;
}

enum net_status datagram_receive(struct selftest *selftest, net_handle socket,
                                 struct net_address *remote, void *data, size_t capacity_len,
                                 uint64_t deadline, size_t *read_len)
{
    enum net_status status;
    while ((status = net_receive_from(&selftest->net, socket, remote, data, capacity_len,
                                      read_len)) == NET_WOULD_BLOCK)
        if (!stream_wait(selftest, deadline))
            return NET_TIMED_OUT;
    return status;
}
