/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of every command that carries streams: the daemon's events, the signals, one descriptor
 * of the command's own, and a bounded number of relays. Single-threaded, blocks in poll alone.
 */
#ifndef NODE_CARRIER_H
#define NODE_CARRIER_H

#include "node/base/error.h"
#include "node/base/log.h"
#include "node/cli/relay.h"

#include <sys/types.h>

/* What a place is used for. */
enum carried_state {
    CARRIED_FREE,
    CARRIED_DIALLING, /* local is a socket that is not connected yet */
    CARRIED_MOVING,
    CARRIED_DYING, /* the stream is over, its command is not */
};

struct carried {
    enum carried_state state;
    uint64_t stream;
    int stream_fd;
    int local;            /* the socket that is connected */
    pid_t pid;            /* the command; 0: none, or it has ended */
    uint64_t deadline_ms; /* CARRIED_DYING: when it is killed */
    char peer[DSBC_NAME_MAX + 1];
    struct relay relay;
};

struct carrier;

/* The command's part; those that it has no use for are NULL. */
struct carrier_events {
    void (*answered)(struct carrier *c, struct dsbc_event *answer); /* to dsbc_ask_connect */
    void (*incoming)(struct carrier *c, struct dsbc_event *stream); /* its fd is taken over */
    void (*connected)(struct carrier *c, struct carried *place);    /* CARRIED_DIALLING, or its */
    void (*own_ready)(struct carrier *c);                           /* own_fd */
    void (*signalled)(struct carrier *c, int number);
    void (*ended)(struct carrier *c, struct carried *place, enum relay_result how);
    void (*ticked)(struct carrier *c); /* each second at least, while `ticks` */
};

struct carrier {
    struct dsbc *bus;
    const struct carrier_events *events;
    void *owner;
    struct carried *places;
    unsigned place_count;
    struct pollfd *polled;
    int own_fd;    /* -1: none */
    int signal_fd; /* SIGINT, SIGTERM and SIGCHLD */
    bool ticks;
    bool over;
    bool ok;
    struct error *error;
    struct log_budget notes;
};

/* Connects to the daemon of `bus_path` (NULL: the default one). False with *e filled; then there is
 * nothing to close. */
MUST_CHECK bool carrier_open(struct carrier *c, const char *bus_path, unsigned place_count,
                             const struct carrier_events *events, void *owner, struct error *e);

/* Until carrier_stop() or carrier_fail(), or the daemon goes. */
MUST_CHECK bool carrier_run(struct carrier *c);

void carrier_stop(struct carrier *c);
void carrier_fail(struct carrier *c, enum exit_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* A free place, or NULL: as many as there may be are in use. */
struct carried *carrier_place(struct carrier *c);

unsigned carrier_used_count(const struct carrier *c);

/* Frees the place; its descriptors are closed. */
void carrier_free(struct carried *place);

/* Ends its stream at once, and nothing else. */
void carrier_reset(struct carrier *c, const struct carried *place);

/* The same, lets a local socket's other end know that it was cut off, and frees it.
 */
void carrier_drop(struct carrier *c, struct carried *place);

/* Turns an incoming stream away and closes its descriptor. */
void carrier_refuse(struct carrier *c, const struct dsbc_event *stream, enum dsbc_result reason);

/* A line about one stream on standard error; how many, is bounded. */
void carrier_note(struct carrier *c, const char *format, ...) PRINTF_LIKE(2, 3);

/* Ends every stream that is still there, and the connection to the daemon. */
void carrier_close(struct carrier *c);

#endif
