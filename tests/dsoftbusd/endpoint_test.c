/* SPDX-License-Identifier: Apache-2.0 */
/* Applications and their peers: who may publish and use what, whose a stream is, and every way that
 * one side can be gone. */
#include "application.h"
#include "connection.h"
#include "devices.h"
#include "dsoftbus/testing.h"
#include "endpoint.h"
#include "fake_world.h"
#include "proto/bus.h"
#include "rights.h"
#include "table.h"

#include <string.h>

#define START_MS 1000
#define NEAR     0x7f000001

/* Badges: rights_text says what they may publish. */
#define APP       2
#define OTHER_APP 3

static const char rights_text[] =
    "dsoftbus-services 2\n2 publish log\n2 publish tap\n3 publish clock\n";

static struct table table;
static struct net_client net;
static struct peer device, friend;
static struct end client, wire;
static struct fake_stream *stream;

static uint64_t uptime_s(void)
{
    return 4711;
}

static void run(void)
{
    for (int i = 0; i < 100; i++) {
        table_ready(&table, 1);
        (void)!table_accept(&table, FAKE_LISTENER, START_MS);
        (void)!table_turn(&table, START_MS);
    }
}

static void exchange(void)
{
    fake_send(stream, wire.in.bytes, wire.in.len);
    wire.in.len = 0;
    run();
    stream_put(&client.in, stream->out, stream->out_len);
    stream->out_len = 0;
}

static void authenticate(void)
{
    uint8_t ephemeral[DSB_KEY_LEN];

    test_ephemeral(ephemeral, 0x77);
    assert_int_equal(dsb_handshake_connect(&client.slot.handshake, &friend.local,
                                           &device.identity.id, ephemeral, START_MS),
                     DSB_REASON_NONE);
    stream = fake_connect(NEAR);
    for (int i = 0; i < 3; i++) {
        (void)end_write(&client, &wire);
        exchange();
        if (end_feed(&client, START_MS) == DSB_HANDSHAKE_AUTHENTICATED)
            break;
    }
    assert_int_equal(dsb_slot_finish(&client.slot, START_MS), DSB_OK);
    client.is_session = true;
}

static int setup(void **state)
{
    struct dsb_text_error error;

    (void)state;
    fake_reset();
    memset(&client, 0, sizeof client);
    wire.in.len = 0;
    devices_make(&device, &friend);
    table_init(&table, &device.local, &net, 0);
    devices_offer_own_services();
    endpoint_init(no_random);
    service_info_init(&device.identity.id, uptime_s);
    assert_true(rights_read(rights_text, strlen(rights_text), &error));
    assert_int_equal(attach(APP), BUS_OK);
    assert_int_equal(attach(OTHER_APP), BUS_OK);
    authenticate();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    stream->ended = true;
    run();
    assert_int_equal(table.session_count, 0);
    applications_die();
    return 0;
}

/* --- the peer's side ------------------------------------------------------------------------- */

static void say(enum dsb_record_type type, const void *body, size_t len)
{
    uint8_t out[256];
    size_t out_len = 0;

    assert_ok(dsb_session_send_stream(&client.slot.session, type, out, sizeof out, body, len,
                                      START_MS, &out_len));
    stream_put(&wire.in, out, out_len);
    dsb_session_written(&client.slot.session, out_len, START_MS);
    exchange();
}

static void open_stream(uint8_t id, const char *service)
{
    uint8_t body[5 + 64] = {0, 0, 0, id, (uint8_t)strlen(service)};
    memcpy(body + 5, service, strlen(service));
    say(DSB_RECORD_OPEN, body, 5 + strlen(service));
}

static const uint8_t *heard;
static size_t heard_len;

/* The next record that is not CREDIT is of this type. */
static void hear(enum dsb_record_type type)
{
    do
        assert_int_equal(session_read_record(&client, START_MS, &heard, &heard_len),
                         DSB_EVENT_STREAM);
    while (dsb_session_record_type(&client.slot.session) == DSB_RECORD_CREDIT);
    assert_int_equal(dsb_session_record_type(&client.slot.session), type);
}

static void hear_reset(enum dsb_reset_code code)
{
    hear(DSB_RECORD_RESET);
    assert_int_equal(heard_len, 6);
    assert_int_equal(heard[4] << 8 | heard[5], code);
}

static void hear_text(const char *text)
{
    hear(DSB_RECORD_BYTES);
    assert_int_equal(heard_len, 4 + strlen(text));
    assert_memory_equal(heard + 4, text, strlen(text));
}

/* The friend's line of the trust store gets a list. */
static void permit(const char *services)
{
    device.entries[0].services_len = (uint8_t)strlen(services);
    memcpy(device.entries[0].services, services, strlen(services));
}

/* --- services ----------------------------------------------------------------------------------
 */

static void a_service_that_nobody_offers_is_named_so(void **state)
{
    (void)state;
    open_stream(1, "log");
    hear_reset(DSB_RESET_NO_SUCH_SERVICE);
    assert_int_equal(fake_count("service refused friend log 1"), 1);
}

static void a_service_that_is_not_for_all_is_not_allowed_without_a_list(void **state)
{
    (void)state;
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    open_stream(1, "log");
    hear_reset(DSB_RESET_NOT_ALLOWED);
    assert_int_equal(fake_count("service refused friend log 2"), 1);
    assert_int_equal(fake.signal_count, 0);
}

static void a_list_permits_what_it_names_and_nothing_else(void **state)
{
    (void)state;
    permit("log");
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    open_stream(1, "log");
    open_stream(3, "echo");
    hear_reset(DSB_RESET_NOT_ALLOWED);
    assert_int_equal(fake_count("service refused friend echo 2"), 1);
    assert_int_equal(fake_count("service refused friend log 2"), 0);
}

static void a_service_for_all_is_everybodys(void **state)
{
    (void)state;
    assert_int_equal(publish(APP, "log", BUS_PUBLISH_TO_ALL), BUS_OK);
    bus_handle service = reply.head.value;
    open_stream(1, "log");
    assert_int_equal(ask_bare(APP, BUS_OP_ACCEPT, service), BUS_OK);
    assert_int_equal(reply.accept.peer.len, 6);
    assert_memory_equal(reply.accept.peer.text, "friend", 6);
}

static void info_tells_what_this_peer_may_use(void **state)
{
    (void)state;
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    assert_int_equal(publish(OTHER_APP, "clock", BUS_PUBLISH_TO_ALL), BUS_OK);
    open_stream(1, "info");
    hear(DSB_RECORD_OPENED);
    hear_text("name device\nversion " DSOFTBUS_VERSION
              "\nuptime 4711\nservice echo\nservice info\nservice clock\n");
    hear(DSB_RECORD_FIN);
}

static void the_streams_of_a_session_are_bounded(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < SESSION_STREAM_MAX; i++)
        open_stream((uint8_t)(2 * i + 1), "echo");
    for (uint8_t i = 0; i < SESSION_STREAM_MAX; i++)
        hear(DSB_RECORD_OPENED);
    open_stream(2 * SESSION_STREAM_MAX + 1, "echo");
    hear_reset(DSB_RESET_BUSY);
}

static void a_stream_beyond_an_applications_share_is_busy_and_logged(void **state)
{
    (void)state;
    permit("log");
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    for (int i = 1; i < BUS_SHARE_MAX; i++)
        assert_int_equal(ask_bare(APP, BUS_OP_WATCH, 0), BUS_OK);
    open_stream(1, "log");
    hear_reset(DSB_RESET_BUSY);
    assert_int_equal(fake_count("service refused friend log 3"), 1);
}

/* --- publishing --------------------------------------------------------------------------------
 */

static void a_name_that_is_anothers_cannot_be_published(void **state)
{
    (void)state;
    assert_int_equal(publish(APP, "clock", 0), BUS_NOT_ALLOWED);
    assert_int_equal(publish(APP, "echo", 0), BUS_NOT_ALLOWED);
    assert_int_equal(publish(OTHER_APP, "log", 0), BUS_NOT_ALLOWED);
}

static void a_name_is_published_once(void **state)
{
    (void)state;
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    assert_int_equal(publish(APP, "log", 0), BUS_EXISTS);
}

static void a_name_that_is_none_is_malformed(void **state)
{
    struct bus_publish_request request = {.head = {BUS_OP_PUBLISH, 0}};

    (void)state;
    assert_int_equal(publish(APP, "", 0), BUS_MALFORMED);
    assert_int_equal(publish(APP, "Log", 0), BUS_MALFORMED);
    assert_int_equal(publish(APP, "log", 2), BUS_MALFORMED);
    request.service.len = BUS_NAME_LEN_MAX + 1;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_MALFORMED);
}

static void an_application_has_its_share_of_handles(void **state)
{
    (void)state;
    for (int i = 0; i < BUS_SHARE_MAX; i++)
        assert_int_equal(ask_bare(APP, BUS_OP_WATCH, 0), BUS_OK);
    assert_int_equal(publish(APP, "log", 0), BUS_NO_BUFFERS);
    assert_int_equal(publish(OTHER_APP, "clock", 0), BUS_OK);
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, reply.head.value), BUS_NOT_FOUND);
}

/* --- streams -----------------------------------------------------------------------------------
 */

/* The app's stream, accepted, which the friend opened as number 1. */
static bus_handle accepted(bus_handle *service)
{
    permit("log");
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    *service = reply.head.value;
    assert_int_equal(ask_bare(APP, BUS_OP_ACCEPT, *service), BUS_WOULD_BLOCK);
    open_stream(1, "log");
    assert_int_equal(ask_bare(APP, BUS_OP_ACCEPT, *service), BUS_OK);
    bus_handle handle = reply.head.value;
    exchange();
    hear(DSB_RECORD_OPENED);
    return handle;
}

/* A reset behind its FIN would make a whole answer look like one that was cut off. */
static void info_is_not_reset_behind_its_end(void **state)
{
    (void)state;
    open_stream(1, "info");
    hear(DSB_RECORD_OPENED);
    hear(DSB_RECORD_BYTES);
    hear(DSB_RECORD_FIN);
    say(DSB_RECORD_BYTES, STREAM1 "and?", 8);
    say(DSB_RECORD_FIN, STREAM1, 4);
    open_stream(3, "nobody");
    hear_reset(DSB_RESET_NO_SUCH_SERVICE);
}

static void bytes_pass_both_ways_and_both_ends_are_told(void **state)
{
    bus_handle service, handle = accepted(&service);

    (void)state;
    assert_int_equal(read_some(APP, handle), BUS_WOULD_BLOCK);
    say(DSB_RECORD_BYTES, STREAM1 "what now", 12);
    assert_int_equal(read_some(APP, handle), BUS_OK);
    assert_int_equal(reply.head.value, 8);
    assert_memory_equal(reply.read.data, "what now", 8);
    assert_int_equal(write_text(APP, handle, "this"), BUS_OK);
    assert_int_equal(reply.head.value, 4);
    exchange();
    hear_text("this");
    assert_int_equal(ask_bare(APP, BUS_OP_FINISH, handle), BUS_OK);
    exchange();
    hear(DSB_RECORD_FIN);
    say(DSB_RECORD_FIN, STREAM1, 4);
    assert_int_equal(read_some(APP, handle), BUS_OK);
    assert_int_equal(reply.head.value, 0);
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, handle), BUS_OK);
    assert_int_equal(read_some(APP, handle), BUS_NOT_FOUND);
}

static void a_stream_is_nobody_elses(void **state)
{
    bus_handle service, handle = accepted(&service);

    (void)state;
    assert_int_equal(read_some(OTHER_APP, handle), BUS_NOT_FOUND);
    assert_int_equal(write_text(OTHER_APP, handle, "x"), BUS_NOT_FOUND);
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_CLOSE, handle), BUS_NOT_FOUND);
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_ACCEPT, service), BUS_NOT_FOUND);
}

static void a_write_that_does_not_fit_takes_a_part_and_tells_of_room(void **state)
{
    struct bus_write_request request = {0};
    bus_handle service, handle = accepted(&service);

    (void)state;
    request.head = (struct serve_request){BUS_OP_WRITE, handle};
    stream->room_len = 0;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_OK);
    assert_int_equal(reply.head.value, STREAM_SEND_CAP);
    run();
    while (ask(APP, &request, sizeof request) == BUS_OK)
        run();
    assert_int_equal(reply.head.status, BUS_WOULD_BLOCK);
    size_t signal_count = fake.signal_count;
    stream->room_len = FAKE_STREAM_MAX;
    run();
    serve_signal(&bus_endpoint);
    assert_int_equal(fake.signal_count, signal_count + 1);
    assert_int_equal(fake.signalled, 40 + APP);
}

static void a_reset_reaches_the_peer_with_its_code(void **state)
{
    bus_handle service;
    struct bus_reset_request request = {{BUS_OP_RESET, accepted(&service)}, BUS_RESET_PROTOCOL, 0};

    (void)state;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_OK);
    exchange();
    hear_reset(DSB_RESET_PROTOCOL);
    assert_int_equal(ask(APP, &request, sizeof request), BUS_NOT_FOUND);
}

static void a_code_that_is_dsoftbusds_own_is_malformed(void **state)
{
    bus_handle service;
    struct bus_reset_request request = {
        {BUS_OP_RESET, accepted(&service)}, DSB_RESET_NOT_ALLOWED, 0};

    (void)state;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_MALFORMED);
}

static void a_room_that_no_answer_has_is_malformed(void **state)
{
    bus_handle service;
    struct bus_read_request request = {{BUS_OP_READ, accepted(&service)}, 0, 0};

    (void)state;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_MALFORMED);
    request.capacity_len = BUS_STREAM_BYTES_MAX + 1;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_MALFORMED);
    request.capacity_len = BUS_STREAM_BYTES_MAX;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_WOULD_BLOCK);
}

static void an_application_that_dies_leaves_its_peer_a_reset_and_its_name(void **state)
{
    bus_handle service;

    (void)state;
    (void)accepted(&service);
    serve_client_died(serve_client_of_badge(&bus_endpoint, APP));
    exchange();
    hear_reset(DSB_RESET_GONE);
    open_stream(3, "log");
    hear_reset(DSB_RESET_NO_SUCH_SERVICE);
    assert_int_equal(attach(APP), BUS_OK);
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
}

static void a_stream_that_nobody_accepted_ends_with_its_service(void **state)
{
    (void)state;
    permit("log");
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    bus_handle service = reply.head.value;
    open_stream(1, "log");
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, service), BUS_OK);
    exchange();
    hear_reset(DSB_RESET_GONE);
}

static void the_end_of_the_session_ends_its_streams(void **state)
{
    bus_handle service, handle = accepted(&service);

    (void)state;
    open_stream(3, "log"); /* waits */
    stream->ended = true;
    run();
    assert_int_equal(read_some(APP, handle), BUS_ENDED);
    assert_int_equal(write_text(APP, handle, "x"), BUS_ENDED);
    assert_int_equal(ask_bare(APP, BUS_OP_FINISH, handle), BUS_ENDED);
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, handle), BUS_OK);
    assert_int_equal(ask_bare(APP, BUS_OP_ACCEPT, service), BUS_WOULD_BLOCK);
}

static void the_end_of_the_session_is_told(void **state)
{
    bus_handle service, handle = accepted(&service);

    (void)state;
    assert_int_equal(read_some(APP, handle), BUS_WOULD_BLOCK);
    serve_signal(&bus_endpoint);
    size_t signal_count = fake.signal_count;
    stream->ended = true;
    run();
    serve_signal(&bus_endpoint);
    assert_int_equal(fake.signal_count, signal_count + 1);
    assert_int_equal(fake.signalled, 40 + APP);
}

static void a_stream_that_the_peer_took_back_is_not_accepted(void **state)
{
    (void)state;
    permit("log");
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    bus_handle service = reply.head.value;
    open_stream(1, "log");
    say(DSB_RECORD_RESET, STREAM1 "\0\4", 6);
    assert_int_equal(ask_bare(APP, BUS_OP_ACCEPT, service), BUS_WOULD_BLOCK);
}

static void streams_are_accepted_in_the_order_of_their_coming(void **state)
{
    (void)state;
    permit("log,tap");
    assert_int_equal(publish(APP, "log", 0), BUS_OK);
    bus_handle service = reply.head.value;
    open_stream(1, "log");
    open_stream(3, "log");
    assert_int_equal(ask_bare(APP, BUS_OP_ACCEPT, service), BUS_OK);
    assert_int_equal(write_text(APP, reply.head.value, "first"), BUS_OK);
    exchange();
    hear(DSB_RECORD_OPENED);
    hear_text("first");
    assert_int_equal(heard[3], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_service_that_nobody_offers_is_named_so),
        TEST(a_service_that_is_not_for_all_is_not_allowed_without_a_list),
        TEST(a_list_permits_what_it_names_and_nothing_else),
        TEST(a_service_for_all_is_everybodys),
        TEST(info_tells_what_this_peer_may_use),
        TEST(info_is_not_reset_behind_its_end),
        TEST(the_streams_of_a_session_are_bounded),
        TEST(a_stream_beyond_an_applications_share_is_busy_and_logged),
        TEST(a_name_that_is_anothers_cannot_be_published),
        TEST(a_name_is_published_once),
        TEST(an_application_has_its_share_of_handles),
        TEST(a_name_that_is_none_is_malformed),
        TEST(bytes_pass_both_ways_and_both_ends_are_told),
        TEST(a_stream_is_nobody_elses),
        TEST(a_write_that_does_not_fit_takes_a_part_and_tells_of_room),
        TEST(a_reset_reaches_the_peer_with_its_code),
        TEST(a_code_that_is_dsoftbusds_own_is_malformed),
        TEST(a_room_that_no_answer_has_is_malformed),
        TEST(an_application_that_dies_leaves_its_peer_a_reset_and_its_name),
        TEST(a_stream_that_nobody_accepted_ends_with_its_service),
        TEST(the_end_of_the_session_ends_its_streams),
        TEST(the_end_of_the_session_is_told),
        TEST(a_stream_that_the_peer_took_back_is_not_accepted),
        TEST(streams_are_accepted_in_the_order_of_their_coming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
