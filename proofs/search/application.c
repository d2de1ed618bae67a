/* SPDX-License-Identifier: Apache-2.0 */
/* Each request as the application's library makes it; answers are checked. */
#include "application.h"

#include "around.h"
#include "endpoint.h"

#include "serve/port.h"

#include <string.h>

#define NOTIFICATION 7 /* as a capability */
#define BADGE        1

struct application app;

void serve_port_signal(uint32_t capability)
{
    app.notified = capability == NOTIFICATION;
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
}

static union bus_any_request request;
static union bus_any_reply reply;

static uint32_t ask(uint32_t op, bus_handle handle, size_t len)
{
    request.head = (struct serve_request){op, handle};
    (void)serve_dispatch(&bus_endpoint, BADGE, &request, len,
                         op == BUS_OP_ATTACH ? NOTIFICATION : 0, &reply);
    return reply.head.status;
}

static uint32_t ask_head(uint32_t op, bus_handle handle)
{
    return ask(op, handle, sizeof request.head);
}

struct bus_object *object_of(bus_handle handle)
{
    return endpoint_object_at((handle & 0xff) - 1);
}

void app_start(void)
{
    memset(app.parts, 0, sizeof app.parts);
    app.notified = app.waits_accept = false;
    must(ask_head(BUS_OP_ATTACH, 0) == BUS_OK, "the application could not begin");
    memset(&request, 0, sizeof request);
    request.publish.service.len = 1;
    request.publish.service.text[0] = 's';
    request.publish.flags = BUS_PUBLISH_TO_ALL;
    must(ask(BUS_OP_PUBLISH, 0, sizeof request.publish) == BUS_OK, "a free name was refused");
    app.service = reply.head.value;
}

void app_accept(void)
{
    uint32_t status = ask_head(BUS_OP_ACCEPT, app.service);

    app.waits_accept = status == BUS_WOULD_BLOCK;
    must(app.waits_accept || status == BUS_OK, "ACCEPT was refused");
    if (status != BUS_OK)
        return;
    struct part *part = &app.parts[(reply.head.value & 0xff) - 1];
    must(part->handle == 0, "a handle was given out twice");
    *part = (struct part){.handle = reply.head.value,
                          .which = reply.accept.peer.text[0] == ids[1].text[0]};
}

static void read_stream(struct part *part)
{
    request.read.capacity_len = BUS_STREAM_BYTES_MAX;
    request.read.reserved = 0;
    uint32_t status = ask(BUS_OP_READ, part->handle, sizeof request.read);
    part->waits_read = status == BUS_WOULD_BLOCK;
    part->ended = part->ended || status == BUS_ENDED;
    if (status != BUS_OK)
        return;
    part->saw_end = reply.head.value == 0;
    for (uint32_t i = 0; i < reply.head.value; i++)
        must(reply.read.data[i] == far_byte(part->which, false, part->read++),
             "a byte was read that is another stream's, or not the next");
}

static void write_stream(struct part *part)
{
    request.write.data[0] = far_byte(part->which, true, part->written);
    uint32_t status = ask(BUS_OP_WRITE, part->handle, sizeof request.head + 1);
    part->waits_write = status == BUS_WOULD_BLOCK;
    part->ended = part->ended || status == BUS_ENDED;
    part->written += status == BUS_OK;
}

static void finish_stream(struct part *part)
{
    uint32_t status = ask_head(BUS_OP_FINISH, part->handle);

    part->finished = true;
    part->ended = part->ended || status == BUS_ENDED;
}

static void close_stream(struct part *part)
{
    must(ask_head(BUS_OP_CLOSE, part->handle) == BUS_OK, "CLOSE was refused");
    *part = (struct part){0};
}

static void be_told(const struct serve_event *event)
{
    if (event->handle == app.service) {
        app.waits_accept = false;
        return;
    }
    struct part *part = &app.parts[(event->handle & 0xff) - 1];
    must(part->handle == event->handle, "READY named what the application does not have");
    if (event->events_mask & BUS_EVENT_READ_MASK)
        part->waits_read = false;
    if (event->events_mask & BUS_EVENT_WRITE_MASK)
        part->waits_write = false;
}

void app_ready(void)
{
    struct serve_event events[BUS_SHARE_MAX];

    app.notified = false;
    must(ask_head(BUS_OP_READY, 0) == BUS_OK, "READY was refused");
    memcpy(events, (const char *)&reply + sizeof reply.head, sizeof events);
    for (uint32_t i = 0; i < reply.head.value; i++)
        be_told(&events[i]);
}

void app_step(struct part *part, enum app_step step)
{
    switch (step) {
    case READ:
        read_stream(part);
        break;
    case WRITE:
        write_stream(part);
        break;
    case FINISH:
        finish_stream(part);
        break;
    default: /* CLOSE */
        close_stream(part);
        break;
    }
}
