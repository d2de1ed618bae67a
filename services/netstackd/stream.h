/* SPDX-License-Identifier: Apache-2.0 */
/* TCP connections. Bytes wait in the socket's own rings, which it shares with its client, in both
 * directions; lwIP refers to the sending ring without copying and holds no received byte, so a
 * window's memory is the client's alone. What the client changes in bytes that it has written goes
 * to its peer, or makes a checksum wrong; nothing here depends on them. */
#ifndef NETSTACKD_STREAM_H
#define NETSTACKD_STREAM_H

#include "socket.h"

/* `remote` was checked by the caller. */
enum net_status stream_connect(struct serve_client *client, const struct net_address *remote,
                               struct socket **stream);
/* An established connection that waits in a listener's queue; when it dies there, it leaves the
 * queue and frees its slot. */
void stream_adopt(struct socket *socket, struct socket *listener, struct tcp_pcb *pcb);
/* It leaves the queue: the client gets its handle. */
void stream_accepted(struct socket *socket);

/* What the client has read is heard. `*waiting_len`: bytes for it to read; 0 with NET_OK is the end
 * of the stream. */
enum net_status stream_read(struct socket *socket, uint32_t *waiting_len);
/* What the client has written is heard, and sent. `has_more`: it has bytes to write; would-block
 * when none came and there is no room for any. */
enum net_status stream_write(struct socket *socket, bool has_more);

/* The client is done with it; what was written still goes out. */
void stream_close(struct socket *socket);
/* Reset and freed at once. */
void stream_abort(struct socket *socket);

enum net_status stream_local_address(const struct socket *socket, struct net_address *address);
enum net_status stream_remote_address(const struct socket *socket, struct net_address *address);

#endif
