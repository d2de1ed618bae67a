/* SPDX-License-Identifier: Apache-2.0 */
/* The hand-moved peer at the other end of the host program's wire. */
#ifndef NET_HOST_PEER_H
#define NET_HOST_PEER_H

#include "netstackd/peer.h"

#define HOST_DEVICE_MAC                                                                            \
    {                                                                                              \
        0x52, 0x54, 0, 0x12, 0x34, HOST_WIRE_IPV4 & 0xff                                           \
    }

/* The device's frames come to the peer, and the peer's to the device, at once. */
void host_attach_peer(void);

#endif
