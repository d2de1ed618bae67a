/* SPDX-License-Identifier: Apache-2.0 */
/* The other side of a Unix socket, which does what a script says and nothing else. */
#ifndef TESTS_NODE_SCRIPTED_DAEMON_H
#define TESTS_NODE_SCRIPTED_DAEMON_H

#include <pthread.h>
#include <stddef.h>

/* One step: waits for a packet, or sends one, or hangs up. */
struct step {
    const char *hears; /* exactly this packet comes; NULL: nothing is awaited */
    const char *says;  /* then this one goes out; NULL: none */
    int fd_count;      /* with so many descriptors: each the far end of a socketpair */
    size_t says_len;   /* 0: as long as the text is */
};

#define SCRIPT_END                                                                                 \
    {                                                                                              \
        NULL, NULL, 0, 0                                                                           \
    }
#define GREETING                                                                                   \
    {                                                                                              \
        "hello 1", "ok 1", 0, 0                                                                    \
    }

struct scripted_daemon {
    char folder[32];
    char path[64];
    const struct step *script;
    int listener;
    int client;
    int kept[64]; /* near ends of what was handed over, in order */
    unsigned kept_count;
    const char *fault; /* what went otherwise than the script says */
    pthread_t thread;
};

/* Listens, and plays the script to the first client in a thread of its own. At its end it sends no
 * more, which a client sees as the end of the daemon. */
void scripted_start(struct scripted_daemon *d, const struct step *script);

/* Waits for the script's end and cleans up; the fault, or NULL. */
const char *scripted_stop(struct scripted_daemon *d);

#endif
