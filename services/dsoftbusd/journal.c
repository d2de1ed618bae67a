/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the log about sessions, each of its form, and how many of them. */
#include "journal.h"

#include "line_limit.h"
#include "rt/log.h"
#include "rt/time.h"

#define STEP_COUNT (DSB_STEP_IDENTITY_BOUND + 1)

static const enum dsb_reason reasons[] = {
#define X(name, number, text) DSB_REASON_##name,
    DSB_REASONS(X)
#undef X
};
#define REASON_COUNT (sizeof(reasons) / sizeof(reasons[0]))

/* By dsb_reset_code. */
static const char *const code_names[] = {[DSB_RESET_NO_SUCH_SERVICE] = "no-such-service",
                                         [DSB_RESET_NOT_ALLOWED] = "not-allowed",
                                         [DSB_RESET_BUSY] = "busy"};
#define CODE_COUNT (sizeof code_names / sizeof code_names[0])

/* What strangers, and peers, can cause again and again. */
static struct {
    struct line_limit steps[STEP_COUNT];
    struct line_limit refusals[REASON_COUNT]; /* as in reasons */
    struct line_limit services[CODE_COUNT];
} limits;

/* When the first of the held lines must be told: journal_tick comes with every wake, and mostly
 * there is none. */
static uint64_t deadline_ms = DSB_NO_DEADLINE;

static uint64_t now_ms(void)
{
    return rt_ticks() / ABI_TICKS_PER_MS;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Else the line is held. */
static bool may_write(struct line_limit *limit)
{
    bool written = line_limit_take(limit, now_ms());

    if (!written)
        deadline_ms = earlier(deadline_ms, line_limit_deadline(limit));
    return written;
}

void journal_bring_up_keys(void)
{
    rt_logf("dsoftbusd: bring-up test keys");
}

void journal_ready(void)
{
    rt_logf("dsoftbusd: ready");
}

void journal_transport_up(void)
{
    rt_logf("dsoftbusd: os transport up (udp+tcp)");
}

void journal_step(enum dsb_step step)
{
    if (may_write(&limits.steps[step]))
        rt_logf("dsoftbusd: handshake: %s", dsb_step_name(step));
}

void journal_authenticated(const struct dsb_device_id *peer)
{
    rt_logf("dsoftbusd: identity bound peer=%.*s", peer->len, peer->text);
    rt_logf("dsoftbusd: auth ok");
}

void journal_dialled(const struct dsb_device_id *peer)
{
    rt_logf("dsoftbusd: dial ok peer=%.*s", peer->len, peer->text);
}

void journal_dial_failed(const struct dsb_device_id *peer, const char *why)
{
    rt_logf("dsoftbusd: dial failed peer=%.*s reason=%s", peer->len, peer->text, why);
}

void journal_session_ok(void)
{
    rt_logf("dsoftbusd: os session ok");
}

static size_t index_of(enum dsb_reason reason)
{
    size_t i = 0;
    while (i < REASON_COUNT - 1 && reasons[i] != reason)
        i++;
    return i;
}

void journal_refused(enum dsb_reason reason, const struct dsb_device_id *claim)
{
    if (!may_write(&limits.refusals[index_of(reason)]))
        return;
    if (claim != NULL) {
        rt_logf("dsoftbusd: session refused reason=%s claim=%.*s", dsb_reason_name(reason),
                claim->len, claim->text);
    } else {
        rt_logf("dsoftbusd: session refused reason=%s", dsb_reason_name(reason));
    }
}

void journal_service_refused(const struct dsb_device_id *peer, const char *service,
                             size_t service_len, enum dsb_reset_code code)
{
    if (may_write(&limits.services[code]))
        rt_logf("dsoftbusd: service refused peer=%.*s service=%.*s reason=%s", peer->len,
                peer->text, (int)service_len, service, code_names[code]);
}

/* Not bounded here: a session's lists are, in time. */
void journal_list(const struct dsb_device_id *peer, const char *outcome, uint64_t serial)
{
    rt_logf("dsoftbusd: revocations %s serial=%llu peer=%.*s", outcome, (unsigned long long)serial,
            peer->len, peer->text);
}

void journal_ended(enum dsb_reason reason)
{
    rt_logf("dsoftbusd: session ended reason=%s", dsb_reason_name(reason));
}

void journal_ended_cleanly(void)
{
    rt_logf("dsoftbusd: session ended reason=clean");
}

void journal_packet_ignored(const char *why, unsigned ignored_count)
{
    rt_logf("dsoftbusd: packet ignored reason=%s count=%u", why, ignored_count);
}

static uint64_t first_deadline(void)
{
    uint64_t earliest = DSB_NO_DEADLINE;
    for (size_t i = 0; i < STEP_COUNT; i++)
        earliest = earlier(earliest, line_limit_deadline(&limits.steps[i]));
    for (size_t i = 0; i < REASON_COUNT; i++)
        earliest = earlier(earliest, line_limit_deadline(&limits.refusals[i]));
    for (size_t i = 1; i < CODE_COUNT; i++)
        earliest = earlier(earliest, line_limit_deadline(&limits.services[i]));
    return earliest;
}

uint64_t journal_deadline(void)
{
    return deadline_ms;
}

static void tell_held_lines(uint64_t now)
{
    for (size_t i = 0; i < STEP_COUNT; i++) {
        uint32_t held_count = line_limit_release(&limits.steps[i], now);
        if (held_count != 0)
            rt_logf("dsoftbusd: handshake: %s times=%u", dsb_step_name((enum dsb_step)i),
                    held_count);
    }
    for (size_t i = 0; i < REASON_COUNT; i++) {
        uint32_t held_count = line_limit_release(&limits.refusals[i], now);
        if (held_count != 0)
            rt_logf("dsoftbusd: session refused reason=%s times=%u", dsb_reason_name(reasons[i]),
                    held_count);
    }
    for (size_t i = 1; i < CODE_COUNT; i++) {
        uint32_t held_count = line_limit_release(&limits.services[i], now);
        if (held_count != 0)
            rt_logf("dsoftbusd: service refused reason=%s times=%u", code_names[i], held_count);
    }
}

void journal_tick(void)
{
    uint64_t now = now_ms();

    if (now < deadline_ms)
        return;
    tell_held_lines(now);
    deadline_ms = first_deadline();
}
