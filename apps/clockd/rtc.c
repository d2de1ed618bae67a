/* SPDX-License-Identifier: Apache-2.0 */
/* A reading is two accesses, and nothing is believed that two readings do not agree on: the low
 * half may have begun anew between them. */
#include "rtc.h"

#define NS_PER_SECOND 1000000000ull

static uint64_t read_once(volatile uint32_t *registers)
{
    uint64_t low = rtc_register(registers, RTC_TIME_LOW);

    return (uint64_t)rtc_register(registers, RTC_TIME_HIGH) << 32 | low;
}

/* False when no two readings in a row fit. */
static bool read_steady(volatile uint32_t *registers, uint64_t *ns)
{
    uint64_t before = read_once(registers);

    for (uint32_t i = 0; i < RTC_TRIES_COUNT; i++) {
        *ns = read_once(registers);
        if (*ns >= before && *ns - before <= RTC_STEP_NS_MAX)
            return true;
        before = *ns;
    }
    return false;
}

enum rtc_result rtc_read(struct rtc *rtc, uint64_t ticks, uint64_t *ns)
{
    uint64_t now_ns;

    if (!read_steady(rtc->registers, &now_ns))
        return RTC_UNSTEADY;
    uint64_t second = now_ns / NS_PER_SECOND;
    if (second < RTC_FIRST_SECOND || second >= RTC_LAST_SECOND)
        return RTC_ABSURD;
    if (now_ns == rtc->shown_ns && ticks - rtc->shown_ticks >= RTC_STILL_TICKS)
        return RTC_STILL;
    if (now_ns != rtc->shown_ns) {
        rtc->shown_ns = now_ns;
        rtc->shown_ticks = ticks;
    }
    *ns = now_ns;
    return RTC_OK;
}

const char *rtc_result_text(enum rtc_result result)
{
    static const char *const texts[RTC_RESULT_COUNT] = {
        [RTC_OK] = "ok",
        [RTC_UNSTEADY] = "readings that do not fit each other",
        [RTC_ABSURD] = "a time that cannot be",
        [RTC_STILL] = "it stands still",
    };

    return texts[result];
}
