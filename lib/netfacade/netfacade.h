/* SPDX-License-Identifier: Apache-2.0 */
/* Client side of netstackd's sockets facade: each function is one synchronous call, none waits for
 * the network. Operations, limits and statuses: proto/net.h and
 * docs/rfcs/RFC-0006-userspace-networking-v1.md.
 *
 * How to wait: call until NET_WOULD_BLOCK; wait on the notification given to net_attach;
 * net_ready() then names the handles to try again. NET_IO from any call means that netstackd is not
 * there with this client's sockets any more: every handle is gone, attach again. */
#ifndef NETFACADE_H
#define NETFACADE_H

#include "proto/net.h"
#include "ring/ring.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_MUST_CHECK __attribute__((warn_unused_result))

/* A stream's rings, as this side believes them. */
struct net_stream {
    net_handle handle; /* 0: none */
    struct ring in;
    struct ring out;
};

/* Caller-owned, one per process, zero before the first net_attach(); the buffers hold one request
 * and one reply while a call runs. */
struct net_client {
    uint32_t endpoint_cap;
    struct net_shared *shared; /* NULL: not attached */
    struct net_stream streams[NET_CLIENT_SOCKETS_MAX];
    union net_any_request request;
    union net_any_reply reply;
};

/* Begins (or begins anew: every earlier socket of this client is freed). `endpoint_cap`: capability
 * to netstackd's endpoint. `notification_cap`: capability whose bits netstackd ORs when something
 * became ready; a copy is passed, the caller keeps its own. */
NET_MUST_CHECK enum net_status net_attach(struct net_client *client, uint32_t endpoint_cap,
                                          uint32_t notification_cap);

NET_MUST_CHECK enum net_status net_get_interface(struct net_client *client,
                                                 struct net_interface *interface);

/* Fills `events` with what became ready since the last call; `*count` = 0 when nothing did. */
NET_MUST_CHECK enum net_status net_ready(struct net_client *client,
                                         struct serve_event events[NET_CLIENT_SOCKETS_MAX],
                                         size_t *count);

/* TCP. `backlog_count` is 1 .. NET_BACKLOG_MAX. Port 0: netstackd chooses, net_local_address()
 * tells. */
NET_MUST_CHECK enum net_status net_listen(struct net_client *client,
                                          const struct net_address *local, uint32_t backlog_count,
                                          net_handle *listener);
/* NET_WOULD_BLOCK when no connection waits. `remote` may be NULL. */
NET_MUST_CHECK enum net_status net_accept(struct net_client *client, net_handle listener,
                                          net_handle *stream, struct net_address *remote);
/* Returns at once. The outcome is told as NET_EVENT_WRITE_MASK; until then net_write() and
 * net_read() answer NET_WOULD_BLOCK, after failure NET_NOT_CONNECTED, NET_TIMED_OUT or NET_IO. */
NET_MUST_CHECK enum net_status net_connect(struct net_client *client,
                                           const struct net_address *remote, net_handle *stream);
/* Reads 1 .. `capacity_len` bytes, at most NET_STREAM_BYTES_MAX; `*read_len` = 0 with NET_OK is the
 * end of the stream. */
NET_MUST_CHECK enum net_status net_read(struct net_client *client, net_handle stream, void *data,
                                        size_t capacity_len, size_t *read_len);
/* Takes a prefix of the data (at most NET_STREAM_BYTES_MAX of it), `*written_len` bytes. With
 * `data_len` = 0 only asks whether the connection stands. */
NET_MUST_CHECK enum net_status net_write(struct net_client *client, net_handle stream,
                                         const void *data, size_t data_len, size_t *written_len);
/* Any kind of handle. Bytes already written still go out, for at most NET_LINGER_MS; unread
 * received bytes make it a reset. */
NET_MUST_CHECK enum net_status net_close(struct net_client *client, net_handle handle);
/* Any kind of handle, at once: a stream is reset, nothing lingers, its share is free again. */
NET_MUST_CHECK enum net_status net_abort(struct net_client *client, net_handle handle);
NET_MUST_CHECK enum net_status net_local_address(struct net_client *client, net_handle handle,
                                                 struct net_address *local);
NET_MUST_CHECK enum net_status net_remote_address(struct net_client *client, net_handle stream,
                                                  struct net_address *remote);

/* UDP. Datagrams hold 0 .. NET_DATAGRAM_BYTES_MAX bytes. */
NET_MUST_CHECK enum net_status net_udp_bind(struct net_client *client,
                                            const struct net_address *local, net_handle *socket);
NET_MUST_CHECK enum net_status net_send_to(struct net_client *client, net_handle socket,
                                           const struct net_address *remote, const void *data,
                                           size_t data_len);
/* NET_MALFORMED when the datagram is longer than `capacity_len`; the datagram is then lost. */
NET_MUST_CHECK enum net_status net_receive_from(struct net_client *client, net_handle socket,
                                                struct net_address *remote, void *data,
                                                size_t capacity_len, size_t *read_len);

/* ICMP echo. The result is told as NET_EVENT_READ_MASK; the handle is closed by the caller. */
NET_MUST_CHECK enum net_status net_ping(struct net_client *client, uint32_t ipv4,
                                        uint32_t timeout_ms, net_handle *ping);
NET_MUST_CHECK enum net_status net_ping_result(struct net_client *client, net_handle ping,
                                               uint64_t *round_trip_ns);

/* Reads `A.B.C.D:PORT`, "10.0.2.100:34567". False, with *address untouched, unless it is exactly
 * that: four numbers of 0 to 255 and a port of 1 to 65535, none with a leading zero. */
NET_MUST_CHECK bool net_address_parse(const char *text, size_t text_len,
                                      struct net_address *address);

/* The name used in logs: "would-block". */
const char *net_status_name(enum net_status status);

#endif
