/* SPDX-License-Identifier: Apache-2.0 */
/* All objects of all applications, those of one side by side. */
#include "endpoint_object.h"

#include <string.h>

struct bus_object endpoint_objects[BUS_CLIENT_MAX * BUS_SHARE_MAX];

struct bus_object *endpoint_take(struct serve_client *client, enum kind kind)
{
    struct bus_object *object = serve_take(client, kind);

    if (object != NULL)
        memset((char *)object + sizeof object->object, 0, sizeof *object - sizeof object->object);
    return object;
}

struct bus_object *endpoint_object_at(size_t idx)
{
    return idx < BUS_CLIENT_MAX * BUS_SHARE_MAX ? &endpoint_objects[idx] : NULL;
}
