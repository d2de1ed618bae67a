/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the handshake altered, repeated, cut, or followed too early. */
#include "adversary.h"
#include "dsoftbus_cases.h"
#include "rt/time.h"
#include "stream.h"

#include <string.h>

static struct adversary adversary;

/* Message 2 takes no longer. */
#define ANSWER_MS 5000

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Flips the lowest bit of msg1 at a place; nothing but the end of the connection may come. */
static bool flipped_msg1_is_refused(struct selftest *selftest, size_t at)
{
    struct plan plan = plan_honest();
    bool refused =
        adversary_connect(&adversary, selftest) && adversary_make_msg1(&adversary, &plan);
    if (refused) {
        adversary.msg1[at] ^= 1;
        refused = adversary_send(&adversary, adversary.msg1, adversary.msg1_len) &&
                  adversary_expect_closed(&adversary);
    }
    adversary_leave(&adversary);
    return refused;
}

const char *case_bitflip_msg1(struct selftest *selftest)
{
    /* Behind the two length bytes: the ephemeral key, and the empty payload's tag. */
    static const size_t places[] = {2, 33, 34, 49};
    for (size_t i = 0; i < COUNT(places); i++)
        if (!flipped_msg1_is_refused(selftest, places[i]))
            return NULL;
    return "closed";
}

static bool flipped_msg3_is_refused(struct selftest *selftest, size_t at)
{
    struct plan plan = plan_honest();
    bool refused =
        adversary_connect(&adversary, selftest) && adversary_until_msg3(&adversary, &plan);
    if (refused) {
        adversary.msg3[at] ^= 1;
        refused = adversary_send(&adversary, adversary.msg3, adversary.msg3_len) &&
                  adversary_expect_closed(&adversary);
    }
    adversary_leave(&adversary);
    return refused;
}

const char *case_bitflip_msg3(struct selftest *selftest)
{
    /* The encrypted static key, its tag, the payload with the id, and the last tag. */
    static const size_t places[] = {2, 34, 50};
    for (size_t i = 0; i < COUNT(places); i++)
        if (!flipped_msg3_is_refused(selftest, places[i]))
            return NULL;
    return flipped_msg3_is_refused(selftest, adversary.msg3_len - 1) ? "msg2-then-closed" : NULL;
}

/* A good session that ends cleanly; what it sent stays in msg1 and msg3. */
static bool record_session(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    uint8_t close[RECORD_FRAME_MAX];
    size_t close_len = 0;

    bool recorded = adversary_connect(&adversary, selftest) &&
                    adversary_authenticate(&adversary, &plan) &&
                    adversary_seal(&adversary, DSB_RECORD_CLOSE, NULL, 0, close, &close_len) &&
                    adversary_send(&adversary, close, close_len) &&
                    adversary_expect_record(&adversary, DSB_RECORD_CLOSE, NULL, 0);
    adversary_leave(&adversary);
    return recorded;
}

const char *case_replayed_transcript(struct selftest *selftest)
{
    static struct adversary replay;
    uint8_t msg2[DSB_HANDSHAKE_OUT_MAX];
    size_t msg2_len = 0;

    /* Message 1 may be repeated by anybody: it proves nothing. Message 3 is bound to the other
     * side's fresh ephemeral. */
    bool refused = record_session(selftest) && adversary_connect(&replay, selftest) &&
                   adversary_send(&replay, adversary.msg1, adversary.msg1_len) &&
                   stream_read(selftest, replay.stream, msg2, sizeof msg2,
                               rt_deadline_ms(ANSWER_MS), &msg2_len) == NET_OK &&
                   msg2_len > 0 && adversary_send(&replay, adversary.msg3, adversary.msg3_len) &&
                   adversary_expect_closed(&replay);
    adversary_leave(&replay);
    return refused ? "msg2-then-closed" : NULL;
}

const char *case_replayed_msg3(struct selftest *selftest)
{
    static struct adversary fresh;
    struct plan plan = plan_honest();

    bool refused = record_session(selftest) && adversary_connect(&fresh, selftest) &&
                   adversary_until_msg3(&fresh, &plan) &&
                   adversary_send(&fresh, adversary.msg3, adversary.msg3_len) &&
                   adversary_expect_closed(&fresh);
    adversary_leave(&fresh);
    return refused ? "msg2-then-closed" : NULL;
}

/* Half a message, then we go. */
static bool leave_in_msg1(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool sent = adversary_connect(&adversary, selftest) && adversary_make_msg1(&adversary, &plan) &&
                adversary_send(&adversary, adversary.msg1, adversary.msg1_len / 2);
    adversary_leave(&adversary);
    return sent;
}

static bool leave_in_msg3(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool sent = adversary_connect(&adversary, selftest) &&
                adversary_until_msg3(&adversary, &plan) &&
                adversary_send(&adversary, adversary.msg3, adversary.msg3_len / 2);
    adversary_leave(&adversary);
    return sent;
}

/* A unit whose length says that it is whole, and it is not. */
static bool short_msg1_is_refused(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool refused =
        adversary_connect(&adversary, selftest) && adversary_make_msg1(&adversary, &plan);
    if (refused) {
        size_t unit_len = adversary.msg1_len - DSB_FRAME_HEADER_LEN - 1;
        dsb_frame_header(adversary.msg1, unit_len);
        refused = adversary_send(&adversary, adversary.msg1, DSB_FRAME_HEADER_LEN + unit_len) &&
                  adversary_expect_closed(&adversary);
    }
    adversary_leave(&adversary);
    return refused;
}

static bool short_msg3_is_refused(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    bool refused =
        adversary_connect(&adversary, selftest) && adversary_until_msg3(&adversary, &plan);
    if (refused) {
        size_t unit_len = NOISE_XK_MESSAGE_3_OVERHEAD - 1;
        dsb_frame_header(adversary.msg3, unit_len);
        refused = adversary_send(&adversary, adversary.msg3, DSB_FRAME_HEADER_LEN + unit_len) &&
                  adversary_expect_closed(&adversary);
    }
    adversary_leave(&adversary);
    return refused;
}

const char *case_truncated(struct selftest *selftest)
{
    return leave_in_msg1(selftest) && leave_in_msg3(selftest) && short_msg1_is_refused(selftest) &&
                   short_msg3_is_refused(selftest)
               ? "closed"
               : NULL;
}

const char *case_data_before_accept(struct selftest *selftest)
{
    static const uint8_t body[] = {0, 0, 0, 1, 4, 'e', 'c', 'h', 'o'};
    struct plan plan = plan_honest();
    uint8_t both[DSB_HANDSHAKE_OUT_MAX + RECORD_FRAME_MAX];
    size_t data_len = 0;

    bool refused = adversary_connect(&adversary, selftest) &&
                   adversary_until_msg3(&adversary, &plan) &&
                   noise_xk_split(&adversary.noise, &adversary.transport) == NOISE_OK;
    if (refused) {
        memcpy(both, adversary.msg3, adversary.msg3_len);
        refused = adversary_seal(&adversary, DSB_RECORD_OPEN, body, sizeof body,
                                 both + adversary.msg3_len, &data_len) &&
                  adversary_send(&adversary, both, adversary.msg3_len + data_len) &&
                  adversary_expect_closed(&adversary);
    }
    adversary_leave(&adversary);
    return refused ? "msg2-then-closed" : NULL;
}
