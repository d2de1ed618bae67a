/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake payloads: what is accepted holds a valid id and recv_max, and is written back
 * readably. */
#include "dsoftbus/payload.h"
#include "fuzz.h"

/* What is said of streams is usable, and written back alike. */
static void check_streams(const uint8_t *data, size_t size, uint16_t recv_max)
{
    struct dsb_stream_limits limits, again;
    uint8_t written[DSB_PAYLOAD2_MAX + DSB_PAYLOAD_STREAMS_LEN];

    if (dsb_payload_streams_read(data, size, recv_max, &limits) != DSB_PAYLOAD_OK) {
        CHECK(limits.window == 0 && limits.streams_max == 0);
    } else if (limits.window != 0) {
        size_t len = dsb_payload2_write(written, recv_max);

        CHECK(recv_max >= DSB_STREAM_RECV_MAX_MIN);
        len += dsb_payload_streams_write(written + len, &limits);
        CHECK(dsb_payload_streams_read(written, len, recv_max, &again) == DSB_PAYLOAD_OK);
        CHECK(limits.window == again.window && limits.streams_max == again.streams_max);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t written[DSB_PAYLOAD3_MAX];
    struct dsb_device_id id = {0}, again;
    uint16_t recv_max = 0, recv_max_again;

    if (dsb_payload2_read(data, size, &recv_max) == DSB_PAYLOAD_OK) {
        CHECK(recv_max >= DSB_RECV_MAX_MIN);
        size_t len = dsb_payload2_write(written, recv_max);
        CHECK(dsb_payload2_read(written, len, &recv_max_again) == DSB_PAYLOAD_OK);
        CHECK(recv_max == recv_max_again);
        check_streams(data, size, recv_max);
    } else {
        CHECK(recv_max == 0);
    }
    recv_max = 0;
    if (dsb_payload3_read(data, size, &id, &recv_max) == DSB_PAYLOAD_OK) {
        CHECK(recv_max >= DSB_RECV_MAX_MIN);
        CHECK(dsb_device_id_set(&again, id.text, id.len) == DSB_OK);
        size_t len = dsb_payload3_write(written, &id, recv_max);
        CHECK(dsb_payload3_read(written, len, &again, &recv_max_again) == DSB_PAYLOAD_OK);
        CHECK(dsb_device_id_equal(&id, &again) && recv_max == recv_max_again);
        check_streams(data, size, recv_max);
    } else {
        CHECK(recv_max == 0 && id.len == 0);
    }
    return 0;
}
