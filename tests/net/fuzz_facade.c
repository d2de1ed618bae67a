/* SPDX-License-Identifier: Apache-2.0 */
/* Two hostile clients of the facade: the fuzzer's bytes are requests of any length, from either,
 * with time passing between them. No request may crash, reply beyond its length, or touch the
 * other's sockets. */
#include "client.h"
#include "dispatch.h"
#include "net/host.h"
#include "stack.h"
#include <stdlib.h>
#include <string.h>

#define BADGE_COUNT 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the client was given last, so that the fuzzer's small handles mean something. */
static net_handle given[BADGE_COUNT + 1][4];

static void request_one(uint32_t badge, const uint8_t *bytes, size_t request_len)
{
    static union net_any_request request;
    static union net_any_reply reply;
    uint32_t other = 3 - badge;
    uint32_t others_count = client_socket_count(client_of_badge(other));

    memset(&request, 0, sizeof(request));
    memcpy(&request, bytes, request_len);
    if (request.head.handle < 4)
        request.head.handle = given[badge][request.head.handle];
    size_t reply_len = dispatch(badge, &request, request_len, 0, &reply);
    if (reply_len < sizeof(reply.head) || reply_len > sizeof(reply) ||
        reply.head.status >= NET_STATUS_COUNT ||
        (reply.head.status != NET_OK && reply_len != sizeof(reply.head)))
        abort();
    /* A dispatch touches the caller's sockets alone; packets move later. */
    if (client_socket_count(client_of_badge(other)) != others_count)
        abort();
    if (reply.head.status == NET_OK && request.head.op != NET_OP_READ)
        given[badge][reply.head.value % 4] = reply.head.value;
    stack_run();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    union net_any_request attach = {.head = {.op = NET_OP_ATTACH}};
    union net_any_reply reply;

    if (!started)
        host_start(1, HOST_WIRE_IPV4);
    started = true;
    memset(given, 0, sizeof(given));
    for (uint32_t badge = 1; badge <= BADGE_COUNT; badge++)
        dispatch(badge, &attach, sizeof(attach.head), badge, &reply);
    /* Each: badge and time, length, bytes. */
    for (size_t i = 0; i + 2 < size;) {
        size_t request_len = data[i + 1];
        uint32_t badge = 1 + (data[i] & 1);
        host_run_ms((data[i] >> 1) * (data[i] & 2 ? 100u : 1u));
        i += 2;
        if (request_len > size - i)
            request_len = size - i;
        request_one(badge, data + i, request_len);
        i += request_len;
    }
    for (uint32_t badge = 1; badge <= BADGE_COUNT; badge++) {
        client_died(client_of_badge(badge));
        if (client_socket_count(client_of_badge(badge)) != 0)
            abort();
    }
    return 0;
}
