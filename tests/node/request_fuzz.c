/* SPDX-License-Identifier: Apache-2.0 */
/* Any packet is a request or none. What was read says the same when it is said again, and holds
 * names and numbers that are such. */
#include "node/bus/request.h"
#include "node/engine/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The packet that means this request. */
static int say(char out[2 * BUS_PACKET_MAX], const struct request *r)
{
    static const char *const names[] = {"hello",  "connect", "publish", "unpublish", "accept",
                                        "refuse", "reset",   "peers",   "watch",     "services"};
    int len = snprintf(out, 2 * BUS_PACKET_MAX, "%s", names[r->verb]);
    if (r->verb == REQUEST_HELLO)
        len += sprintf(out + len, " %llu", (unsigned long long)r->version);
    if (r->device.len > 0)
        len += sprintf(out + len, " %.*s%s%s", r->device.len, r->device.text,
                       r->host[0] != '\0' ? "@" : "", r->host);
    if (r->service[0] != '\0')
        len += sprintf(out + len, " %s%s", r->service, r->all ? " all" : "");
    if (r->stream != 0)
        len += sprintf(out + len, " %u", r->stream);
    if (r->code != DSB_RESET_NONE)
        len += sprintf(out + len, " %s", stream_reset_name((uint16_t)r->code));
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request r;
    struct request again;
    char packet[2 * BUS_PACKET_MAX];
    if (!request_parse(&r, (const char *)data, size))
        return 0;
    must(size <= BUS_PACKET_MAX && strlen(r.host) <= REQUEST_HOST_MAX);
    must(strchr(r.host, ' ') == NULL);
    must(r.service[0] == '\0' || dsb_service_name_is_valid(r.service, strlen(r.service)));
    int len = say(packet, &r);
    must(request_parse(&again, packet, (size_t)len));
    must(memcmp(&again, &r, sizeof r) == 0);
    return 0;
}
