/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole connection fed with foreign bytes, in either role and from any point on. The input's
 * first byte says how far an honest peer has got; then come steps: cut an honest record, alter it,
 * seal a plaintext of the input's, send raw bytes, let time pass, use the application's calls.
 *
 * What must hold: no memory error; nothing is authenticated that the honest peer did not carry
 * there, no DATA but what was sealed by it, in order; a failure is final.
 */
#include "device.h"
#include "dsoftbus/session.h"
#include "fuzz.h"

#include <string.h>

#define IN_MAX        ((size_t)2 * DSB_FRAME_UNIT_MAX)
#define HANDSHAKE_MAX ((size_t)1024) /* more than any honest handshake */
#define STEPS_MAX     200            /* per input: keeps a run short */

/* The side under test, its honest peer, and the stream between them. */
struct run {
    union dsb_slot slot, peer;
    bool is_session, peer_is_session;
    bool failed;
    uint64_t now_ms;
    uint8_t in[IN_MAX];
    size_t in_len;
    uint32_t sent_count, received_count; /* DATA of the honest peer, numbered */
    /* During the handshake: what the peer said, and what arrived. */
    uint8_t said[HANDSHAKE_MAX], arrived[HANDSHAKE_MAX];
    size_t said_len, arrived_len;
};

static struct run run;

/* Appends what fits: the rest cannot be part of an honest handshake. */
static void note(uint8_t *log, size_t *log_len, const uint8_t *bytes, size_t len)
{
    size_t room = HANDSHAKE_MAX - *log_len;

    len = len < room ? len : room;
    memcpy(log + *log_len, bytes, len);
    *log_len += len;
}

static void arrive(const uint8_t *bytes, size_t len)
{
    CHECK(run.in_len + len <= IN_MAX);
    note(run.arrived, &run.arrived_len, bytes, len);
    memcpy(run.in + run.in_len, bytes, len);
    run.in_len += len;
}

static void begin(bool initiator)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    union dsb_slot *a = initiator ? &run.slot : &run.peer;
    union dsb_slot *b = initiator ? &run.peer : &run.slot;

    memset(&run, 0, offsetof(struct run, in));
    run.in_len = run.said_len = run.arrived_len = 0;
    run.sent_count = run.received_count = 0;
    memset(ephemeral, 3, sizeof ephemeral);
    CHECK(dsb_handshake_connect(&a->handshake, &alpha.local, &beta.identity.id, ephemeral, 0) ==
          DSB_REASON_NONE);
    memset(ephemeral, 4, sizeof ephemeral);
    CHECK(dsb_handshake_accept(&b->handshake, &beta.local, ephemeral, 0) == DSB_REASON_NONE);
}

/* Feeds the handshake under test until it wants no more. */
static void feed_handshake(void)
{
    size_t used_len;
    struct dsb_handshake *hs = &run.slot.handshake;
    enum dsb_handshake_state state = hs->state;

    (void)!dsb_handshake_feed(hs, run.in, run.in_len, run.now_ms, &used_len);
    CHECK(used_len <= run.in_len);
    CHECK(state != DSB_HANDSHAKE_FAILED || hs->state == DSB_HANDSHAKE_FAILED);
    run.in_len -= used_len;
    memmove(run.in, run.in + used_len, run.in_len);
    if (hs->state == DSB_HANDSHAKE_AUTHENTICATED) {
        /* Only what the peer said, and all of it, leads here. */
        CHECK(run.arrived_len - run.in_len <= run.said_len);
        CHECK(memcmp(run.arrived, run.said, run.arrived_len - run.in_len) == 0);
        CHECK(dsb_slot_finish(&run.slot, run.now_ms) == DSB_OK);
        run.is_session = true;
    } else {
        run.failed = hs->state == DSB_HANDSHAKE_FAILED;
        CHECK(run.failed == (dsb_handshake_reason(hs) != DSB_REASON_NONE));
    }
}

static void check_data(const uint8_t *body, size_t body_len)
{
    uint32_t number;

    CHECK(body >= run.in && body + body_len <= run.in + run.in_len);
    CHECK(body_len >= sizeof number);
    memcpy(&number, body, sizeof number);
    CHECK(number == run.received_count);
    run.received_count++;
}

static void feed_session(void)
{
    const uint8_t *body;
    size_t body_len, used_len;

    do {
        enum dsb_event event = dsb_session_feed(&run.slot.session, run.in, run.in_len, run.now_ms,
                                                &used_len, &body, &body_len);

        CHECK(used_len <= run.in_len);
        CHECK(!run.failed || event == DSB_EVENT_FAILED);
        if (event == DSB_EVENT_DATA)
            check_data(body, body_len);
        run.failed = event == DSB_EVENT_FAILED;
        run.in_len -= used_len;
        memmove(run.in, run.in + used_len, run.in_len);
    } while (used_len != 0);
}

static void feed(void)
{
    if (run.is_session)
        feed_session();
    else
        feed_handshake();
}

/* What the side under test has to say; the peer hears it when `heard`. */
static void say(bool heard)
{
    static uint8_t out[4096];
    size_t out_len, used_len, body_len;
    const uint8_t *body;

    if (run.is_session) {
        out_len = dsb_session_output(&run.slot.session, out, sizeof out, run.now_ms);
        dsb_session_written(&run.slot.session, out_len, run.now_ms);
    } else {
        out_len = dsb_handshake_output(&run.slot.handshake, out);
    }
    for (size_t pos = 0; heard && pos < out_len; pos += used_len) {
        if (run.peer_is_session) {
            (void)!dsb_session_feed(&run.peer.session, out + pos, out_len - pos, run.now_ms,
                                    &used_len, &body, &body_len);
        } else {
            (void)!dsb_handshake_feed(&run.peer.handshake, out + pos, out_len - pos, run.now_ms,
                                      &used_len);
        }
        if (used_len == 0)
            break;
        if (!run.peer_is_session && dsb_slot_finish(&run.peer, run.now_ms) == DSB_OK)
            run.peer_is_session = true;
    }
}

/* What the honest peer says next: a handshake message, its own records, or numbered DATA. */
static size_t peer_says(uint8_t *out, size_t out_cap, bool data)
{
    uint8_t body[64] = {0};
    size_t out_len = 0;

    if (!run.peer_is_session) {
        out_len = dsb_handshake_output(&run.peer.handshake, out);
        note(run.said, &run.said_len, out, out_len);
        return out_len;
    }
    out_len = dsb_session_output(&run.peer.session, out, out_cap, run.now_ms);
    note(run.said, &run.said_len, out, out_len);
    dsb_session_written(&run.peer.session, out_len, run.now_ms);
    if (out_len == 0 && data) {
        memcpy(body, &run.sent_count, sizeof run.sent_count);
        if (dsb_session_send_data(&run.peer.session, out, out_cap, body, 4 + run.sent_count % 60,
                                  run.now_ms, &out_len) == DSB_OK) {
            dsb_session_written(&run.peer.session, out_len, run.now_ms);
            run.sent_count++;
        }
    }
    return out_len;
}

/* The peer's next words reach the stream: whole, altered, or cut. */
static void peer_step(struct input *input, uint8_t how)
{
    static uint8_t out[4096];
    size_t out_len = peer_says(out, sizeof out, true);

    if (out_len == 0)
        return;
    if (how == 1) {
        uint8_t flip = take_byte(input);

        out[take_byte(input) % out_len] ^= flip;
    } else if (how == 2) {
        out_len = take_byte(input) % out_len;
    }
    arrive(out, out_len);
}

/* A hostile peer that holds the peer's keys: seals what the input says. */
static void sealed_step(struct input *input)
{
    static uint8_t out[4096];
    const uint8_t *plaintext;
    size_t plaintext_len = take_bytes(input, 255, &plaintext), unit_len;

    if (!run.peer_is_session || plaintext_len == 0 ||
        (plaintext[0] == DSB_RECORD_DATA && plaintext_len > 1))
        return; /* DATA would be honest DATA of another content */
    if (noise_transport_seal(&run.peer.session.transport, plaintext, plaintext_len, out + 2,
                             sizeof out - 2, &unit_len) == NOISE_OK) {
        dsb_frame_header(out, unit_len);
        note(run.said, &run.said_len, out, unit_len + 2);
        arrive(out, unit_len + 2);
    }
}

static void application_step(uint8_t what)
{
    static uint8_t out[512];
    size_t out_len;

    if (!run.is_session)
        return;
    switch (what % 4) {
    case 0:
        (void)!dsb_session_send_data(&run.slot.session, out, sizeof out, (const uint8_t *)"x", 1,
                                     run.now_ms, &out_len);
        break;
    case 1:
        (void)!dsb_session_ping(&run.slot.session, (const uint8_t *)"token", what % 6);
        break;
    case 2:
        (void)!dsb_session_close(&run.slot.session);
        break;
    default:
        dsb_session_pause(&run.slot.session, what & 0x80, run.now_ms);
    }
}

static void time_step(uint8_t how)
{
    run.now_ms += (uint64_t)how * 200;
    if (run.is_session) {
        CHECK(!run.failed || dsb_session_tick(&run.slot.session, run.now_ms) == DSB_EVENT_FAILED);
        CHECK(dsb_session_tick(&run.slot.session, run.now_ms) == DSB_EVENT_FAILED ||
              dsb_session_deadline(&run.slot.session) > run.now_ms);
    } else if (dsb_handshake_tick(&run.slot.handshake, run.now_ms) != DSB_HANDSHAKE_FAILED) {
        CHECK(dsb_handshake_deadline(&run.slot.handshake) > run.now_ms);
    }
}

static void step(struct input *input)
{
    const uint8_t *bytes;
    size_t len;
    uint8_t what = take_byte(input);

    switch (what % 8) {
    case 0:
        len = take_bytes(input, 255, &bytes);
        arrive(bytes, len);
        break;
    case 1:
    case 2:
    case 3:
        peer_step(input, what % 8 - 1);
        break;
    case 4:
        sealed_step(input);
        break;
    case 5:
        application_step(take_byte(input));
        break;
    case 6:
        time_step(take_byte(input));
        break;
    default:
        say(take_byte(input) % 4 != 0);
        return;
    }
    feed();
}

/* The honest handshake goes on for this many turns before the input takes over. */
static void go_ahead(unsigned turns)
{
    static uint8_t out[4096];

    for (unsigned i = 0; i < turns; i++) {
        say(true);
        arrive(out, peer_says(out, sizeof out, false));
        feed();
    }
    say(true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t first = take_byte(&input);

    devices_make();
    begin(first & 1);
    go_ahead(first / 2 % 5);
    for (unsigned i = 0; i < STEPS_MAX && input.len > 0; i++)
        step(&input);
    if (run.is_session) {
        enum dsb_event event = dsb_session_end_of_stream(&run.slot.session);

        CHECK(event == DSB_EVENT_CLOSED || event == DSB_EVENT_FAILED);
        CHECK(event != DSB_EVENT_FAILED ||
              dsb_session_reason(&run.slot.session) != DSB_REASON_NONE);
    } else {
        CHECK(dsb_handshake_end_of_stream(&run.slot.handshake) == DSB_HANDSHAKE_FAILED);
        CHECK(dsb_handshake_reason(&run.slot.handshake) != DSB_REASON_NONE);
    }
    return 0;
}
