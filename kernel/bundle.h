/* SPDX-License-Identifier: Apache-2.0 */
/* The boot bundle (abi/bundle.h). It comes with the kernel image, yet is checked as a whole before
 * anything of it is used. */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "abi/bundle.h"

#include <stdbool.h>
#include <stdint.h>

/* True when the bundle of len bytes (page aligned in memory) is well formed: every name terminated
 * and not empty, every file within it, on page borders, ascending, padded with zeros. */
bool bundle_check(const struct abi_bundle_header *bundle, uint64_t len);

/* Index of the file called name in a checked bundle; its file_count when there is none. */
uint32_t bundle_find(const struct abi_bundle_header *bundle, const char *name);

#endif
