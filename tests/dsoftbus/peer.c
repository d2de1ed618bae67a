/* SPDX-License-Identifier: Apache-2.0 */
/* Makes devices of numbers, and moves bytes between two of them step by step. */
#include "dsoftbus/peer.h"

#include "dsoftbus/stream_record.h"
#include "dsoftbus/testing.h"

#include <string.h>

void test_ephemeral(uint8_t out[DSB_KEY_LEN], uint8_t seed)
{
    for (size_t i = 0; i < DSB_KEY_LEN; i++)
        out[i] = (uint8_t)(seed + 7 * i + 1);
}

void peer_make(struct peer *peer, const char *id, uint8_t seed)
{
    memset(peer, 0, sizeof *peer);
    assert_ok(dsb_device_id_set(&peer->file.id, id, strlen(id)));
    memset(peer->file.private_key, seed, DSB_KEY_LEN);
    assert_ok(dsb_identity_init(&peer->identity, &peer->file));
    dsb_trust_store_init(&peer->trust, peer->entries, PEER_TRUST_MAX);
    peer->local.identity = &peer->identity;
    peer->local.trust = &peer->trust;
    peer->local.recv_max = PEER_RECV_MAX;
    peer->local.streams = (struct dsb_stream_limits){PEER_WINDOW, PEER_STREAMS};
}

void peer_trust(struct peer *peer, const struct peer *other)
{
    struct dsb_trust_entry entry = {.id = other->identity.id};

    memcpy(entry.key, other->identity.key.public_key, DSB_KEY_LEN);
    assert_ok(dsb_trust_store_add(&peer->trust, &peer->identity, &entry));
}

void stream_put(struct stream *stream, const uint8_t *bytes, size_t len)
{
    assert_true(len <= STREAM_MAX - stream->len);
    memcpy(stream->bytes + stream->len, bytes, len);
    stream->len += len;
}

void stream_drop(struct stream *stream, size_t len)
{
    assert_true(len <= stream->len);
    stream->len -= len;
    memmove(stream->bytes, stream->bytes + len, stream->len);
}

void pair_start(struct pair *pair)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    memset(pair, 0, sizeof *pair);
    pair->now_ms = PAIR_START_MS;
    peer_make(&pair->a_peer, "alpha", 0x11);
    peer_make(&pair->b_peer, "beta", 0x22);
    peer_trust(&pair->a_peer, &pair->b_peer);
    peer_trust(&pair->b_peer, &pair->a_peer);
    test_ephemeral(ephemeral, PAIR_A_EPHEMERAL);
    assert_ok(dsb_handshake_connect(&pair->a.slot.handshake, &pair->a_peer.local,
                                    &pair->b_peer.identity.id, ephemeral, pair->now_ms));
    test_ephemeral(ephemeral, PAIR_B_EPHEMERAL);
    assert_ok(dsb_handshake_accept(&pair->b.slot.handshake, &pair->b_peer.local, ephemeral,
                                   pair->now_ms));
}

size_t end_write(struct end *from, struct end *to)
{
    uint8_t out[DSB_HANDSHAKE_OUT_MAX];
    size_t len = dsb_handshake_output(&from->slot.handshake, out);

    stream_put(&to->in, out, len);
    return len;
}

enum dsb_handshake_state end_feed(struct end *end, uint64_t now_ms)
{
    enum dsb_handshake_state state;
    size_t used_len;

    do {
        state =
            dsb_handshake_feed(&end->slot.handshake, end->in.bytes, end->in.len, now_ms, &used_len);
        stream_drop(&end->in, used_len);
    } while (used_len != 0);
    return state;
}

void pair_run_messages(struct pair *pair, int n)
{
    static const enum dsb_handshake_state after[] = {
        DSB_HANDSHAKE_WRITE_MSG2, DSB_HANDSHAKE_WRITE_MSG3, DSB_HANDSHAKE_AUTHENTICATED};

    for (int i = 0; i < n; i++) {
        struct end *from = i == 1 ? &pair->b : &pair->a;
        struct end *to = i == 1 ? &pair->a : &pair->b;

        assert_true(end_write(from, to) > 0);
        assert_int_equal(end_feed(to, pair->now_ms), after[i]);
    }
}

void pair_authenticate(struct pair *pair)
{
    pair_run_messages(pair, 3);
    assert_ok(dsb_slot_finish(&pair->b.slot, pair->now_ms));
    pair->b.is_session = true;
    assert_int_equal(session_write(&pair->b, &pair->a, pair->now_ms), 2 + DSB_RECORD_OVERHEAD);
    assert_int_equal(end_feed(&pair->a, pair->now_ms), DSB_HANDSHAKE_AUTHENTICATED);
    assert_ok(dsb_slot_finish(&pair->a.slot, pair->now_ms));
    pair->a.is_session = true;
    assert_int_equal(pair->a.in.len + pair->b.in.len, 0);
}

size_t session_write(struct end *from, struct end *to, uint64_t now_ms)
{
    uint8_t out[4 * DSB_CONTROL_MAX];
    size_t len = dsb_session_output(&from->slot.session, out, sizeof out, now_ms);

    stream_put(&to->in, out, len);
    dsb_session_written(&from->slot.session, len, now_ms);
    return len;
}

void session_send(struct end *from, struct end *to, const void *data, size_t len, uint64_t now_ms)
{
    static uint8_t out[DSB_FRAME_HEADER_LEN + DSB_FRAME_UNIT_MAX];
    uint8_t *sealed = out + DSB_BODY_HEADROOM;
    size_t out_len, sealed_len = DSB_STREAM_ID_LEN + len;

    assert_true(DSB_BODY_HEADROOM + sealed_len + DSB_BODY_TAILROOM <= sizeof out);
    memcpy(sealed, STREAM1, DSB_STREAM_ID_LEN);
    memcpy(sealed + DSB_STREAM_ID_LEN, data, len);
    assert_ok(dsb_session_send_stream(&from->slot.session, DSB_RECORD_BYTES, out, sizeof out,
                                      sealed, sealed_len, now_ms, &out_len));
    assert_int_equal(out_len, DSB_BODY_HEADROOM + sealed_len + DSB_BODY_TAILROOM);
    stream_put(&to->in, out, out_len);
    dsb_session_written(&from->slot.session, out_len, now_ms);
}

enum dsb_event session_read_record(struct end *end, uint64_t now_ms, const uint8_t **body,
                                   size_t *body_len)
{
    static uint8_t copy[DSB_FRAME_UNIT_MAX];
    size_t used_len;
    enum dsb_event event = dsb_session_feed(&end->slot.session, end->in.bytes, end->in.len, now_ms,
                                            &used_len, body, body_len);

    if (*body != NULL) {
        memcpy(copy, *body, *body_len);
        *body = copy;
    }
    stream_drop(&end->in, used_len);
    return event;
}

enum dsb_event session_read(struct end *end, uint64_t now_ms, const uint8_t **body,
                            size_t *body_len)
{
    enum dsb_event event = session_read_record(end, now_ms, body, body_len);

    if (event == DSB_EVENT_STREAM &&
        dsb_session_record_type(&end->slot.session) == DSB_RECORD_BYTES) {
        *body += DSB_STREAM_ID_LEN;
        *body_len -= DSB_STREAM_ID_LEN;
    }
    return event;
}
