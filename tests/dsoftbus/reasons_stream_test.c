/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons of the stream layer. */
#include "dsoftbus/reasons.h"
#include "dsoftbus/streams.h"

/* Of the stream layer: it names the reason, and whoever feeds it ends the session with it. */
static void assert_streams_refuse(enum dsb_record_type type, const char *body, size_t body_len,
                                  enum dsb_reason reason)
{
    static struct dsb_stream table[1];
    static uint8_t bytes[2];
    static uint32_t refused[1];
    static const struct dsb_streams_config config = {
        .streams_max = 1, .window = 1, .peer_window = 1, .send_cap = 1};
    const struct dsb_streams_memory memory = {table, bytes, refused};
    struct dsb_streams streams;

    assert_ok(dsb_streams_init(&streams, &config, &memory));
    for (uint8_t id = 1; id <= 3; id += 2) { /* one has room, the other does not */
        const uint8_t open[] = {0, 0, 0, id, 1, 's'};
        assert_ok(dsb_streams_receive(&streams, DSB_RECORD_OPEN, open, sizeof open));
    }
    pair_authenticate(&pair);
    dsb_session_abort(&pair.b.slot.session,
                      dsb_streams_receive(&streams, type, (const uint8_t *)body, body_len));
    assert_session_failed(&pair.b, reason);
}

REASON(STREAM_ID)
{
    assert_streams_refuse(DSB_RECORD_FIN, "\x00\x00\x00\x05", 4, DSB_REASON_STREAM_ID);
}

REASON(STREAM_STATE)
{
    assert_streams_refuse(DSB_RECORD_OPENED, "\x00\x00\x00\x01\x00\x00\x00\x00", 8,
                          DSB_REASON_STREAM_STATE);
}

REASON(STREAM_CREDIT)
{
    assert_streams_refuse(DSB_RECORD_BYTES, "\x00\x00\x00\x01xy", 6, DSB_REASON_STREAM_CREDIT);
}

REASON(STREAM_COUNT)
{
    assert_streams_refuse(DSB_RECORD_OPEN, "\x00\x00\x00\x05\x01s", 6, DSB_REASON_STREAM_COUNT);
}
