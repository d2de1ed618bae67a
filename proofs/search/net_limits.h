/* SPDX-License-Identifier: Apache-2.0 */
/* netstackd's bounds small, before any of its files: one client with a listener and a stream, whose
 * window is two writes. */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#include "proto/net.h"

#undef NET_CLIENTS_MAX
#define NET_CLIENTS_MAX 1
#undef NET_CLIENT_SOCKETS_MAX
#define NET_CLIENT_SOCKETS_MAX 2
#undef NET_CLIENT_LISTENERS_MAX
#define NET_CLIENT_LISTENERS_MAX 1
#undef NET_BACKLOG_MAX
#define NET_BACKLOG_MAX 2
#undef NET_STREAM_WINDOW_BYTES
#define NET_STREAM_WINDOW_BYTES 8

#endif
