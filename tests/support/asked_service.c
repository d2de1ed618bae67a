/* SPDX-License-Identifier: Apache-2.0 */
/* What such a service sees of the machine. It signals nobody and is handed no capability. */
#include "support/asked_service.h"

#include "dsoftbus/testing.h"
#include "rt/log.h"
#include "rt/time.h"

#include <stdio.h>
#include <string.h>

struct asked_service asked;

uint64_t rt_ticks(void)
{
    return asked.now_ms * ABI_TICKS_PER_MS;
}

void rt_logf(const char *format, ...)
{
    va_list args;

    assert_true(asked.line_count < ASKED_LINES_MAX);
    va_start(args, format);
    (void)vsnprintf(asked.lines[asked.line_count++], sizeof asked.lines[0], format, args);
    va_end(args);
}

struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    assert_int_equal(serve->reply_len, 0); /* every answer is out, and wiped */
    asked.deadline = deadline;
    return asked.wake;
}

void serve_port_reply(struct serve *serve)
{
    asked.answer_len = serve->reply_len;
    memcpy(asked.answer, serve->reply, asked.answer_len);
}

void serve_port_signal(uint32_t capability)
{
    (void)capability;
    fail();
}

void serve_port_drop(uint32_t capability)
{
    (void)capability;
    fail();
}
