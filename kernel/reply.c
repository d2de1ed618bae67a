/* SPDX-License-Identifier: Apache-2.0 */
/* No table of replies: a process waits in one call at a time, so what is owed it stands in itself.
 */
#include "reply.h"

#include "wait.h"

struct process *reply_token_caller(const struct cap *token)
{
    struct process *caller = &processes[token->object];
    bool waits = caller->state == PROCESS_PARKED && caller->reply_serial == token->badge;
    return waits ? caller : NULL;
}

struct cap reply_make_token(struct process *server)
{
    static uint64_t serial; /* of the last token of all: 64 bits do not run out */
    struct process *caller = server->caller;
    serial++;
    wait_for_token(caller, serial);
    server->reply_count++;
    return (struct cap){
        .type = ABI_CAP_REPLY, .object = (uint16_t)process_idx(caller), .badge = serial};
}

void reply_drop_token(struct process *server, const struct cap *token)
{
    struct process *caller = reply_token_caller(token);
    server->reply_count--;
    if (caller)
        wait_fail(caller, ABI_E_PEER_DIED);
}

void reply_abandon(struct process *server)
{
    if (server->caller)
        wait_fail(server->caller, ABI_E_PEER_DIED);
    server->owes_reply = false;
}
