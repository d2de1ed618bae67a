/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams over one session: many byte streams to named services, each with a window of its own,
 * so that one which nobody reads holds up no other. RFC-0008, section 2.7.
 *
 *     session                          streams                      application
 *     its stream records       ->      dsb_streams_receive      ->  dsb_streams_next_event, _read
 *     sealed by the session    <-      dsb_streams_next_record  <-  dsb_streams_open, _write, ...
 *
 * It does no I/O, has no heap, no clock and no crypto, and never waits. Taking a record never needs
 * room for one: what this side owes is kept in the streams, one CREDIT (or OPENED) and one RESET
 * each, and one RESET for each stream that was turned away.
 *
 * Memory is the caller's: (streams_max + own_max) x (window + send_cap + sizeof(struct dsb_stream))
 * bytes a session and 4 x streams_max for those turned away. Nothing a peer does needs more.
 *
 * The application names a stream by its id, from dsb_streams_open or DSB_STREAM_INCOMING on, until
 * it lets go of it. An id is never used again, so a stale one is only refused (DSB_WRONG_STATE).
 *
 * Errors: dsb_streams_receive judges the peer, and its reason ends the session. Every other call
 * answers its application with a dsb_status, and changes nothing unless it is DSB_OK.
 */
#ifndef DSOFTBUS_STREAMS_H
#define DSOFTBUS_STREAMS_H

#include "dsoftbus/byte_ring.h"
#include "dsoftbus/reason.h"
#include "dsoftbus/stream_record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Streams of one session, both sides' together: what a 16-bit index with a "none" can name. */
#define DSB_STREAMS_COUNT_MAX 65535

enum dsb_stream_state {
    DSB_STREAM_FREE = 0,
    DSB_STREAM_OPENING,   /* own: OPEN is not sealed yet */
    DSB_STREAM_ASKED,     /* own: OPEN is sealed, not answered */
    DSB_STREAM_INCOMING,  /* the peer's: the application has not answered */
    DSB_STREAM_ACCEPTED,  /* the peer's: OPENED is not sealed yet */
    DSB_STREAM_OPEN,      /* answered; each direction ends by itself */
    DSB_STREAM_RESETTING, /* RESET is not sealed yet */
    DSB_STREAM_OVER,      /* after a RESET of either side: nothing more passes */
};

/* The queues that a stream can stand in. */
enum dsb_stream_queue {
    DSB_STREAM_QUEUE_CONTROL = 0, /* owes OPEN, OPENED, CREDIT or RESET */
    DSB_STREAM_QUEUE_DATA,        /* has BYTES or FIN to send: the round */
    DSB_STREAM_QUEUE_EVENT,       /* has something to tell */
    DSB_STREAM_QUEUE_COUNT,
};

/* One stream. All of it is the library's. */
struct dsb_stream {
    uint32_t id;
    uint32_t send_credit; /* bytes that the peer still takes */
    uint32_t recv_credit; /* bytes that the peer may still send */
    struct dsb_byte_ring in, out;
    uint16_t next[DSB_STREAM_QUEUE_COUNT]; /* index + 1 of the next in the queue; 0: none */
    uint16_t reset_code;
    uint8_t state; /* dsb_stream_state */
    uint8_t told;  /* bits of dsb_stream_event_type that the application has still to hear */
    bool queued[DSB_STREAM_QUEUE_COUNT];
    bool is_known;     /* the application has heard of it */
    bool answered;     /* the peer's: accepted */
    bool finished;     /* by the application: FIN follows what is in `out` */
    bool fin_sent;     /* FIN is sealed */
    bool fin_received; /* the peer's */
    bool is_reset;     /* not by this side's application */
    bool let_go;
    bool wants_room; /* a write found `out` full */
    uint8_t service_len;
    char service[DSB_STREAM_SERVICE_MAX];
};

/* What both sides announced, and how much of it this side gives memory to. */
struct dsb_streams_config {
    bool is_initiator;         /* of the session */
    uint16_t streams_max;      /* announced: streams that the peer may have open */
    uint16_t own_max;          /* streams that this side may have open, if the peer takes as many */
    uint16_t peer_streams_max; /* what the peer announced */
    uint32_t window;           /* announced: bytes that a stream holds which nobody has read; > 0 */
    uint32_t peer_window;      /* what the peer announced; > 0 */
    uint32_t send_cap;         /* bytes that a stream holds which are not sealed yet; > 0 */
};

/* Items or bytes that each part of the memory must have for a dsb_streams_config. */
#define DSB_STREAMS_COUNT(config) ((size_t)(config)->streams_max + (config)->own_max)
#define DSB_STREAMS_BYTES(config)                                                                  \
    (DSB_STREAMS_COUNT(config) * ((size_t)(config)->window + (config)->send_cap))

struct dsb_streams_memory {
    struct dsb_stream *streams; /* DSB_STREAMS_COUNT of them */
    uint8_t *bytes;             /* DSB_STREAMS_BYTES */
    uint32_t *refused;          /* streams_max ids; may be NULL when that is 0 */
};

/* All streams of a session. The members are the library's. */
struct dsb_streams {
    struct dsb_streams_config config;
    struct dsb_stream *streams;
    uint32_t *refused; /* ids that are owed a RESET: there was no room for them */
    size_t count;
    size_t refused_count;
    size_t own_count, peer_count; /* streams in use, by who opened them */
    size_t hint;                  /* where the last stream was found */
    uint32_t next_id;             /* of the next own stream; 0 when they are used up */
    uint32_t peer_id;             /* of the peer's latest; 0 when it opened none */
    uint16_t first[DSB_STREAM_QUEUE_COUNT], last[DSB_STREAM_QUEUE_COUNT]; /* index + 1 */
    bool wants_stream; /* an open found no room */
    bool has_room;     /* since then there is */
    bool is_over;      /* the session is */
};

/* Values are the order in which several of one stream are told. */
enum dsb_stream_event_type {
    DSB_STREAM_EVENT_NONE = 0,
    DSB_STREAM_EVENT_INCOMING = 1, /* the peer opened it, for `service`: accept or refuse */
    DSB_STREAM_EVENT_OPENED = 2,   /* the peer's service took it */
    DSB_STREAM_EVENT_READABLE = 4, /* more bytes, or the end: read until there is none */
    DSB_STREAM_EVENT_WRITABLE = 8, /* room again after DSB_WOULD_BLOCK, or a short write */
    DSB_STREAM_EVENT_RESET = 16,   /* by the peer, or with the session; `code`. Read what is left */
    DSB_STREAM_EVENT_CAN_OPEN = 32, /* no stream's: open found no room, now there is some */
};

struct dsb_stream_event {
    enum dsb_stream_event_type type;
    uint32_t id;
    uint16_t code;       /* RESET: a dsb_reset_code, or another number of the peer's */
    const char *service; /* INCOMING: not terminated; valid until the stream is let go */
    size_t service_len;
};

/* Begins without a stream. DSB_INVALID: a window or send_cap of 0, more than DSB_STREAMS_COUNT_MAX
 * streams, or memory that is not there. */
DSB_MUST_CHECK enum dsb_status dsb_streams_init(struct dsb_streams *streams,
                                                const struct dsb_streams_config *config,
                                                const struct dsb_streams_memory *memory);

/* The session's side */

/*
 * Takes the body of a stream record that the session opened; it is copied from. DSB_REASON_NONE, or
 * why the session must end, and then nothing has changed: RECORD_BODY (and RECORD_TYPE for another
 * type), STREAM_ID, STREAM_STATE, STREAM_CREDIT, STREAM_COUNT.
 */
DSB_MUST_CHECK enum dsb_reason dsb_streams_receive(struct dsb_streams *streams,
                                                   enum dsb_record_type type, const uint8_t *body,
                                                   size_t body_len);

/*
 * Writes the body of the next record to be sealed, at most body_cap bytes, and its type. Returns
 * its length: 0 when there is none, or no room for it. It counts as sent. What this side owes goes
 * first, then the streams in turn. DSB_STREAM_CONTROL_MAX bytes of room let any record through
 * (BYTES are cut to what there is).
 */
DSB_MUST_CHECK size_t dsb_streams_next_record(struct dsb_streams *streams,
                                              enum dsb_record_type *type, uint8_t *body,
                                              size_t body_cap);

/* dsb_streams_next_record has one, given room. */
bool dsb_streams_wants_output(struct dsb_streams *streams);

/* The session is over, or its peer has closed: no record comes or goes any more. Each stream that
 * is not ended in both directions is reset, DSB_RESET_GONE, and stays until it is let go. */
void dsb_streams_end(struct dsb_streams *streams);

/* The application's side. An id that is none of its streams is DSB_WRONG_STATE everywhere. */

/* The next thing that happened. */
DSB_MUST_CHECK struct dsb_stream_event dsb_streams_next_event(struct dsb_streams *streams);

/*
 * Opens a stream to the peer's service; it can be written to at once. DSB_INVALID (the name),
 * DSB_WOULD_BLOCK (own_max, or as many as the peer takes; DSB_STREAM_EVENT_CAN_OPEN follows),
 * DSB_WRONG_STATE (the session is over, takes none, or its ids are used up).
 */
DSB_MUST_CHECK enum dsb_status dsb_streams_open(struct dsb_streams *streams, const void *service,
                                                size_t service_len, uint32_t *id);

/* Takes an INCOMING stream: also one that its peer finished and reset since, which can still be
 * read. DSB_WRONG_STATE when it is not, or no more. */
DSB_MUST_CHECK enum dsb_status dsb_streams_accept(struct dsb_streams *streams, uint32_t id);

/* Answers it with a RESET, and lets go of it. DSB_WRONG_STATE too when there is nobody left to
 * answer: only let it go. DSB_INVALID when code is DSB_RESET_NONE. */
DSB_MUST_CHECK enum dsb_status dsb_streams_refuse(struct dsb_streams *streams, uint32_t id,
                                                  enum dsb_reset_code code);

/*
 * Takes as many of len bytes as there is room for: *written_len, at least 1 on DSB_OK. If that is
 * not all, or DSB_WOULD_BLOCK (no room), DSB_STREAM_EVENT_WRITABLE follows. DSB_INVALID (0 bytes),
 * DSB_WAS_RESET, DSB_WRONG_STATE (finished, or not accepted).
 */
DSB_MUST_CHECK enum dsb_status dsb_streams_write(struct dsb_streams *streams, uint32_t id,
                                                 const uint8_t *bytes, size_t len,
                                                 size_t *written_len);

/* The same without a copy: room in one piece, and how much of it was written. DSB_INVALID for more
 * than the room. */
DSB_MUST_CHECK enum dsb_status dsb_streams_room(struct dsb_streams *streams, uint32_t id,
                                                uint8_t **room, size_t *room_len);
DSB_MUST_CHECK enum dsb_status dsb_streams_wrote(struct dsb_streams *streams, uint32_t id,
                                                 size_t len);

/*
 * Takes up to cap bytes: *read_len, at least 1 on DSB_OK. The peer may send as many more.
 * DSB_WOULD_BLOCK (none now), DSB_ENDED (the peer finished: the end of file), DSB_WAS_RESET (an
 * end, and not that of the file), DSB_INVALID (cap 0), DSB_WRONG_STATE (not accepted, or reset by
 * this side).
 */
DSB_MUST_CHECK enum dsb_status dsb_streams_read(struct dsb_streams *streams, uint32_t id,
                                                uint8_t *bytes, size_t cap, size_t *read_len);

/* The same without a copy: bytes in one piece, valid until taken, and how many were taken.
 * DSB_INVALID for more than there are. */
DSB_MUST_CHECK enum dsb_status dsb_streams_front(struct dsb_streams *streams, uint32_t id,
                                                 const uint8_t **bytes, size_t *len);
DSB_MUST_CHECK enum dsb_status dsb_streams_took(struct dsb_streams *streams, uint32_t id,
                                                size_t len);

/* This side writes no more: FIN follows what was written. Again: DSB_OK. DSB_WAS_RESET,
 * DSB_WRONG_STATE (not accepted). */
DSB_MUST_CHECK enum dsb_status dsb_streams_finish(struct dsb_streams *streams, uint32_t id);

/*
 * Ends both directions at once: what is not sealed or not read yet is dropped, and the peer hears
 * the code. The stream stays until it is let go. DSB_INVALID (DSB_RESET_NONE), DSB_WAS_RESET,
 * DSB_WRONG_STATE (both directions had ended, or reset before).
 */
DSB_MUST_CHECK enum dsb_status dsb_streams_reset(struct dsb_streams *streams, uint32_t id,
                                                 enum dsb_reset_code code);

/*
 * The application is done with the id; no event names it any more. What was written before
 * dsb_streams_finish still leaves; a stream that was not finished is reset, DSB_RESET_CANCELLED,
 * and one whose peer has not finished when the FIN leaves, DSB_RESET_GONE: it has
 * all that was written. Only now, and when the
 * stream is over on the wire, its memory serves another: until then it counts.
 */
DSB_MUST_CHECK enum dsb_status dsb_streams_let_go(struct dsb_streams *streams, uint32_t id);

/* Bytes written and not sealed yet, and received and not read yet; 0 for no stream. */
size_t dsb_streams_unsent(struct dsb_streams *streams, uint32_t id);
size_t dsb_streams_unread(struct dsb_streams *streams, uint32_t id);

/* The peer has finished: what is unread is all that is left. False for no stream. */
bool dsb_streams_is_finished(struct dsb_streams *streams, uint32_t id);

/* Streams in use on this side, of the application's and those that it let go and that are not over
 * yet: those that it opened, and the peer's. */
size_t dsb_streams_own_count(const struct dsb_streams *streams);
size_t dsb_streams_peer_count(const struct dsb_streams *streams);

#ifdef __cplusplus
}
#endif

#endif
