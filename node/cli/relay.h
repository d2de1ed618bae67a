/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes between a stream of the bus and something local: standard input and output, a command's
 * pipes, a socket. Two ways, each with one bounded buffer; a way's end is passed on when its bytes
 * are, and the other way goes on (half-close).
 *
 * The end of the stream's bytes may be passed on only when it is one: a stream that was reset ends
 * for its reader, too. Without doubt it is one while the daemon still holds its side; else the
 * relay waits for the verdict.
 */
#ifndef NODE_RELAY_H
#define NODE_RELAY_H

#include "node/client/dsoftbus-client.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_BUF_SIZE (64 * 1024) /* bytes of a way: a third of what a Unix socket holds */

struct relay_way {
    int from;
    int to;
    size_t write_max; /* bytes that a writable `to` takes without blocking */
    size_t at;        /* of the bytes that wait */
    size_t len;
    bool at_end; /* `from` has said its last byte */
    bool over;   /* and `to` knows */
    uint8_t bytes[RELAY_BUF_SIZE];
};

enum relay_option {
    RELAY_HOLDS_END = 1,   /* of the local side, until relay_release_end() */
    RELAY_MAY_IGNORE = 2,  /* the local side may close its input: the rest is dropped */
    RELAY_ANSWER_ONLY = 4, /* the stream's end ends the local side's bytes, too */
};

enum relay_result {
    RELAY_GOES_ON,
    RELAY_CLEAN, /* both ways are over, and the verdict is good */
    RELAY_CUT,   /* the verdict is bad: relay->verdict */
    RELAY_FAULT, /* the local side failed: relay->fault */
};

struct relay {
    unsigned options; /* enum relay_option */
    bool doubtful;    /* the stream is over, and only the verdict says how */
    bool judged;
    enum dsbc_result verdict; /* once judged */
    int fault;                /* errno */
    bool fault_is_input;      /* local_in failed, not local_out */
    struct relay_way out;     /* local to stream */
    struct relay_way in;      /* stream to local */
};

/* Takes the descriptors over; local_in and local_out may be the same. What blocks and is no file
 * is written to in pieces that its readiness promises. */
void relay_start(struct relay *r, int stream, int local_in, int local_out, unsigned options);

/* What the relay waits for: three entries, unused ones with fd -1. */
#define RELAY_POLL_COUNT 3
void relay_wants(const struct relay *r, struct pollfd wanted[RELAY_POLL_COUNT]);

/* Moves what can be moved, after a poll of those entries. */
enum relay_result relay_turn(struct relay *r, const struct pollfd ready[RELAY_POLL_COUNT]);

/* The local side's end may be passed on. */
void relay_release_end(struct relay *r);

/* DSBC_END came. The next relay_turn() acts on it. */
void relay_judge(struct relay *r, enum dsbc_result verdict);

/* Closes all three; standard input and output stay open. */
void relay_close(struct relay *r);

#endif
