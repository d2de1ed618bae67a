/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chunks of a connection: what was received and is not used, what was sealed and is not
 * written. For conn.c alone. A connection has a chunk only while something is in it.
 */
#ifndef NODE_CONN_BUFFER_H
#define NODE_CONN_BUFFER_H

#include "node/engine/conn.h"

/*
 * Where received bytes go, with *room bytes of room: behind what is there. In a session that is
 * enough for a whole record, however much of one is there.
 */
uint8_t *conn_in_tail(struct conn *c, size_t *room);

/* Where the next sealed record goes, behind what waits; makes sure of a chunk. */
uint8_t *conn_out_tail(struct conn *c, size_t *room);

/*
 * Counts what was sealed at the tail, 0 or more bytes, and writes it. To be called after every
 * conn_out_tail. What a mute connection gets is dropped.
 */
void conn_out_add(struct conn *c, size_t sealed_len);

/* Writes what waits as far as the kernel takes it. When the connection is gone it becomes mute. */
void conn_flush(struct conn *c);

#endif
