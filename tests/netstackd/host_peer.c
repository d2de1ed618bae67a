/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of that wire are calls. */
#include "netstackd/host_peer.h"

#include "netstackd/host.h"
#include "stack.h"

static bool on_frame(const uint8_t *frame, size_t frame_len)
{
    peer_receive(frame, frame_len);
    return true;
}

void host_attach_peer(void)
{
    static const struct peer_wire wire = {.device_ipv4 = HOST_WIRE_IPV4,
                                          .device_mac = HOST_DEVICE_MAC,
                                          .send = host_receive,
                                          .settle = stack_run};

    peer_init(&wire);
    host_on_frame = on_frame;
}
