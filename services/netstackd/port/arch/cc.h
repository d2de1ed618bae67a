/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's view of the compiler and the platform. */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>
#include <stdlib.h>

/* The machine is little-endian, and so is every host the tests run on. */
#define BYTE_ORDER LITTLE_ENDIAN

void port_panic(const char *what) __attribute__((noreturn));
uint32_t port_random(void);

#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(x) port_panic(x)
#define LWIP_RAND()             port_random()

#endif
