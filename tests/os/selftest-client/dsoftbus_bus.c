/* SPDX-License-Identifier: Apache-2.0 */
/* The device's services as a peer sees them: two that its line of the trust store names, one that
 * it does not, one that is nobody's, and more bytes than a window holds. */
#include "dsoftbus_link.h"
#include "dsoftbus_peer.h"

#include "file/message.h"
#include "rt/log.h"
#include "rt/time.h"

#include <string.h>

/* clockd's one line: "2026-11-26T19:04:05.678Z\n". */
#define CLOCK_LINE_LEN 25

/* An application publishes as soon as it runs; asked so often, so far apart. */
#define CALL_COUNT_MAX 50
#define CALL_AGAIN_MS  100

#define FLOW_LEN 20000 /* several windows of either side */
#define FILE_LEN 16384

static struct link link;
static uint8_t answer[64];
static uint8_t flow[FLOW_LEN];

static bool open_session(struct selftest *selftest)
{
    enum dsb_reason reason =
        link_connect(selftest, &link, &dsoftbus.local, &dsoftbus.target->id, &dsoftbus.address);
    return reason == DSB_REASON_NONE || selftest_fail(dsb_reason_name(reason));
}

static bool is_clock_line(size_t len)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ\n";

    for (size_t i = 0; i < CLOCK_LINE_LEN && len == CLOCK_LINE_LEN; i++) {
        bool is_digit = answer[i] >= '0' && answer[i] <= '9';
        if (form[i] == 'd' ? !is_digit : answer[i] != (uint8_t)form[i])
            return false;
    }
    return len == CLOCK_LINE_LEN;
}

static bool clock_answers(struct selftest *selftest)
{
    size_t len = 0;
    uint16_t code = DSB_RESET_NO_SUCH_SERVICE;

    for (int i = 0; i < CALL_COUNT_MAX && code == DSB_RESET_NO_SUCH_SERVICE; i++) {
        if (i > 0)
            rt_sleep_ms(CALL_AGAIN_MS);
        code = link_call(selftest, &link, "clock", answer, sizeof answer, &len);
    }
    if (code != DSB_RESET_NONE || !is_clock_line(len))
        return selftest_fail("clock");
    rt_logf("SELFTEST: bus clock ok");
    return true;
}

static bool is_refused(struct selftest *selftest, const char *service, uint16_t expected)
{
    size_t len = 0;

    return link_call(selftest, &link, service, answer, sizeof answer, &len) == expected ||
           selftest_fail(service);
}

static bool flows(struct selftest *selftest)
{
    if (!dsoftbus_random(flow, DSB_KEY_LEN))
        return false;
    for (size_t i = DSB_KEY_LEN; i < sizeof flow; i++)
        flow[i] = (uint8_t)(flow[i - DSB_KEY_LEN] + i);
    if (!link_echo(selftest, &link, flow, sizeof flow))
        return selftest_fail("echo of many bytes");
    rt_logf("SELFTEST: bus flow ok");
    return true;
}

/* Both files that bench/session.sh counts are kept: READY has three bytes, STORED eleven. */
static bool file_is_kept(struct selftest *selftest, const char *name, size_t file_len)
{
    struct message message = {.kind = MESSAGE_PUT, .length = file_len};
    size_t len = 0;

    (void)strncpy(message.name, name, MESSAGE_NAME_MAX);
    size_t flow_len = message_write(flow, &message);
    message_write_bytes_head(flow + flow_len, file_len);
    flow_len += MESSAGE_BYTES_HEAD_LEN + file_len;
    message.kind = MESSAGE_DONE;
    flow_len += message_write(flow + flow_len, &message);
    return (link_tell(selftest, &link, "file", flow, flow_len, answer, sizeof answer, &len) ==
                DSB_RESET_NONE &&
            len == 14 && answer[2] == MESSAGE_READY && answer[5] == MESSAGE_STORED) ||
           selftest_fail(name);
}

bool dsoftbus_bus(struct selftest *selftest)
{
    if (!dsoftbus_find(selftest) || !open_session(selftest) || !clock_answers(selftest))
        return false;
    /* logd, too, has published by now, or its refusal would be another. */
    if (!is_refused(selftest, "log", DSB_RESET_NOT_ALLOWED) ||
        !is_refused(selftest, "info", DSB_RESET_NOT_ALLOWED) ||
        !is_refused(selftest, "nobody", DSB_RESET_NO_SUCH_SERVICE))
        return false;
    rt_logf("SELFTEST: bus denied ok");
    if (!flows(selftest) || !file_is_kept(selftest, "small", 256) ||
        !file_is_kept(selftest, "large", FILE_LEN))
        return false;
    rt_logf("SELFTEST: bus file ok");
    if (!link_close(selftest, &link))
        return selftest_fail("dsoftbus close");
    if (!dsoftbus_find(selftest)) /* it has told of the end by now */
        return false;
    rt_logf("SELFTEST: bus ok");
    return true;
}
