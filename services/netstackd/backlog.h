/* SPDX-License-Identifier: Apache-2.0 */
/* A listener's connections that its client has not accepted yet. */
#ifndef NETSTACKD_BACKLOG_H
#define NETSTACKD_BACKLOG_H

#include "socket.h"

/* False when it is full. */
bool backlog_add(struct listener *listener, struct socket *stream);
/* The oldest; NULL when there is none. */
struct socket *backlog_oldest(const struct listener *listener);
/* It leaves from wherever it stands: accepted, or dead. */
void backlog_remove(struct listener *listener, const struct socket *stream);

#endif
