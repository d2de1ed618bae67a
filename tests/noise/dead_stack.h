/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call leaves behind below the stack pointer. The call runs on a stack of its own, which was
 * painted before; afterwards that memory is searched for the secrets that the call has used.
 */
#ifndef TESTS_NOISE_DEAD_STACK_H
#define TESTS_NOISE_DEAD_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs call(context) on the painted stack. */
void dead_stack_run(void (*call)(void *context), void *context);

/* Are these bytes, at least eight, somewhere in the stack that the call has used? */
bool dead_stack_holds(const void *secret, size_t secret_len);

#endif
