/* SPDX-License-Identifier: Apache-2.0 */
/* The board's clock: goldfish RTC, two registers of nanoseconds since 1970 (UTC). */
#ifndef CLOCKD_RTC_H
#define CLOCKD_RTC_H

#include <stdbool.h>
#include <stdint.h>

/* Of its page, which has an alarm besides. */
#define RTC_TIME_LOW  0x0u
#define RTC_TIME_HIGH 0x4u /* belongs to the last TIME_LOW */

/* No device of ours was switched on before this project began; who reads a later time than this
 * reads a broken clock. */
#define RTC_FIRST_SECOND 1735689600ull /* 2025-01-01T00:00:00Z */
#define RTC_LAST_SECOND  4102444800ull /* 2100-01-01T00:00:00Z */
/* Two readings, one behind the other, are no further apart. */
#define RTC_STEP_NS_MAX 1000000000ull
#define RTC_TRIES_COUNT 4u
/* A clock that shows the same after so long stands still. */
#define RTC_STILL_TICKS 10000000ull /* 1 s */

enum rtc_result {
    RTC_OK,
    RTC_UNSTEADY, /* no two readings that fit each other */
    RTC_ABSURD,   /* outside of RTC_FIRST_SECOND .. RTC_LAST_SECOND */
    RTC_STILL,

    RTC_RESULT_COUNT
};

/* All zero but the first member before the first reading. */
struct rtc {
    volatile uint32_t *registers;
    uint64_t shown_ns;    /* what it shows, */
    uint64_t shown_ticks; /* and since when as far as is known */
};

/* The time now. `ticks` is the processor's own. *ns is set on RTC_OK alone. */
enum rtc_result rtc_read(struct rtc *rtc, uint64_t ticks, uint64_t *ns);
/* For a line of the log. */
const char *rtc_result_text(enum rtc_result result);

/* The one access to the device; the host tests have their own. */
uint32_t rtc_register(volatile uint32_t *registers, uint32_t offset);

#endif
