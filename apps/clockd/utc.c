/* SPDX-License-Identifier: Apache-2.0 */
/* Days since 1970 become a date in the Gregorian calendar: years first, then months. */
#include "utc.h"

#include <stdbool.h>

#define MS_PER_DAY 86400000u
#define NS_PER_MS  1000000u

struct date {
    uint32_t year;
    uint32_t month; /* 1 .. 12 */
    uint32_t day;   /* 1 .. 31 */
};

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_of_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static struct date date_of(uint64_t days)
{
    struct date date = {.year = 1970, .month = 1};

    for (; days >= 365u + is_leap(date.year); date.year++)
        days -= 365u + is_leap(date.year);
    for (; days >= days_of_month(date.year, date.month); date.month++)
        days -= days_of_month(date.year, date.month);
    date.day = (uint32_t)days + 1;
    return date;
}

/* So many digits, and the character behind them; returns where it goes on. */
static char *put(char *out, uint32_t value, uint32_t digit_count, char behind)
{
    for (uint32_t i = digit_count; i-- > 0; value /= 10)
        out[i] = (char)('0' + value % 10);
    out[digit_count] = behind;
    return out + digit_count + 1;
}

void utc_line(char out[UTC_LINE_LEN], uint64_t ns)
{
    uint64_t ms = ns / NS_PER_MS;
    struct date date = date_of(ms / MS_PER_DAY);
    uint32_t of_day = (uint32_t)(ms % MS_PER_DAY);

    out = put(out, date.year, 4, '-');
    out = put(out, date.month, 2, '-');
    out = put(out, date.day, 2, 'T');
    out = put(out, of_day / 3600000, 2, ':');
    out = put(out, of_day / 60000 % 60, 2, ':');
    out = put(out, of_day / 1000 % 60, 2, '.');
    out = put(out, of_day % 1000, 3, 'Z');
    *out = '\n';
}
