/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often something is done for others. A token bucket, and the two that stand before an answer
 * to a discovery query: one for each source address, so that one asker cannot use up what all
 * share, and one for all of them together.
 */
#ifndef DSOFTBUS_RATE_H
#define DSOFTBUS_RATE_H

#include "dsoftbus/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A token bucket: at most burst answers at once, and one more every interval_ms. */
struct dsb_rate {
    uint64_t interval_ms; /* at least 1 */
    uint64_t updated_ms;
    uint32_t burst;
    uint32_t tokens;
};

/* A full bucket. */
void dsb_rate_init(struct dsb_rate *rate, uint32_t burst, uint64_t interval_ms, uint64_t now_ms);

/* Takes a token; false when there is none: do not answer. */
DSB_MUST_CHECK bool dsb_rate_take(struct dsb_rate *rate, uint64_t now_ms);

/* Answers to one source: ten a second serve a script that dials by name; a flood gets no more. */
#define DSB_SOURCE_BURST       20
#define DSB_SOURCE_INTERVAL_MS 100

/* Answers to all sources. While less than half of the burst is left, a source gets one answer in
 * DSB_SOURCE_SCARCE_MS: then 500 sources, forged or not, cannot use it up. */
#define DSB_ANSWER_BURST       64
#define DSB_ANSWER_INTERVAL_MS 2
#define DSB_SOURCE_SCARCE_MS   1000

/* Sources that are remembered: all hosts of a subnet of 8 host bits. */
#define DSB_ANSWER_SOURCES 256

/* One source's bucket. One that is full by now is as good as none. */
struct dsb_answer_source {
    uint64_t full_at_ms; /* when it will be full again; 0: no bucket yet */
    uint32_t address;
};

struct dsb_answer_rate {
    struct dsb_rate all;
    struct dsb_answer_source sources[DSB_ANSWER_SOURCES];
};

void dsb_answer_rate_init(struct dsb_answer_rate *rate, uint64_t now_ms);

/*
 * May a query of this IPv4 address (host byte order) be answered? A source without a token costs
 * the others nothing. When more sources ask than are remembered, the one that has asked least is
 * forgotten.
 */
DSB_MUST_CHECK bool dsb_answer_rate_take(struct dsb_answer_rate *rate, uint32_t source,
                                         uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
