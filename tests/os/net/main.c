/* SPDX-License-Identifier: Apache-2.0 */
/* net-test: the network's tests on the machine, PROFILE=net. First what selftest-client does too,
 * then what takes other clients, or netstackd's life. */
#include "cases.h"
#include "net_steps.h"
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
    net_interface_step,   net_ping_step,     net_udp_step, net_tcp_step,
    net_mmio_denied_step, case_backpressure, case_silent,  case_flood,
    case_death,           case_restart,      NULL,
};
static const selftest_step echo[] = {case_echo, NULL};
static const selftest_step bench[] = {case_bench, NULL};

static const selftest_step *const steps_of[NET_TEST_MODE_COUNT] = {
    [NET_TEST_ALL] = all,
    [NET_TEST_ECHO] = echo,
    [NET_TEST_BENCH] = bench,
};

static struct selftest selftest;

enum net_status attach_to_netstackd(struct selftest *self)
{
    /* One bit: netstackd's signal. There is no other. */
    rt_slot signal = (rt_slot)rt_must(
        rt_cap_copy(self->notification, ABI_RIGHT_SEND | ABI_RIGHT_GRANT, 1), "net-test: signal");
    enum net_status status = net_attach(&self->net, CLIENT_SLOT_NET, signal);

    rt_must(rt_cap_drop(signal), "net-test: signal"); /* netstackd has a copy */
    return status;
}

int process_main(uint64_t arg)
{
    if (arg >= NET_TEST_MODE_COUNT || steps_of[arg] == NULL)
        rt_panic("net-test: no such mode", (int64_t)arg);
    selftest.notification = (rt_slot)rt_must(rt_notification_create(), "net-test: notification");
    if (attach_to_netstackd(&selftest) != NET_OK)
        rt_panic("net-test: attach", 0);
    for (const selftest_step *step = steps_of[arg]; *step != NULL; step++)
        if (!(*step)(&selftest))
            return 1;
    rt_logf("SELFTEST: end");
    return 0;
}
