/* SPDX-License-Identifier: Apache-2.0 */
/* selftest-client: the steps of each mode, in their order. */
#include "selftest.h"

#include "net_steps.h"

#include "noise/crypto.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/process.h"
#include "tests/os/system/modes.h"

bool selftest_fail(const char *what)
{
    rt_logf("SELFTEST: FAIL %s", what);
    return false;
}

static const selftest_step all[] = {
    net_interface_step,   net_ping_step,  net_udp_step,  net_tcp_step,
    net_mmio_denied_step, dsoftbus_start, dsoftbus_load, dsoftbus_session,
    dsoftbus_impostors,   dsoftbus_cases, NULL,
};
static const selftest_step refused[] = {dsoftbus_load, dsoftbus_refused, NULL};
static const selftest_step no_rng[] = {dsoftbus_no_randomness, NULL};
static const selftest_step local[] = {net_tcp_step,  net_mmio_denied_step, dsoftbus_start,
                                      dsoftbus_load, dsoftbus_session,     dsoftbus_impostors,
                                      NULL};
static const selftest_step host_peer[] = {dsoftbus_load, dsoftbus_host_peer, dsoftbus_stay, NULL};
static const selftest_step rekey[] = {dsoftbus_load, dsoftbus_rekey, NULL};
static const selftest_step restart[] = {dsoftbus_load, dsoftbus_session, dsoftbus_restart, NULL};
static const selftest_step wire[] = {wire_service, NULL};
static const selftest_step key[] = {dsoftbus_load, dsoftbus_key, NULL};
static const selftest_step bus[] = {dsoftbus_load, dsoftbus_bus, NULL};
static const selftest_step hang[] = {dsoftbus_load, dsoftbus_session, dsoftbus_hang, NULL};

/* clang-format off: one mode a line */
static const selftest_step *const steps_of[SELFTEST_MODE_COUNT] = {
    [SELFTEST_ALL] = all,
    [SELFTEST_REFUSED] = refused,
    [SELFTEST_NO_RNG] = no_rng,
    [SELFTEST_LOCAL] = local,
    [SELFTEST_HOST_PEER] = host_peer,
    [SELFTEST_RESTART] = restart,
    [SELFTEST_REKEY] = rekey,
    [SELFTEST_HANG] = hang,
    [SELFTEST_WIRE] = wire,
    [SELFTEST_KEY] = key,
    [SELFTEST_BUS] = bus,
};
/* clang-format on */

static struct selftest selftest;

/* The bit of our notification that netstackd sets. There is no other. */
#define NETWORK_BIT 1

enum net_status selftest_attach(struct selftest *client)
{
    if (client->signal == ABI_SLOT_NONE) {
        client->notification = (rt_slot)rt_must(rt_notification_create(), "SELFTEST: notification");
        client->signal = (rt_slot)rt_must(
            rt_cap_copy(client->notification, ABI_RIGHT_SEND | ABI_RIGHT_GRANT, NETWORK_BIT),
            "SELFTEST: signal");
    }
    return net_attach(&client->net, CLIENT_SLOT_NET, client->signal);
}

int process_main(uint64_t arg)
{
    if (arg >= SELFTEST_MODE_COUNT || steps_of[arg] == NULL)
        rt_panic("SELFTEST: no such mode", (int64_t)arg);
    if (noise_init() != 0)
        rt_panic("SELFTEST: crypto", -1);
    /* Without random bytes netstackd never serves, and would be waited for in vain. */
    if (arg != SELFTEST_NO_RNG && selftest_attach(&selftest) != NET_OK)
        rt_panic("SELFTEST: attach", -1);
    for (const selftest_step *step = steps_of[arg]; *step != NULL; step++)
        if (!(*step)(&selftest))
            return 1;
    rt_logf("SELFTEST: end");
    return 0;
}
