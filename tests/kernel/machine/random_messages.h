/* SPDX-License-Identifier: Apache-2.0 */
/* Random messages between a few servers and clients that do everything with them that matters to
 * the short way of a call: shared by the test (numbers from a seed) and the fuzz target. */
#ifndef RANDOM_MESSAGES_H
#define RANDOM_MESSAGES_H

#include "random_calls.h"

#include <stdint.h>

#define RANDOM_MESSAGES_STEPS 4096u /* most that one run makes */

/* Boots, and makes calls until the source is empty or the steps are made. digest[i] is what a
 * process, or anybody later, could notice of the machine after step i. Returns how many there are.
 */
uint32_t random_messages(random_source source, void *context, uint64_t *digest);

#endif
