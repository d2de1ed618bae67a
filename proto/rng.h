/* SPDX-License-Identifier: Apache-2.0 */
/* rngd's one operation: random bytes from the machine's entropy device, or an error, never weak
 * bytes. */
#ifndef PROTO_RNG_H
#define PROTO_RNG_H

#include "proto/serve.h"

/* One call. The largest single need here is a key's 32 bytes; more is read by calling again, so
 * no
 * caller keeps rngd from the next one for long. */
#define RNG_BYTES_MAX 256

enum rng_op {
    RNG_OP_GET = SERVE_OP_FIRST,
    RNG_OP_COUNT,
};

enum rng_status {
    RNG_OK = SERVE_OK,
    RNG_MALFORMED = SERVE_MALFORMED,     /* also: bytes asked for not 1 .. RNG_BYTES_MAX */
    RNG_WOULD_BLOCK = SERVE_WOULD_BLOCK, /* not so many yet: the device is slow; ask again */
    RNG_IO = SERVE_IO,                   /* no working device now, or rngd is gone */
};

struct rng_request {
    struct serve_request head;
    uint32_t bytes_len; /* 1 .. RNG_BYTES_MAX */
    uint32_t reserved;  /* zero */
};

struct rng_reply {
    struct serve_reply head; /* value: the bytes that follow, exactly what was asked for */
    uint8_t bytes[RNG_BYTES_MAX];
};

_Static_assert(sizeof(struct rng_request) == 16, "wire layout");
_Static_assert(sizeof(struct rng_reply) == 8 + RNG_BYTES_MAX, "wire layout");

#endif
