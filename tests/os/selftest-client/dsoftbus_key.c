/* SPDX-License-Identifier: Apache-2.0 */
/* keystored, seen from those who may not ask it and from those who need not: its end costs the
 * handshake that was being answered, and nothing else. */
#include "adversary.h"
#include "dsoftbus_link.h"
#include "dsoftbus_peer.h"
#include "key/key.h"
#include "rt/log.h"
#include "tests/os/system/modes.h"
#include "tests/os/system/slots.h"

#include <string.h>

static struct link before, after;
static struct adversary adversary;

/* With a way to keystored, and a badge that it does not know. */
static bool nobody_else_is_answered(void)
{
    static const uint8_t point[KEY_LEN] = {9};
    struct key_holder holder = {.endpoint_cap = KEYTEST_SLOT_KEY};
    struct key_identity_reply identity;
    uint8_t shared[KEY_LEN];

    if (key_identity(&holder, &identity) != KEY_NOT_ALLOWED)
        return selftest_fail("keystored tells who it is");
    if (key_dh(&holder, shared, point) == 0)
        return selftest_fail("keystored multiplies");
    rt_logf("SELFTEST: keystored refuses ok");
    return true;
}

static bool open_session(struct selftest *selftest, struct link *link)
{
    enum dsb_reason reason =
        link_connect(selftest, link, &dsoftbus.local, &dsoftbus.target->id, &dsoftbus.address);

    return reason == DSB_REASON_NONE || selftest_fail(dsb_reason_name(reason));
}

/* A message 1 whose answer keystored dies of. dsoftbusd says nothing to who sent it. */
static bool end_keystored(struct selftest *selftest)
{
    static const uint8_t message_1[DSB_FRAME_HEADER_LEN + NOISE_XK_MESSAGE_1_OVERHEAD] = {
        0, NOISE_XK_MESSAGE_1_OVERHEAD, SELFTEST_DEADLY_POINT_BYTE};
    bool ended = adversary_connect(&adversary, selftest) &&
                 adversary_send(&adversary, message_1, sizeof message_1) &&
                 adversary_expect_closed(&adversary);

    adversary_leave(&adversary);
    return ended;
}

bool dsoftbus_key(struct selftest *selftest)
{
    uint8_t ping[DSB_PING_MAX];

    if (!nobody_else_is_answered() || !dsoftbus_find(selftest) ||
        !open_session(selftest, &before) || !dsoftbus_random(ping, sizeof ping))
        return false;
    if (!end_keystored(selftest))
        return false;
    if (!link_ping(selftest, &before, ping, sizeof ping))
        return selftest_fail("the session did not outlive keystored");
    rt_logf("SELFTEST: session outlives keystored ok");
    if (!open_session(selftest, &after) || !link_close(selftest, &after) ||
        !link_close(selftest, &before))
        return selftest_fail("session after keystored");
    rt_logf("SELFTEST: session after keystored ok");
    return true;
}
