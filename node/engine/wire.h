/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link on a socket: the bytes of one connection, and the chunks that are lent to its link while
 * there is something in them. Half open it needs nothing beside its own memory.
 */
#ifndef NODE_WIRE_H
#define NODE_WIRE_H

#include "dsoftbus/link.h"
#include "node/base/program.h"
#include "node/engine/chunk.h"

/* Read-only outside wire.c, but for the calls of `link`. */
struct wire {
    struct dsb_link link;
    struct chunk_pool *chunks;
    struct chunk *in;  /* received and not used; NULL when empty */
    struct chunk *out; /* sealed and not written; NULL when empty, but inside of a turn */
    int fd;
    int fault; /* errno of the connection, 0 */
    bool ends; /* the stream's end, or its failure, was read */
    uint8_t handshake_in[DSB_HANDSHAKE_IN_MAX];
};

/* Takes the socket over. The buffers are for dsb_link_connect or dsb_link_accept. */
struct dsb_link_buffers wire_init(struct wire *wire, int fd, struct chunk_pool *chunks);

/* Closes the socket, gives back every chunk and wipes the link. */
void wire_close(struct wire *wire);

/* Makes sure of a chunk for what is received, and for what is sealed. */
void wire_lend_in(struct wire *wire);
void wire_lend_out(struct wire *wire);

/* Gives back the chunks that are empty. */
void wire_give_back(struct wire *wire);

/* Reads once. The link has room: less than one record waits in it. */
void wire_receive(struct wire *wire);

/* Writes what waits, as far as the kernel takes it. True when it took something. */
bool wire_flush(struct wire *wire, uint64_t now_ms);

#endif
