/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the adversarial cases. tests/os/cases.txt says for each what dsoftbusd must log and what the
 * client must see; tests/os/boot/judge.py joins both sides.
 */
#include "dsoftbus_cases.h"

#include "dsoftbus_peer.h"
#include "rt/log.h"

static const struct {
    const char *name;
    const char *(*run)(struct selftest *selftest);
} cases[] = {
    {"wrong-responder-key", case_wrong_responder_key},
    {"wrong-responder-id", case_wrong_responder_id},
    {"unknown-initiator", case_unknown_initiator},
    {"claimed-id-of-another", case_claimed_id_of_another},
    {"right-id-wrong-key", case_right_id_wrong_key},
    {"bitflip-msg1", case_bitflip_msg1},
    {"bitflip-msg3", case_bitflip_msg3},
    {"replayed-transcript", case_replayed_transcript},
    {"replayed-msg3", case_replayed_msg3},
    {"truncated", case_truncated},
    {"oversize-frame", case_oversize_frame},
    {"zero-length-frame", case_zero_length_frame},
    {"plaintext-ping", case_plaintext_ping},
    {"challenge-response", case_challenge_response},
    {"data-before-accept", case_data_before_accept},
    {"tampered-record", case_tampered_record},
    {"replayed-record", case_replayed_record},
    {"close-without-close", case_close_without_close},
    {"forged-announce", case_forged_announce},
    {"malformed-announces", case_malformed_announces},
    {"half-open-flood", case_half_open_flood},
    {"stalled-handshake", case_stalled_handshake},
};

bool dsoftbus_cases(struct selftest *selftest)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rt_logf("SELFTEST: dsoftbus case %s begin", cases[i].name);
        const char *seen = cases[i].run(selftest);
        /* dsoftbusd answers a query after what streams brought it before: its lines are out. */
        if (seen == NULL || !dsoftbus_find(selftest))
            return selftest_fail(cases[i].name);
        rt_logf("SELFTEST: dsoftbus case %s sees %s", cases[i].name, seen);
        rt_logf("SELFTEST: dsoftbus reject %s ok", cases[i].name);
    }
    return true;
}
