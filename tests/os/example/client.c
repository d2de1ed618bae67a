/* SPDX-License-Identifier: Apache-2.0 */
/* Asks uptimed twice, and once for something that it does not have. */
#include "call/call.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "tests/os/example/uptime.h"

static uint32_t ask(uint32_t op, uint64_t *ms)
{
    struct serve_request request;
    struct uptime_reply reply;
    struct call call;

    call_begin(&call, CLIENT_SLOT_UPTIME, &request, sizeof request, &reply, sizeof reply);
    call_name(&call, op, 0);
    uint32_t status = call_exact(&call, sizeof reply);
    *ms = status == SERVE_OK ? reply.ms : 0;
    return status;
}

int process_main(uint64_t arg)
{
    uint64_t first_ms, second_ms, nothing;

    (void)arg;
    if (ask(UPTIME_OP_GET, &first_ms) != SERVE_OK)
        return 1;
    rt_sleep_ms(20);
    if (ask(UPTIME_OP_GET, &second_ms) != SERVE_OK || second_ms < first_ms + 20)
        return 1;
    if (ask(UPTIME_OP_COUNT, &nothing) != SERVE_MALFORMED)
        return 1;
    rt_logf("SELFTEST: uptime ok");
    rt_logf("SELFTEST: end");
    return 0;
}
