/* SPDX-License-Identifier: Apache-2.0 */
/* What kernel-test and kernel-fuzz share. */
#ifndef FUZZ_PROTOCOL_H
#define FUZZ_PROTOCOL_H

#include "abi/syscall.h"

#include <stdint.h>

#define FUZZ_SLOT_STATE 2 /* memory, READ|WRITE; the process drops it once it is mapped */
#define FUZZ_SLOT_IMAGE 3 /* this program, READ|GRANT */
#define FUZZ_SLOT_FIRST 4 /* here and above: what the supervisor's dice gave */
#define FUZZ_SLOT_COUNT 24

/* Where the process maps it: no power of two, which the dice know. */
#define FUZZ_STATE 0x1234567000ull
#define FUZZ_MAGIC 0x5a5a5eed5eed5a5aull

/* The process goes on where the one before it died. */
struct fuzz_state {
    uint64_t magic;
    uint64_t random;
    uint64_t count; /* system calls issued */
    uint64_t limit;
    uint64_t done_count[ABI_SYS_COUNT]; /* of these, how many of each number succeeded */
};

#endif
