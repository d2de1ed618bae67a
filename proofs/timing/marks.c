/* SPDX-License-Identifier: Apache-2.0 */
/* On rv64imac the recorder (trace.c) sits outside and knows these functions by their addresses. */
#include "marks.h"

__attribute__((noinline)) void timing_begin(void)
{
    __asm__ volatile("" ::: "memory");
}

void timing_begin_around_multiplications(void)
{
    timing_begin();
}

void timing_end(void)
{
    __asm__ volatile("" ::: "memory");
}
