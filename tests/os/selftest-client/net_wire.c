/* SPDX-License-Identifier: Apache-2.0 */
/* What goes over the wire: the machine's own user network answers (QEMU, no network outside). */
#include "net_steps.h"
#include "rt/log.h"
#include "rt/time.h"
#include "stream.h"
#include <string.h>

#define OWN_IPV4     0x0a00020fu /* 10.0.2.15, the system table's */
#define NETMASK      0xffffff00u
#define GATEWAY_IPV4 0x0a000202u

#define PING_TIMEOUT_MS 3000
#define TFTP_PORT       69
#define TFTP_TIMEOUT_MS 5000
#define TFTP_OP_DATA    3
#define TFTP_OP_ACK     4

bool net_interface_step(struct selftest *selftest)
{
    struct net_interface interface;

    if (net_get_interface(&selftest->net, &interface) != NET_OK)
        return selftest_fail("net interface");
    uint8_t any_bits = 0;
    for (size_t i = 0; i < sizeof interface.mac; i++)
        any_bits |= interface.mac[i];
    if (interface.ipv4 != OWN_IPV4 || interface.netmask != NETMASK ||
        interface.gateway != GATEWAY_IPV4 || interface.link_up != 1 || any_bits == 0 ||
        (interface.mac[0] & 1) != 0)
        return selftest_fail("net interface address");
    rt_logf("SELFTEST: net iface ok");
    return true;
}

bool net_ping_step(struct selftest *selftest)
{
    uint64_t deadline = rt_deadline_ms(2 * PING_TIMEOUT_MS);
    uint64_t round_trip_ns = 0;
    net_handle ping;

    if (net_ping(&selftest->net, GATEWAY_IPV4, PING_TIMEOUT_MS, &ping) != NET_OK)
        return selftest_fail("net ping send");
    enum net_status status;
    while ((status = net_ping_result(&selftest->net, ping, &round_trip_ns)) == NET_WOULD_BLOCK)
        if (!stream_wait(selftest, deadline))
            break;
    stream_close(selftest, ping);
    if (status != NET_OK || round_trip_ns == 0)
        return selftest_fail("net ping answer");
    rt_logf("SELFTEST: net ping ok");
    return true;
}

/* Whether a datagram is the whole file, as its first and last block (RFC 1350). */
static bool is_whole_file(const uint8_t *block, size_t block_len)
{
    static const char text[] = "hello from tftp\n";
    static const uint8_t head[] = {0, TFTP_OP_DATA, 0, 1};

    return block_len == sizeof head + sizeof text - 1 && memcmp(block, head, sizeof head) == 0 &&
           memcmp(block + sizeof head, text, sizeof text - 1) == 0;
}

bool net_udp_step(struct selftest *selftest)
{
    static const uint8_t read_request[] = "\0\1hello.txt\0octet"; /* and its closing zero */
    static const uint8_t acknowledge[] = {0, TFTP_OP_ACK, 0, 1};
    static uint8_t block[NET_DATAGRAM_BYTES_MAX];
    const struct net_address any = {0};
    struct net_address server = {.ipv4 = GATEWAY_IPV4, .port = TFTP_PORT};
    size_t block_len = 0;
    net_handle socket;

    if (net_udp_bind(&selftest->net, &any, &socket) != NET_OK)
        return selftest_fail("net udp bind");
    bool answered =
        net_send_to(&selftest->net, socket, &server, read_request, sizeof read_request) == NET_OK &&
        datagram_receive(selftest, socket, &server, block, sizeof block,
                         rt_deadline_ms(TFTP_TIMEOUT_MS), &block_len) == NET_OK &&
        server.ipv4 == GATEWAY_IPV4 && is_whole_file(block, block_len) &&
        net_send_to(&selftest->net, socket, &server, acknowledge, sizeof acknowledge) == NET_OK;
    stream_close(selftest, socket);
    if (!answered)
        return selftest_fail("net udp exchange");
    rt_logf("SELFTEST: net udp ok");
    return true;
}
