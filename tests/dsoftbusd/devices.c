/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the two ends. */
#include "devices.h"

#include "limits.h"
#include "service.h"

#include <stdlib.h>

void devices_make(struct peer *device, struct peer *friend)
{
    peer_make(device, "device", 0x11);
    peer_make(friend, "friend", 0x22);
    peer_trust(device, friend);
    peer_trust(friend, device);
    device->local.recv_max = RECORD_UNIT_MAX;
    device->local.streams = (struct dsb_stream_limits){STREAM_WINDOW, SESSION_STREAM_MAX};
    friend->local.streams.window = FRIEND_WINDOW;
}

void devices_offer_own_services(void)
{
    if (service_find("echo", 4) == NULL &&
        !(service_add(&service_echo) && service_add(&service_info)))
        abort();
}

size_t devices_open_echo(struct end *friend, uint8_t out[DEVICES_OPEN_MAX], uint64_t now_ms)
{
    static const uint8_t open[] = STREAM1 "\4echo";
    size_t len = 0;

    if (dsb_session_send_stream(&friend->slot.session, DSB_RECORD_OPEN, out, DEVICES_OPEN_MAX, open,
                                sizeof open - 1, now_ms, &len) != DSB_OK)
        abort();
    dsb_session_written(&friend->slot.session, len, now_ms);
    return len;
}
