/* SPDX-License-Identifier: Apache-2.0 */
/* Where programs of this machine come to the bus: a Unix socket, for whom its mode lets in. */
#ifndef NODE_BUS_SOCKET_H
#define NODE_BUS_SOCKET_H

#include "node/bus/bus.h"
#include "node/store/confdir.h"

#include <sys/un.h>

#define BUS_PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

struct bus_socket {
    struct bus *bus;
    uv_poll_t poll;
    int fd; /* -1: none */
    char path[BUS_PATH_SIZE];
};

/* The socket's place: `given`, or $DSOFTBUS_BUS, or the user's or the system's own. False when
 * there is none (`none`, or no place of this user's), or the path is too long. */
bool bus_socket_place(char path[BUS_PATH_SIZE], const char *given);

/* Makes the socket, mode 0660, and its directory, mode 0750, where it is missing; both are the
 * owner's. Returns a listening socket, or -1 with errno (EADDRINUSE: another daemon has it). */
int bus_socket_open(const char *path);

/* Serves; takes the socket over. */
void bus_socket_start(struct bus_socket *s, struct bus *b, int fd, const char *path);

void bus_socket_stop(struct bus_socket *s);

#endif
