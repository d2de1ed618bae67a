/* SPDX-License-Identifier: Apache-2.0 */
/* Starts net-helper in a mode and waits for its report. */
#include "child.h"

#include "rt/log.h"
#include "rt/time.h"
#include "stream.h"
#include "tests/os/system/slots.h"

#define REPORT_DEADLINE_MS 120000

rt_slot child_start(uint32_t badge, enum helper_mode mode)
{
    const struct abi_process_config config = {.name = "net-helper",
                                              .image_slot = NETTEST_SLOT_HELPER_FILE,
                                              .priority = 3,
                                              .stack_pages = 8,
                                              .page_quota = 128};
    uint64_t fault = 0;
    rt_slot process = (rt_slot)rt_must(rt_process_create(NETTEST_SLOT_SYSTEM, &config, &fault),
                                       "net-test: create helper");

    rt_must(rt_process_give(process, RT_SLOT_CONSOLE, ABI_RIGHT_WRITE, 0, RT_SLOT_CONSOLE),
            "net-test: console");
    rt_must(rt_process_give(process, NETTEST_SLOT_ENDPOINT, ABI_RIGHT_SEND, badge, CLIENT_SLOT_NET),
            "net-test: endpoint");
    rt_slot deaths =
        (rt_slot)rt_must(rt_cap_copy(NETTEST_SLOT_DEATHS, ABI_RIGHT_SEND, serve_death_mask(badge)),
                         "net-test: deaths");
    rt_must(rt_process_watch(process, deaths), "net-test: watch");
    rt_must(rt_cap_drop(deaths), "net-test: deaths");
    rt_must(rt_process_start(process, mode), "net-test: start");
    return process;
}

void child_kill(rt_slot process)
{
    rt_must(rt_process_kill(process), "net-test: kill");
    rt_must(rt_cap_drop(process), "net-test: drop");
}

bool child_is_alive(rt_slot process)
{
    struct abi_process_info info;

    return rt_process_info(process, &info) >= 0 && info.state == ABI_PROCESS_ALIVE;
}

bool child_reports_open(struct selftest *selftest, net_handle *socket)
{
    const struct net_address local = {.ipv4 = LOOPBACK, .port = HELPER_REPORT_PORT};

    return net_udp_bind(&selftest->net, &local, socket) == NET_OK;
}

bool child_report_wait(struct selftest *selftest, net_handle socket, enum helper_mode mode,
                       uint32_t *count)
{
    struct helper_report report;
    struct net_address from;
    size_t len;

    if (datagram_receive(selftest, socket, &from, &report, sizeof report,
                         rt_deadline_ms(REPORT_DEADLINE_MS), &len) != NET_OK ||
        len != sizeof report || report.mode != mode)
        return false;
    *count = report.count;
    return true;
}
