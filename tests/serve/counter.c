/* SPDX-License-Identifier: Apache-2.0 */
/* A whole service: what a reader of serve/serve.h would write. */
#include "serve/counter.h"

enum kind { COUNTER = 1, ALARM };

struct counter {
    struct serve_object object;
    uint32_t count; /* of an alarm: it rang */
};

static struct serve_client clients[COUNTER_CLIENTS_MAX];
static struct counter counters[COUNTER_CLIENTS_MAX * COUNTER_SHARE];

static uint32_t open_kind(struct serve_call *call, enum kind kind)
{
    struct counter *counter = serve_take(call->client, kind);

    call->given = COUNTER_GIVEN; /* with a refusal it does not go */
    if (counter == NULL)
        return SERVE_NO_BUFFERS;
    counter->count = 0;
    return serve_give(call, &counter->object);
}

static uint32_t do_open(struct serve_call *call)
{
    return open_kind(call, COUNTER);
}

static uint32_t do_alarm(struct serve_call *call)
{
    return open_kind(call, ALARM);
}

static uint32_t do_add(struct serve_call *call)
{
    const struct counter_add_request *request = call->request;
    struct serve_reply *reply = call->reply;
    struct counter *counter = call->object;

    reply->value = counter->count + request->amount; /* of a refusal nobody learns it */
    if (request->reserved != 0)
        return SERVE_MALFORMED;
    if (reply->value > COUNTER_LIST_MAX)
        return COUNTER_OVERFLOW;
    counter->count = reply->value;
    return SERVE_OK;
}

static uint32_t do_list(struct serve_call *call)
{
    const struct counter *counter = call->object;
    struct counter_list_reply *reply = call->reply;

    for (uint32_t i = 0; i < counter->count; i++)
        reply->bytes[reply->head.value++] = (uint8_t)i;
    call->reply_len = sizeof reply->head + counter->count;
    return SERVE_OK;
}

static uint32_t do_wait(struct serve_call *call)
{
    struct counter *alarm = call->object;

    if (alarm->count == 0)
        return serve_would_block(&alarm->object, COUNTER_EVENT_RANG);
    alarm->count = 0;
    return SERVE_OK;
}

static void end(void *object)
{
    struct counter *counter = object;

    serve_free(&counter->object);
}

static uint32_t do_close(struct serve_call *call)
{
    end(call->object);
    return SERVE_OK;
}

static uint32_t do_forgetful(struct serve_call *call)
{
    (void)call;
    return SERVE_OK;
}

static uint32_t do_wrong(struct serve_call *call)
{
    call->reply_len++;
    return SERVE_OK;
}

static void ring(uint64_t bits)
{
    if (!(bits & COUNTER_ALARM_BIT))
        return;
    for (uint32_t i = 0; i < COUNTER_CLIENTS_MAX * COUNTER_SHARE; i++) {
        if (counters[i].object.kind != ALARM)
            continue;
        counters[i].count = 1;
        serve_happened(&counters[i].object, COUNTER_EVENT_RANG);
    }
}

static void turn(void)
{
    counter_turn_count++;
}

static const struct serve_operation operations[COUNTER_OP_COUNT] = {
    [SERVE_OP_ATTACH] = SERVE_ATTACH,
    [SERVE_OP_READY] = SERVE_READY(COUNTER_SHARE),
    [COUNTER_OP_OPEN] = {do_open, SERVE_HEAD, SERVE_HEAD, 0},
    [COUNTER_OP_ADD] = {do_add, SERVE_EXACTLY(struct counter_add_request), SERVE_HEAD,
                        SERVE_KIND(COUNTER)},
    [COUNTER_OP_LIST] = {do_list, sizeof(struct serve_request), sizeof(struct serve_request) + 4,
                         sizeof(struct serve_reply), sizeof(struct counter_list_reply),
                         SERVE_KIND(COUNTER)},
    [COUNTER_OP_ALARM] = {do_alarm, SERVE_HEAD, SERVE_HEAD, 0},
    [COUNTER_OP_WAIT] = {do_wait, SERVE_HEAD, SERVE_HEAD, SERVE_KIND(ALARM)},
    [COUNTER_OP_CLOSE] = {do_close, SERVE_HEAD, SERVE_HEAD,
                          SERVE_KIND(COUNTER) | SERVE_KIND(ALARM)},
    [COUNTER_OP_FORGETFUL] = {do_forgetful, SERVE_HEAD,
                              SERVE_EXACTLY(struct counter_forgetful_reply), 0},
    [COUNTER_OP_WRONG] = {do_wrong, SERVE_HEAD, SERVE_HEAD, 0},
};

static struct counter_add_request request;
static struct counter_forgetful_reply reply; /* the longest */
uint32_t counter_turn_count;

struct serve counter_service = {
    .operations = operations,
    .operation_count = COUNTER_OP_COUNT,
    .version = COUNTER_VERSION,
    .client_count = COUNTER_CLIENTS_MAX,
    .clients = clients,
    .share_count = COUNTER_SHARE,
    .objects = counters,
    .object_len = sizeof(struct counter),
    .end = end,
    .request = &request,
    .request_capacity_len = sizeof request,
    .reply = &reply,
    .woken = ring,
    .turn = turn,
};
