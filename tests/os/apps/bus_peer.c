/* SPDX-License-Identifier: Apache-2.0 */
/* Stands where dsoftbusd stands, on the machine: the applications publish, and a peer of its own
 * uses each of them, one step after the other; then once more, as a dsoftbusd that was started
 * again and knows nobody. */
#include "apps/fake_bus.h"
#include "file/message.h"
#include "rt/log.h"
#include "rt/process.h"
#include "rt/time.h"
#include "tests/os/system/slots.h"

#include <stdio.h>
#include <string.h>

#define LOOK_MS 20u

/* By badge - 1 (system/system.h, tests/os/system/tables.c). */
static const char *const names[] = {"", "log", "clock", "file", "echo"};

static struct fake_stream *stream;
static char heard[32768];
static size_t heard_len;
static uint32_t said_count;
static uint32_t round_number = 1;

static bool hears(void)
{
    heard_len += fake_hear(stream, heard + heard_len, sizeof heard - 1 - heard_len);
    heard[heard_len] = '\0';
    return heard_len > 0;
}

static void say(const void *bytes, size_t len)
{
    if (fake_say(stream, bytes, len) != len)
        rt_panic("bus-peer: no room", (int64_t)len);
}

static void say_message(enum message_kind kind, uint64_t length, const char *name)
{
    struct message message = {.kind = kind, .length = length};
    uint8_t frame[MESSAGE_FRAME_MAX];

    (void)strncpy(message.name, name, MESSAGE_NAME_MAX);
    say(frame, message_write(frame, &message));
}

/* The peer is done: it ends, and waits until the application has let go in good order. */
static bool is_over(void)
{
    fake_finish(stream);
    (void)hears();
    if (stream->object)
        return false;
    if (stream->app_reset != 0)
        rt_panic("bus-peer: reset", (int64_t)stream->app_reset);
    return true;
}

/* --- steps: false, not done yet --------------------------------------------------------------- */

static bool echo_answers(void)
{
    if (said_count++ == 0)
        say("hello", 5);
    return hears() && strcmp(heard, "hello") == 0 && is_over();
}

/* The line is written when the reader is there, and comes by itself. */
static bool log_is_live(void)
{
    char line[40];

    (void)snprintf(line, sizeof line, "SELFTEST: line %u for the reader", (unsigned)round_number);
    if (hears() && said_count == 0 && strstr(heard, "kernel: up\n") != NULL) {
        said_count++;
        rt_logf("%s", line);
    }
    return strstr(heard, line) != NULL && is_over();
}

static bool clock_tells_the_time(void)
{
    return hears() && strlen(heard) == 25 && memcmp(heard, "20", 2) == 0 && heard[10] == 'T' &&
           strcmp(heard + 23, "Z\n") == 0 && stream->app_finished && is_over();
}

static bool file_is_kept(void)
{
    uint8_t head[MESSAGE_BYTES_HEAD_LEN];

    if (said_count++ == 0) {
        say_message(MESSAGE_PUT, 5, round_number == 1 ? "greeting" : "another");
        message_write_bytes_head(head, 5);
        say(head, sizeof head);
        say("hello", 5);
        say_message(MESSAGE_DONE, 5, "");
    }
    /* READY has three bytes, STORED eleven. */
    return hears() && heard_len == 14 && heard[2] == MESSAGE_READY && heard[5] == MESSAGE_STORED &&
           is_over();
}

static const struct step {
    const char *service;
    bool (*run)(void);
} steps[] = {
    {"echo", echo_answers},
    {"log", log_is_live},
    {"clock", clock_tells_the_time},
    {"file", file_is_kept},
};

static uint32_t step_idx;

/* A service that is not published yet is asked for again. */
static void turn(void)
{
    const struct step *step = &steps[step_idx];

    if (!stream) {
        stream = fake_open("gateway", step->service);
        heard_len = 0;
        said_count = 0;
    }
    if (!stream || !step->run())
        return;
    fake_forget(stream);
    stream = NULL;
    rt_logf("SELFTEST: apps %s %u ok", step->service, (unsigned)round_number);
    if (++step_idx < sizeof steps / sizeof steps[0])
        return;
    if (round_number++ == 1) {
        step_idx = 0;
        fake_bus_forget();
        return;
    }
    rt_logf("SELFTEST: end");
    rt_exit(0);
}

static uint64_t deadline(void)
{
    return rt_deadline_ms(LOOK_MS);
}

int process_main(uint64_t arg)
{
    (void)arg;
    fake_bus_start(names, sizeof names / sizeof names[0]);
    fake_bus.endpoint = BUSPEER_SLOT_ENDPOINT;
    fake_bus.notification = BUSPEER_SLOT_NOTIFY;
    fake_bus.turn = turn;
    fake_bus.deadline = deadline;
    rt_logf("bus-peer: ready");
    serve_run(&fake_bus);
}
