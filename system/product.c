/* SPDX-License-Identifier: Apache-2.0 */
/* What the product's init may start: the device, which runs until it is switched off. */
#include "system/system.h"

#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define APPLICATIONS &system_logd, &system_clockd, &system_filed

static const struct system_process *const device[] = {
    &system_rngd, &system_netstackd, &system_keystored, &system_dsoftbusd, APPLICATIONS};

/* The same with a disk: its key is made at the first boot, and in no image; it pairs. */
static const struct system_process *const own_key[] = {
    &system_rngd,          &system_netstackd,       &system_stored,
    &system_keystored_own, &system_dsoftbusd_pairs, APPLICATIONS};

const struct system_profile system_profiles[] = {
    {"device", device, COUNT_OF(device), NULL},
    {"own-key", own_key, COUNT_OF(own_key), NULL},
};
const uint32_t system_profile_count = COUNT_OF(system_profiles);
