/* SPDX-License-Identifier: Apache-2.0 */
/* Wrong keys and wrong ids: nobody gets in, and nobody is told why. */
#include "adversary.h"
#include "dsoftbus_cases.h"

#include <string.h>

static struct adversary adversary;
static struct stranger stranger;

/* Trusted by dsoftbusd, and not us. */
static const struct dsb_device_id another = {.len = 11, .text = "sensor.test"};

/* dsoftbusd must not even answer message 1. */
static const char *refused_at_msg1(struct selftest *selftest, const struct plan *plan)
{
    bool refused = adversary_connect(&adversary, selftest) &&
                   adversary_make_msg1(&adversary, plan) &&
                   adversary_send(&adversary, adversary.msg1, adversary.msg1_len) &&
                   adversary_expect_closed(&adversary);
    adversary_leave(&adversary);
    return refused ? "closed" : NULL;
}

/* dsoftbusd must close after message 3, and send no ACCEPT. */
static const char *refused_at_msg3(struct selftest *selftest, const struct plan *plan)
{
    bool refused = adversary_connect(&adversary, selftest) &&
                   adversary_until_msg3(&adversary, plan) &&
                   adversary_send(&adversary, adversary.msg3, adversary.msg3_len) &&
                   adversary_expect_closed(&adversary);
    adversary_leave(&adversary);
    return refused ? "msg2-then-closed" : NULL;
}

const char *case_wrong_responder_key(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    if (!stranger_make(&stranger))
        return NULL;
    plan.responder_key = stranger.key.public_key;
    return refused_at_msg1(selftest, &plan);
}

const char *case_wrong_responder_id(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    plan.responder_id = &another;
    return refused_at_msg1(selftest, &plan);
}

const char *case_unknown_initiator(struct selftest *selftest)
{
    static const struct dsb_device_id unknown = {.len = 13, .text = "stranger.test"};
    struct plan plan = plan_honest();
    if (!stranger_make(&stranger))
        return NULL;
    plan.key = &stranger.key;
    plan.claim = &unknown;
    return refused_at_msg3(selftest, &plan);
}

const char *case_claimed_id_of_another(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    plan.claim = &another;
    return refused_at_msg3(selftest, &plan);
}

const char *case_right_id_wrong_key(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    if (!stranger_make(&stranger))
        return NULL;
    plan.key = &stranger.key;
    return refused_at_msg3(selftest, &plan);
}
