/* SPDX-License-Identifier: Apache-2.0 */
/* All services that are offered. */
#include "service.h"

#include "limits.h"

#include <string.h>

static const struct service *offered[SERVICE_MAX]; /* offered_count of them */
static size_t offered_count;

bool service_add(const struct service *service)
{
    if (offered_count == SERVICE_MAX)
        return false;
    offered[offered_count++] = service;
    return true;
}

void service_remove(const struct service *service)
{
    for (size_t i = 0; i < offered_count; i++)
        if (offered[i] == service)
            offered[i--] = offered[--offered_count];
}

const struct service *service_at(size_t idx)
{
    return idx < offered_count ? offered[idx] : NULL;
}

const struct service *service_find(const char *name, size_t name_len)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++)
        if (service->name_len == name_len && memcmp(service->name, name, name_len) == 0)
            return service;
    return NULL;
}
