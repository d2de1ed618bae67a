/* SPDX-License-Identifier: Apache-2.0 */
/* The application's wait returns here: its loop ends in the middle, and is entered anew. */
#include "apps/harness.h"

#include "call/transport.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "serve/port.h"

#include <stdio.h>
#include <string.h>

#define STEPS_MAX 100000u /* more without a wait, and it never waits */

char app_log[1 << 16];
size_t app_log_len;
uint64_t app_ticks, app_deadline;
bool bus_is_there;
uint32_t bus_call_count;
void (*app_between)(void);

static jmp_buf waits;
static uint32_t step_count;
static const char *allowed;

/* --- kernel ----------------------------------------------------------------------------------- */

int64_t rt_recv(rt_slot endpoint, rt_slot notification, void *recv, size_t recv_capacity,
                struct abi_caps *caps, uint64_t deadline, struct rt_event *event)
{
    (void)recv;
    (void)recv_capacity;
    (void)caps;
    (void)event;
    assert_int_equal(endpoint, ABI_SLOT_NONE);
    assert_int_equal(notification, APP_SLOT_NOTIFY);
    assert_true(++step_count < STEPS_MAX);
    if (app_between)
        app_between();
    app_deadline = deadline;
    if (deadline > app_ticks)
        longjmp(waits, 1);
    return -ABI_E_TIMED_OUT;
}

uint64_t rt_ticks(void)
{
    return app_ticks;
}

void rt_logf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int len = vsnprintf(app_log + app_log_len, sizeof app_log - app_log_len, format, args);
    va_end(args);
    app_log_len += (size_t)len;
    app_log[app_log_len++] = '\n';
    app_log[app_log_len] = '\0';
}

void rt_panic(const char *what, int64_t status)
{
    fail_msg("%s (%ld)", what, (long)status);
    longjmp(waits, 2);
}

/* --- bus -------------------------------------------------------------------------------------- */

enum transport_result transport_call(const struct transport_message *message, size_t *reply_len)
{
    bus_call_count++;
    assert_int_equal(message->endpoint_cap, APP_SLOT_BUS);
    if (!bus_is_there)
        return TRANSPORT_DIED;
    *reply_len = serve_dispatch(&fake_bus, 1, message->request, message->request_len,
                                message->capability, message->reply);
    return TRANSPORT_ANSWERED;
}

void serve_port_signal(uint32_t capability)
{
    assert_int_equal(capability, APP_SLOT_NOTIFY);
}

void serve_port_drop(uint32_t capability)
{
    assert_int_equal(capability, APP_SLOT_NOTIFY);
}

struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    (void)serve;
    (void)deadline;
    fail();
    return (struct serve_wake){.kind = SERVE_WAKE_DEADLINE};
}

void serve_port_reply(struct serve *serve)
{
    (void)serve;
}

/* --- test ------------------------------------------------------------------------------------- */

void harness_start(const char *name)
{
    allowed = name;
    /* An application of an earlier test finds its streams gone. */
    bus_is_there = false;
    app_between = NULL;
    run_app_later(1000);
    fake_bus_start(&allowed, 1);
    bus_is_there = true;
    app_log_len = 0;
    app_log[0] = '\0';
}

void run_app(void)
{
    step_count = 0;
    if (setjmp(waits) == 0)
        (void)process_main(0);
}

void run_app_later(uint64_t ms)
{
    app_ticks += ms * ABI_TICKS_PER_MS;
    run_app();
}

size_t hear_all(struct fake_stream *stream, char *bytes, size_t capacity)
{
    size_t all_len = 0, len;

    do {
        run_app();
        len = fake_hear(stream, bytes + all_len, capacity - 1 - all_len);
        all_len += len;
    } while (len > 0);
    bytes[all_len] = '\0';
    return all_len;
}
