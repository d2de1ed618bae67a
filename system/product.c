/* SPDX-License-Identifier: Apache-2.0 */
/* What the product's init may start: the device, which runs until it is switched off. */
#include "system/system.h"

#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct system_process *const device[] = {&system_rngd, &system_netstackd,
                                                      &system_keystored, &system_dsoftbusd};

const struct system_profile system_profiles[] = {{"device", device, COUNT_OF(device), NULL}};
const uint32_t system_profile_count = COUNT_OF(system_profiles);
