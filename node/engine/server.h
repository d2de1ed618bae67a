/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accepts connections, dials others, bounds those that are not authenticated yet, holds the
 * sessions, and counts what became of them. Used by dsoftbusd, `dsoftbus serve` and `dsoftbus
 * receive`.
 */
#ifndef NODE_SERVER_H
#define NODE_SERVER_H

#include "dsoftbus/admission.h"
#include "node/base/log.h"
#include "node/engine/conn.h"
#include "node/store/keyring.h"

/* How long sessions have to answer our CLOSE when the server stops. */
#define SERVER_STOP_MS 3000

/* Reasons of the library; the table grows with DSB_REASONS. */
enum {
#define X(name, number, text) SERVER_REASON_IDX_##name,
    DSB_REASONS(X)
#undef X
        SERVER_REASON_COUNT
};

struct server_counters {
    uint64_t accepted_count;
    uint64_t opened_count;
    uint64_t clean_count;
    uint64_t full_count; /* turned away authenticated: the session table was full */
    uint64_t rejected_count[SERVER_REASON_COUNT]; /* handshakes, by reason */
    uint64_t broken_count[SERVER_REASON_COUNT];   /* sessions, by reason */
    uint64_t stored_count;                        /* files */
    uint64_t not_stored_count;
    uint64_t refused_count; /* offers of files */
};

struct server_limits {
    uint32_t session_count;
    uint32_t half_open_count;
    struct stream_limits streams; /* of each session */
};

/* What the sessions are for. Each may be NULL but incoming. */
struct server_host {
    /* A peer that accepted connections count against its own limit: NONE lets it in. */
    enum dsb_reason (*admit)(struct server_host *host, const struct dsb_device_id *peer);
    void (*opened)(struct server_host *host, struct conn *c);
    /* As conn_events.incoming and can_open. */
    void (*incoming)(struct server_host *host, struct conn *c, uint32_t id, const char *service,
                     size_t service_len);
    void (*can_open)(struct server_host *host, struct conn *c);
    /* The session is over, or is closing: nothing can be opened on it any more. May come twice. */
    void (*closed)(struct server_host *host, struct conn *c);
    /* No session came of server_dial. */
    void (*dial_failed)(struct server_host *host, struct conn *c, enum conn_outcome outcome,
                        enum dsb_reason reason, int system_error);
};

struct server {
    struct conn_shared shared;
    struct server_host *host;
    struct server_limits limits;
    struct server_counters counters;
    struct log_budget stranger_lines; /* about peers that proved nothing */
    struct log_budget peer_lines;     /* about trusted ones that are turned away or refused */
    struct dsb_admission admission;
    struct dsb_half_open *half_open_entries;
    struct conn **half_open; /* by admission handle; one more than the table has entries */
    struct conn *sessions;   /* a list */
    uint32_t session_count;
    uint32_t half_open_count;
    struct conn *dialling; /* a list */
    uint32_t next_number;
    uint64_t started_ms;
    uv_poll_t accept_poll;
    uv_timer_t stop_timer;
    int listen_fd;
    int spare_fd; /* given up for a moment when descriptors run out, so that a connection can be
                     refused */
    bool stopping;
    bool quiet; /* no log lines about sessions */
};

/*
 * Starts on a listening socket, which it takes over. keyring and host must outlive the server.
 */
MUST_CHECK bool server_start(struct server *s, uv_loop_t *loop, struct keyring *k,
                             struct server_host *host, int listen_fd,
                             const struct server_limits *limits, struct error *e);

/* Dials a device. Its session is one of the server's, or dial_failed comes. NULL as conn_connect.
 */
MUST_CHECK struct conn *server_dial(struct server *s, const union endpoint *remote,
                                    const struct dsb_device_id *target, enum dsb_reason *reason);

/* Stops accepting, closes every session with CLOSE, gives them SERVER_STOP_MS. Then the loop has
 * nothing left of it. */
void server_stop(struct server *s);

/* Ends the sessions whose peer the trust store no longer has. */
void server_recheck_peers(struct server *s);

/* After the loop ended. */
void server_free(struct server *s);

/* The reason of a row of the counters. */
const char *server_reason_name(size_t reason_idx);

#endif
