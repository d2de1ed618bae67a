/* SPDX-License-Identifier: Apache-2.0 */
/* One number for all that the kernel's tables say. */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdint.h>

/* Equal when nobody could tell the difference: what means nothing in a process's state, where
 * buffers were found last, and numbers that only have to be different ones are not in it. Of a
 * process's memory the len bytes from addr on are, where it has them. */
uint64_t digest_of_machine(uint64_t addr, uint64_t len);

#endif
