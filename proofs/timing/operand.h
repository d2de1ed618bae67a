/* SPDX-License-Identifier: Apache-2.0 */
/* A file of operands in memory, in the order of their instructions: steps.py writes, steps.c reads
 * it. */
#ifndef PROOFS_TIMING_OPERAND_H
#define PROOFS_TIMING_OPERAND_H

#include <stdint.h>

#define OPERAND_STACK_POINTER 4    /* registers by the numbers of the instruction set */
#define OPERAND_NONE          0xff /* no such register */

struct operand {
    uint64_t pc;
    int32_t displacement; /* bytes */
    uint8_t base;
    uint8_t index;
    uint8_t scale; /* 0: not understood, and refused if it is executed */
    uint8_t mask;  /* of the accesses that are made */
};

_Static_assert(sizeof(struct operand) == 16, "as steps.py packs it");

#endif
