/* SPDX-License-Identifier: Apache-2.0 */
/* A time as people and programs read it: RFC 3339, in UTC. */
#ifndef CLOCKD_UTC_H
#define CLOCKD_UTC_H

#include <stdint.h>

/* "2026-11-26T17:58:00.123Z" and a line feed. */
#define UTC_LINE_LEN 25

/* Of nanoseconds since 1970, in the years 1970 to 9999; what is below a millisecond is cut off. */
void utc_line(char out[UTC_LINE_LEN], uint64_t ns);

#endif
