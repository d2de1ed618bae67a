/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the measuring client and, above it, the peers that it wakes and calls; ends with it. */
#include "peer.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "tests/os/system/slots.h"

/* A process that is not started yet; it holds the console. */
static rt_slot create(const char *name, rt_slot image, uint32_t priority)
{
    struct abi_process_config config = {
        .image_slot = image, .priority = priority, .stack_pages = 1, .page_quota = 64};
    uint64_t fault;
    for (uint32_t i = 0; name[i]; i++)
        config.name[i] = name[i];
    rt_slot process =
        (rt_slot)rt_must(rt_process_create(KTEST_SLOT_SYSTEM, &config, &fault), "bench: create");
    rt_must(rt_process_give(process, RT_SLOT_CONSOLE, ABI_RIGHTS_ALL, 0, RT_SLOT_CONSOLE),
            "bench: give");
    return process;
}

static void give(rt_slot process, rt_slot source, uint32_t rights, uint64_t badge, rt_slot target)
{
    rt_must(rt_process_give(process, source, rights, badge, target), "bench: give");
}

int process_main(uint64_t arg)
{
    (void)arg;
    uint64_t started = rt_instret(); /* the first instruction after init: ready */
    struct abi_system_info info;
    rt_must(rt_system_info(KTEST_SLOT_SYSTEM, &info), "bench: information");
    rt_slot tell = (rt_slot)rt_must(rt_endpoint_create(), "bench: endpoint");
    rt_slot served = (rt_slot)rt_must(rt_endpoint_create(), "bench: endpoint");
    rt_slot wake = (rt_slot)rt_must(rt_notification_create(), "bench: notification");
    rt_slot deaths = (rt_slot)rt_must(rt_notification_create(), "bench: notification");
    rt_slot death = (rt_slot)rt_must(rt_cap_copy(deaths, ABI_RIGHT_SEND, 1), "bench: copy");

    rt_slot waker = create("bench-waker", KTEST_SLOT_HELPER_FILE, PRIORITY_PEER);
    give(waker, tell, ABI_RIGHT_SEND, 0, PEER_SLOT_ENDPOINT);
    give(waker, wake, ABI_RIGHT_RECV, 0, PEER_SLOT_NOTIFY);
    rt_must(rt_process_start(waker, PEER_WAKE), "bench: start");
    rt_slot server = create("bench-server", KTEST_SLOT_HELPER_FILE, PRIORITY_PEER);
    give(server, served, ABI_RIGHT_RECV, 0, PEER_SLOT_ENDPOINT);
    rt_must(rt_process_start(server, PEER_ANSWER), "bench: start");

    rt_slot client = create("bench-client", KTEST_SLOT_FUZZ_FILE, PRIORITY_CLIENT);
    give(client, KTEST_SLOT_SYSTEM, ABI_RIGHT_MANAGE, 0, CLIENT_SLOT_SYSTEM);
    give(client, KTEST_SLOT_HELPER_FILE, ABI_RIGHT_READ, 0, CLIENT_SLOT_PEER_FILE);
    give(client, tell, ABI_RIGHT_RECV | ABI_RIGHT_SEND | ABI_RIGHT_GRANT, 0, CLIENT_SLOT_TELL);
    give(client, wake, ABI_RIGHT_SEND, 1, CLIENT_SLOT_WAKE);
    give(client, served, ABI_RIGHT_SEND, 0, CLIENT_SLOT_SERVED);
    rt_must(rt_process_watch(client, death), "bench: watch");
    rt_must(rt_process_start(client, started - info.entry_instret), "bench: start");

    struct rt_event event;
    rt_must(rt_recv(ABI_SLOT_NONE, deaths, NULL, 0, NULL, ABI_DEADLINE_NONE, &event),
            "bench: receive");
    rt_logf("bench: end");
    return 0;
}
