/* SPDX-License-Identifier: Apache-2.0 */
/* All services by their names: the two of dsoftbusd itself, then those of applications. */
#include "service.h"

#include "endpoint.h"

#include <string.h>

static const struct service *const built_in[] = {&service_echo, &service_info};

#define BUILT_IN_COUNT (sizeof built_in / sizeof built_in[0])

const struct service *service_at(size_t idx)
{
    return idx < BUILT_IN_COUNT ? built_in[idx] : endpoint_service_at(idx - BUILT_IN_COUNT);
}

const struct service *service_find(const char *name, size_t name_len)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++)
        if (service->name_len == name_len && memcmp(service->name, name, name_len) == 0)
            return service;
    return NULL;
}
