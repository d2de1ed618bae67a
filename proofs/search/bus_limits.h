/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd's bounds as small as they can be, before any of its files: a byte of window, a stream
 * of each session, one application with its service and two streams. */
#ifndef BUS_LIMITS_H
#define BUS_LIMITS_H

#include "limits.h"

#undef SESSION_STREAM_MAX
#define SESSION_STREAM_MAX 1
#undef OWN_STREAM_MAX
#define OWN_STREAM_MAX 1
#undef STREAM_WINDOW
#define STREAM_WINDOW 1
#undef STREAM_SEND_CAP
#define STREAM_SEND_CAP 1
#undef BUS_CLIENT_MAX
#define BUS_CLIENT_MAX 1
#undef BUS_SHARE_MAX
#define BUS_SHARE_MAX 3

#endif
