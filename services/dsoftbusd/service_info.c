/* SPDX-License-Identifier: Apache-2.0 */
/* The service `info`: who this device is, and which of its services the peer may use. RFC-0009. */
#include "limits.h"
#include "session.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_MAX (sizeof "service " + DSB_STREAM_SERVICE_MAX + 1)
#define HEAD_MAX (sizeof "name \nversion \nuptime \n" + DSB_DEVICE_ID_MAX + 20 + 20)

_Static_assert(HEAD_MAX + LINE_MAX * SERVICE_MAX <= STREAM_SEND_CAP, "all of it is one write");

static const struct dsb_device_id *own;
static uint64_t (*uptime)(void);

struct text {
    char bytes[STREAM_SEND_CAP];
    size_t len;
};

static struct text text; /* of the answer that is made */

void service_info_init(const struct dsb_device_id *own_id, uint64_t (*uptime_s)(void))
{
    own = own_id;
    uptime = uptime_s;
}

static __attribute__((format(printf, 1, 2))) void add(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    text.len +=
        (size_t)vsnprintf(text.bytes + text.len, sizeof text.bytes - text.len, format, values);
    va_end(values);
}

static void compose(const struct session *session)
{
    const struct service *service;

    text.len = 0;
    add("name %.*s\nversion " DSOFTBUS_VERSION "\nuptime %llu\n", own->len, own->text,
        (unsigned long long)uptime());
    for (size_t i = 0; (service = service_at(i)) != NULL; i++)
        if (session_allows(session, service))
            add("service %.*s\n", (int)service->name_len, service->name);
}

static enum dsb_reset_code info_begin(const struct service *service, struct served *served)
{
    struct dsb_streams *streams = &served->session->streams;
    size_t written_len = 0;

    (void)service;
    if (dsb_streams_accept(streams, served->id) != DSB_OK)
        return DSB_RESET_GONE;
    compose(served->session);
    if (dsb_streams_write(streams, served->id, (const uint8_t *)text.bytes, text.len,
                          &written_len) != DSB_OK ||
        written_len != text.len || dsb_streams_finish(streams, served->id) != DSB_OK)
        return DSB_RESET_GONE;
    return DSB_RESET_NONE;
}

/* What the peer says is dropped. Letting go before it has finished would reset the stream, and make
 * a whole answer look like one that was cut off; until then it holds a place of its own share. */
static void info_turn(struct served *served)
{
    struct dsb_streams *streams = &served->session->streams;
    const uint8_t *bytes;
    size_t len;
    enum dsb_status status;

    while ((status = dsb_streams_front(streams, served->id, &bytes, &len)) == DSB_OK)
        if (dsb_streams_took(streams, served->id, len) != DSB_OK)
            break;
    if (status != DSB_WOULD_BLOCK)
        served_let_go(served);
}

const struct service service_info = {
    .name = "info", .name_len = 4, .offered_to_all = true, .begin = info_begin, .turn = info_turn};
