/* SPDX-License-Identifier: Apache-2.0 */
/* See fake_port.h. */
#include "serve/fake_port.h"

#include <string.h>

struct serve_wake fake_wake;
uint64_t fake_deadline;
uint32_t fake_signal_count[256];
uint32_t fake_dropped_count[256];
uint32_t fake_answer_count;
uint8_t fake_answer[4096];
size_t fake_answer_len;
uint32_t fake_given;
static uint32_t next_random;

void fake_port_reset(void)
{
    memset(fake_signal_count, 0, sizeof fake_signal_count);
    memset(fake_dropped_count, 0, sizeof fake_dropped_count);
    fake_answer_count = 0;
    fake_answer_len = 0;
    next_random = 0x100;
}

uint32_t fake_random(void)
{
    return next_random++;
}

void serve_port_reply(struct serve *serve)
{
    memcpy(fake_answer, serve->reply, serve->reply_len);
    fake_answer_len = serve->reply_len;
    fake_given = serve->given;
    fake_answer_count++;
}

struct serve_wake serve_port_wait(struct serve *serve, uint64_t deadline)
{
    if (serve->reply_len > 0)
        serve_port_reply(serve);
    fake_deadline = deadline;
    return fake_wake;
}

void serve_port_signal(uint32_t capability)
{
    fake_signal_count[capability & 0xff]++;
}

void serve_port_drop(uint32_t capability)
{
    fake_dropped_count[capability & 0xff]++;
}
