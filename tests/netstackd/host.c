/* SPDX-License-Identifier: Apache-2.0 */
/* The platform that netstackd's networking part runs on in host tests. */
#include "netstackd/host.h"

#include "call/transport.h"
#include "facade.h"
#include "interface.h"
#include "netfacade/memory.h"
#include "platform.h"
#include "pool.h"
#include "serve/port.h"
#include "stack.h"
#include <lwip/pbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t host_now_ns = 1000000000;
uint32_t host_signal_count[256];
uint32_t host_dropped_count[256];
bool (*host_on_frame)(const uint8_t *frame, size_t frame_len);

uint64_t host_random_len;
uint32_t host_call_count;
bool host_no_memory;

static uint64_t platform_seed;

uint32_t host_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

uint64_t platform_now_ns(void)
{
    return host_now_ns;
}

void platform_random(void *bytes, size_t bytes_len)
{
    host_random_len += bytes_len;
    for (size_t i = 0; i < bytes_len; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)host_random(&platform_seed);
}

void serve_port_signal(uint32_t capability)
{
    host_signal_count[capability]++;
}

void serve_port_drop(uint32_t capability)
{
    host_dropped_count[capability]++;
}

void platform_panic(const char *what)
{
    fprintf(stderr, "panic: %s\n", what);
    abort();
}

bool interface_transmit(const struct pbuf *frame)
{
    static uint8_t bytes[INTERFACE_FRAME_BYTES_MAX];

    if (frame->tot_len > sizeof bytes)
        abort();
    pbuf_copy_partial(frame, bytes, frame->tot_len, 0);
    return host_on_frame == NULL || host_on_frame(bytes, frame->tot_len);
}

enum {
    FIRST_SHARED = 300, /* as capabilities: one for each client */
};

struct net_shared *host_shared[NET_CLIENTS_MAX];

/* At a place of its own, so that the sanitizer sees who leaves it. */
struct net_shared *platform_shared(uint32_t client_number, uint32_t *capability)
{
    if (host_shared[client_number] == NULL) {
        host_shared[client_number] = aligned_alloc(64, sizeof(struct net_shared));
        memset(host_shared[client_number], 0, sizeof(struct net_shared));
    }
    *capability = FIRST_SHARED + client_number;
    return host_no_memory ? NULL : host_shared[client_number];
}

struct net_shared *net_memory_map(uint32_t capability)
{
    return host_shared[capability - FIRST_SHARED];
}

void net_memory_unmap(struct net_shared *shared)
{
    (void)shared;
}

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    host_call_count++;
    *reply_len = serve_dispatch(&facade, message->endpoint_cap, message->request,
                                message->request_len, message->capability, message->reply);
    if (message->given != NULL)
        *message->given = facade.given;
    stack_run();
    return TRANSPORT_ANSWERED;
}

void host_receive(const uint8_t *frame, size_t frame_len)
{
    /* The sanitizer sees who reads on, and who comes back. lwIP asks for the length of a TCP option
     * before it looks whether the header goes on: one byte, of which nothing comes. */
    uint8_t *bytes = malloc(frame_len + 1);

    memcpy(bytes, frame, frame_len);
    bytes[frame_len] = 0;
    interface_receive(bytes, frame_len);
    free(bytes);
}

void host_client_dies(uint32_t badge)
{
    serve_client_died(serve_client_of_badge(&facade, badge));
}

uint32_t host_socket_count(uint32_t badge)
{
    return serve_count(serve_client_of_badge(&facade, badge));
}

void host_start(uint64_t seed, uint32_t ipv4)
{
    const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, (uint8_t)ipv4};

    platform_seed = seed;
    stack_init();
    interface_init(mac, ipv4, 0xffffff00, 0x0a000202);
    interface_set_link(true);
}

void host_run_ms(uint64_t ms)
{
    const uint64_t ns_per_ms = 1000000;
    uint64_t end_ns = host_now_ns + ms * ns_per_ms;

    while (host_now_ns < end_ns) {
        uint64_t step_ns = stack_sleep_ms() * ns_per_ms;
        if (step_ns == 0 || step_ns > end_ns - host_now_ns)
            step_ns = step_ns == 0 ? ns_per_ms : end_ns - host_now_ns;
        host_now_ns += step_ns;
        stack_run();
    }
}

uint32_t host_pool_use(void)
{
    return pool_use();
}
