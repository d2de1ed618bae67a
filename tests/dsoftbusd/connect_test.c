/* SPDX-License-Identifier: Apache-2.0 */
/* Applications that reach other devices: who may, how a device is found and dialled, what is
 * shared, and every way that it does not come to a stream. The other devices are links of the
 * library. */
#include "application.h"
#include "connection.h"
#include "devices.h"
#include "dsoftbus/announce.h"
#include "dsoftbus/attested.h"
#include "dsoftbus/testing.h"
#include "endpoint.h"
#include "fake_world.h"
#include "peers.h"
#include "remote.h"
#include "rights.h"

#include <stdio.h>
#include <string.h>

#define NEAR      0x0a000203
#define KNOWN     0x0a000264 /* 10.0.2.100, of "friend" in rights_text */
#define PORT      34567
#define APP       2
#define OTHER_APP 3
#define REMOTES   6

static const char rights_text[] = "dsoftbus-services 2\n"
                                  "2 connect */*\n"
                                  "3 connect friend/log\n"
                                  "peer friend 10.0.2.100:34567\n"
                                  "peer friend 10.0.2.101:34567\n"
                                  "peer far.lab 10.0.2.102:34567\n";

static struct remote remotes[REMOTES];
#define friend (&remotes[0])

static struct table table;
static struct discovery discovery;
static struct net_client net;
static struct peer device;
static uint64_t now;

static uint64_t clock_ms(void)
{
    return now;
}

/* Until nobody has anything to say. */
static void settle(void)
{
    for (int i = 0; i < 60; i++) {
        for (size_t s = 1; s <= fake.accepted_count; s++)
            table_ready(&table, (net_handle)s);
        (void)!table_accept(&table, FAKE_LISTENER, now);
        (void)!table_turn(&table, now);
        (void)!peers_turn();
        (void)!discovery_turn(&discovery, now);
        for (size_t r = 0; r < REMOTES; r++)
            if (remotes[r].stream != NULL)
                remote_turn(&remotes[r], now);
    }
    serve_signal(&bus_endpoint);
}

static void pass(uint64_t ms)
{
    now += ms;
    settle();
}

static bus_handle connected(uint64_t badge, const char *to, const char *service)
{
    assert_int_equal(try_connect(badge, to, service), BUS_OK);
    bus_handle handle = reply.head.value;
    settle();
    return handle;
}

/* --- a test's beginning and end --------------------------------------------------------------- */

static void make_remote(size_t idx)
{
    char id[8];

    memset(&remotes[idx], 0, sizeof remotes[idx]);
    (void)snprintf(id, sizeof id, "lamp-%zu", idx);
    peer_make(&remotes[idx].peer, idx == 0 ? "friend" : id, (uint8_t)(0x20 + idx));
    remotes[idx].peer.local.streams = (struct dsb_stream_limits){1024, 8};
    peer_trust(&remotes[idx].peer, &device);
    peer_trust(&device, &remotes[idx].peer);
}

static int setup(void **state)
{
    struct dsb_text_error error;

    (void)state;
    fake_reset();
    now = 1000;
    peer_make(&device, "device", 0x11);
    device.local.recv_max = RECORD_UNIT_MAX;
    device.local.streams = (struct dsb_stream_limits){STREAM_WINDOW, SESSION_STREAM_MAX};
    for (size_t i = 0; i < REMOTES; i++)
        make_remote(i);
    table_init(&table, &device.local, &net, 0);
    assert_int_equal(discovery_init(&discovery, &net, &device.local, PORT, now), NET_OK);
    peers_init(&table, &discovery, &endpoint_listener, clock_ms);
    endpoint_init(no_random);
    assert_true(rights_read(rights_text, strlen(rights_text), &error));
    for (uint32_t badge = APP; badge <= OTHER_APP; badge++)
        assert_int_equal(attach(badge), BUS_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < fake.stream_count; i++)
        fake.streams[i].ended = true;
    pass(2 * DIAL_WAIT_MS);
    pass(2 * DIAL_WAIT_MS);
    assert_int_equal(table.session_count, 0);
    assert_int_equal(peers_deadline(), DSB_NO_DEADLINE);
    applications_die();
    return 0;
}

/* --- who may ---------------------------------------------------------------------------------- */

static void who_has_no_right_learns_nothing(void **state)
{
    (void)state;
    assert_int_equal(try_connect(OTHER_APP, "friend", "clock"), BUS_NOT_ALLOWED);
    assert_int_equal(try_connect(OTHER_APP, "lamp-1", "log"), BUS_NOT_ALLOWED);
    assert_int_equal(try_connect(OTHER_APP, "nobody", "log"), BUS_NOT_ALLOWED); /* not: untrusted */
    assert_int_equal(try_connect(4, "friend", "log"), BUS_IO);                  /* not attached */
    settle();
    assert_int_equal(fake.stream_count, 0);
    assert_int_equal(fake.out_count, 0);
}

static void a_device_that_is_not_trusted_is_not_dialled(void **state)
{
    (void)state;
    assert_int_equal(try_connect(APP, "nobody", "log"), BUS_NOT_TRUSTED);
    assert_int_equal(try_connect(APP, "device", "log"), BUS_NOT_TRUSTED); /* oneself */
    settle();
    assert_int_equal(fake.stream_count, 0);
    assert_int_equal(fake.out_count, 0);
}

static void names_that_are_none_are_malformed(void **state)
{
    struct bus_connect_request request = {.head = {BUS_OP_CONNECT, 0}};

    (void)state;
    assert_int_equal(try_connect(APP, "", "log"), BUS_MALFORMED);
    assert_int_equal(try_connect(APP, "friend", ""), BUS_MALFORMED);
    assert_int_equal(try_connect(APP, "Friend", "log"), BUS_MALFORMED);
    assert_int_equal(try_connect(APP, "friend", "*"), BUS_MALFORMED);
    set_name(&request.device, "friend");
    request.service.len = BUS_NAME_LEN_MAX + 1;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_MALFORMED);
    set_name(&request.service, "log");
    request.device.len = UINT32_MAX;
    assert_int_equal(ask(APP, &request, sizeof request), BUS_MALFORMED);
    assert_int_equal(serve_count(serve_client_of_badge(&bus_endpoint, APP)), 0);
}

/* --- a stream --------------------------------------------------------------------------------- */

static bus_handle dialled_stream(const char *service)
{
    bus_handle handle = connected(APP, "friend", service);

    assert_int_equal(read_some(APP, handle), BUS_WOULD_BLOCK);
    assert_int_equal(write_text(APP, handle, "early"), BUS_WOULD_BLOCK);
    remote_answer(friend, now);
    settle();
    assert_int_equal(fake_count("dialled friend"), 1);
    return handle;
}

static void a_device_is_dialled_where_the_image_says(void **state)
{
    (void)state;
    bus_handle handle = dialled_stream("greeting");
    assert_int_equal(friend->stream->ipv4, KNOWN);
    assert_int_equal(friend->stream->port, PORT);
    assert_string_equal(friend->service, "greeting");
    assert_int_equal(fake_count("auth ok friend"), 0);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NONE);
    assert_true(fake.signal_count != 0); /* room, after it would have blocked */
}

static void bytes_and_ends_pass_both_ways(void **state)
{
    uint8_t bytes[16];
    size_t len = 0;

    (void)state;
    bus_handle handle = dialled_stream("greeting");
    assert_int_equal(write_text(APP, handle, "hello"), BUS_OK);
    assert_int_equal(ask_bare(APP, BUS_OP_FINISH, handle), BUS_OK);
    assert_ok(dsb_streams_accept(&friend->streams, friend->incoming));
    settle();
    assert_ok(dsb_streams_read(&friend->streams, friend->incoming, bytes, sizeof bytes, &len));
    assert_int_equal(len, 5);
    assert_int_equal(
        dsb_streams_read(&friend->streams, friend->incoming, bytes, sizeof bytes, &len), DSB_ENDED);
    assert_ok(
        dsb_streams_write(&friend->streams, friend->incoming, (const uint8_t *)"hi", 2, &len));
    assert_ok(dsb_streams_finish(&friend->streams, friend->incoming));
    settle();
    assert_int_equal(read_some(APP, handle), BUS_OK);
    assert_int_equal(reply.head.value, 2);
    assert_int_equal(read_some(APP, handle), BUS_OK);
    assert_int_equal(reply.head.value, 0);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NONE);
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, handle), BUS_OK);
    assert_int_equal(read_some(APP, handle), BUS_NOT_FOUND);
}

static void the_devices_refusal_is_told(void **state)
{
    (void)state;
    bus_handle handle = dialled_stream("greeting");
    assert_ok(dsb_streams_refuse(&friend->streams, friend->incoming, DSB_RESET_NOT_ALLOWED));
    settle();
    assert_int_equal(read_some(APP, handle), BUS_ENDED);
    assert_int_equal(write_text(APP, handle, "x"), BUS_ENDED);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NOT_ALLOWED);
}

static void all_streams_share_the_session_that_is_there(void **state)
{
    (void)state;
    remote_dial(friend, NEAR, &device.identity.id, now);
    settle();
    assert_int_equal(fake_count("auth ok friend"), 1);
    (void)connected(APP, "friend", "greeting");
    assert_string_equal(friend->service, "greeting");
    (void)connected(OTHER_APP, "friend", "log");
    assert_string_equal(friend->service, "log");
    assert_int_equal(fake.stream_count, 1);
    assert_int_equal(fake_count("dialled friend"), 0);
}

static void a_handle_is_its_callers_alone(void **state)
{
    (void)state;
    bus_handle handle = dialled_stream("greeting");
    assert_int_equal(read_some(OTHER_APP, handle), BUS_NOT_FOUND);
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_REASON, handle), BUS_NOT_FOUND);
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_CLOSE, handle), BUS_NOT_FOUND);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NONE);
}

static void a_session_that_ends_takes_its_streams(void **state)
{
    (void)state;
    bus_handle handle = dialled_stream("greeting");
    friend->stream->ended = true;
    settle();
    assert_int_equal(read_some(APP, handle), BUS_ENDED);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_GONE);
    assert_int_equal(table.session_count, 0);
}

static void an_application_that_dies_leaves_nothing(void **state)
{
    uint8_t bytes[1];
    size_t len;

    (void)state;
    (void)dialled_stream("greeting");
    assert_ok(dsb_streams_accept(&friend->streams, friend->incoming));
    serve_client_died(serve_client_of_badge(&bus_endpoint, APP));
    settle();
    assert_int_equal(dsb_streams_read(&friend->streams, friend->incoming, bytes, 1, &len),
                     DSB_WAS_RESET);
    assert_int_equal(serve_count(serve_client_of_badge(&bus_endpoint, APP)), 0);
    assert_int_equal(table.session_count, 1);
}

static void an_application_that_dies_waiting_waits_for_nothing(void **state)
{
    (void)state;
    (void)connected(APP, "friend", "greeting");
    serve_client_died(serve_client_of_badge(&bus_endpoint, APP));
    remote_answer(friend, now);
    settle();
    assert_int_equal(friend->incoming, 0);
    assert_int_equal(table.session_count, 1);
}

/* --- dials ------------------------------------------------------------------------------------ */

static void addresses_are_tried_in_turn_and_again_ever_later(void **state)
{
    (void)state;
    bus_handle handle = connected(APP, "friend", "greeting");
    assert_int_equal(fake.stream_count, 1);
    fake.streams[0].reset = true;
    settle();
    assert_int_equal(fake.stream_count, 2);
    assert_int_equal(fake.streams[1].ipv4, KNOWN + 1);
    fake.streams[1].reset = true;
    settle();
    assert_int_equal(fake.stream_count, 2);
    pass(DIAL_PAUSE_FIRST_MS - 1);
    assert_int_equal(fake.stream_count, 2);
    pass(1);
    assert_int_equal(fake.stream_count, 3);
    fake.streams[2].reset = true;
    settle();
    fake.streams[3].reset = true;
    settle();
    pass(2 * DIAL_PAUSE_FIRST_MS - 1);
    assert_int_equal(fake.stream_count, 4);
    pass(1);
    assert_int_equal(fake.stream_count, 5);
    pass(DIAL_WAIT_MS - 3 * DIAL_PAUSE_FIRST_MS - 1);
    assert_int_equal(read_some(APP, handle), BUS_WOULD_BLOCK);
    pass(1);
    assert_int_equal(read_some(APP, handle), BUS_ENDED);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_UNREACHABLE);
    assert_true(fake.streams[4].aborted); /* the try under way went with the dial */
    assert_int_equal(fake_count("dial failed friend session-truncated"), 0);
    assert_int_equal(peers_deadline(), DSB_NO_DEADLINE);
}

static void announce_with(size_t idx, uint32_t ipv4, uint16_t port,
                          const struct dsb_attestation *word)
{
    struct dsb_announce announce = {.id = remotes[idx].peer.identity.id, .port = port};
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t len = 0;

    memcpy(announce.key, remotes[idx].peer.identity.key.public_key, DSB_KEY_LEN);
    if (word != NULL)
        announce.attestation = *word;
    assert_int_equal(dsb_announce_encode(packet, &len, &announce), DSB_PACKET_OK);
    fake_datagram(ipv4, 5555, packet, len);
}

static void announce(size_t idx, uint32_t ipv4, uint16_t port)
{
    announce_with(idx, ipv4, port, NULL);
}

static void a_device_is_looked_for_and_dialled_where_it_says(void **state)
{
    (void)state;
    announce(1, NEAR, 4000); /* nobody asked */
    settle();
    bus_handle handle = connected(APP, "lamp-1", "log");
    assert_int_equal(fake.out_count, 1);
    assert_int_equal(fake.out[0].address.ipv4, 0x0a0002ff);
    assert_int_equal(fake.out[0].address.port, DSB_DISCOVERY_PORT);
    assert_int_equal(dsb_query_decode(fake.out[0].bytes, fake.out[0].len), DSB_PACKET_OK);
    assert_int_equal(fake.stream_count, 0);
    announce(2, NEAR + 9, 4000); /* another's */
    announce(1, NEAR + 1, 4001);
    announce(1, NEAR + 1, 4001); /* twice the same is one */
    announce(1, NEAR + 2, 4002);
    settle();
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.stream_count, 1);
    assert_int_equal(fake.streams[0].ipv4, NEAR + 1);
    assert_int_equal(fake.streams[0].port, 4001);
    fake.streams[0].ended = true; /* a forged one costs a try */
    settle();
    assert_int_equal(fake.stream_count, 2);
    assert_int_equal(fake.streams[1].port, 4002);
    remote_answer(&remotes[1], now);
    settle();
    assert_string_equal(remotes[1].service, "log");
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NONE);
}

static void a_device_that_nobody_knows_of_has_no_address(void **state)
{
    (void)state;
    bus_handle handle = connected(APP, "lamp-1", "log");
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.out_count, 2);
    pass(DIAL_WAIT_MS);
    assert_int_equal(fake.stream_count, 0);
    assert_int_equal(fake_count("dial failed lamp-1 no-address"), 1);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NO_ADDRESS);
}

/* --- devices that a root alone knows ---------------------------------------------------------- */

static struct root root;
static struct attested attested;
static struct dsb_attestation word;

/* The device trusts a root for *.lab and nobody else; remotes[1] is such a one, and trusts it. */
static void trust_a_root(const char *id)
{
    char lines[128];

    memset(&attested, 0, sizeof attested);
    root_make(&root, 1);
    root_line(lines, sizeof lines, "*.lab", &root, "");
    attested_trust(&attested, &device, lines);
    peer_make(&remotes[1].peer, id, 0x21);
    remotes[1].peer.local.streams = (struct dsb_stream_limits){1024, 8};
    peer_trust(&remotes[1].peer, &device);
    root_sign(&root, &word, &remotes[1].peer, 1, "");
}

static void a_device_is_dialled_by_a_roots_word(void **state)
{
    (void)state;
    trust_a_root("press.lab");
    announce_with(1, NEAR, 4000, &word); /* nobody asked */
    settle();
    assert_int_equal(fake_count("ignored unknown-id 1"), 1);
    assert_int_equal(discovery.hearsay.verified_count, 0);
    bus_handle handle = connected(APP, "press.lab", "log");
    announce_with(1, NEAR, 4000, &word);
    settle();
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.stream_count, 1);
    assert_int_equal(fake.streams[0].port, 4000);
    remote_answer(&remotes[1], now);
    settle();
    assert_string_equal(remotes[1].service, "log");
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NONE);
}

static void a_forged_word_is_not_dialled_and_the_honest_one_is(void **state)
{
    (void)state;
    trust_a_root("press.lab");
    struct dsb_attestation lie = word;
    lie.signature[0] ^= 1;
    (void)connected(APP, "press.lab", "log");
    for (uint32_t i = 0; i < 10; i++)
        announce_with(1, NEAR + 1, 4001, &lie);
    announce_with(1, NEAR + 2, 4002, NULL); /* without a word */
    settle();
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.stream_count, 0);
    assert_int_equal(discovery.hearsay.verified_count, DSB_HEARSAY_BUDGET - DSB_HEARSAY_RESERVED);
    assert_int_equal(fake_count("ignored bad-signature 1"), 1);
    assert_int_equal(fake_count("ignored rate 3"), 1);
    announce_with(1, NEAR, 4000, &word);
    settle();
    pass(2 * DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.streams[0].port, 4000);
}

static void a_device_is_asked_for_its_word_where_it_is(void **state)
{
    (void)state;
    trust_a_root("far.lab");
    assert_int_equal(try_connect(APP, "far.barn", "log"), BUS_NOT_TRUSTED);
    bus_handle handle = connected(APP, "far.lab", "log");
    assert_int_equal(fake.out_count, 2);
    assert_int_equal(fake.out[1].address.ipv4, KNOWN + 2);
    assert_int_equal(fake.out[1].address.port, DSB_DISCOVERY_PORT);
    for (int i = 0; i < 20; i++)
        pass(DIAL_WAIT_MS / 20);
    assert_int_equal(fake.stream_count, 0);
    assert_int_equal(fake_count("dial failed far.lab no-word"), 1);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_NO_ADDRESS);
    (void)connected(APP, "far.lab", "log");
    announce_with(1, KNOWN + 2, 9, &word);
    settle();
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.streams[0].ipv4, KNOWN + 2); /* where the image says */
    assert_int_equal(fake.streams[0].port, PORT);
    remote_answer(&remotes[1], now);
    settle();
    assert_string_equal(remotes[1].service, "log");
}

static void an_impostor_is_not_the_device(void **state)
{
    (void)state;
    bus_handle handle = connected(APP, "friend", "greeting");
    remote_answer(&remotes[1], now); /* another device is at the address */
    settle();
    assert_int_equal(table.session_count, 0);
    assert_int_equal(fake.stream_count, 2);
    pass(DIAL_WAIT_MS);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_UNREACHABLE);
    assert_int_equal(fake_count("dialled friend"), 0);
}

static void a_device_that_comes_by_itself_is_dialled_no_more(void **state)
{
    (void)state;
    (void)connected(APP, "friend", "greeting");
    assert_int_equal(fake.stream_count, 1);
    remote_dial(friend, NEAR, &device.identity.id, now);
    settle();
    assert_true(fake.streams[0].aborted);
    assert_string_equal(friend->service, "greeting");
    assert_int_equal(peers_deadline(), DSB_NO_DEADLINE);
}

static void a_device_that_takes_no_streams_is_busy(void **state)
{
    (void)state;
    friend->peer.local.streams.streams_max = 0;
    bus_handle handle = connected(APP, "friend", "greeting");
    remote_answer(friend, now);
    settle();
    assert_int_equal(read_some(APP, handle), BUS_ENDED);
    assert_int_equal(reason_of(APP, handle), BUS_REASON_BUSY);
}

static void a_device_that_takes_no_more_streams_is_busy(void **state)
{
    (void)state;
    friend->peer.local.streams.streams_max = 1;
    (void)dialled_stream("greeting");
    bus_handle handle = connected(OTHER_APP, "friend", "log");
    assert_int_equal(read_some(OTHER_APP, handle), BUS_ENDED);
    assert_int_equal(reason_of(OTHER_APP, handle), BUS_REASON_BUSY);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void an_application_has_its_share_of_a_device(void **state)
{
    (void)state;
    bus_handle first = dialled_stream("greeting");
    (void)connected(APP, "friend", "greeting");
    assert_int_equal(try_connect(APP, "friend", "greeting"), BUS_NO_BUFFERS);
    (void)connected(OTHER_APP, "friend", "log"); /* another's share is its own */
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, first), BUS_OK);
    settle();
    (void)connected(APP, "friend", "greeting");
}

static void an_application_has_its_share_of_handles(void **state)
{
    (void)state;
    for (int i = 0; i < BUS_SHARE_MAX; i++)
        assert_int_equal(ask_bare(APP, BUS_OP_WATCH, 0), BUS_OK);
    assert_int_equal(try_connect(APP, "friend", "log"), BUS_NO_BUFFERS);
}

static void a_dial_without_a_socket_is_tried_again(void **state)
{
    (void)state;
    fake.no_sockets = true;
    (void)connected(APP, "friend", "log");
    assert_true(peers_deadline() > now && peers_deadline() <= now + DIAL_WAIT_MS);
    fake.no_sockets = false;
    pass(peers_deadline() - now);
    assert_int_equal(fake.stream_count, 1);
}

static void an_application_waits_for_one_device_at_a_time(void **state)
{
    (void)state;
    (void)connected(APP, "lamp-1", "log");
    (void)connected(APP, "lamp-1", "log");
    assert_int_equal(try_connect(APP, "lamp-2", "log"), BUS_NO_BUFFERS);
    assert_int_equal(serve_count(serve_client_of_badge(&bus_endpoint, APP)), 2);
    (void)connected(OTHER_APP, "friend", "log");
    remote_answer(friend, now);
    settle();
    (void)connected(APP, "friend", "greeting"); /* a session is there: nothing to wait for */
    pass(DIAL_WAIT_MS);
    (void)connected(APP, "lamp-2", "log");
}

static bus_handle dialled_to(size_t idx)
{
    char id[8];

    (void)snprintf(id, sizeof id, "lamp-%zu", idx);
    bus_handle handle = connected(APP, id, "log");
    announce(idx, NEAR, 4000);
    settle();
    pass(DIAL_PAUSE_FIRST_MS);
    return handle;
}

static void an_idle_session_makes_room_for_another(void **state)
{
    bus_handle handles[DIALLED_SESSION_MAX + 1];

    (void)state;
    for (size_t i = 1; i <= DIALLED_SESSION_MAX; i++) {
        handles[i] = dialled_to(i);
        remote_answer(&remotes[i], now);
        settle();
        assert_string_equal(remotes[i].service, "log");
    }
    size_t count = fake.stream_count;
    (void)dialled_to(DIALLED_SESSION_MAX + 1);
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.stream_count, count); /* none is idle: no try */
    assert_int_equal(table.session_count, DIALLED_SESSION_MAX);
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, handles[2]), BUS_OK);
    settle();
    assert_ok(dsb_streams_let_go(&remotes[2].streams, remotes[2].incoming));
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(table.session_count, DIALLED_SESSION_MAX - 1);
    assert_true(remotes[2].stream->closed);
    pass(DIAL_PAUSE_FIRST_MS);
    assert_int_equal(fake.stream_count, count + 1);
}

/* --- watches ---------------------------------------------------------------------------------- */

static void next_is(bus_handle watch, uint64_t badge, const char *id, bool is_online)
{
    assert_int_equal(ask_bare(badge, BUS_OP_NEXT, watch), BUS_OK);
    assert_int_equal(reply.next.device.len, strlen(id));
    assert_memory_equal(reply.next.device.text, id, strlen(id));
    assert_int_equal(reply.head.value, is_online);
}

static void a_watch_tells_who_comes_and_goes(void **state)
{
    (void)state;
    remote_dial(friend, NEAR, &device.identity.id, now);
    settle();
    assert_int_equal(ask_bare(APP, BUS_OP_WATCH, 0), BUS_OK);
    bus_handle watch = reply.head.value;
    next_is(watch, APP, "friend", true); /* who is there already */
    assert_int_equal(ask_bare(APP, BUS_OP_NEXT, watch), BUS_WOULD_BLOCK);
    size_t told = fake.signal_count;
    remote_dial(&remotes[1], NEAR, &device.identity.id, now);
    settle();
    assert_true(fake.signal_count > told);
    next_is(watch, APP, "lamp-1", true);
    assert_int_equal(ask_bare(APP, BUS_OP_NEXT, watch), BUS_WOULD_BLOCK);
    told = fake.signal_count;
    friend->stream->ended = true;
    settle();
    assert_true(fake.signal_count > told);
    next_is(watch, APP, "friend", false);
    assert_int_equal(ask_bare(APP, BUS_OP_NEXT, watch), BUS_WOULD_BLOCK);
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_NEXT, watch), BUS_NOT_FOUND);
    assert_int_equal(ask_bare(APP, BUS_OP_CLOSE, watch), BUS_OK);
    assert_int_equal(ask_bare(APP, BUS_OP_NEXT, watch), BUS_NOT_FOUND);
}

static void a_watch_tells_of_nobody_whom_its_owner_may_not_reach(void **state)
{
    (void)state;
    remote_dial(&remotes[1], NEAR, &device.identity.id, now);
    settle();
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_WATCH, 0), BUS_OK);
    bus_handle watch = reply.head.value;
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_NEXT, watch), BUS_WOULD_BLOCK);
    remote_dial(friend, NEAR, &device.identity.id, now);
    settle();
    next_is(watch, OTHER_APP, "friend", true);
    assert_int_equal(ask_bare(OTHER_APP, BUS_OP_NEXT, watch), BUS_WOULD_BLOCK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_no_right_learns_nothing),
        TEST(a_device_that_is_not_trusted_is_not_dialled),
        TEST(names_that_are_none_are_malformed),
        TEST(a_device_is_dialled_where_the_image_says),
        TEST(bytes_and_ends_pass_both_ways),
        TEST(the_devices_refusal_is_told),
        TEST(all_streams_share_the_session_that_is_there),
        TEST(a_handle_is_its_callers_alone),
        TEST(a_session_that_ends_takes_its_streams),
        TEST(an_application_that_dies_leaves_nothing),
        TEST(an_application_that_dies_waiting_waits_for_nothing),
        TEST(addresses_are_tried_in_turn_and_again_ever_later),
        TEST(a_device_is_looked_for_and_dialled_where_it_says),
        TEST(a_device_that_nobody_knows_of_has_no_address),
        TEST(a_device_is_dialled_by_a_roots_word),
        TEST(a_forged_word_is_not_dialled_and_the_honest_one_is),
        TEST(a_device_is_asked_for_its_word_where_it_is),
        TEST(an_impostor_is_not_the_device),
        TEST(a_device_that_comes_by_itself_is_dialled_no_more),
        TEST(a_device_that_takes_no_streams_is_busy),
        TEST(a_device_that_takes_no_more_streams_is_busy),
        TEST(an_application_has_its_share_of_a_device),
        TEST(an_application_has_its_share_of_handles),
        TEST(a_dial_without_a_socket_is_tried_again),
        TEST(an_application_waits_for_one_device_at_a_time),
        TEST(an_idle_session_makes_room_for_another),
        TEST(a_watch_tells_who_comes_and_goes),
        TEST(a_watch_tells_of_nobody_whom_its_owner_may_not_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
