/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP's view of the compiler and the platform. */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>
#include <stdlib.h>

/* The machine is little-endian, and so is every host the tests run on. */
#define BYTE_ORDER LITTLE_ENDIAN

/* In line: as functions they were 2 % of a stream's instructions. */
static inline uint16_t port_swap16(uint16_t value)
{
    return (uint16_t)(value << 8 | value >> 8);
}
static inline uint32_t port_swap32(uint32_t value)
{
    return value << 24 | (value & 0xff00) << 8 | (value >> 8 & 0xff00) | value >> 24;
}
#define lwip_htons(value) port_swap16(value)
#define lwip_htonl(value) port_swap32(value)

void port_panic(const char *what) __attribute__((noreturn));
uint32_t port_random(void);

#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(x) port_panic(x)
#define LWIP_RAND()             port_random()

#endif
