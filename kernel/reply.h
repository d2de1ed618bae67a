/* SPDX-License-Identifier: Apache-2.0 */
/* What a server owes: the reply to the message received last, and one for each token it holds.
 *
 * A token is a capability that names a process and the number of one of its waits. No wait has the
 * number of another, so a token whose wait is over answers nothing, and nobody has to look for it
 * when the wait ends. */
#ifndef REPLY_H
#define REPLY_H

#include "object.h"

/* The caller that a token answers; NULL when it has gone. */
struct process *reply_token_caller(const struct cap *token);

/* Turns the debt of the server, whose caller waits, into a token; the caller of this inserts it. */
struct cap reply_make_token(struct process *server);

/* A process lets go of a token: a caller that still waits for it is told. */
void reply_drop_token(struct process *server, const struct cap *token);

/* The server died: whom it owes the reply to its last message is told. */
void reply_abandon(struct process *server);

#endif
