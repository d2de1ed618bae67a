/* SPDX-License-Identifier: Apache-2.0 */
/* rngd's one operation: random bytes from the machine's entropy device, or an error, never weak
 * bytes. */
#ifndef PROTO_RNG_H
#define PROTO_RNG_H

#include <stdint.h>

/* One call. The largest single need here is a key's 32 bytes; more is read by calling again, so
 * no
 * caller keeps rngd from the next one for long. */
#define RNG_BYTES_MAX 256

enum rng_op {
    RNG_OP_GET = 1,
};

enum rng_status {
    RNG_OK = 0,
    RNG_MALFORMED,   /* unknown operation, wrong length, bytes asked for not 1 .. RNG_BYTES_MAX */
    RNG_IO,          /* the device failed, or rngd is gone */
    RNG_WOULD_BLOCK, /* not so many bytes yet: the device is slow; ask again */
    RNG_STATUS_COUNT,
};

struct rng_request {
    uint32_t op;
    uint32_t bytes_len; /* 1 .. RNG_BYTES_MAX */
};

/* When the status is not RNG_OK the reply ends after `bytes_len`, which then is zero. */
struct rng_reply {
    uint32_t status;
    uint32_t bytes_len; /* exactly what was asked for */
    uint8_t bytes[RNG_BYTES_MAX];
};

_Static_assert(sizeof(struct rng_request) == 8, "wire layout");
_Static_assert(sizeof(struct rng_reply) == 8 + RNG_BYTES_MAX, "wire layout");

#endif
