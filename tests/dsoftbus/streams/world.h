/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends of the stream layer, each with an application that keeps count, joined by two short
 * queues of records: small enough to be tried in every order, and all in one piece of memory, so
 * that a state is saved and gone back to by a copy.
 */
#ifndef TESTS_DSOFTBUS_STREAMS_WORLD_H
#define TESTS_DSOFTBUS_STREAMS_WORLD_H

#include "dsoftbus/streams.h"

#define TALKS        2 /* streams in a world */
#define SIDE_STREAMS 4 /* two that it opens, two that it takes */
#define RING_MAX     4 /* bytes: window and send_cap are at most this */
#define WIRE_MAX     3 /* records on the way in one direction */
#define BODY_MAX     12

/* One stream of a plan. */
struct talk {
    uint8_t opener;     /* which side opens it; NOBODY: no such stream */
    uint8_t budget[2];  /* bytes that each side writes before it finishes */
    bool may_end_early; /* the applications may also reset, refuse, and let go at any time */
};

#define NOBODY 2

/* What is tried. */
struct plan {
    const char *name;
    uint8_t window, send_cap; /* of both sides */
    uint8_t streams_max;
    uint8_t wire; /* records on the way */
    struct talk talks[TALKS];
};

/* One application's part of one stream. It does only what the events allow it to do. */
struct part {
    uint32_t id; /* 0: none yet */
    uint8_t written, read;
    bool opened, incoming, answered;
    bool readable, blocked, open_blocked;
    bool finished, saw_end, saw_reset, did_reset, let_go;
};

struct record {
    uint8_t type, len;
    uint8_t body[BODY_MAX];
};

struct wire {
    uint8_t count;
    struct record records[WIRE_MAX];
};

struct side {
    struct dsb_streams streams;
    struct dsb_stream table[SIDE_STREAMS];
    uint32_t refused[TALKS];
    uint8_t bytes[SIDE_STREAMS * 2 * RING_MAX];
    struct part parts[TALKS];
    struct wire wire; /* what it has said */
};

struct world {
    struct side sides[2];
};

enum action {
    ACT_SEND = 0,   /* the side's next record goes on its way */
    ACT_SEND_SHORT, /* the same, with room for one byte of BYTES */
    ACT_DELIVER,    /* the oldest of its records arrives at the other side */
    ACT_OPEN,
    ACT_ACCEPT,
    ACT_WRITE,
    ACT_READ,
    ACT_FINISH,
    ACT_LET_GO,
    ACT_REFUSE, /* from here on only where it may end early */
    ACT_RESET,
    ACT_COUNT,
};

/* Begins anew. `world` must stay where it is: what is saved of it is valid only there. */
void world_begin(struct world *world, const struct plan *plan);

/* Does it, if it is possible now. Aborts with a message when a rule is broken. */
bool world_act(struct world *world, const struct plan *plan, unsigned side, unsigned talk,
               enum action action);

/* Rules that hold in each state: credit on both sides fits what is on the way. */
void world_check(struct world *world, const struct plan *plan);

/* Lets both applications do all they have to, until nothing is left to do; then all of it must have
 * arrived and been let go. */
void world_finish(struct world *world, const struct plan *plan);

/* The session ends here and now, on both sides, with what is on its way; the applications read what
 * they have and let go. No end of a file may be met that is none, and nothing may be left. */
void world_die(struct world *world, const struct plan *plan);

/* A number for the state: the same for the same state, and for no other (64 bits). */
uint64_t world_hash(const struct world *world);

#endif
