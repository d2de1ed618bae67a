/* SPDX-License-Identifier: Apache-2.0 */
/* Random system calls of several processes that hold a bit of everything: shared by the random test
 * (numbers from a seed) and the fuzz target (numbers from the fuzzer's input). */
#ifndef RANDOM_CALLS_H
#define RANDOM_CALLS_H

#include <stdbool.h>
#include <stdint.h>

/* Gives the next number; false when there are no more. */
typedef bool (*random_source)(void *context, uint32_t *number);

/* Boots, and makes calls until the source is empty. Every check_interval calls, and at the end,
 * walks the tables; returns the first failing invariant (enum audit_result), 0 when there is none.
 */
int random_calls(random_source source, void *context, uint32_t check_interval);

#endif
