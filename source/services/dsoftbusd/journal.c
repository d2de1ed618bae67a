/* SPDX-License-Identifier: Apache-2.0 */
#include "journal.h"

#include "rt/log.h"

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
    rt_logf("dsoftbusd: handshake: %s", dsb_step_name(step));
}

void journal_authenticated(const struct dsb_device_id *peer)
{
    rt_logf("dsoftbusd: identity bound peer=%.*s", peer->len, peer->text);
    rt_logf("dsoftbusd: auth ok");
}

void journal_session_ok(void)
{
    rt_logf("dsoftbusd: os session ok");
}

void journal_refused(enum dsb_reason reason, const struct dsb_device_id *claim)
{
    if (claim != NULL) {
        rt_logf("dsoftbusd: session refused reason=%s claim=%.*s", dsb_reason_name(reason),
                claim->len, claim->text);
    } else {
        rt_logf("dsoftbusd: session refused reason=%s", dsb_reason_name(reason));
    }
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
