/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that nobody outside can predict, all from one key that the platform gives at the start:
 * no peer and no client makes netstackd need the entropy device again. */
#ifndef NETSTACKD_RANDOM_H
#define NETSTACKD_RANDOM_H

#include <stdint.h>

struct random_connection {
    uint32_t local_ipv4;
    uint32_t remote_ipv4;
    uint16_t local_port;
    uint16_t remote_port;
};
_Static_assert(sizeof(struct random_connection) == 12, "hashed as it lies, so without padding");

void random_init(void);

/* A connection's first sequence number (RFC 6528): a 4 microsecond clock, so that a new connection
 * between the same ports begins beyond the old one, plus a secret of these four. */
uint32_t random_isn(const struct random_connection *connection);

/* For where ports and generations of handles begin. */
uint32_t random_next(void);

#endif
