/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private key in a process of its own. The daemon asks it for Diffie-Hellman, as dsoftbusd asks
 * keystored on the OS: the same messages (proto/key.h), one packet each, over a socketpair. It
 * reads the identity itself, so the key never is in the memory of who asks; then it has no
 * descriptor but its socket, no signal reaches it but KILL and STOP, and a filter leaves it read,
 * write and exit. It ends when the asker does.
 *
 *     daemon                                 key's process
 *     fork ----------------------------------> reads the identity, shuts itself in
 *     <------------------------------------- started, or why not
 *     IDENTITY ------------------------------>
 *     <------------------------------------- id, public key
 *     DH, point -----------------------------> one for each handshake, or DH_SEVERAL for all of one
 *     <------------------------------------- shared            turn of the loop; the asker waits
 * for it, at most KEY_PROCESS_WAIT_MS
 */
#ifndef NODE_KEY_PROCESS_H
#define NODE_KEY_PROCESS_H

#include "node/store/key_holder.h"

/* Some ten thousand times what an answer takes, and a fifth of what a peer has for a handshake. */
#define KEY_PROCESS_WAIT_MS 1000

/* Public, and secret. */
struct key_known {
    uint8_t peer[KEY_LEN];
    uint8_t shared[KEY_LEN];
};

struct key_process {
    int fd;                    /* -1: none */
    const char *fault;         /* NULL while it answers; then nothing is asked any more */
    enum filter_result filter; /* of the process */
    size_t known_count;
    struct key_known known[KEY_POINTS_MAX]; /* asked for ahead, and not taken yet */
};

/* Starts it, before this process has threads. Fails as the reader does. */
MUST_CHECK bool key_process_start(struct key_process *p, key_reader *read, void *ctx,
                                  struct error *e);

/* An identity whose key is reached through p, which must outlive it. */
MUST_CHECK bool key_process_identity(struct key_process *p, struct dsb_identity *identity,
                                     struct error *e);

/* Asks for all of these, KEY_POINTS_MAX at most, in one question: the identity's key then has each
 * of them once without asking. What it did not take is to be forgotten before the next time. */
void key_process_ask_ahead(struct key_process *p, const uint8_t *const peers[], size_t count);
void key_process_forget(struct key_process *p);

/*
 * For an event loop: readable once the process is gone, or has failed to answer in time or in form.
 * It is lost then, `fault` says how, and every handshake fails as local-key.
 */
int key_process_fd(const struct key_process *p);
void key_process_look(struct key_process *p);

/* Who polls the descriptor may have made it non-blocking: that an answer is waited for is asked for
 * again here. */
void key_process_block(struct key_process *p);

/* The process ends. */
void key_process_stop(struct key_process *p);

#endif
