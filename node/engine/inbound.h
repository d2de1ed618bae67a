/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiving side of file transfers (message.h), for one connection at a time. A connection on
 * which no file is under way has nothing here.
 */
#ifndef NODE_INBOUND_H
#define NODE_INBOUND_H

#include "node/engine/conn.h"
#include "node/engine/file_sink.h"
#include "node/engine/message.h"

enum inbound_outcome {
    INBOUND_STORED,
    INBOUND_TRUNCATED, /* the session ended, or closed, before the file did */
    INBOUND_LENGTH,    /* another length than announced */
    INBOUND_STORAGE    /* the file system; see system_error */
};

/* Where an offered file goes. */
struct inbound_place {
    char path[PATH_MAX];
    enum sink_existing existing;
    char kept[MESSAGE_NAME_MAX + 1]; /* the name there, when it is not the offered one; else "" */
};

/* Who decides where files go. */
struct inbound_host {
    /* Where to put the offered file. 0 with `place`, which came zeroed, filled in; or why not. */
    enum message_refusal (*choose)(struct inbound_host *host, struct conn *c,
                                   const struct message *put, struct inbound_place *place);
    /* Bytes came; may be NULL. */
    void (*progress)(struct inbound_host *host, struct conn *c, uint64_t received_len,
                     uint64_t total_len);
    /* An offer was refused before anything was written; may be NULL. */
    void (*refused)(struct inbound_host *host, struct conn *c, const char *name,
                    enum message_refusal why);
    /* A transfer that choose accepted is over. `kept` as in the place. */
    void (*ended)(struct inbound_host *host, struct conn *c, const char *name, const char *kept,
                  uint64_t received_len, enum inbound_outcome outcome, int system_error);
    uv_loop_t *loop;
    bool stuck; /* a pipe was given up while a write to it was under way: the loop may never be
                   empty */
};

/* One DATA body. ECHO is answered, the messages of a receiver end the session: see
 * conn_events.data. */
enum conn_take inbound_data(struct inbound_host *host, struct conn *c, struct chunk *chunk,
                            const uint8_t *body, size_t body_len);

/* Pass on the connection's drained and hung_up, and its peer_closed or ended, whichever comes
 * first. */
void inbound_drained(struct conn *c);
void inbound_hung_up(struct conn *c);
void inbound_stop(struct conn *c);

#endif
