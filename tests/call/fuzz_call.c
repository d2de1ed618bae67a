/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile service: whatever it answers, and whatever it writes into the memory that it shares,
 * each function of the facade's client stays within the buffers that it was given, believes no more
 * than fits, and gives a status that exists. */
#include "netfacade/netfacade.h"

#include "call/transport.h"
#include "netfacade/memory.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *input;
static size_t input_len;

static uint8_t take(void)
{
    if (input_len == 0)
        return 0;
    input_len--;
    return *input++;
}

/* Exactly as much as is shared. */
static struct net_shared *shared;

struct net_shared *net_memory_map(uint32_t capability)
{
    return capability == 1 ? shared : NULL;
}

void net_memory_unmap(struct net_shared *memory)
{
    (void)memory;
}

/* One word of what belongs to the first handles: near what is there, or anything. */
static void scribble(void)
{
    uint8_t where = take();
    uint32_t *word = &((uint32_t *)(void *)shared->positions)[where % 32];

    *word = where & 0x80 ? *word + take() : (uint32_t)take() << 24 | (uint32_t)take() << 8 | take();
}

/* A head of the fuzzer's, mostly one that is nearly right, and a length of its own or the buffer's.
 */
enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    struct serve_reply head = {.status = take() & 15, .value = take()};
    uint8_t how = take();
    size_t len = take() | (size_t)take() << 8;

    if (how & 1)
        head.status = 0;
    if (how & 2)
        head.value |= (uint32_t)take() << 8;
    if (how & 4)
        head.value |= (uint32_t)take() << 24;
    if (how & 8)
        len = sizeof head + head.value * (how & 16 ? 8 : 1) + (how & 32 ? 8 : 0);
    memset(message->reply, how, message->reply_capacity_len);
    memcpy(message->reply, &head, sizeof head);
    *reply_len = len;
    scribble();
    if (message->given != NULL)
        *message->given = take() & 3;
    return how >= 0xf0 ? (enum transport_result)(how % 3) : TRANSPORT_ANSWERED;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static enum net_status one(struct net_client *client, uint8_t which, net_handle *stream,
                           uint8_t *buffer, size_t len)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    struct net_address address = {0};
    struct net_interface interface;
    uint64_t round_trip_ns;
    net_handle handle;
    size_t count = 0;
    enum net_status status;

    switch (which % 13) {
    case 0:
        return net_attach(client, 1, 2);
    case 1:
        return net_get_interface(client, &interface);
    case 2:
        status = net_ready(client, events, &count);
        must(count <= NET_CLIENT_SOCKETS_MAX && (status == NET_OK || count == 0));
        return status;
    case 3:
        return net_listen(client, &address, 1, &handle);
    case 4:
        return net_accept(client, 1, stream, &address);
    case 5:
        return net_connect(client, &address, stream);
    case 11:
        return net_abort(client, *stream);
    case 6:
        status = net_read(client, *stream, buffer, len, &count);
        must(count <= len && (status == NET_OK || count == 0));
        return status;
    case 7:
        status = net_write(client, *stream, buffer, len, &count);
        must(count <= len && (status == NET_OK || count == 0));
        return status;
    case 8:
        return net_local_address(client, 1, &address);
    case 9:
        return net_send_to(client, 1, &address, buffer, len);
    case 10:
        status = net_receive_from(client, 1, &address, buffer, len, &count);
        must(count <= len && (status == NET_OK || count == 0));
        return status;
    default:
        return net_ping_result(client, 1, &round_trip_ns);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    input_len = size;
    struct net_client *client = calloc(1, sizeof *client); /* so that each byte beyond is seen */
    net_handle stream = 1;
    shared = aligned_alloc(64, sizeof *shared);
    memset(shared, 0, sizeof *shared);
    client->endpoint_cap = 1;
    while (input_len > 0) {
        size_t len = (take() | (size_t)take() << 8) % 5000;
        uint8_t *buffer = calloc(1, len > 0 ? len : 1);
        must((unsigned)one(client, take(), &stream, buffer, len) < NET_STATUS_COUNT);
        free(buffer);
    }
    free(client);
    free(shared);
    return 0;
}
