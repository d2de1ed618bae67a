/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many pairing attempts in a row have failed, and when the last did: the file
 * `pairing-attempts` of the directory, so that a restart forgives nothing. Each failure doubles how
 * long a window must stay shut: dsb_pairing_wait_s.
 */
#ifndef NODE_ATTEMPTS_H
#define NODE_ATTEMPTS_H

#include "node/store/confdir.h"

#define ATTEMPTS_FILE "pairing-attempts"

struct attempts {
    uint64_t failed_count;
    uint64_t last_s; /* of the system's clock, seconds since 1970 */
};

/* Reads the file; none: no failure yet. A file that is none of ours is an error that names it. */
MUST_CHECK bool attempts_read(struct attempts *attempts, const struct confdir *dir,
                              struct error *e);

/* Seconds from now_s on before a window may open; 0: now. A clock that was set back does not make
 * it longer than it was at first. */
uint64_t attempts_wait_s(const struct attempts *attempts, uint64_t now_s);

/* Writes the file. The directory must be locked. */
MUST_CHECK bool attempts_write(const struct attempts *attempts, const struct confdir *dir,
                               struct error *e);

#endif
