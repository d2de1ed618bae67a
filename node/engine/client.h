/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The initiator's side of a command: find the peer, connect, hold one session, explain how it
 * ended.
 *
 *     directory and trust store -> address (given, or discovered) -> connection -> session -> end
 */
#ifndef NODE_CLIENT_H
#define NODE_CLIENT_H

#include "node/base/options.h"
#include "node/engine/conn.h"
#include "node/engine/discovery.h"
#include "node/store/keyring.h"

/* How long the peer has to answer our CLOSE once the work is done or given up. */
#define CLIENT_CLOSE_MS 3000

/*
 * Addresses that are tried one after the other until a session comes of one: those of a name, or
 * those that answers to a search told. Whoever forges answers costs a try each, not the connection.
 */
#define CLIENT_CANDIDATES_MAX ENDPOINT_ADDRESSES_MAX

struct client {
    const struct options *options;
    struct error *error;
    struct keyring keyring;
    struct conn_shared shared;
    struct conn *conn; /* NULL before and after */
    struct dsb_device_id target;
    union endpoint at; /* the address being tried, or in use */
    union endpoint candidates[CLIENT_CANDIDATES_MAX];
    size_t candidate_count;
    size_t tried_count;
    struct discovery_search search;
    struct dsb_hearsay hearsay;
    enum dsb_vouched_result word; /* of the last root's word that was heard and did not hold */
    const struct conn_events *events;
    bool settled; /* what came of the command is known: ok, or *error */
    bool ok;
    bool searching;
    const char *host; /* as given with the target; NULL: to be discovered */
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t on_term;
    uv_signal_t on_int;
};

/*
 * Reads the target (ID[@HOST[:PORT]]), the identity and the trust store, and makes the loop, to
 * which the command may add handles of its own. events are the command's, with client_ended called
 * in ended; conn->owner is the client. Nothing is held when it fails.
 */
MUST_CHECK bool client_open(struct client *c, const struct options *o, const char *target,
                            const struct conn_events *events, struct error *e);

/* Runs the loop until the connection ended. Returns what came of it. */
MUST_CHECK bool client_run(struct client *c);

/*
 * The command has done its work, or failed: closes the session. The first of these calls, or the
 * end of the connection, settles what the command reports; later ones change nothing.
 */
void client_succeed(struct client *c);
void client_fail(struct client *c, enum exit_code code, const char *format, ...) PRINTF_LIKE(3, 4);

/* For conn_events.ended: explains an end that came before the command was settled. */
void client_ended(struct conn *conn, enum conn_outcome outcome, enum dsb_reason reason,
                  int system_error);

/* Wipes the keys and frees the rest. After client_run, and after the command closed its own
 * handles. */
void client_close(struct client *c);

/* "alpha at 192.0.2.1:34567" for messages. */
#define CLIENT_PEER_TEXT_SIZE (DSB_DEVICE_ID_MAX + 4 + ENDPOINT_TEXT_SIZE)
void client_peer_text(const struct client *c, char out[CLIENT_PEER_TEXT_SIZE]);

#endif
