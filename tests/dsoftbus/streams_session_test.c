/* SPDX-License-Identifier: Apache-2.0 */
/* Streams over real sessions: what each side is told, what a session carries, and a conversation.
 */
#include "dsoftbus/peer.h"
#include "dsoftbus/streams.h"
#include "dsoftbus/testing.h"

#include <string.h>

#define WINDOW   64
#define SEND_CAP 32
#define STREAMS  3

static struct pair pair;
static struct dsb_session *const a = &pair.a.slot.session;
static struct dsb_session *const b = &pair.b.slot.session;
static const uint8_t *body;
static size_t body_len;

static int start(void **state)
{
    (void)state;
    pair_start(&pair);
    pair.a_peer.local.streams = (struct dsb_stream_limits){WINDOW, STREAMS};
    pair.b_peer.local.streams = pair.a_peer.local.streams;
    return 0;
}

static int authenticate(void **state)
{
    (void)start(state);
    pair_authenticate(&pair);
    return 0;
}

static enum dsb_status send_stream(struct dsb_session *session, enum dsb_record_type type,
                                   const char *text, size_t len, struct end *to)
{
    uint8_t out[256];
    size_t out_len;
    enum dsb_status status = dsb_session_send_stream(session, type, out, sizeof out,
                                                     (const uint8_t *)text, len, 0, &out_len);

    if (status == DSB_OK)
        stream_put(&to->in, out, out_len);
    return status;
}

static void both_know_what_the_other_takes(void **state)
{
    (void)state;
    pair.b_peer.local.streams = (struct dsb_stream_limits){1, 0};
    pair_authenticate(&pair);
    assert_true(dsb_session_is_initiator(a) && !dsb_session_is_initiator(b));
    assert_int_equal(dsb_session_streams(a)->window, WINDOW);
    assert_int_equal(dsb_session_peer_streams(b)->window, WINDOW);
    assert_int_equal(dsb_session_peer_streams(b)->streams_max, STREAMS);
    assert_int_equal(dsb_session_peer_streams(a)->window, 1);
    assert_int_equal(dsb_session_peer_streams(a)->streams_max, 0);
}

static void only_records_of_streams_are_sent_for_the_application(void **state)
{
    (void)state;
    assert_int_equal(send_stream(a, DSB_RECORD_PING, "", 1, &pair.b), DSB_INVALID);
    assert_int_equal(send_stream(a, DSB_RECORD_CLOSE, "", 0, &pair.b), DSB_INVALID);
    assert_int_equal(send_stream(a, (enum dsb_record_type)2, "data", 4, &pair.b), DSB_INVALID);
    assert_int_equal(send_stream(a, DSB_RECORD_FIN, "", 0, &pair.b), DSB_INVALID);
    assert_int_equal(send_stream(a, DSB_RECORD_FIN, STREAM1 "", 5, &pair.b), DSB_INVALID);
    assert_int_equal(send_stream(a, DSB_RECORD_BYTES, STREAM1, 4, &pair.b), DSB_INVALID);
    assert_ok(send_stream(a, DSB_RECORD_FIN, STREAM1, 4, &pair.b));
    assert_int_equal(session_read(&pair.b, 0, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(dsb_session_record_type(b), DSB_RECORD_FIN);
}

/* A conversation: what is written to a stream of a arrives at b, is sent back, and arrives. */

struct side {
    struct dsb_streams streams;
    struct dsb_stream table[2 * STREAMS];
    uint32_t refused[STREAMS];
    uint8_t bytes[(size_t)2 * STREAMS * (WINDOW + SEND_CAP)];
    struct end *end;
};

static struct side sides[2];

static void begin(struct side *side, struct end *end)
{
    const struct dsb_session *session = &end->slot.session;
    const struct dsb_streams_config config = {
        .is_initiator = dsb_session_is_initiator(session),
        .streams_max = dsb_session_streams(session)->streams_max,
        .own_max = STREAMS,
        .peer_streams_max = dsb_session_peer_streams(session)->streams_max,
        .window = dsb_session_streams(session)->window,
        .peer_window = dsb_session_peer_streams(session)->window,
        .send_cap = SEND_CAP};
    const struct dsb_streams_memory memory = {side->table, side->bytes, side->refused};

    side->end = end;
    assert_ok(dsb_streams_init(&side->streams, &config, &memory));
}

/* One record from one side to the other; false when it has none. */
static bool move_record(struct side *from, struct side *to)
{
    uint8_t out[DSB_BODY_HEADROOM + 40 + DSB_BODY_TAILROOM];
    enum dsb_record_type type;
    size_t out_len;
    size_t len = dsb_streams_next_record(&from->streams, &type, out + DSB_BODY_HEADROOM, 40);

    if (len == 0)
        return false;
    assert_ok(dsb_session_send_stream(&from->end->slot.session, type, out, sizeof out,
                                      out + DSB_BODY_HEADROOM, len, 0, &out_len));
    stream_put(&to->end->in, out, out_len);
    assert_int_equal(session_read_record(to->end, 0, &body, &body_len), DSB_EVENT_STREAM);
    assert_ok(dsb_streams_receive(&to->streams, dsb_session_record_type(&to->end->slot.session),
                                  body, body_len));
    return true;
}

/* b's application: takes every stream, and sends back what it reads. */
static void echo(struct side *side)
{
    struct dsb_stream_event event = dsb_streams_next_event(&side->streams);

    for (; event.type != DSB_STREAM_EVENT_NONE; event = dsb_streams_next_event(&side->streams))
        if (event.type == DSB_STREAM_EVENT_INCOMING)
            assert_ok(dsb_streams_accept(&side->streams, event.id));
    for (uint32_t id = 1; id < 2 * STREAMS; id += 2) {
        const uint8_t *bytes;
        size_t len, written_len;
        enum dsb_status status = dsb_streams_front(&side->streams, id, &bytes, &len);

        if (status == DSB_OK &&
            dsb_streams_write(&side->streams, id, bytes, len, &written_len) == DSB_OK)
            assert_ok(dsb_streams_took(&side->streams, id, written_len));
        if (status == DSB_ENDED) {
            assert_ok(dsb_streams_finish(&side->streams, id));
            assert_ok(dsb_streams_let_go(&side->streams, id));
        }
    }
}

#define TOTAL 5000

static void three_streams_echo_through_a_session(void **state)
{
    size_t written[STREAMS] = {0}, got[STREAMS] = {0};
    uint32_t ids[STREAMS];
    unsigned ended = 0;

    (void)state;
    begin(&sides[0], &pair.a);
    begin(&sides[1], &pair.b);
    for (unsigned i = 0; i < STREAMS; i++)
        assert_ok(dsb_streams_open(&sides[0].streams, "echo", 4, &ids[i]));
    for (unsigned round = 0; ended < STREAMS && round < 4 * STREAMS * TOTAL; round++) {
        unsigned i = round % STREAMS;
        uint8_t byte = (uint8_t)(written[i] * 7 + i);
        size_t len;

        if (written[i] < TOTAL &&
            dsb_streams_write(&sides[0].streams, ids[i], &byte, 1, &len) == DSB_OK &&
            ++written[i] == TOTAL)
            assert_ok(dsb_streams_finish(&sides[0].streams, ids[i]));
        while (move_record(&sides[0], &sides[1]) || move_record(&sides[1], &sides[0]))
            echo(&sides[1]);
        enum dsb_status status = dsb_streams_read(&sides[0].streams, ids[i], &byte, 1, &len);
        if (status == DSB_OK) {
            assert_int_equal(byte, (uint8_t)(got[i] * 7 + i));
            got[i]++;
        } else if (status == DSB_ENDED) {
            assert_ok(dsb_streams_let_go(&sides[0].streams, ids[i]));
            ended++;
        }
    }
    assert_int_equal(ended, STREAMS);
    for (unsigned i = 0; i < STREAMS; i++)
        assert_int_equal(got[i], TOTAL);
    assert_int_equal(dsb_streams_own_count(&sides[0].streams), 0);
    assert_int_equal(dsb_streams_peer_count(&sides[1].streams), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_know_what_the_other_takes, start),
        cmocka_unit_test_setup(only_records_of_streams_are_sent_for_the_application, authenticate),
        cmocka_unit_test_setup(three_streams_echo_through_a_session, authenticate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
