/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers of a case, as the supervisor sees them. All calls that can fail end the case. */
#ifndef PEER_H
#define PEER_H

#include "helper_protocol.h"
#include "kt.h"

/* Helpers of one case at a time. */
#define PEER_COUNT_MAX 6
/* Longer than anything that is not a hang; a case never waits without end. */
#define PEER_WAIT_MS 5000
/* A deadline that is meant to pass. */
#define PEER_SOON_MS 20

#define PEER_STACK_PAGES 4
#define PEER_PAGE_QUOTA  96
#define PEER_PRIORITY    3 /* below the supervisor's */

/* Notification bits of the supervisor. */
#define PEER_DONE_BIT(idx)  (1ull << (idx))
#define PEER_DEATH_BIT(idx) (1ull << (16 + (idx)))
#define PEER_CASE_BIT       (1ull << 32) /* for the case's own use */
#define PEER_SETTLED_BIT    (1ull << 63)

struct peer {
    uint32_t idx;
    rt_slot process;
    rt_slot control;
    rt_slot shared;
    struct helper_box *box; /* the supervisor's view of the shared memory */
    uint8_t *data;          /* HELPER_DATA_BYTES of it, at HELPER_DATA in the helper */
};

void peers_init(void);
void peers_kill(void);
/* The notification that all these bits arrive on: ALL rights. */
rt_slot peers_notification(void);
/* Waits until one of the bits came, forgets and returns those that did; 0 when time is up. */
uint64_t peers_wait(uint64_t mask, uint64_t deadline);

/* A helper that does not run yet. name: the process's name. */
struct peer *peer_create(const char *name);
struct peer *peer_create_with(const char *name, uint32_t priority, uint32_t page_quota);
/* Gives a copy with the given rights for slot `target` of the helper. */
void peer_give(struct peer *peer, rt_slot source, uint32_t rights, uint64_t badge, rt_slot target);
void peer_start(struct peer *peer);
/* peer_create() and peer_start() of one that needs nothing. */
struct peer *peer_new(const char *name);

/* Hands the order in the box over. */
void peer_begin(struct peer *peer, enum helper_op op);
/* Lets all processes of lower priority run until every one of them is blocked. Not for cases with a
 * process that spins. */
void peers_settle(void);
/* Settles; true when the order was done: false means that it is blocked. */
bool peer_is_done(struct peer *peer);
/* Waits for the order's end; returns box->status. */
int64_t peer_wait(struct peer *peer);

/* The same for system calls: begin one, or do one. */
void peer_begin_syscall(struct peer *peer, uint64_t number, const uint64_t arg[7]);
int64_t peer_syscall(struct peer *peer, uint64_t number, const uint64_t arg[7]);

/* A call on endpoint (a slot of the helper) with send_len bytes at data + 0, reply to
 * data + PEER_REPLY_OFFSET. caps: whether box->caps takes part. */
#define PEER_REPLY_OFFSET (2 * ABI_PAGE_BYTES)
void peer_begin_call(struct peer *peer, rt_slot endpoint, size_t send_len, size_t recv_capacity,
                     bool caps, uint64_t deadline);
/* A receive into data + 0. */
void peer_begin_recv(struct peer *peer, rt_slot endpoint, rt_slot notification,
                     size_t recv_capacity, bool caps, uint64_t deadline);
int64_t peer_reply(struct peer *peer, size_t send_len, bool caps);

/* Waits for the helper's death and returns what PROCESS_INFO says. */
struct abi_process_info peer_wait_death(struct peer *peer);
struct abi_process_info peer_info(struct peer *peer);
void peer_kill(struct peer *peer);

#endif
