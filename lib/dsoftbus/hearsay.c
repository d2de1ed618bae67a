/* SPDX-License-Identifier: Apache-2.0 */
/* Which strangers' signatures are verified. A source that lied is not shut out, since its address
 * may have been forged: it leaves a part of what is looked at to the others. */
#include "dsoftbus/hearsay.h"

static bool lied(const struct dsb_hearsay *hearsay, uint32_t source, uint64_t now_ms)
{
    for (size_t i = 0; i < DSB_HEARSAY_LIARS; i++)
        if (hearsay->liars[i].address == source && now_ms < hearsay->liars[i].until_ms)
            return true;
    return false;
}

/* In the place of who lied longest ago. */
static void remember_liar(struct dsb_hearsay *hearsay, uint32_t source, uint64_t now_ms)
{
    size_t at = 0;

    for (size_t i = 1; i < DSB_HEARSAY_LIARS; i++)
        if (hearsay->liars[i].until_ms < hearsay->liars[at].until_ms)
            at = i;
    hearsay->liars[at].address = source;
    hearsay->liars[at].until_ms = now_ms + DSB_HEARSAY_WINDOW_MS;
}

/* One look out of what is left, unless that is kept for others. */
static bool take_look(struct dsb_hearsay *hearsay, uint32_t source, uint64_t now_ms)
{
    size_t left_count = 0, free_idx = 0;

    for (size_t i = 0; i < DSB_HEARSAY_BUDGET; i++)
        if (hearsay->free_ms[i] <= now_ms) {
            left_count++;
            free_idx = i;
        }
    if (left_count <= (lied(hearsay, source, now_ms) ? DSB_HEARSAY_RESERVED : 0))
        return false;
    hearsay->free_ms[free_idx] = now_ms + DSB_HEARSAY_WINDOW_MS;
    hearsay->verified_count++;
    return true;
}

enum dsb_vouched_result dsb_hearsay_take(struct dsb_hearsay *hearsay,
                                         const struct dsb_trust_store *trust,
                                         const struct dsb_identity *own,
                                         const struct dsb_announce *announce, uint32_t source,
                                         uint64_t now_ms)
{
    enum dsb_vouched_result result =
        dsb_vouched_judge(trust, own, &announce->id, announce->key, &announce->attestation);

    if (result != DSB_VOUCHED_OK)
        return result;
    if (!take_look(hearsay, source, now_ms))
        return DSB_VOUCHED_RATE;
    result = dsb_vouched_take(trust, own, &announce->id, announce->key, &announce->attestation);
    if (result == DSB_VOUCHED_BAD_SIGNATURE)
        remember_liar(hearsay, source, now_ms);
    return result;
}
