/* net-test: the network's tests on the machine, PROFILE=net. First what selftest-client does too,
 * then what takes other clients, or netstackd's life. */
#include "net_steps.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/process.h"

bool selftest_fail(const char *what)
{
    rt_logf("SELFTEST: FAIL %s", what);
    return false;
}

static const selftest_step steps[] = {
    net_interface_step, net_ping_step, net_udp_step, net_tcp_step, net_mmio_denied_step,
};

static struct selftest selftest;

int process_main(uint64_t arg)
{
    (void)arg;
    selftest.notification = (rt_slot)rt_must(rt_notification_create(), "SELFTEST: notification");
    enum net_status status = net_attach(&selftest.net, CLIENT_SLOT_NET, selftest.notification);
    if (status != NET_OK)
        rt_panic("SELFTEST: attach", -(int64_t)status);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        if (!steps[i](&selftest))
            return 1;
    }
    rt_logf("SELFTEST: end");
    return 0;
}
