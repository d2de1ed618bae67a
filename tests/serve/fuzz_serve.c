/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile clients of a service: requests of any operation, length and handle, with capabilities, in
 * any order, deaths and signals between them. Beside the service runs a model of what each client
 * was given; whatever the service answers must agree with it. */
#include "serve/counter.h"
#include "serve/fake_port.h"
#include <stdlib.h>
#include <string.h>

enum {
    BADGE_COUNT = COUNTER_CLIENTS_MAX + 2, /* 0 and one beyond are nobody */
    GIVEN_MAX = 4096,                      /* more than an input has requests */
    CAPABILITIES = 200,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every handle that a client ever got; `alive` ones are at most its share. */
static struct {
    struct {
        serve_handle handle;
        bool is_alive;
    } given[GIVEN_MAX];
    size_t given_count;
    uint32_t alive_count;
    bool attached;
} model[BADGE_COUNT];

static void must(bool holds)
{
    if (!holds)
        abort();
}

static size_t find(uint32_t badge, serve_handle handle)
{
    size_t i = 0;

    while (i < model[badge].given_count &&
           (!model[badge].given[i].is_alive || model[badge].given[i].handle != handle))
        i++;
    return i;
}

static bool is_alive(uint32_t badge, serve_handle handle)
{
    return find(badge, handle) < model[badge].given_count;
}

static void end_all(uint32_t badge)
{
    for (size_t i = 0; i < model[badge].given_count; i++)
        model[badge].given[i].is_alive = false;
    model[badge].alive_count = 0;
}

/* The fuzzer's handle: one that some client once got, or a neighbour of it, or any number. */
static serve_handle choose(uint32_t badge, const uint8_t bytes[4])
{
    uint32_t owner = bytes[0] & 0x80 ? badge : bytes[0] % BADGE_COUNT;
    serve_handle any;

    memcpy(&any, bytes, sizeof any);
    if (bytes[3] >= 200 || model[owner].given_count == 0)
        return bytes[3] & 1 ? any : 0;
    size_t back = bytes[1] % model[owner].given_count;
    serve_handle handle = model[owner].given[model[owner].given_count - 1 - back].handle;
    return bytes[3] < 150 ? handle : handle + (int8_t)bytes[2] * (bytes[3] & 1 ? 0x100u : 1u);
}

static void remember(uint32_t badge, serve_handle handle)
{
    must(handle != 0);
    for (uint32_t other = 0; other < BADGE_COUNT; other++)
        for (size_t i = 0; i < model[other].given_count; i++)
            must(model[other].given[i].handle != handle); /* never reused, never another's */
    must(model[badge].alive_count < COUNTER_SHARE && model[badge].given_count < GIVEN_MAX);
    model[badge].given[model[badge].given_count].handle = handle;
    model[badge].given[model[badge].given_count++].is_alive = true;
    model[badge].alive_count++;
}

static void check_ready(uint32_t badge, const struct serve_reply *head, size_t reply_len)
{
    const struct serve_event *events = (const struct serve_event *)(const void *)(head + 1);

    must(head->value <= COUNTER_SHARE);
    must(reply_len == sizeof *head + head->value * sizeof events[0]);
    for (uint32_t i = 0; i < head->value; i++)
        must(is_alive(badge, events[i].handle) && events[i].events_mask == COUNTER_EVENT_RANG);
}

static void follow(uint32_t badge, const struct serve_request *request, size_t request_len,
                   const struct serve_reply *head, size_t reply_len)
{
    bool is_client = badge >= 1 && badge <= COUNTER_CLIENTS_MAX;

    must(reply_len >= sizeof *head);
    must(head->status < COUNTER_STATUS_COUNT);
    must(head->status == SERVE_OK || (reply_len == sizeof *head && head->value == 0));
    if (!is_client)
        must(head->status == SERVE_IO);
    if (head->status != SERVE_OK)
        return;
    must(request_len >= sizeof *request);
    must(request->op == SERVE_OP_ATTACH || model[badge].attached);
    must(request->handle == 0 || is_alive(badge, request->handle));
    if (request->op == SERVE_OP_ATTACH) {
        end_all(badge);
        model[badge].attached = true;
    } else if (request->op == SERVE_OP_READY) {
        check_ready(badge, head, reply_len);
    } else if (request->op == COUNTER_OP_OPEN || request->op == COUNTER_OP_ALARM) {
        remember(badge, head->value);
    } else if (request->op == COUNTER_OP_CLOSE) {
        model[badge].given[find(badge, request->handle)].is_alive = false;
        model[badge].alive_count--;
    }
}

/* Every capability that came is held once, as an attached client's, or was dropped. */
static void check_capabilities(uint32_t sent_count)
{
    uint32_t dropped = 0, held = 0;

    for (uint32_t i = 0; i < 256; i++)
        dropped += fake_dropped_count[i];
    for (uint32_t badge = 1; badge <= COUNTER_CLIENTS_MAX; badge++) {
        const struct serve_client *client = serve_client_of_badge(&counter_service, badge);
        must(client->attached == model[badge].attached);
        must(serve_count(client) == model[badge].alive_count);
        held += client->attached;
    }
    must(dropped + held == sent_count);
}

/* badge, operation, length, capability, handle of 4; returns whether a capability was sent. */
static bool request_one(const uint8_t bytes[8])
{
    uint32_t badge = bytes[0] % BADGE_COUNT;
    size_t request_len = bytes[2] & 0x80 ? bytes[2] % 40 : (bytes[1] == COUNTER_OP_ADD ? 16 : 8);
    uint32_t capability = bytes[3] & 1 ? 1 + bytes[3] % CAPABILITIES : 0;
    struct counter_add_request whole = {
        {bytes[1] % (COUNTER_OP_COUNT + 3), choose(badge, &bytes[4])}, bytes[2] % 8, 0};
    if (whole.head.op == COUNTER_OP_WRONG)
        whole.head.op = COUNTER_OP_ADD; /* the service's own fault */
    struct counter_forgetful_reply reply;
    uint8_t *exact =
        malloc(request_len > 0 ? request_len : 1); /* so that a read beyond it is seen */
    uint8_t padded[64] = {0};
    memcpy(padded, &whole, sizeof whole);
    memcpy(exact, padded, request_len);
    memset(&reply, 0xee, sizeof reply);
    size_t reply_len =
        serve_dispatch(&counter_service, badge, exact, request_len, capability, &reply);
    must(reply_len <= sizeof reply);
    follow(badge, &whole.head, request_len, &reply.head, reply_len);
    free(exact);
    return capability != 0;
}

static void event(const uint8_t bytes[2])
{
    uint32_t badge = 1 + bytes[0] % COUNTER_CLIENTS_MAX;

    if (bytes[0] & 0x80) {
        counter_service.woken(bytes[1]);
    } else if (bytes[0] & 0x40) {
        serve_signal(&counter_service);
    } else {
        serve_client_died(serve_client_of_badge(&counter_service, badge));
        end_all(badge);
        model[badge].attached = false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t sent_count = 0;

    fake_port_reset();
    serve_init(&counter_service, fake_random);
    memset(model, 0, sizeof model);
    while (size >= 9) {
        if (data[0] >= 220)
            event(&data[1]);
        else
            sent_count += request_one(&data[1]);
        check_capabilities(sent_count);
        data += 9;
        size -= 9;
    }
    for (uint32_t badge = 1; badge <= COUNTER_CLIENTS_MAX; badge++)
        serve_client_died(serve_client_of_badge(&counter_service, badge));
    return 0;
}
