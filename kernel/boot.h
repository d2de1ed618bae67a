/* SPDX-License-Identifier: Apache-2.0 */
/* From kernel entry to the first process. */
#ifndef BOOT_H
#define BOOT_H

#include "abi/bundle.h"

#include <stdint.h>

/* `time` and `instret` at kernel entry. */
extern uint64_t boot_entry_time;
extern uint64_t boot_entry_instret;

/* Fills the page allocator and starts init from the bundle. Panics when the bundle is malformed, or
 * holds no init that can be started: there is no system without it. */
void boot_start(const struct abi_bundle_header *bundle, uint64_t bundle_phys, uint64_t bundle_len,
                uint64_t free_phys, uint64_t free_end);

#endif
