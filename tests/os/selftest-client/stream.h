/* SPDX-License-Identifier: Apache-2.0 */
/* Streams and datagrams for a program that waits: each call tries, and otherwise sleeps until
 * netstackd tells of something or the deadline (absolute ticks) comes. */
#ifndef STREAM_H
#define STREAM_H

#include "selftest.h"

#include <stddef.h>

#define LOOPBACK 0x7f000001u /* 127.0.0.1 */

/* Closes, or aborts, whatever state the socket is in. */
void stream_close(struct selftest *selftest, net_handle handle);
void stream_abort(struct selftest *selftest, net_handle stream);

/* Sleeps until netstackd told of something or the background ran, true; false at the deadline. */
bool stream_wait(struct selftest *selftest, uint64_t deadline);

/* Connects. NET_OK, NET_NOT_CONNECTED when refused, NET_TIMED_OUT at the deadline, ... */
NET_MUST_CHECK enum net_status stream_connect(struct selftest *selftest,
                                              const struct net_address *remote, uint64_t deadline,
                                              net_handle *stream);

/* Writes all. */
NET_MUST_CHECK enum net_status stream_write(struct selftest *selftest, net_handle stream,
                                            const void *data, size_t data_len, uint64_t deadline);

/* Reads what is there, at least one byte; *read_len is 0 at the end of the stream. */
NET_MUST_CHECK enum net_status stream_read(struct selftest *selftest, net_handle stream, void *data,
                                           size_t capacity_len, uint64_t deadline,
                                           size_t *read_len);

/* Waits for a datagram. */
NET_MUST_CHECK enum net_status datagram_receive(struct selftest *selftest, net_handle socket,
                                                struct net_address *remote, void *data,
                                                size_t capacity_len, uint64_t deadline,
                                                size_t *read_len);

#endif
