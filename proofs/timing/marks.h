/* SPDX-License-Identifier: Apache-2.0 */
/* Where the recording of what the processor does begins and ends, and what is recorded where. */
#ifndef PROOFS_TIMING_MARKS_H
#define PROOFS_TIMING_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void timing_begin(void);
/* The same, but the multiplications of the curve, operations of their own, may be left out. */
void timing_begin_around_multiplications(void);
void timing_end(void);

#define TIMING_SECRET_LEN 1024 /* bytes of secret that one run takes */

struct timing_operation {
    const char *name;
    void (*run)(uint8_t secret[TIMING_SECRET_LEN]);
};

/* What is run beside the library's operations: on rv64imac a session (session.c) and a pairing, on
 * the host several multiplications at once. */
extern const struct timing_operation timing_more[];
extern const size_t timing_more_count;

void timing_pairing(uint8_t secret[TIMING_SECRET_LEN]);

/* Ends the program unless ok. */
void timing_must(bool ok);

#endif
