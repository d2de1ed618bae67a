/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own mappings: the upper half of every address space. */
#ifndef KERNEL_MAP_H
#define KERNEL_MAP_H

/* Builds them (text r-x, constants and bundle r--, everything else rw-, nothing for the machine
 * below or under the stack) and makes them current. */
void kernel_map_init(void);

#endif
