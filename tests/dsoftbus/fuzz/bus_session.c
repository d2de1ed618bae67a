/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole connection fed with foreign bytes, in either role and from any point on. The input's
 * first byte says how far an honest peer has got; then come steps: cut an honest record, alter it,
 * seal a plaintext of the input's, send raw bytes, let time pass, use the application's calls.
 *
 * What is sealed so goes to a stream layer, whose application follows the input too: this is what
 * an authenticated peer can do.
 *
 * What must hold: no memory error; nothing is authenticated that the honest peer did not carry
 * there; its numbered records arrive once and in order; a failure is final, and no stream outlives
 * it.
 */
#include "device.h"
#include "dsoftbus/session.h"
#include "dsoftbus/streams.h"
#include "fuzz.h"

#include <string.h>

#define IN_MAX        ((size_t)2 * DSB_FRAME_UNIT_MAX)
#define HANDSHAKE_MAX ((size_t)1024) /* more than any honest handshake */
#define STEPS_MAX     200            /* per input: keeps a run short */
#define SEND_CAP      32

/* The side under test, its honest peer, and the stream between them. */
struct run {
    union dsb_slot slot, peer;
    bool is_session, peer_is_session;
    bool failed;
    uint64_t now_ms;
    uint8_t in[IN_MAX];
    size_t in_len;
    uint32_t sent_count, received_count; /* BYTES of the honest peer, numbered */
    struct dsb_streams streams;
    struct dsb_stream table[2 * DEVICE_STREAMS];
    uint32_t refused[DEVICE_STREAMS];
    uint8_t stream_bytes[(size_t)2 * DEVICE_STREAMS * (DEVICE_WINDOW + SEND_CAP)];
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

static void begin_streams(void)
{
    const struct dsb_session *session = &run.slot.session;
    const struct dsb_stream_limits *own = dsb_session_streams(session);
    const struct dsb_stream_limits *peers = dsb_session_peer_streams(session);
    const struct dsb_streams_config config = {.is_initiator = dsb_session_is_initiator(session),
                                              .streams_max = own->streams_max,
                                              .own_max = DEVICE_STREAMS,
                                              .peer_streams_max = peers->streams_max,
                                              .window = own->window,
                                              .peer_window = peers->window,
                                              .send_cap = SEND_CAP};
    const struct dsb_streams_memory memory = {run.table, run.stream_bytes, run.refused};

    CHECK(dsb_streams_init(&run.streams, &config, &memory) == DSB_OK);
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
        begin_streams();
    } else {
        run.failed = hs->state == DSB_HANDSHAKE_FAILED;
        CHECK(run.failed == (dsb_handshake_reason(hs) != DSB_REASON_NONE));
    }
}

static bool is_honest(unsigned type, const uint8_t *body, size_t body_len)
{
    return type == DSB_RECORD_BYTES && body_len >= HONEST_ID_LEN &&
           memcmp(body, HONEST_ID, HONEST_ID_LEN) == 0;
}

/* A record of the honest peer has its number; another goes to the streams, which judge it. */
static void take_record(const uint8_t *body, size_t body_len)
{
    enum dsb_record_type type = dsb_session_record_type(&run.slot.session);
    uint32_t number;

    CHECK(body >= run.in && body + body_len <= run.in + run.in_len);
    if (is_honest(type, body, body_len)) {
        CHECK(body_len >= HONEST_ID_LEN + sizeof number);
        memcpy(&number, body + HONEST_ID_LEN, sizeof number);
        CHECK(number == run.received_count);
        run.received_count++;
        return;
    }
    enum dsb_reason reason = dsb_streams_receive(&run.streams, type, body, body_len);
    CHECK(reason != DSB_REASON_RECORD_TYPE);
    if (reason != DSB_REASON_NONE)
        dsb_session_abort(&run.slot.session, reason);
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
        if (event == DSB_EVENT_STREAM)
            take_record(body, body_len);
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

/* The session's own records, then one of the streams. */
static size_t session_says(uint8_t *out, size_t out_cap)
{
    struct dsb_session *session = &run.slot.session;
    uint8_t record[DSB_STREAM_CONTROL_MAX];
    enum dsb_record_type type;
    size_t out_len = dsb_session_output(session, out, out_cap, run.now_ms), sealed_len;

    if (session->state != DSB_SESSION_OPEN || session->close != DSB_SEND_NONE)
        return out_len;
    size_t len = dsb_streams_next_record(&run.streams, &type, record, sizeof record);
    if (len != 0) {
        CHECK(dsb_session_send_stream(session, type, out + out_len, out_cap - out_len, record, len,
                                      run.now_ms, &sealed_len) == DSB_OK);
        out_len += sealed_len;
    }
    return out_len;
}

/* What the side under test has to say; the peer hears it when `heard`. */
static void say(bool heard)
{
    static uint8_t out[4096];
    size_t out_len, used_len, body_len;
    const uint8_t *body;

    if (run.is_session) {
        out_len = session_says(out, sizeof out);
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

/* What the honest peer says next: a handshake message, its own records, or numbered BYTES. */
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
        memcpy(body, HONEST_ID, HONEST_ID_LEN);
        memcpy(body + HONEST_ID_LEN, &run.sent_count, sizeof run.sent_count);
        if (dsb_session_send_stream(&run.peer.session, DSB_RECORD_BYTES, out, out_cap, body,
                                    8 + run.sent_count % 56, run.now_ms, &out_len) == DSB_OK) {
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
        is_honest(plaintext[0], plaintext + 1, plaintext_len - 1))
        return; /* the honest peer's, of another content */
    if (noise_transport_seal(&run.peer.session.transport, plaintext, plaintext_len, out + 2,
                             sizeof out - 2, &unit_len) == NOISE_OK) {
        dsb_frame_header(out, unit_len);
        note(run.said, &run.said_len, out, unit_len + 2);
        arrive(out, unit_len + 2);
    }
}

/* One call for a stream: the application's own ids, and others. */
static void stream_step(uint8_t what, uint32_t id)
{
    struct dsb_streams *streams = &run.streams;
    uint8_t bytes[40] = {0};
    size_t len;

    switch (what % 8) {
    case 0:
        (void)!dsb_streams_accept(streams, id);
        break;
    case 1:
        (void)!dsb_streams_refuse(streams, id, DSB_RESET_NOT_ALLOWED);
        break;
    case 2:
        (void)!dsb_streams_write(streams, id, bytes, what % sizeof bytes, &len);
        break;
    case 3:
        (void)!dsb_streams_read(streams, id, bytes, what % sizeof bytes, &len);
        break;
    case 4:
        (void)!dsb_streams_finish(streams, id);
        break;
    case 5:
        (void)!dsb_streams_reset(streams, id, DSB_RESET_CANCELLED);
        break;
    case 6:
        (void)!dsb_streams_let_go(streams, id);
        break;
    default:
        (void)!dsb_streams_open(streams, "service", 7, &id);
    }
    CHECK(dsb_streams_unread(streams, id) <= DEVICE_WINDOW);
    CHECK(dsb_streams_peer_count(streams) <= DEVICE_STREAMS);
}

static void application_step(uint8_t what)
{
    if (!run.is_session)
        return;
    switch (what % 4) {
    case 0:
        (void)!dsb_streams_next_event(&run.streams).type;
        stream_step(what / 4 % 8, what / 32);
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

/* Whatever was open: its application hears of the end, lets go, and nothing is left. */
static void end_streams(void)
{
    dsb_streams_end(&run.streams);
    while (dsb_streams_next_event(&run.streams).type != DSB_STREAM_EVENT_NONE) {
    }
    for (size_t i = 0; i < sizeof run.table / sizeof run.table[0]; i++)
        (void)!dsb_streams_let_go(&run.streams, run.table[i].id);
    CHECK(dsb_streams_own_count(&run.streams) + dsb_streams_peer_count(&run.streams) == 0);
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
        end_streams();
        CHECK(event != DSB_EVENT_FAILED ||
              dsb_session_reason(&run.slot.session) != DSB_REASON_NONE);
    } else {
        CHECK(dsb_handshake_end_of_stream(&run.slot.handshake) == DSB_HANDSHAKE_FAILED);
        CHECK(dsb_handshake_reason(&run.slot.handshake) != DSB_REASON_NONE);
    }
    return 0;
}
