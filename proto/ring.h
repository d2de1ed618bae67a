/* SPDX-License-Identifier: Apache-2.0 */
/* What two processes share of a ring of bytes (lib/ring) beside the bytes: how far each has come.
 */
#ifndef PROTO_RING_H
#define PROTO_RING_H

#include <stdint.h>

/* Free-running, modulo 2^32. Either process can write anything anywhere at any time. */
struct ring_positions {
    uint32_t put_pos; /* bytes ever put, the producer says */
    uint32_t got_pos; /* bytes ever got, the consumer says */
};

#endif
