/* SPDX-License-Identifier: Apache-2.0 */
/* What netstackd's networking part needs from outside: time and random bytes.
 * main.c's side is platform.c; the host tests bring their own. */
#ifndef NETSTACKD_PLATFORM_H
#define NETSTACKD_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic. */
uint64_t platform_now_ns(void);

/* Unpredictable bytes; asked for once, at the start. Returns when they are there: without them no
 * connection is safe to make. */
void platform_random(void *bytes, size_t bytes_len);

void platform_panic(const char *what) __attribute__((noreturn));

#endif
