/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, as lib/bus makes them. */
#include "application.h"

#include "dsoftbus/testing.h"
#include "endpoint.h"

#include <string.h>

union bus_any_reply reply;

static uint32_t ask_with(uint64_t badge, const void *request, size_t len, uint32_t capability)
{
    memset(&reply, 0, sizeof reply);
    (void)serve_dispatch(&bus_endpoint, badge, request, len, capability, &reply);
    return reply.head.status;
}

uint32_t ask(uint64_t badge, const void *request, size_t len)
{
    return ask_with(badge, request, len, 0);
}

uint32_t ask_bare(uint64_t badge, uint32_t op, bus_handle handle)
{
    const struct serve_request request = {op, handle};
    return ask(badge, &request, sizeof request);
}

uint32_t attach(uint64_t badge)
{
    const struct serve_request request = {BUS_OP_ATTACH, 0};
    return ask_with(badge, &request, sizeof request, 40 + (uint32_t)badge);
}

void set_name(struct bus_name *name, const char *text)
{
    name->len = (uint32_t)strlen(text);
    memcpy(name->text, text, strlen(text));
}

uint32_t publish(uint64_t badge, const char *name, uint32_t flags)
{
    struct bus_publish_request request = {.head = {BUS_OP_PUBLISH, 0}, .flags = flags};
    set_name(&request.service, name);
    return ask(badge, &request, sizeof request);
}

uint32_t read_some(uint64_t badge, bus_handle handle)
{
    const struct bus_read_request request = {{BUS_OP_READ, handle}, 100, 0};
    return ask(badge, &request, sizeof request);
}

uint32_t write_text(uint64_t badge, bus_handle handle, const char *text)
{
    struct bus_write_request request = {.head = {BUS_OP_WRITE, handle}};
    memcpy(request.data, text, strlen(text));
    return ask(badge, &request, sizeof request.head + strlen(text));
}

uint32_t try_connect(uint64_t badge, const char *to, const char *service)
{
    struct bus_connect_request request = {.head = {BUS_OP_CONNECT, 0}};

    set_name(&request.device, to);
    set_name(&request.service, service);
    return ask(badge, &request, sizeof request);
}

uint32_t reason_of(uint64_t badge, bus_handle handle)
{
    assert_int_equal(ask_bare(badge, BUS_OP_REASON, handle), BUS_OK);
    return reply.head.value;
}

void applications_die(void)
{
    for (uint32_t badge = 1; badge <= BUS_CLIENT_MAX; badge++)
        serve_client_died(serve_client_of_badge(&bus_endpoint, badge));
}

uint32_t no_random(void)
{
    return 7;
}
