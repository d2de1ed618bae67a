/* SPDX-License-Identifier: Apache-2.0 */
/* Where the recording of what the processor does begins and ends. */
#ifndef PROOFS_TIMING_MARKS_H
#define PROOFS_TIMING_MARKS_H

void timing_begin(void);
/* The same, but the multiplications of the curve, operations of their own, may be left out. */
void timing_begin_around_multiplications(void);
void timing_end(void);

#endif
