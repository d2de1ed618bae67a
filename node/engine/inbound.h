/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service `file`: the receiving side of transfers (message.h), one file at a time on each
 * stream.
 */
#ifndef NODE_INBOUND_H
#define NODE_INBOUND_H

#include "file/message.h"
#include "node/engine/conn.h"
#include "node/engine/file_sink.h"

enum inbound_outcome {
    INBOUND_STORED,
    INBOUND_TRUNCATED, /* the stream ended before the file did */
    INBOUND_LENGTH,    /* another length than announced */
    INBOUND_TOO_LONG,  /* more than the place allowed */
    INBOUND_STORAGE    /* the file system; see system_error */
};

/* Where an offered file goes. */
struct inbound_place {
    char path[PATH_MAX];
    enum sink_existing existing;
    char kept[MESSAGE_NAME_MAX + 1]; /* the name there, when it is not the offered one; else "" */
    bool is_bounded;
    uint64_t length_max; /* of the file, when it is bounded: more is REFUSAL_NO_SPACE */
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

/* The service's name. */
#define INBOUND_SERVICE "file"

/* What a sender is told of a failure of the file system, an errno. */
enum message_refusal inbound_refusal(int system_error);

/* Takes a stream of the peer's inside of conn_events.incoming. */
void inbound_serve(struct inbound_host *host, struct conn *c, uint32_t id);

#endif
