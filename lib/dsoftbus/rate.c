/* SPDX-License-Identifier: Apache-2.0 */
/* Token buckets, and the two that stand before an answer to a query. */
#include "dsoftbus/rate.h"

void dsb_rate_init(struct dsb_rate *rate, uint32_t burst, uint64_t interval_ms, uint64_t now_ms)
{
    rate->interval_ms = interval_ms;
    rate->updated_ms = now_ms;
    rate->burst = burst;
    rate->tokens = burst;
}

static void refill(struct dsb_rate *rate, uint64_t now_ms)
{
    uint64_t gained =
        now_ms > rate->updated_ms ? (now_ms - rate->updated_ms) / rate->interval_ms : 0;

    if (gained >= rate->burst - rate->tokens) {
        rate->tokens = rate->burst;
        rate->updated_ms = gained != 0 ? now_ms : rate->updated_ms;
    } else {
        rate->tokens += (uint32_t)gained;
        rate->updated_ms += gained * rate->interval_ms;
    }
}

bool dsb_rate_take(struct dsb_rate *rate, uint64_t now_ms)
{
    refill(rate, now_ms);
    if (rate->tokens == 0)
        return false;
    rate->tokens--;
    return true;
}

void dsb_answer_rate_init(struct dsb_answer_rate *rate, uint64_t now_ms)
{
    dsb_rate_init(&rate->all, DSB_ANSWER_BURST, DSB_ANSWER_INTERVAL_MS, now_ms);
    for (size_t i = 0; i < DSB_ANSWER_SOURCES; i++)
        rate->sources[i] = (struct dsb_answer_source){0};
}

/* The source's own bucket, or the one that is to become it: the fullest, which forgets the least.
 */
static struct dsb_answer_source *bucket_of(struct dsb_answer_rate *rate, uint32_t source)
{
    struct dsb_answer_source *fullest = &rate->sources[0];

    for (size_t i = 0; i < DSB_ANSWER_SOURCES; i++) {
        struct dsb_answer_source *bucket = &rate->sources[i];

        if (bucket->full_at_ms != 0 && bucket->address == source)
            return bucket;
        if (bucket->full_at_ms < fullest->full_at_ms)
            fullest = bucket;
    }
    return fullest;
}

/* The source's own tokens, and when those of all are scarce, whether it has waited its turn. */
static bool source_may_ask(const struct dsb_answer_source *bucket, bool scarce, uint64_t now_ms)
{
    const uint64_t deepest_ms = (uint64_t)(DSB_SOURCE_BURST - 1) * DSB_SOURCE_INTERVAL_MS;

    if (scarce)
        return now_ms >= bucket->full_at_ms + DSB_SOURCE_SCARCE_MS - DSB_SOURCE_INTERVAL_MS;
    return bucket->full_at_ms <= now_ms || bucket->full_at_ms - now_ms <= deepest_ms;
}

bool dsb_answer_rate_take(struct dsb_answer_rate *rate, uint32_t source, uint64_t now_ms)
{
    struct dsb_answer_source *bucket = bucket_of(rate, source);
    bool known = bucket->full_at_ms != 0 && bucket->address == source;

    refill(&rate->all, now_ms);
    if (known && !source_may_ask(bucket, rate->all.tokens < DSB_ANSWER_BURST / 2, now_ms))
        return false;
    if (!dsb_rate_take(&rate->all, now_ms))
        return false;
    bool is_full = !known || bucket->full_at_ms < now_ms;
    bucket->address = source;
    bucket->full_at_ms = (is_full ? now_ms : bucket->full_at_ms) + DSB_SOURCE_INTERVAL_MS;
    return true;
}
