/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd's connections against peers in memory: honest, slow, silent, too many, gone. */
#include "devices.h"
#include "dsoftbus/testing.h"
#include "fake_world.h"
#include "table.h"

#include <string.h>

#define START_MS 1000
#define NEAR     0x7f000001

static struct table table;
static struct net_client net;
static struct peer device, friend;
static struct end client, wire; /* the friend's end, and what it has to send */

static int setup(void **state)
{
    (void)state;
    fake_reset();
    memset(&client, 0, sizeof client);
    wire.in.len = 0;
    devices_make(&device, &friend);
    table_init(&table, &device.local, &net, 0);
    devices_offer_own_services();
    return 0;
}

/* The daemon's loop, until it would wait. */
static void run_quietly(uint64_t now_ms)
{
    for (int i = 0; i < 1000; i++) {
        enum accept_outcome accepted = table_accept(&table, FAKE_LISTENER, now_ms);
        bool goes_on = table_turn(&table, now_ms);
        if (accepted != ACCEPT_GOES_ON && !goes_on)
            return;
    }
    fail_msg("the loop does not come to rest");
}

/* The same after something happened on every stream. */
static void run(uint64_t now_ms)
{
    for (size_t handle = 1; handle <= fake.stream_count; handle++)
        table_ready(&table, (net_handle)handle);
    run_quietly(now_ms);
}

/* What the client has to send goes onto the stream, and what came for it to the client. */
static void exchange(struct fake_stream *stream)
{
    fake_send(stream, wire.in.bytes, wire.in.len);
    wire.in.len = 0;
    run(START_MS);
    stream_put(&client.in, stream->out, stream->out_len);
    stream->out_len = 0;
}

static struct fake_stream *dial(const struct peer *from)
{
    uint8_t ephemeral[DSB_KEY_LEN];
    test_ephemeral(ephemeral, 0x77);
    memset(&client, 0, sizeof client);
    assert_int_equal(dsb_handshake_connect(&client.slot.handshake, &from->local,
                                           &device.identity.id, ephemeral, START_MS),
                     DSB_REASON_NONE);
    return fake_connect(NEAR);
}

/* The handshake as far as it goes. */
static enum dsb_handshake_state shake(struct fake_stream *stream)
{
    for (int i = 0; i < 3; i++) {
        (void)end_write(&client, &wire);
        exchange(stream);
        if (end_feed(&client, START_MS) == DSB_HANDSHAKE_AUTHENTICATED)
            break;
    }
    return client.slot.handshake.state;
}

static struct fake_stream *authenticate_as(const struct peer *who)
{
    struct fake_stream *stream = dial(who);
    assert_int_equal(shake(stream), DSB_HANDSHAKE_AUTHENTICATED);
    assert_int_equal(dsb_slot_finish(&client.slot, START_MS), DSB_OK);
    client.is_session = true;
    return stream;
}

static struct fake_stream *authenticate(void)
{
    return authenticate_as(&friend);
}

static void open_echo(void)
{
    uint8_t out[DEVICES_OPEN_MAX];

    stream_put(&wire.in, out, devices_open_echo(&client, out, START_MS));
}

static void finish_echo(void)
{
    static const uint8_t id[] = STREAM1;
    uint8_t out[64];
    size_t out_len = 0;

    assert_ok(dsb_session_send_stream(&client.slot.session, DSB_RECORD_FIN, out, sizeof out, id,
                                      DSB_STREAM_ID_LEN, START_MS, &out_len));
    dsb_session_written(&client.slot.session, out_len, START_MS);
    stream_put(&wire.in, out, out_len);
}

/* These bytes come back on the stream, in records as they come; OPENED and CREDIT are not looked
 * at. */
static void expect_data(const void *data, size_t len)
{
    const uint8_t *body = NULL;
    size_t body_len = 0, at = 0;

    while (at < len) {
        assert_int_equal(session_read(&client, START_MS, &body, &body_len), DSB_EVENT_STREAM);
        if (dsb_session_record_type(&client.slot.session) != DSB_RECORD_BYTES)
            continue;
        assert_true(body_len <= len - at);
        assert_memory_equal(body, (const uint8_t *)data + at, body_len);
        at += body_len;
    }
}

static void echoes_inside_a_session(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    open_echo();
    session_send(&client, &wire, "hello", 5, START_MS);
    exchange(stream);
    expect_data("hello", 5);
    assert_int_equal(fake_count("auth ok friend"), 1);
    assert_int_equal(fake_count("session ok"), 1);
}

static void works_byte_by_byte(void **state)
{
    (void)state;
    struct fake_stream *stream = dial(&friend);
    stream->step_len = 1;
    assert_int_equal(shake(stream), DSB_HANDSHAKE_AUTHENTICATED);
    assert_int_equal(dsb_slot_finish(&client.slot, START_MS), DSB_OK);
    client.is_session = true;
    open_echo();
    session_send(&client, &wire, "slow", 4, START_MS);
    exchange(stream);
    expect_data("slow", 4);
}

static void says_session_ok_once(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    open_echo();
    session_send(&client, &wire, "one", 3, START_MS);
    session_send(&client, &wire, "two", 3, START_MS);
    exchange(stream);
    expect_data("one", 3);
    expect_data("two", 3);
    assert_int_equal(fake_count("session ok"), 1);
}

static void says_auth_ok_before_accept_leaves(void **state)
{
    (void)state;
    struct fake_stream *stream = dial(&friend);
    (void)end_write(&client, &wire);
    exchange(stream);
    (void)end_feed(&client, START_MS);
    (void)end_write(&client, &wire);
    stream->room_len = 0; /* nothing more can leave */
    exchange(stream);
    assert_int_equal(fake_count("auth ok friend"), 1);
    assert_int_equal(client.in.len, 0);
}

static void refuses_a_stranger_before_it_closes(void **state)
{
    (void)state;
    static struct peer stranger;
    peer_make(&stranger, "stranger", 0x55);
    peer_trust(&stranger, &device);
    struct fake_stream *stream = dial(&stranger);
    assert_int_not_equal(shake(stream), DSB_HANDSHAKE_AUTHENTICATED);
    assert_int_equal(client.in.len, 0); /* no ACCEPT, no word */
    assert_true(stream->aborted);
    assert_int_equal(fake_count("auth ok stranger"), 0);
    assert_true(fake_find("refused msg3-unknown-key stranger") < fake_find("abort"));
}

/* The client's CLOSE is written, with these bytes behind it. */
static void close_and(struct fake_stream *stream, const void *bytes, size_t len)
{
    assert_int_equal(dsb_session_close(&client.slot.session), DSB_OK);
    (void)session_write(&client, &wire, START_MS);
    stream_put(&wire.in, bytes, len);
    exchange(stream);
}

static void ends_cleanly_after_both_closes(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    close_and(stream, "", 0);
    assert_false(stream->closed); /* who dialled ends the TCP connection first */
    stream->ended = true;
    run(START_MS);
    assert_int_equal(fake_count("ended clean"), 1);
    assert_true(stream->closed);
    assert_int_equal(table.session_count, 0);
}

static void waits_for_the_peers_end_but_not_long(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    close_and(stream, "", 0);
    assert_int_equal(table_deadline(&table), START_MS + FIN_WAIT_MS);
    run(START_MS + FIN_WAIT_MS - 1);
    assert_false(stream->closed);
    run_quietly(START_MS + FIN_WAIT_MS);
    assert_true(stream->closed);
    assert_int_equal(fake_count("ended clean"), 1);
    assert_int_equal(table_deadline(&table), DSB_NO_DEADLINE);
}

static void reports_a_byte_behind_close(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    close_and(stream, "", 1);
    assert_int_equal(fake_count("ended record-after-close"), 1);
    assert_int_equal(fake_count("ended clean"), 0);
    assert_true(stream->aborted);
}

static void reports_a_byte_that_comes_later_behind_close(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    close_and(stream, "", 0);
    fake_send(stream, (const uint8_t *)"", 1);
    run(START_MS + FIN_WAIT_MS - 1);
    assert_int_equal(fake_count("ended record-after-close"), 1);
    assert_true(stream->aborted);
}

static void a_reset_behind_close_is_clean(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    close_and(stream, "", 0);
    stream->reset = true;
    run(START_MS);
    assert_int_equal(fake_count("ended clean"), 1);
}

static void keeps_the_stream_until_close_is_written(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    assert_int_equal(dsb_session_close(&client.slot.session), DSB_OK);
    (void)session_write(&client, &wire, START_MS);
    stream->room_len = 3;
    exchange(stream);
    assert_false(stream->closed);
    assert_int_equal(fake_count("ended clean"), 0);
    stream->room_len = 1000;
    stream->ended = true;
    run(START_MS);
    assert_true(stream->closed);
    assert_int_equal(fake_count("ended clean"), 1);
}

static void reports_truncation(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    stream->ended = true;
    run(START_MS);
    assert_int_equal(fake_count("ended session-truncated"), 1);
    assert_true(stream->aborted);
}

static void reports_a_reset(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    stream->reset = true;
    run(START_MS);
    assert_int_equal(fake_count("ended session-truncated"), 1);
}

/* A session whose echo waits: its stream takes nothing more. */
static struct fake_stream *stop_reading(void)
{
    struct fake_stream *stream = authenticate();

    open_echo();
    stream->room_len = 0;
    session_send(&client, &wire, "never", 5, START_MS);
    exchange(stream);
    return stream;
}

/* What waits to leave cannot any more: its stream says so first. */
static void reports_a_reset_while_it_writes(void **state)
{
    (void)state;
    stop_reading()->reset = true;
    run(START_MS);
    assert_int_equal(fake_count("ended session-truncated"), 1);
    assert_int_equal(table.session_count, 0);
}

static void reports_the_end_in_a_handshake(void **state)
{
    (void)state;
    struct fake_stream *stream = fake_connect(NEAR);
    fake_send(stream, (const uint8_t[]){0, 48, 1}, 3);
    stream->ended = true;
    run(START_MS);
    assert_int_equal(fake_count("refused msg1-truncated"), 1);
}

/* It does not read its echoes: they wait in its own stream. */
static void holds_what_is_not_read(void **state)
{
    (void)state;
    uint8_t data[STREAM_WINDOW];
    struct fake_stream *stream = authenticate();
    open_echo();
    stream->room_len = 100;
    memset(data, 7, sizeof data);
    for (size_t i = 0; i < sizeof data; i += 512)
        session_send(&client, &wire, data + i, 512, START_MS);
    exchange(stream);
    assert_int_equal(stream->in_len, 0); /* a full stream keeps nobody from hearing */
    stream->room_len = FAKE_STREAM_MAX;
    run(START_MS);
    stream_put(&client.in, stream->out, stream->out_len);
    expect_data(data, sizeof data);
}

static void ends_a_peer_that_sends_more_than_its_credit(void **state)
{
    (void)state;
    static const uint8_t data[512];
    struct fake_stream *stream = authenticate();
    open_echo();
    stream->room_len = 0;
    for (size_t i = 0; i <= 2 * (STREAM_WINDOW + STREAM_SEND_CAP) / sizeof data; i++)
        session_send(&client, &wire, data, sizeof data, START_MS);
    exchange(stream);
    assert_int_equal(fake_count("ended stream-credit"), 1);
    assert_true(stream->aborted);
    assert_int_equal(table.session_count, 0);
}

static void ends_a_peer_that_never_reads(void **state)
{
    (void)state;
    (void)stop_reading();
    run(START_MS + DSB_DEAD_AFTER_MS);
    assert_int_equal(fake_count("ended session-silent"), 1);
}

static void pings_a_silent_peer(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    assert_int_equal(table_deadline(&table), START_MS + DSB_PING_AFTER_MS);
    run_quietly(START_MS + DSB_PING_AFTER_MS - 1);
    assert_int_equal(stream->out_len, 0);
    run_quietly(START_MS + DSB_PING_AFTER_MS);
    assert_true(stream->out_len > 0);
    run_quietly(START_MS + DSB_DEAD_AFTER_MS - 1);
    assert_int_equal(fake_count("ended session-silent"), 0);
    run_quietly(START_MS + DSB_DEAD_AFTER_MS);
    assert_int_equal(fake_count("ended session-silent"), 1);
}

static void a_peer_that_answers_a_ping_is_not_silent(void **state)
{
    static uint8_t out[DSB_CONTROL_MAX];
    const uint8_t *body;
    size_t body_len;

    (void)state;
    struct fake_stream *stream = authenticate();
    run_quietly(START_MS + DSB_PING_AFTER_MS);
    stream_put(&client.in, stream->out, stream->out_len);
    assert_int_equal(session_read(&client, START_MS, &body, &body_len), DSB_EVENT_NONE);
    size_t out_len = dsb_session_output(&client.slot.session, out, sizeof out, START_MS);
    assert_int_not_equal(out_len, 0);
    fake_send(stream, out, out_len);
    table_ready(&table, 1);
    run_quietly(START_MS + DSB_PING_AFTER_MS);
    assert_int_equal(stream->in_len, 0);
    run_quietly(START_MS + DSB_DEAD_AFTER_MS);
    assert_int_equal(fake_count("ended session-silent"), 0);
}

static void an_echo_ends_when_its_stream_does(void **state)
{
    const uint8_t *body;
    size_t body_len;

    (void)state;
    struct fake_stream *stream = authenticate();
    open_echo();
    session_send(&client, &wire, "last", 4, START_MS);
    finish_echo();
    exchange(stream);
    expect_data("last", 4);
    assert_int_equal(session_read(&client, START_MS, &body, &body_len), DSB_EVENT_STREAM);
    assert_int_equal(dsb_session_record_type(&client.slot.session), DSB_RECORD_FIN);
}

static void gives_others_their_turn(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    open_echo();
    for (int i = 0; i < 3 * UNITS_PER_TURN; i++)
        session_send(&client, &wire, "x", 1, START_MS);
    fake_send(stream, wire.in.bytes, wire.in.len);
    wire.in.len = 0;
    table_ready(&table, 1);
    assert_true(table_turn(&table, START_MS));
    size_t first_len = stream->out_len;
    const size_t echo_len = DSB_BODY_HEADROOM + DSB_STREAM_ID_LEN + 1 + DSB_BODY_TAILROOM;
    assert_true(first_len <= UNITS_PER_TURN * echo_len);
    run(START_MS);
    assert_true(stream->out_len > 2 * first_len);
}

static void drops_the_oldest_half_open_one(void **state)
{
    (void)state;
    for (int i = 0; i < HALF_OPEN_MAX; i++) {
        (void)fake_connect(NEAR);
        run(START_MS);
    }
    assert_int_equal(fake_count("refused local-dropped"), 0);
    (void)fake_connect(NEAR);
    run(START_MS);
    assert_int_equal(fake_count("refused local-dropped"), 1);
    assert_true(fake.streams[0].aborted);
    assert_false(fake.streams[1].aborted);
}

static void never_drops_a_session_for_a_newcomer(void **state)
{
    (void)state;
    struct fake_stream *stream = authenticate();
    open_echo();
    for (int i = 0; i < 3 * HALF_OPEN_MAX; i++)
        (void)fake_connect(NEAR);
    run(START_MS);
    assert_int_equal(fake_count("refused local-dropped"), 2 * HALF_OPEN_MAX);
    session_send(&client, &wire, "still here", 10, START_MS);
    exchange(stream);
    expect_data("still here", 10);
}

static void lets_the_other_address_in_during_a_flood(void **state)
{
    (void)state;
    struct fake_stream *stream = dial(&friend);
    stream->ipv4 = 0x0a000002;
    run(START_MS);
    for (int i = 0; i < 2 * HALF_OPEN_MAX; i++)
        (void)fake_connect(NEAR);
    run(START_MS);
    assert_false(stream->aborted);
    assert_int_equal(shake(stream), DSB_HANDSHAKE_AUTHENTICATED);
}

/* So many devices take all places, each no more than it may. */
#define CROWD_COUNT ((SESSION_MAX + PEER_SESSION_MAX - 1) / PEER_SESSION_MAX)

static void make_crowd(struct peer crowd[CROWD_COUNT])
{
    for (uint8_t i = 0; i < CROWD_COUNT; i++) {
        peer_make(&crowd[i], (const char[]){'p', (char)('0' + i), 0}, 0x60 + i);
        peer_trust(&crowd[i], &device);
        peer_trust(&device, &crowd[i]);
    }
}

static void refuses_one_session_too_many(void **state)
{
    (void)state;
    static struct peer crowd[CROWD_COUNT];
    make_crowd(crowd);
    for (size_t i = 0; i < SESSION_MAX; i++)
        (void)authenticate_as(&crowd[i / PEER_SESSION_MAX]);
    assert_int_equal(table.session_count, SESSION_MAX);
    assert_int_not_equal(shake(dial(&friend)), DSB_HANDSHAKE_AUTHENTICATED);
    assert_int_equal(fake_count("auth ok friend"), 0);
    assert_int_equal(fake_count("refused local-full friend"), 1);
    assert_int_equal(table.session_count, SESSION_MAX);
}

static void leaves_one_peer_no_more_than_its_part(void **state)
{
    (void)state;
    struct fake_stream *first = authenticate();
    for (int i = 1; i < PEER_SESSION_MAX; i++)
        (void)authenticate();
    struct fake_stream *stream = dial(&friend);
    assert_int_not_equal(shake(stream), DSB_HANDSHAKE_AUTHENTICATED);
    assert_int_equal(fake_count("auth ok friend"), PEER_SESSION_MAX);
    assert_int_equal(fake_count("refused local-full friend"), 1);
    assert_true(stream->aborted);
    assert_int_equal(client.in.len, 0);

    static struct peer crowd[CROWD_COUNT];
    make_crowd(crowd);
    (void)authenticate_as(&crowd[0]); /* another gets in */
    first->ended = true;              /* and the same one, once it has one less */
    run(START_MS);
    (void)authenticate();
}

static void ends_a_handshake_at_its_deadline(void **state)
{
    (void)state;
    (void)fake_connect(NEAR);
    run(START_MS);
    assert_int_equal(table_deadline(&table), START_MS + DSB_HANDSHAKE_DEADLINE_MS);
    run(START_MS + DSB_HANDSHAKE_DEADLINE_MS - 1);
    assert_int_equal(fake_count("refused msg1-deadline"), 0);
    run(START_MS + DSB_HANDSHAKE_DEADLINE_MS);
    assert_int_equal(fake_count("refused msg1-deadline"), 1);
    assert_int_equal(table_deadline(&table), DSB_NO_DEADLINE);
}

static void refuses_everybody_without_random_bytes(void **state)
{
    (void)state;
    fake.no_randomness = true;
    struct fake_stream *stream = fake_connect(NEAR);
    run(START_MS);
    assert_int_equal(fake_count("refused local-crypto"), 1);
    assert_true(stream->aborted);
}

static void accepts_later_when_no_socket_is_free(void **state)
{
    (void)state;
    fake.no_sockets = true;
    (void)fake_connect(NEAR);
    assert_int_equal(table_accept(&table, FAKE_LISTENER, START_MS), ACCEPT_LATER);
}

static void leaves_no_trace_of_a_connection(void **state)
{
    (void)state;
    static const struct connection empty;
    struct fake_stream *stream = authenticate();
    open_echo();
    session_send(&client, &wire, "secret", 6, START_MS);
    exchange(stream);
    stream->ended = true;
    run(START_MS);
    for (size_t i = 0; i < CONNECTION_MAX; i++)
        assert_memory_equal(&table.connections[i], &empty, sizeof empty);
    assert_int_equal(table.admission.count, 0);
    assert_int_equal(table.used_end, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(echoes_inside_a_session),
        TEST(works_byte_by_byte),
        TEST(says_session_ok_once),
        TEST(says_auth_ok_before_accept_leaves),
        TEST(refuses_a_stranger_before_it_closes),
        TEST(ends_cleanly_after_both_closes),
        TEST(waits_for_the_peers_end_but_not_long),
        TEST(reports_a_byte_behind_close),
        TEST(reports_a_byte_that_comes_later_behind_close),
        TEST(a_reset_behind_close_is_clean),
        TEST(keeps_the_stream_until_close_is_written),
        TEST(reports_truncation),
        TEST(reports_a_reset),
        TEST(reports_a_reset_while_it_writes),
        TEST(reports_the_end_in_a_handshake),
        TEST(holds_what_is_not_read),
        TEST(ends_a_peer_that_sends_more_than_its_credit),
        TEST(ends_a_peer_that_never_reads),
        TEST(pings_a_silent_peer),
        TEST(a_peer_that_answers_a_ping_is_not_silent),
        TEST(an_echo_ends_when_its_stream_does),
        TEST(gives_others_their_turn),
        TEST(drops_the_oldest_half_open_one),
        TEST(never_drops_a_session_for_a_newcomer),
        TEST(lets_the_other_address_in_during_a_flood),
        TEST(refuses_one_session_too_many),
        TEST(leaves_one_peer_no_more_than_its_part),
        TEST(ends_a_handshake_at_its_deadline),
        TEST(refuses_everybody_without_random_bytes),
        TEST(accepts_later_when_no_socket_is_free),
        TEST(leaves_no_trace_of_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
