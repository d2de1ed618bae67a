/* SPDX-License-Identifier: Apache-2.0 */
/* clockd: the one owner of the board's clock, and the service `clock`: a line with the time, and
 * the end. A clock that cannot be believed tells nothing: the stream is reset. */
#include "bus/publisher.h"
#include "proto/slots.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/process.h"
#include "rt/time.h"
#include "rtc.h"
#include "utc.h"

struct clock_stream {
    struct publisher_stream stream;
    uint32_t first; /* what of the line is not said yet */
    uint32_t len;
    char line[UTC_LINE_LEN];
};

static struct clock_stream streams[4];
static struct rtc rtc;
static enum rtc_result last_result;

uint32_t rtc_register(volatile uint32_t *registers, uint32_t offset)
{
    return registers[offset / sizeof *registers];
}

/* The time of the first turn. A fault of the clock is logged once, however many ask. */
static bool read_clock(struct clock_stream *clock)
{
    uint64_t ns;
    enum rtc_result result = rtc_read(&rtc, rt_ticks(), &ns);

    if (result != last_result)
        rt_logf("clockd: the clock: %s", rtc_result_text(result));
    last_result = result;
    if (result != RTC_OK)
        return false;
    utc_line(clock->line, ns);
    clock->len = UTC_LINE_LEN;
    return true;
}

static void turn(void *object)
{
    struct clock_stream *clock = object;

    if (clock->len == 0 && !read_clock(clock)) {
        publisher_reset(&clock->stream, BUS_RESET_GONE);
        return;
    }
    clock->first += (uint32_t)publisher_write(&clock->stream, clock->line + clock->first,
                                              clock->len - clock->first);
    if (clock->first == clock->len)
        publisher_finish(&clock->stream);
}

static struct publisher clock_publisher = {
    .service = "clock",
    .endpoint = APP_SLOT_BUS,
    .notification = APP_SLOT_NOTIFY,
    .streams = streams,
    .stream_len = sizeof streams[0],
    .stream_count = sizeof streams / sizeof streams[0],
    .peer_stream_count = 2,
    .turn = turn,
};

int process_main(uint64_t arg)
{
    void *registers;
    size_t len;

    (void)arg;
    rt_must(rt_map_any(CLOCKD_SLOT_DEVICE, ABI_PROT_READ, &registers, &len), "clockd: map device");
    rtc.registers = registers;
    publisher_run(&clock_publisher);
}
