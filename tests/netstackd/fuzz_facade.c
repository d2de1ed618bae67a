/* SPDX-License-Identifier: Apache-2.0 */
/* Two hostile clients of the facade: the fuzzer's bytes are requests of any length, from either, or
 * what it writes into the memory that it shares with netstackd, with time passing between them. No
 * request may crash, reply beyond its length, or touch the
 * other's sockets. Handles are given ones, or computed from these: a handle that was not given to
 * the caller names nothing, whatever lives in the slot. */
#include "facade.h"
#include "netstackd/host.h"
#include "socket.h"
#include "stack.h"
#include <lwip/tcp.h>
#include <stdlib.h>
#include <string.h>

enum {
    BADGE_COUNT = 2,
    GIVEN_MAX = 4096, /* more than an input has requests */
    SMALL_HANDLES = 64,
    SCRIBBLE_LEN = 8,     /* a place and a word for it ... */
    SCRIBBLE_MARK = 0xff, /* ... instead of a request, with this in its fourth byte */
    SCRIBBLE_SOCKETS = 4,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static net_handle given[BADGE_COUNT + 1][GIVEN_MAX];
static size_t given_count[BADGE_COUNT + 1];

static bool was_given(uint32_t badge, net_handle handle)
{
    for (size_t i = 0; i < given_count[badge]; i++)
        if (given[badge][i] == handle)
            return true;
    return false;
}

/* The fuzzer's small handles: the last few that were given, the same slot's next lives, the slots
 * beside it, and the other client's. */
static net_handle handle_of(uint32_t badge, uint32_t small)
{
    uint32_t owner = small & 32 ? 3 - badge : badge;
    uint32_t back = 1 + (small & 3);

    if (given_count[owner] < back)
        return small + 1;
    net_handle handle = given[owner][given_count[owner] - back];
    switch (small >> 2 & 7) {
    case 0:
        return handle;
    case 1:
    case 2:
        return handle + (small >> 2 & 7) * 0x100u;
    case 3:
        return handle - 0x100u;
    default:
        return handle + (small >> 2 & 7) - 3;
    }
}

static void check_reply(uint32_t badge, const union net_any_request *request,
                        const union net_any_reply *reply, size_t reply_len)
{
    const struct serve_reply *head = &reply->head;

    if (reply_len < sizeof *head || reply_len > sizeof *reply || head->status >= NET_STATUS_COUNT ||
        (head->status != NET_OK && reply_len != sizeof *head))
        abort();
    if (request->head.handle != 0 && head->status != NET_NOT_FOUND &&
        head->status != NET_MALFORMED && !was_given(badge, request->head.handle))
        abort();
}

static void remember(uint32_t badge, const union net_any_request *request,
                     const union net_any_reply *reply)
{
    static const uint32_t gives_mask = 1u << NET_OP_LISTEN | 1u << NET_OP_ACCEPT |
                                       1u << NET_OP_CONNECT | 1u << NET_OP_UDP_BIND |
                                       1u << NET_OP_PING;

    if (reply->head.status == NET_OK && (gives_mask >> request->head.op & 1) &&
        given_count[badge] < GIVEN_MAX)
        given[badge][given_count[badge]++] = reply->head.value;
}

/* What waits in an accept queue is alive, and nobody can name it. */
static void check_queues(uint32_t badge)
{
    struct serve_client *client = serve_client_of_badge(&facade, badge);

    for (uint32_t s = 0; s < NET_CLIENT_SOCKETS_MAX; s++) {
        const struct socket *listener = serve_share_at(client, s);
        if (listener->object.kind != SOCKET_LISTENER)
            continue;
        const struct listener *l = &listener->listener;
        for (uint32_t i = 0; i < l->waiting_count; i++) {
            const struct socket *stream = l->waiting[i];
            if (stream->object.kind != SOCKET_STREAM || stream->object.named ||
                stream->object.client != client || stream->stream.pcb == NULL ||
                stream->stream.listener != listener)
                abort();
        }
        const struct tcp_pcb_listen *pcb = (const struct tcp_pcb_listen *)(const void *)l->pcb;
        if (pcb->accepts_pending != l->waiting_count)
            abort();
    }
}

/* Positions, and where datagrams have their headers. */
static void scribble(uint32_t badge, const uint8_t bytes[SCRIBBLE_LEN])
{
    struct net_shared *shared = host_shared[badge - 1];
    uint32_t place = bytes[0] % SCRIBBLE_SOCKETS, offset_len = bytes[1] % 64u * 4;

    if (bytes[2] & 1)
        memcpy(&shared->bytes[place].in[offset_len], bytes + 4, 4);
    else
        memcpy((uint8_t *)&shared->positions[place] + offset_len % sizeof shared->positions[0],
               bytes + 4, 4);
}

static void request_one(uint32_t badge, const uint8_t *bytes, size_t request_len)
{
    static union net_any_request request;
    static union net_any_reply reply;
    uint32_t other = 3 - badge;
    uint32_t others_count = host_socket_count(other);

    memset(&request, 0, sizeof request);
    memcpy(&request, bytes, request_len);
    if (request.head.handle != 0 && request.head.handle < SMALL_HANDLES)
        request.head.handle = handle_of(badge, request.head.handle - 1);
    size_t reply_len = serve_dispatch(&facade, badge, &request, request_len, 0, &reply);
    check_reply(badge, &request, &reply, reply_len);
    /* A dispatch touches the caller's sockets alone; packets move later. */
    if (host_socket_count(other) != others_count)
        abort();
    remember(badge, &request, &reply);
    stack_run();
    check_queues(badge);
    check_queues(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    union net_any_request attach = {.head = {.op = NET_OP_ATTACH}};
    union net_any_reply reply;

    if (!started)
        host_start(1, HOST_WIRE_IPV4);
    started = true;
    memset(given_count, 0, sizeof given_count);
    for (uint32_t badge = 1; badge <= BADGE_COUNT; badge++)
        serve_dispatch(&facade, badge, &attach, sizeof attach.head, badge, &reply);
    /* Each: badge and time, length, bytes. */
    for (size_t i = 0; i + 2 < size;) {
        size_t request_len = data[i + 1];
        uint32_t badge = 1 + (data[i] & 1);
        host_run_ms((data[i] >> 1) * (data[i] & 2 ? 100u : 1u));
        i += 2;
        if (request_len > size - i)
            request_len = size - i;
        if (request_len == SCRIBBLE_LEN && data[i + 3] == SCRIBBLE_MARK)
            scribble(badge, data + i);
        else
            request_one(badge, data + i, request_len);
        i += request_len;
    }
    for (uint32_t badge = 1; badge <= BADGE_COUNT; badge++) {
        host_client_dies(badge);
        if (host_socket_count(badge) != 0)
            abort();
    }
    return 0;
}
