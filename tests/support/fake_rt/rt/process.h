/* SPDX-License-Identifier: Apache-2.0 */
/* As lib/rt/process.h, for a test on the host. */
#ifndef RT_PROCESS_H
#define RT_PROCESS_H

#include <stdint.h>

int process_main(uint64_t arg);

#endif
