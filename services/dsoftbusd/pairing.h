/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing with a device, RFC-0011 section 7: for two minutes after the machine's start, later when
 * attempts have failed before, a window on a port of its own. Whoever knows the code becomes a
 * trusted peer, here and on the disk. A window closes for good with a success, after
 * DSB_PAIRING_ATTEMPTS_MAX guesses, or with time; a person opens the next by switching the device
 * off and on.
 *
 * Time is the machine's, not the process': a dsoftbusd that was started again goes on with what
 * is left of the window, and attempts that failed are remembered by stored.
 */
#ifndef DSOFTBUSD_PAIRING_H
#define DSOFTBUSD_PAIRING_H

#include "dsoftbus/admission.h"
#include "limits.h"
#include "paired.h"
#include "pairing_code.h"
#include "pairing_run.h"

enum pairing_state {
    PAIRING_SHUT, /* for good; an all-zero pairing is */
    PAIRING_WAITS,
    PAIRING_OPEN,
};

struct pairing {
    enum pairing_state state;
    struct net_client *net;
    const struct dsb_identity *own;
    struct paired paired;
    struct pairing_code code;
    uint8_t seed[DSB_KEY_LEN]; /* of the runs' random bytes: a flood of them draws nothing */
    uint64_t run_number;
    uint64_t opens_ms, ends_ms;
    net_handle listener;
    uint64_t accept_ms;     /* when to accept, in the past: now; DSB_NO_DEADLINE: when told */
    uint32_t attempt_count; /* guesses that were had */
    uint32_t stray_count;   /* runs that ended before */
    struct dsb_admission admission;
    struct dsb_half_open half_open[PAIRING_RUN_MAX];
    struct pairing_run runs[PAIRING_RUN_MAX + 1];
};

/*
 * Reads what stored keeps, so that trust holds the peers of earlier pairings, and what the image's
 * file says of a code. Waits for disk and random bytes. own, trust and net are borrowed. A file
 * that is none ends the process, with a line.
 */
void pairing_init(struct pairing *pairing, const struct dsb_identity *own,
                  struct dsb_trust_store *trust, struct net_client *net, uint32_t rng_cap,
                  uint64_t now_ms);

/* Something happened on this listener or stream; handles that are not the window's are ignored. */
void pairing_ready(struct pairing *pairing, net_handle handle);

/* Opens and shuts the window; gives each run that is ready, or late, one message's turn. True when
 * there is more to do. */
DSB_MUST_CHECK bool pairing_turn(struct pairing *pairing, uint64_t now_ms);

/* How many sockets it may need from now on; never more than before. */
static inline size_t pairing_socket_max(const struct pairing *pairing)
{
    return pairing->state == PAIRING_SHUT ? 0 : PAIRING_SOCKET_MAX;
}

/* When it needs a turn at the latest, DSB_NO_DEADLINE when never. */
uint64_t pairing_deadline(const struct pairing *pairing);

#endif
