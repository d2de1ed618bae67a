/* SPDX-License-Identifier: Apache-2.0 */
/* What needs no wire: TCP over the loopback, and what this process must not be able to do. */
#include "net_steps.h"
#include "proto/slots.h"
#include "rng/rng.h"
#include "rt/log.h"
#include "rt/time.h"
#include "stream.h"
#include <string.h>

#define TCP_DEADLINE_MS 5000
#define TCP_BYTES       1000

/* Far from program, stack and the addresses that the runtime chooses. */
#define FREE_ADDRESS 0x3000000000ull

/* Fresh bytes from one end come out at the other. */
static bool bytes_cross(struct selftest *selftest, net_handle from, net_handle to)
{
    uint8_t sent[TCP_BYTES];
    uint8_t got[TCP_BYTES];
    uint64_t deadline = rt_deadline_ms(TCP_DEADLINE_MS);
    size_t got_len = 0;

    if (rng_get(CLIENT_SLOT_RNG, sent, sizeof sent) != RNG_OK ||
        stream_write(selftest, from, sent, sizeof sent, deadline) != NET_OK)
        return false;
    while (got_len < sizeof got) {
        size_t read_len;
        if (stream_read(selftest, to, got + got_len, sizeof got - got_len, deadline, &read_len) !=
                NET_OK ||
            read_len == 0)
            return false;
        got_len += read_len;
    }
    return memcmp(sent, got, sizeof sent) == 0;
}

static bool stream_ends(struct selftest *selftest, net_handle stream)
{
    uint8_t byte;
    size_t read_len;

    return stream_read(selftest, stream, &byte, 1, rt_deadline_ms(TCP_DEADLINE_MS), &read_len) ==
               NET_OK &&
           read_len == 0;
}

static bool accept_waiting(struct selftest *selftest, net_handle listener, net_handle *stream,
                           struct net_address *remote)
{
    uint64_t deadline = rt_deadline_ms(TCP_DEADLINE_MS);
    enum net_status status;

    while ((status = net_accept(&selftest->net, listener, stream, remote)) == NET_WOULD_BLOCK)
        if (!stream_wait(selftest, deadline))
            return false;
    return status == NET_OK;
}

bool net_tcp_step(struct selftest *selftest)
{
    struct net_address address = {.ipv4 = LOOPBACK};
    struct net_address client_address, remote;
    net_handle listener, client, server;

    if (net_listen(&selftest->net, &address, 1, &listener) != NET_OK ||
        net_local_address(&selftest->net, listener, &address) != NET_OK || address.port == 0)
        return selftest_fail("net tcp listen");
    if (stream_connect(selftest, &address, rt_deadline_ms(TCP_DEADLINE_MS), &client) != NET_OK ||
        !accept_waiting(selftest, listener, &server, &remote))
        return selftest_fail("net tcp connect");
    if (net_local_address(&selftest->net, client, &client_address) != NET_OK ||
        client_address.ipv4 != LOOPBACK || remote.ipv4 != LOOPBACK ||
        remote.port != client_address.port)
        return selftest_fail("net tcp addresses");
    if (!bytes_cross(selftest, client, server) || !bytes_cross(selftest, server, client))
        return selftest_fail("net tcp bytes");
    stream_close(selftest, client);
    if (!stream_ends(selftest, server))
        return selftest_fail("net tcp end");
    stream_close(selftest, server);
    stream_close(selftest, listener);
    rt_logf("SELFTEST: net tcp listen ok");
    return true;
}

bool net_mmio_denied_step(struct selftest *selftest)
{
    int64_t signal = rt_cap_copy(selftest->notification, ABI_RIGHT_SEND, 1);

    if (signal < 0)
        return selftest_fail("mmio notification");
    for (rt_slot slot = 0; slot < ABI_SLOT_COUNT; slot++) {
        uint64_t rights, value, physical;
        int64_t type = rt_cap_info(slot, &rights, &value);
        if (type == ABI_CAP_DEVICE || type == ABI_CAP_IRQ)
            return selftest_fail("mmio capability held");
        /* Ask, too: the answer must not depend on what CAP_INFO says. */
        if (type != ABI_CAP_MEMORY && rt_map(slot, FREE_ADDRESS, ABI_PROT_READ) >= 0)
            return selftest_fail("mmio mapped");
        if (rt_irq_bind(slot, (rt_slot)signal) >= 0 || rt_irq_ack(slot) >= 0)
            return selftest_fail("mmio interrupt taken");
        if (rt_memory_phys(slot, &physical) >= 0)
            return selftest_fail("mmio physical address");
    }
    if (rt_cap_drop((rt_slot)signal) < 0)
        return selftest_fail("mmio notification");
    rt_logf("SELFTEST: mmio denied ok");
    return true;
}
