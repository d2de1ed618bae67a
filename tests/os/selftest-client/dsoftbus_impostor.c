/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The honest client, which is the library's initiator in dsoftbus_link.c, against a responder that
 * lies. Each case demands the one reason by which the client must give up, and how far the client
 * let itself be led. docs/testing.md has the table.
 */
#include "impostor.h"

#include "rt/log.h"
#include "rt/time.h"

#include <string.h>

/* What the client sees besides a reason for giving up. */
#define SEES_SESSION "session"
#define SEES_ECHO    "another-echo"

static const struct {
    const char *name;
    enum falsehood falsehood;
    const char *sees;
    unsigned message_count; /* handshake messages that the client sent before it gave up */
} cases[] = {
    {"none", FALSE_NOTHING, SEES_SESSION, 2},
    {"other-key", FALSE_KEY, "msg2-truncated", 1},
    {"other-key-answers", FALSE_KEY_ANSWERS, "msg2-decrypt", 1},
    {"bitflip-msg2-key", FALSE_MSG2_KEY, "msg2-decrypt", 1},
    {"bitflip-msg2-tag", FALSE_MSG2_TAG, "msg2-decrypt", 1},
    {"replayed-msg2", FALSE_MSG2_REPLAYED, "msg2-decrypt", 1},
    {"reflected-msg1", FALSE_MSG2_REFLECTED, "msg2-decrypt", 1},
    {"low-order-msg2", FALSE_MSG2_LOW_ORDER, "msg2-bad-key", 1},
    {"no-accept", FALSE_ACCEPT_NONE, "accept-truncated", 2},
    {"bitflip-accept", FALSE_ACCEPT_TAG, "accept-decrypt", 2},
    {"replayed-accept", FALSE_ACCEPT_REPLAYED, "accept-decrypt", 2},
    {"reflected-accept", FALSE_ACCEPT_REFLECTED, "accept-decrypt", 2},
    {"other-first-record", FALSE_FIRST_RECORD, "accept-type", 2},
    {"other-echo", FALSE_ECHO, SEES_ECHO, 2},
    {"other-pong", FALSE_PONG, "record-pong", 2},
};

static struct link link;
static struct impostor impostor;
static struct dsb_trust_entry entries[1];
static struct dsb_trust_store trust;

/* A device that trusts the impostor's name and key. */
static bool trust_the_impostor(struct dsb_local *local)
{
    struct dsb_trust_entry entry = {.id = impostor.id};

    memcpy(entry.key, impostor.key.public_key, DSB_KEY_LEN);
    dsb_trust_store_init(&trust, entries, 1);
    *local = dsoftbus.local;
    local->trust = &trust;
    return dsb_trust_store_add(&trust, &dsoftbus.identity, &entry) == DSB_TEXT_NO_FAULT ||
           selftest_fail("trust in the impostor");
}

/* Uses the session: what is wrong in it, or SEES_SESSION. */
static const char *use_session(struct selftest *selftest)
{
    static const uint8_t data[] = {0x01, 'm', 'i', 'n', 'e'};

    if (!link_echo(selftest, &link, data, sizeof data))
        return link.link.state == DSB_LINK_OPEN ? SEES_ECHO
                                                : dsb_reason_name(dsb_link_reason(&link.link));
    if (!link_ping(selftest, &link, data, sizeof data))
        return dsb_reason_name(dsb_link_reason(&link.link));
    return SEES_SESSION;
}

static const char *meet(struct selftest *selftest, const struct dsb_local *local)
{
    enum dsb_reason reason = link_connect(selftest, &link, local, &impostor.id, &impostor.address);
    if (reason != DSB_REASON_NONE)
        return dsb_reason_name(reason);
    const char *sees = use_session(selftest);
    if (strcmp(sees, SEES_SESSION) != 0)
        link_leave(selftest, &link);
    else if (!link_close(selftest, &link))
        return "no-close";
    return sees;
}

static bool run(struct selftest *selftest, const struct dsb_local *local, size_t i)
{
    impostor_expect(&impostor, selftest, cases[i].falsehood);
    const char *sees = meet(selftest, local);
    rt_logf("SELFTEST: dsoftbus impostor %s sees %s", cases[i].name, sees);
    if (!impostor_finish(&impostor, selftest))
        return false;
    if (strcmp(sees, cases[i].sees) != 0 || impostor.message_count != cases[i].message_count)
        return selftest_fail(cases[i].name);
    rt_logf("SELFTEST: dsoftbus impostor %s ok", cases[i].name);
    return true;
}

bool dsoftbus_impostors(struct selftest *selftest)
{
    struct dsb_local local;
    bool passed = impostor_start(&impostor, selftest) && trust_the_impostor(&local);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0] && passed; i++)
        passed = run(selftest, &local, i);
    impostor_stop(&impostor, selftest);
    return passed;
}
