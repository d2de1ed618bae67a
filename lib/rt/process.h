/* SPDX-License-Identifier: Apache-2.0 */
/* Every program defines process_main(). */
#ifndef RT_PROCESS_H
#define RT_PROCESS_H

#include <stdint.h>

/* arg is the argument of PROCESS_START (init's table states it). Returning ends the process with
 * the returned value as exit code; services never return. */
int process_main(uint64_t arg);

#endif
