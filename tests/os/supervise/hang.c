/* SPDX-License-Identifier: Apache-2.0 */
/* Linked in front of netstackd's datagram_open(): one port makes it run in a circle for ever, as a
 * fault in it might. */
#include "datagram.h"
#include "tests/os/system/modes.h"

enum net_status __real_datagram_open(struct serve_client *client, const struct net_address *local,
                                     struct socket **udp);
enum net_status __wrap_datagram_open(struct serve_client *client, const struct net_address *local,
                                     struct socket **udp);

enum net_status __wrap_datagram_open(struct serve_client *client, const struct net_address *local,
                                     struct socket **udp)
{
    while (local->port == SELFTEST_HANG_PORT)
        __asm__ volatile("");
    return __real_datagram_open(client, local, udp);
}
