/* SPDX-License-Identifier: Apache-2.0 */
/* A good session, abused: it is the only one that suffers, and nothing false is delivered. */
#include "adversary.h"
#include "dsoftbus_cases.h"

static struct adversary adversary;
static const uint8_t body[] = {0, 0, 0, 1, 'o', 'n', 'c', 'e'}; /* of the stream 1 */

static bool open_session(struct selftest *selftest)
{
    struct plan plan = plan_honest();
    return adversary_connect(&adversary, selftest) && adversary_authenticate(&adversary, &plan);
}

const char *case_tampered_record(struct selftest *selftest)
{
    uint8_t frame[RECORD_FRAME_MAX];
    size_t frame_len = 0;

    bool refused =
        open_session(selftest) && adversary_open_echo(&adversary) &&
        adversary_seal(&adversary, DSB_RECORD_BYTES, body, sizeof body, frame, &frame_len);
    if (refused) {
        frame[DSB_FRAME_HEADER_LEN] ^= 1;
        refused =
            adversary_send(&adversary, frame, frame_len) && adversary_expect_closed(&adversary);
    }
    adversary_leave(&adversary);
    return refused ? "accept-then-closed" : NULL;
}

const char *case_replayed_record(struct selftest *selftest)
{
    uint8_t frame[RECORD_FRAME_MAX];
    size_t frame_len = 0;

    bool refused =
        open_session(selftest) && adversary_open_echo(&adversary) &&
        adversary_seal(&adversary, DSB_RECORD_BYTES, body, sizeof body, frame, &frame_len) &&
        adversary_send(&adversary, frame, frame_len) &&
        adversary_expect_record(&adversary, DSB_RECORD_BYTES, body, sizeof body) &&
        adversary_send(&adversary, frame, frame_len) && adversary_expect_closed(&adversary);
    adversary_leave(&adversary);
    return refused ? "echo-then-closed" : NULL;
}

const char *case_close_without_close(struct selftest *selftest)
{
    /* The TCP connection ends in good order; the session does not. */
    bool left = open_session(selftest);
    adversary_leave(&adversary);
    return left ? "accept" : NULL;
}
