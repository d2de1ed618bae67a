/* SPDX-License-Identifier: Apache-2.0 */
/* uptimed: the service that CONTRIBUTING.md tells how to write. */
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "serve/serve.h"
#include "tests/os/example/uptime.h"

static uint32_t do_get(struct serve_call *call)
{
    struct uptime_reply *reply = call->reply;

    reply->ms = rt_ticks() / ABI_TICKS_PER_MS;
    return SERVE_OK;
}

static const struct serve_operation operations[UPTIME_OP_COUNT] = {
    [UPTIME_OP_GET] = {do_get, SERVE_EXACTLY(struct serve_request),
                       SERVE_EXACTLY(struct uptime_reply), 0},
};

static struct serve_request request;
static struct uptime_reply reply;

static struct serve service = {
    .operations = operations,
    .operation_count = UPTIME_OP_COUNT,
    .endpoint = UPTIMED_SLOT_ENDPOINT,
    .request = &request,
    .request_capacity_len = sizeof request,
    .reply = &reply,
};

int process_main(uint64_t arg)
{
    (void)arg;
    serve_init(&service, NULL);
    rt_logf("uptimed: ready");
    serve_run(&service);
}
