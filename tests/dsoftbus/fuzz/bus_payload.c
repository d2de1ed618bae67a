/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake payloads: what is accepted holds a valid id and limits, and is written back
 * readably. */
#include "dsoftbus/payload.h"
#include "fuzz.h"

#include <string.h>

static bool is_equal(const struct dsb_stream_limits *a, const struct dsb_stream_limits *b)
{
    return a->window == b->window && a->streams_max == b->streams_max;
}

static void check_message2(const uint8_t *data, size_t size)
{
    uint8_t written[DSB_PAYLOAD2_MAX];
    uint16_t recv_max = 0, recv_max_again;
    struct dsb_stream_limits limits = {0, 0}, again;

    if (dsb_payload2_read(data, size, &recv_max, &limits) != DSB_PAYLOAD_OK) {
        CHECK(recv_max == 0 && limits.window == 0 && limits.streams_max == 0);
        return;
    }
    CHECK(recv_max >= DSB_RECV_MAX_MIN && limits.window != 0);
    size_t len = dsb_payload2_write(written, recv_max, &limits);
    CHECK(dsb_payload2_read(written, len, &recv_max_again, &again) == DSB_PAYLOAD_OK);
    CHECK(recv_max == recv_max_again && is_equal(&limits, &again));
}

/* Behind what was written of the payload: the same attestation, and the rest as it was. */
static void check_attestation(const uint8_t *data, size_t size, uint8_t *written, size_t len)
{
    struct dsb_attestation word, again;
    uint8_t bytes[DSB_ATTESTATION_MAX], bytes_again[DSB_ATTESTATION_MAX];

    CHECK(!dsb_payload_attestation_read(written, len, &again));
    if (!dsb_payload_attestation_read(data, size, &word))
        return;
    CHECK(word.serial != 0 && word.services_len <= DSB_ATTESTATION_SERVICES_MAX);
    len += dsb_payload_attestation_write(written + len, &word);
    CHECK(dsb_payload_attestation_read(written, len, &again));
    size_t bytes_len = dsb_attestation_write(bytes, &word);
    CHECK(dsb_attestation_write(bytes_again, &again) == bytes_len);
    CHECK(memcmp(bytes, bytes_again, bytes_len) == 0);
}

static void check_message3(const uint8_t *data, size_t size)
{
    uint8_t written[DSB_PAYLOAD3_MAX + DSB_PAYLOAD_ATTESTATION_MAX];
    struct dsb_device_id id = {0}, id_again;
    uint16_t recv_max = 0, recv_max_again;
    struct dsb_stream_limits limits = {0, 0}, again;

    if (dsb_payload3_read(data, size, &id, &recv_max, &limits) != DSB_PAYLOAD_OK) {
        CHECK(recv_max == 0 && id.len == 0);
        return;
    }
    CHECK(recv_max >= DSB_RECV_MAX_MIN && limits.window != 0);
    CHECK(dsb_device_id_set(&id_again, id.text, id.len) == DSB_OK);
    size_t len = dsb_payload3_write(written, &id, recv_max, &limits);
    CHECK(dsb_payload3_read(written, len, &id_again, &recv_max_again, &again) == DSB_PAYLOAD_OK);
    CHECK(dsb_device_id_equal(&id, &id_again) && recv_max == recv_max_again);
    CHECK(is_equal(&limits, &again));
    check_attestation(data, size, written, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_message2(data, size);
    check_message3(data, size);
    return 0;
}
