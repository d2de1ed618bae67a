/* SPDX-License-Identifier: Apache-2.0 */
/* An application beside a dsoftbusd that answers anything: it goes on, within its own memory, and
 * always comes back to its wait. */
#include "bus/bus.h"
#include "call/transport.h"
#include "proto/bus.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX 64u /* between two waits: a few for each stream */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *input;
static size_t input_len;
static uint32_t call_count;
static uint64_t ticks;
static jmp_buf out;

static uint8_t draw(void)
{
    if (input_len == 0)
        return 0;
    input_len--;
    return *input++;
}

/* A length of its choice, a head of its choice, and behind it what there is. */
enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    uint8_t kind = draw();
    struct serve_reply head = {.status = kind % 16, .value = draw()};

    if (++call_count > CALLS_MAX)
        abort();
    if (kind >= 0xf0)
        return kind & 1 ? TRANSPORT_DIED : TRANSPORT_REFUSED;
    if (kind >= 0xe0)
        head.value = UINT32_MAX - head.value;
    switch (kind / 16 % 4) {
    case 0:
        *reply_len = sizeof head;
        break;
    case 1:
        *reply_len = sizeof head + head.value;
        break;
    case 2:
        *reply_len = sizeof(struct bus_accept_reply);
        break;
    default:
        *reply_len = draw() * 20u;
        break;
    }
    if (*reply_len > message->reply_capacity_len)
        *reply_len = message->reply_capacity_len;
    memset(message->reply, draw(), *reply_len);
    memcpy(message->reply, &head, *reply_len < sizeof head ? *reply_len : sizeof head);
    if (kind / 16 % 4 == 2 && *reply_len == sizeof(struct bus_accept_reply))
        ((struct bus_accept_reply *)message->reply)->peer.len = draw() % 70;
    return TRANSPORT_ANSWERED;
}

int64_t rt_recv(rt_slot endpoint, rt_slot notification, void *recv, size_t recv_capacity,
                struct abi_caps *caps, uint64_t deadline, struct rt_event *event)
{
    (void)endpoint;
    (void)notification;
    (void)recv;
    (void)recv_capacity;
    (void)caps;
    (void)event;
    call_count = 0;
    if (input_len == 0)
        longjmp(out, 1);
    ticks = deadline > ticks ? deadline : ticks;
    return -ABI_E_TIMED_OUT;
}

uint64_t rt_ticks(void)
{
    return ticks;
}

void rt_logf(const char *format, ...)
{
    (void)format;
}

void rt_panic(const char *what, int64_t status)
{
    (void)what;
    (void)status;
    abort();
}

/* What an application that reaches other devices is answered: a name that ends, or nothing. */
static void reach_out(void)
{
    static struct bus_client client;
    char device[BUS_ID_SIZE];
    bus_handle handle;
    enum bus_reason reason;
    bool is_online;

    (void)!bus_connect(&client, "lamp-1", "clock", &handle);
    (void)!bus_reason(&client, handle, &reason);
    (void)bus_reason_name(reason);
    (void)!bus_watch(&client, &handle);
    if (bus_next(&client, handle, device, &is_online) == BUS_OK &&
        (device[0] == '\0' || memchr(device, '\0', sizeof device) == NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    input_len = size;
    reach_out();
    if (setjmp(out) == 0)
        (void)process_main(0);
    return 0;
}
