/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link fed with foreign bytes, in either role and from any point on, while its caller does what
 * it may: calls in any order, buffers lent and taken back, time, a stream that ends or takes no
 * more. The peer is an honest link whose bytes may be cut and altered on their way.
 *
 * What must hold: no memory error; all that is shown lies in the lent buffers; nothing is
 * authenticated that the peer did not carry there; records are the peer's, in order, once; a
 * failure is final and says nothing more; a link that waits has room, and its deadline is to come.
 */
#include "device.h"
#include "dsoftbus/link.h"
#include "fuzz.h"

#include <string.h>

#define SIDE_IN_LEN   (DSB_FRAME_HEADER_LEN + DEVICE_RECV_MAX)
#define SIDE_OUT_LEN  ((size_t)1500)
#define BUFFER_COUNT  2              /* of each kind, to be lent in turn */
#define HANDSHAKE_MAX ((size_t)1024) /* more than any honest handshake */
#define STEPS_MAX     200            /* per input: keeps a run short */
#define EVENTS_MAX    200            /* more than fit into a buffer */

struct side {
    struct dsb_link link;
    uint8_t in[BUFFER_COUNT][SIDE_IN_LEN], out[BUFFER_COUNT][SIDE_OUT_LEN];
};

static struct {
    struct side self, peer;
    bool was_open, paused;
    enum dsb_reason reason; /* once it has failed */
    uint64_t now_ms;
    uint32_t sent_count, received_count; /* BYTES of the peer, numbered */
    uint8_t said[HANDSHAKE_MAX], arrived[HANDSHAKE_MAX];
    size_t said_len, arrived_len;
} run;

/* Appends what fits: the rest cannot be part of an honest handshake. */
static void note(uint8_t *log, size_t *log_len, const uint8_t *bytes, size_t len)
{
    size_t room = HANDSHAKE_MAX - *log_len;

    len = len < room ? len : room;
    memcpy(log + *log_len, bytes, len);
    *log_len += len;
}

static bool is_in(const uint8_t *at, size_t len, const uint8_t *buffer, size_t cap)
{
    return at >= buffer && len <= cap && at <= buffer + cap - len;
}

static void begin(bool initiator)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    struct side *a = initiator ? &run.self : &run.peer;
    struct side *b = initiator ? &run.peer : &run.self;
    struct dsb_link_buffers at_a = {a->in[0], SIDE_IN_LEN, a->out[0], SIDE_OUT_LEN};
    struct dsb_link_buffers at_b = {b->in[0], SIDE_IN_LEN, b->out[0], SIDE_OUT_LEN};

    memset(&run, 0, sizeof run);
    memset(ephemeral, 3, sizeof ephemeral);
    CHECK(dsb_link_connect(&a->link, &alpha.local, &beta.identity.id, ephemeral, &at_a, 0) ==
          DSB_REASON_NONE);
    memset(ephemeral, 4, sizeof ephemeral);
    CHECK(dsb_link_accept(&b->link, &beta.local, ephemeral, &at_b, 0) == DSB_REASON_NONE);
}

/* As many bytes as the link has room for. */
static size_t put(struct side *side, const uint8_t *bytes, size_t len)
{
    size_t room;
    uint8_t *at = dsb_link_room(&side->link, &room);

    CHECK(room == 0 || is_in(at, room, side->link.in, side->link.in_cap));
    len = len < room ? len : room;
    if (len != 0)
        memcpy(at, bytes, len);
    dsb_link_received(&side->link, len);
    return len;
}

static void arrive(const uint8_t *bytes, size_t len)
{
    len = put(&run.self, bytes, len);
    note(run.arrived, &run.arrived_len, bytes, len);
}

static void check_authenticated(void)
{
    size_t used_len = run.arrived_len - run.self.link.in_len;

    CHECK(used_len <= run.said_len && memcmp(run.arrived, run.said, used_len) == 0);
    CHECK(dsb_link_peer(&run.self.link) != NULL);
    run.was_open = true;
}

static void check_record(const struct dsb_link_event *event)
{
    uint32_t number;

    CHECK(run.was_open && !run.paused);
    CHECK(is_in(event->body, event->body_len, run.self.link.in, run.self.link.in_cap));
    CHECK(event->body_len >= HONEST_ID_LEN + sizeof number);
    memcpy(&number, event->body + HONEST_ID_LEN, sizeof number);
    CHECK(number == run.received_count);
    run.received_count++;
    memset(event->body, 0, event->body_len); /* it is the caller's */
}

static void check_failed(void)
{
    size_t len;

    CHECK(run.reason == DSB_REASON_NONE || run.reason == dsb_link_reason(&run.self.link));
    run.reason = dsb_link_reason(&run.self.link);
    CHECK(run.reason != DSB_REASON_NONE);
    CHECK(dsb_link_pending(&run.self.link, run.now_ms, &len) == NULL && len == 0);
    CHECK(dsb_link_room(&run.self.link, &len) == NULL && len == 0);
    CHECK(dsb_link_deadline(&run.self.link) == DSB_NO_DEADLINE);
}

static void check_waits(void)
{
    struct dsb_link *link = &run.self.link;
    size_t room;

    CHECK(dsb_link_deadline(link) > run.now_ms);
    (void)!dsb_link_room(link, &room);
    CHECK(room != 0 || link->in == NULL || link->stream_ended || run.paused ||
          (link->state == DSB_LINK_HANDSHAKE && link->out == NULL));
}

/* Opens the session in a buffer that is large enough. */
static void open_link(void)
{
    check_authenticated();
    CHECK(dsb_link_set_in(&run.self.link, run.self.in[0], SIDE_IN_LEN) == DSB_OK);
    CHECK(dsb_link_open(&run.self.link, run.now_ms) == DSB_OK);
}

/* One event of the link under test; false when it has no more. */
static bool take_event(void)
{
    struct dsb_link_event event = dsb_link_next_event(&run.self.link, run.now_ms);

    CHECK(run.reason == DSB_REASON_NONE || event.type == DSB_LINK_EVENT_FAILED);
    switch (event.type) {
    case DSB_LINK_EVENT_AUTHENTICATED:
        open_link();
        return true;
    case DSB_LINK_EVENT_STREAM:
        check_record(&event);
        return true;
    case DSB_LINK_EVENT_PONG:
    case DSB_LINK_EVENT_PEER_CLOSED:
        return true;
    case DSB_LINK_EVENT_FAILED:
        check_failed();
        return false;
    case DSB_LINK_EVENT_NONE:
        check_waits();
        return false;
    case DSB_LINK_EVENT_CLOSED:
        CHECK(run.self.link.state == DSB_LINK_CLOSED);
    }
    return false;
}

static void take_events(void)
{
    unsigned count = 0;

    while (take_event())
        CHECK(++count < EVENTS_MAX);
}

static void run_peer(void)
{
    struct dsb_link *link = &run.peer.link;

    for (unsigned i = 0; i < EVENTS_MAX; i++) {
        switch (dsb_link_next_event(link, run.now_ms).type) {
        case DSB_LINK_EVENT_AUTHENTICATED:
            CHECK(dsb_link_open(link, run.now_ms) == DSB_OK);
            break;
        case DSB_LINK_EVENT_STREAM:
        case DSB_LINK_EVENT_PONG:
        case DSB_LINK_EVENT_PEER_CLOSED:
            break;
        default:
            return;
        }
    }
}

/* What the link under test has to say: the stream takes some of it, the peer hears that or not. */
static void say(size_t max, bool heard)
{
    struct dsb_link *link = &run.self.link;
    size_t len;
    const uint8_t *bytes = dsb_link_pending(link, run.now_ms, &len);

    CHECK(len == 0 ? bytes == NULL : is_in(bytes, len, link->out, link->out_cap));
    len = len < max ? len : max;
    if (heard)
        len = put(&run.peer, bytes, len);
    dsb_link_sent(link, len, run.now_ms);
    run_peer();
}

/* The peer's next words reach the stream: whole, altered, or cut. */
static void peer_says(struct input *input, uint8_t how)
{
    uint8_t words[SIDE_OUT_LEN], body[64] = {0};
    size_t len;

    run_peer();
    memcpy(body, HONEST_ID, HONEST_ID_LEN);
    memcpy(body + HONEST_ID_LEN, &run.sent_count, sizeof run.sent_count);
    run.sent_count += dsb_link_send_stream(&run.peer.link, DSB_RECORD_BYTES, body,
                                           8 + run.sent_count % 56, run.now_ms) == DSB_OK;
    const uint8_t *bytes = dsb_link_pending(&run.peer.link, run.now_ms, &len);
    if (len == 0)
        return;
    memcpy(words, bytes, len);
    note(run.said, &run.said_len, words, len);
    dsb_link_sent(&run.peer.link, len, run.now_ms);
    if (how == 1) {
        uint8_t flip = take_byte(input);

        words[take_byte(input) % len] ^= flip;
    } else if (how == 2) {
        len = take_byte(input) % len;
    }
    arrive(words, len);
}

static void call(uint8_t what)
{
    struct dsb_link *link = &run.self.link;
    size_t room;
    uint8_t *tail;

    switch (what % 8) {
    case 0:
        (void)!dsb_link_send_stream(link, DSB_RECORD_BYTES, (const uint8_t *)"somewords",
                                    1 + what / 8 % 9, run.now_ms);
        break;
    case 1:
        tail = dsb_link_tail(link, run.now_ms, &room);
        CHECK(room == 0 || is_in(tail, room, link->out, link->out_cap));
        CHECK(room == 0 || dsb_link_send_stream(link, DSB_RECORD_BYTES, tail, room, run.now_ms) !=
                               DSB_WOULD_BLOCK);
        break;
    case 2:
        (void)!dsb_link_ping(link, (const uint8_t *)"token", what / 8 % 6);
        break;
    case 3:
        (void)!dsb_link_close(link);
        break;
    case 4:
        run.paused = run.paused && dsb_link_finish(link, run.now_ms) != DSB_OK;
        break;
    case 5:
        run.paused = link->state == DSB_LINK_OPEN && what / 8 % 2 != 0;
        dsb_link_pause(link, run.paused, run.now_ms);
        break;
    case 6:
        CHECK(dsb_link_peer(link) == NULL || run.was_open);
        (void)dsb_link_next_step(link);
        (void)dsb_link_claim(link);
        break;
    default:
        CHECK(dsb_link_body_max(link) < SIDE_OUT_LEN);
    }
}

/* The caller lends another buffer, or takes it back. */
static void lend(uint8_t what)
{
    static const size_t in_lens[] = {0, DSB_HANDSHAKE_IN_MAX - 1, DSB_HANDSHAKE_IN_MAX,
                                     SIDE_IN_LEN};
    static const size_t out_lens[] = {0, DSB_LINK_OUT_MIN - 1, DSB_LINK_OUT_MIN, SIDE_OUT_LEN};
    struct side *self = &run.self;
    size_t in_len = in_lens[what / 4 % 4], out_len = out_lens[what / 4 % 4];

    if ((what & 2) != 0) {
        uint8_t *in = self->in[what & 1];
        enum dsb_status status = dsb_link_set_in(&self->link, in_len == 0 ? NULL : in, in_len);

        CHECK(status == DSB_OK || self->link.in_len != 0 || in_len < SIDE_IN_LEN);
    } else {
        uint8_t *out = self->out[what & 1];

        (void)!dsb_link_set_out(&self->link, out_len == 0 ? NULL : out, out_len);
    }
}

static void end(uint8_t what)
{
    switch (what % 3) {
    case 0:
        dsb_link_end_of_stream(&run.self.link);
        break;
    case 1:
        dsb_link_write_failed(&run.self.link);
        break;
    default:
        dsb_link_abort(&run.self.link, DSB_REASON_LOCAL_ABORTED);
    }
}

static void step(struct input *input)
{
    const uint8_t *bytes;
    size_t len;
    uint8_t what = take_byte(input);

    switch (what % 10) {
    case 0:
        len = take_bytes(input, 255, &bytes);
        arrive(bytes, len);
        break;
    case 1:
    case 2:
    case 3:
        peer_says(input, what % 10 - 1);
        break;
    case 4:
    case 5:
        call(take_byte(input));
        break;
    case 6:
        run.now_ms += (uint64_t)take_byte(input) * 200;
        break;
    case 7:
        lend(take_byte(input));
        break;
    case 8:
        say(what >= 100 ? take_byte(input) : SIDE_OUT_LEN, what % 4 != 0);
        break;
    default:
        if (what > 200)
            end(take_byte(input));
    }
    take_events();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t first = take_byte(&input);

    devices_make();
    begin(first & 1);
    for (unsigned turn = first / 2 % 5; turn > 0; turn--) {
        take_events();
        say(SIDE_OUT_LEN, true);
        peer_says(&input, 0);
    }
    take_events();
    for (unsigned i = 0; i < STEPS_MAX && input.len > 0; i++)
        step(&input);
    dsb_link_end(&run.self.link);
    for (size_t i = 0; i < sizeof run.self.link; i++)
        CHECK(((const uint8_t *)&run.self.link)[i] == 0);
    return 0;
}
