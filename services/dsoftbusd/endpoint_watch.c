/* SPDX-License-Identifier: Apache-2.0 */
/* Applications' watches: which of the devices that the caller may connect to are online. */
#include "endpoint_watch.h"

#include "peers.h"
#include "rights.h"

#include <string.h>

_Static_assert(TRUST_MAX <= 64, "a bit for each device");

void watch_changed(void)
{
    struct bus_object *watch;

    for (size_t i = 0; (watch = endpoint_object_at(i)) != NULL; i++)
        if (watch->object.kind == KIND_WATCH)
            serve_happened(&watch->object, BUS_EVENT_READ_MASK);
}

uint32_t watch_do_watch(struct serve_call *call)
{
    struct bus_object *watch = endpoint_take(call->client, KIND_WATCH);

    return watch != NULL ? serve_give(call, &watch->object) : BUS_NO_BUFFERS;
}

/* One device whose state is another than was told; what was told is all offline at first. */
uint32_t watch_do_next(struct serve_call *call)
{
    struct bus_object *watch = call->object;
    struct bus_next_reply *reply = call->reply;
    const struct dsb_device_id *device;

    for (size_t i = 0; (device = peers_at(i)) != NULL; i++) {
        bool is_online = peers_session(device, 0) != NULL;
        if (is_online == (watch->online_told >> i & 1) || !rights_may_watch(call->badge, device))
            continue;
        watch->online_told ^= (uint64_t)1 << i;
        reply->head.value = is_online;
        reply->device.len = device->len;
        memcpy(reply->device.text, device->text, device->len);
        return BUS_OK;
    }
    return serve_would_block(&watch->object, BUS_EVENT_READ_MASK);
}
