/* SPDX-License-Identifier: Apache-2.0 */
/* Seals and frames by hand what the library would never say. */
#include "dsoftbus/raw.h"

#include "dsoftbus/testing.h"

#include <string.h>

/* Written out here, not taken from the library: both must agree on the wire. */
static size_t prologue(uint8_t out[128], const struct dsb_device_id *id)
{
    memcpy(out, "DSoftBus/2\0", 11);
    out[11] = id->len;
    memcpy(out + 12, id->text, id->len);
    return (size_t)12 + id->len;
}

void raw_initiator(struct raw *raw, const struct peer *self, const struct peer *responder)
{
    uint8_t text[128], ephemeral[DSB_KEY_LEN];
    size_t len = prologue(text, &responder->identity.id);

    memset(raw, 0, sizeof *raw);
    test_ephemeral(ephemeral, 0x55);
    assert_ok(noise_xk_init_initiator(&raw->noise, &self->identity.key,
                                      responder->identity.key.public_key, ephemeral, text, len));
}

void raw_responder(struct raw *raw, const struct peer *self)
{
    uint8_t text[128], ephemeral[DSB_KEY_LEN];
    size_t len = prologue(text, &self->identity.id);

    memset(raw, 0, sizeof *raw);
    test_ephemeral(ephemeral, 0x66);
    assert_ok(noise_xk_init_responder(&raw->noise, &self->identity.key, ephemeral, text, len));
}

void raw_write(struct raw *raw, const void *payload, size_t payload_len, struct stream *to)
{
    uint8_t message[1024], header[DSB_FRAME_HEADER_LEN];
    size_t message_len;

    assert_ok(
        noise_xk_write(&raw->noise, payload, payload_len, message, sizeof message, &message_len));
    dsb_frame_header(header, message_len);
    stream_put(to, header, sizeof header);
    stream_put(to, message, message_len);
}

void raw_read(struct raw *raw, struct stream *from)
{
    uint8_t payload[DSB_HANDSHAKE_UNIT_MAX];
    size_t unit_len, payload_len;

    assert_int_equal(dsb_frame_next(from->bytes, from->len, DSB_HANDSHAKE_UNIT_MAX, &unit_len),
                     DSB_FRAME_COMPLETE);
    assert_ok(noise_xk_read(&raw->noise, from->bytes + DSB_FRAME_HEADER_LEN, unit_len, payload,
                            sizeof payload, &payload_len));
    stream_drop(from, DSB_FRAME_HEADER_LEN + unit_len);
}

void raw_split(struct raw *raw)
{
    assert_ok(noise_xk_split(&raw->noise, &raw->transport));
}

void raw_seal(struct raw *raw, const void *plaintext, size_t plaintext_len, struct stream *to)
{
    static uint8_t unit[DSB_FRAME_UNIT_MAX];
    uint8_t header[DSB_FRAME_HEADER_LEN];
    size_t unit_len;

    assert_ok(noise_transport_seal(&raw->transport, plaintext, plaintext_len, unit, sizeof unit,
                                   &unit_len));
    dsb_frame_header(header, unit_len);
    stream_put(to, header, sizeof header);
    stream_put(to, unit, unit_len);
}

int raw_open(struct raw *raw, struct stream *from)
{
    uint8_t plaintext[DSB_FRAME_UNIT_MAX];
    size_t unit_len, plaintext_len;

    assert_int_equal(dsb_frame_next(from->bytes, from->len, DSB_FRAME_UNIT_MAX, &unit_len),
                     DSB_FRAME_COMPLETE);
    assert_ok(noise_transport_open(&raw->transport, from->bytes + DSB_FRAME_HEADER_LEN, unit_len,
                                   plaintext, sizeof plaintext, &plaintext_len));
    stream_drop(from, DSB_FRAME_HEADER_LEN + unit_len);
    return plaintext[0];
}

size_t raw_payload3(const struct peer *self, uint8_t out[DSB_PAYLOAD3_MAX])
{
    return dsb_payload3_write(out, &self->identity.id, PEER_RECV_MAX, &self->local.streams);
}

void raw_session_with_b(struct raw *raw, struct pair *pair)
{
    uint8_t payload[DSB_PAYLOAD3_MAX];
    size_t payload_len = raw_payload3(&pair->a_peer, payload);

    raw_initiator(raw, &pair->a_peer, &pair->b_peer);
    raw_write(raw, NULL, 0, &pair->b.in);
    assert_int_equal(end_feed(&pair->b, pair->now_ms), DSB_HANDSHAKE_WRITE_MSG2);
    assert_true(end_write(&pair->b, &pair->a) > 0);
    raw_read(raw, &pair->a.in);
    raw_write(raw, payload, payload_len, &pair->b.in);
    assert_int_equal(end_feed(&pair->b, pair->now_ms), DSB_HANDSHAKE_AUTHENTICATED);
    raw_split(raw);
    assert_ok(dsb_slot_finish(&pair->b.slot, pair->now_ms));
    assert_true(session_write(&pair->b, &pair->a, pair->now_ms) > 0);
    assert_int_equal(raw_open(raw, &pair->a.in), DSB_RECORD_ACCEPT);
}
