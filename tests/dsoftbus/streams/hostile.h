/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of the stream layer between an authenticated peer that says whatever it likes and an
 * application that does whatever it likes. Both follow a string of bytes: a fuzzer's, or random
 * ones.
 */
#ifndef TESTS_DSOFTBUS_STREAMS_HOSTILE_H
#define TESTS_DSOFTBUS_STREAMS_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

/* What was met, added up. */
struct hostile_count {
    uint64_t records;  /* of the peer, taken */
    uint64_t refusals; /* of the peer's records, each the end of a session */
    uint64_t calls;    /* of the application */
    uint64_t said;     /* records of this side */
};

/* Follows all of the bytes. Aborts when a rule is broken. */
void hostile_run(const uint8_t *bytes, size_t len, struct hostile_count *count);

#endif
