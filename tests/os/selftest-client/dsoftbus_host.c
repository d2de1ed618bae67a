/* SPDX-License-Identifier: Apache-2.0 */
/* A session from the device to a program on the host: the other way round, and over the wire. */
#include "dsoftbus_link.h"
#include "peer_line.h"

#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/time.h"

/* The first dials may come before the wire resolves addresses: so often, so far apart. */
#define DIAL_COUNT_MAX 20
#define DIAL_AGAIN_MS  250

#define ECHO_LEN 64

static struct link link;

static bool dial(struct selftest *selftest, const struct dsb_device_id *id,
                 const struct net_address *address)
{
    enum dsb_reason reason = DSB_REASON_LOCAL_ABORTED;
    /* Only a missing TCP connection is tried again: a refusal is an answer. */
    for (int i = 0; i < DIAL_COUNT_MAX && reason == DSB_REASON_LOCAL_ABORTED; i++) {
        if (i > 0)
            rt_sleep_ms(DIAL_AGAIN_MS);
        reason = link_connect(selftest, &link, &dsoftbus.local, id, address);
    }
    return reason == DSB_REASON_NONE || selftest_fail(dsb_reason_name(reason));
}

bool dsoftbus_host_peer(struct selftest *selftest)
{
    struct dsb_device_id id;
    struct net_address address;
    const uint8_t *text = NULL;
    size_t text_len = 0;
    uint8_t data[ECHO_LEN];

    rt_must(rt_map_file(CLIENT_SLOT_FILE + 2, &text, &text_len), "SELFTEST: host.peer");
    if (!peer_line_parse((const char *)text, text_len, &id, &address))
        return selftest_fail("host.peer");
    if (!dsoftbus_random(data, sizeof data) || !dial(selftest, &id, &address))
        return false;
    if (!link_echo(selftest, &link, data, sizeof data))
        return selftest_fail("echo of the host");
    if (!link_close(selftest, &link))
        return selftest_fail("close with the host");
    rt_logf("SELFTEST: dsoftbus host-peer ok");
    return true;
}

bool dsoftbus_stay(struct selftest *selftest)
{
    (void)selftest;
    for (;;) /* the host now calls dsoftbusd, and ends the machine itself */
        rt_sleep_ms(60000);
}
