/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OS: nothing to choose. What libsodium's files ask of the system stands here instead of its
 * utils.c and core.c, which need heap, mmap and abort.
 */
#include "noise/crypto.h"

#include <sodium/core.h>
#include <sodium/utils.h>
#include <string.h>

int noise_init(void)
{
    return 0;
}

void sodium_memzero(void *const pnt, const size_t len)
{
    memset(pnt, 0, len);
    __asm__ volatile("" : : "r"(pnt) : "memory"); /* the compiler must take the zeros for read */
}

/* Reached only by lengths beyond libsodium's limits, which Noise's 65535 bytes never come near. */
void sodium_misuse(void)
{
    __builtin_trap();
}
