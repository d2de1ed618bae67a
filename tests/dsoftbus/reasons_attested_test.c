/* SPDX-License-Identifier: Apache-2.0 */
/* Why a responder refuses who comes with a root's word. beta trusts a root for ids that end in
 * .lab, and nobody else; alpha.lab dials. */
#include "attested.h"
#include "reasons.h"

#include <sodium.h>

static struct root root, other_root;
static struct attested attested;
static struct dsb_attestation word;

static void begin(void)
{
    char line[256];

    assert_true(sodium_init() >= 0);
    memset(&attested, 0, sizeof attested);
    root_make(&root, 1);
    root_make(&other_root, 2);
    assert_int_equal(dsb_device_id_set(&pair.a_peer.identity.id, "alpha.lab", 9), DSB_OK);
    root_line(line, sizeof line, "*.lab", &root, "");
    attested_trust(&attested, &pair.b_peer, line);
    root_sign(&root, &word, &pair.a_peer, 5, "");
    pair.a_peer.local.attestation = &word;
}

static void refused(enum dsb_reason expected)
{
    pair_run_messages(&pair, 2);
    (void)end_write(&pair.a, &pair.b);
    assert_feed_fails(&pair.b, expected);
}

/* Another key of alpha.lab's, and the root's word for it. */
static void another_key(struct peer *other, struct dsb_attestation *other_word, uint64_t serial)
{
    peer_make(other, "alpha.lab", 0x66);
    root_sign(&root, other_word, other, serial, "");
}

REASON(MSG3_ROOT)
{
    begin();
    root_sign(&other_root, &word, &pair.a_peer, 5, "");
    refused(DSB_REASON_MSG3_ROOT);
}

REASON(MSG3_SERIAL)
{
    struct dsb_attestation newer_word;
    struct peer newer;

    begin();
    another_key(&newer, &newer_word, 6);
    assert_int_equal(dsb_vouched_take(&pair.b_peer.trust, &pair.b_peer.identity, &newer.identity.id,
                                      newer.identity.key.public_key, &newer_word),
                     DSB_VOUCHED_OK);
    refused(DSB_REASON_MSG3_SERIAL);
}

REASON(MSG3_REVOKED)
{
    static struct dsb_revocations list;

    begin();
    root_revoke(&root, &list, 1, &pair.a_peer.identity.id, 6);
    assert_int_equal(dsb_vouched_take_list(&pair.b_peer.trust, &list), DSB_VOUCHED_OK);
    refused(DSB_REASON_MSG3_REVOKED);
}

REASON(MSG3_SIGNATURE)
{
    struct peer other;

    begin();
    another_key(&other, &word, 5);
    refused(DSB_REASON_MSG3_SIGNATURE);
}

REASON(MSG3_FULL)
{
    begin();
    attested.vouched.capacity = 0;
    refused(DSB_REASON_MSG3_FULL);
}
