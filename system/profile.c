/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a profile by the name that the boot bundle tells. */
#include "system/system.h"

#include <stddef.h>

#include <string.h>

const struct system_profile *system_find_profile(const char *name, uint64_t name_len)
{
    for (uint32_t i = 0; i < system_profile_count; i++)
        if (strlen(system_profiles[i].name) == name_len &&
            memcmp(system_profiles[i].name, name, name_len) == 0)
            return &system_profiles[i];
    return NULL;
}
