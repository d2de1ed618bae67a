/* SPDX-License-Identifier: Apache-2.0 */
/* The facade, through its own client library, down to lwIP's loopback: what each operation does,
 * and that a client reaches only what is its own. */
#include "netstackd/host.h"
#include "netstackd/testing.h"

#include "facade.h"
#include "interface.h"
#include "lwipopts.h"
#include "stack.h"
#include <string.h>

#define PORT 4000
/* A notification capability for each client: 100 + badge. */
#define NOTIFICATION(badge) (100u + (badge))

static struct net_client clients[NET_CLIENTS_MAX + 1]; /* by badge; 0 unused */
static struct net_client *const a = &clients[1];
static struct net_client *const b = &clients[2];
static const struct net_address local = {.ipv4 = LOOPBACK, .port = PORT};
static uint32_t baseline_use;

static int begin(void **state)
{
    (void)state;
    for (uint32_t badge = 1; badge <= NET_CLIENTS_MAX; badge++) {
        host_client_dies(badge);
        assert_int_equal(net_attach(&clients[badge], badge, NOTIFICATION(badge)), NET_OK);
    }
    host_run_ms(1000);
    memset(host_signal_count, 0, sizeof(host_signal_count));
    memset(host_dropped_count, 0, sizeof(host_dropped_count));
    host_on_frame = NULL;
    return 0;
}

static uint32_t socket_count(uint32_t badge)
{
    return host_socket_count(badge);
}

static net_handle listen_on(struct net_client *client, uint16_t port, uint32_t backlog_count)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = port};
    net_handle listener = 0;

    assert_int_equal(net_listen(client, &address, backlog_count, &listener), NET_OK);
    assert_int_not_equal(listener, 0);
    return listener;
}

static net_handle connect_to(struct net_client *client, uint16_t port)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = port};
    net_handle stream = 0;
    size_t written_len;

    assert_int_equal(net_connect(client, &address, &stream), NET_OK);
    host_run_ms(10);
    assert_int_equal(net_write(client, stream, NULL, 0, &written_len), NET_OK);
    return stream;
}

/* One connection: `*client_stream` is a's, `*server_stream` b's. */
static void make_pair(net_handle *client_stream, net_handle *server_stream)
{
    net_handle listener = listen_on(b, PORT, 1);

    *client_stream = connect_to(a, PORT);
    assert_int_equal(net_accept(b, listener, server_stream, NULL), NET_OK);
    assert_int_equal(net_close(b, listener), NET_OK);
}

static uint32_t events_of(struct net_client *client, net_handle handle)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    size_t count;

    assert_int_equal(net_ready(client, events, &count), NET_OK);
    for (size_t i = 0; i < count; i++) {
        if (events[i].handle == handle)
            return events[i].events_mask;
    }
    return 0;
}

/* --- who may ask --- */

static void nobody_is_served_without_attach(void **state)
{
    struct net_interface interface;
    struct net_client stranger = {.endpoint_cap = 1};
    net_handle handle;

    (void)state;
    host_client_dies(1);
    assert_int_equal(net_get_interface(a, &interface), NET_IO);
    assert_int_equal(net_listen(a, &local, 1, &handle), NET_IO);
    assert_int_equal(net_attach(&stranger, 0, 7), NET_IO);
    assert_int_equal(net_attach(&stranger, NET_CLIENTS_MAX + 1, 7), NET_IO);
    assert_int_equal(host_dropped_count[7], 2);
}

static void attach_needs_a_notification(void **state)
{
    (void)state;
    listen_on(a, PORT, 1);
    assert_int_equal(net_attach(a, 1, 0), NET_MALFORMED);
    assert_int_equal(socket_count(1), 1); /* nothing changed */
}

static void attach_begins_anew(void **state)
{
    net_handle listener = listen_on(a, PORT, 1);

    (void)state;
    assert_int_equal(net_attach(a, 1, 77), NET_OK);
    assert_int_equal(host_dropped_count[NOTIFICATION(1)], 1);
    assert_int_equal(host_dropped_count[77], 0);
    assert_int_equal(socket_count(1), 0);
    assert_int_equal(net_close(a, listener), NET_NOT_FOUND);
}

static void a_stray_capability_is_dropped(void **state)
{
    union net_any_request request = {.head = {.op = NET_OP_INTERFACE}};
    union net_any_reply reply;

    (void)state;
    serve_dispatch(&facade, 1, &request, sizeof(request.head), 9, &reply);
    assert_int_equal(reply.head.status, NET_OK);
    assert_int_equal(host_dropped_count[9], 1);
    request.head.op = 0;
    serve_dispatch(&facade, 1, &request, sizeof(request.head), 9, &reply);
    assert_int_equal(host_dropped_count[9], 2);
}

/* --- malformed requests: one table, every length beside the right ones --- */

static const struct {
    enum net_op op;
    size_t min_len, max_len;
    bool takes_handle;
} operations[] = {
    {NET_OP_ATTACH, 8, 8, false},
    {NET_OP_INTERFACE, 8, 8, false},
    {NET_OP_READY, 8, 8, false},
    {NET_OP_LISTEN, 24, 24, false},
    {NET_OP_ACCEPT, 8, 8, true},
    {NET_OP_CONNECT, 16, 16, false},
    {NET_OP_READ, 16, 16, true},
    {NET_OP_WRITE, 8, 4096, true},
    {NET_OP_CLOSE, 8, 8, true},
    {NET_OP_LOCAL_ADDRESS, 8, 8, true},
    {NET_OP_REMOTE_ADDRESS, 8, 8, true},
    {NET_OP_UDP_BIND, 16, 16, false},
    {NET_OP_SEND_TO, 16, 16 + 1472, true},
    {NET_OP_RECEIVE_FROM, 8, 8, true},
    {NET_OP_PING, 16, 16, false},
    {NET_OP_PING_RESULT, 8, 8, true},
    {NET_OP_ABORT, 8, 8, true},
};
_Static_assert(sizeof(operations) / sizeof(operations[0]) == NET_OP_COUNT - 1, "every operation");

static uint32_t status_of(uint32_t op, net_handle handle, size_t request_len)
{
    union net_any_request request;
    union net_any_reply reply;

    memset(&request, 0, sizeof(request));
    request.head.op = op;
    request.head.handle = handle;
    assert_int_equal(serve_dispatch(&facade, 1, &request, request_len, 0, &reply),
                     sizeof(reply.head));
    assert_int_equal(reply.head.value, 0);
    return reply.head.status;
}

static void rejects_every_wrong_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        for (size_t len = 0; len < operations[i].min_len; len++)
            assert_int_equal(status_of(operations[i].op, 0, len), NET_MALFORMED);
        for (size_t len = operations[i].max_len + 1; len <= NET_MESSAGE_BYTES_MAX; len++)
            assert_int_equal(status_of(operations[i].op, 0, len), NET_MALFORMED);
    }
    assert_int_equal(socket_count(1), 0);
}

static void rejects_unknown_operations(void **state)
{
    static const uint32_t unknown[] = {0, NET_OP_COUNT, NET_OP_COUNT + 1, 0x10001, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_int_equal(status_of(unknown[i], 0, 8), NET_MALFORMED);
}

static void rejects_a_handle_where_none_belongs(void **state)
{
    net_handle listener = listen_on(a, PORT, 1);

    (void)state;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (!operations[i].takes_handle)
            assert_int_equal(status_of(operations[i].op, listener, operations[i].min_len),
                             NET_MALFORMED);
    }
    assert_int_equal(socket_count(1), 1);
}

static void rejects_values_out_of_range(void **state)
{
    struct net_address address = local;
    net_handle handle, stream, peer;
    size_t len;
    uint8_t byte;

    (void)state;
    assert_int_equal(net_listen(a, &local, 0, &handle), NET_MALFORMED);
    assert_int_equal(net_listen(a, &local, NET_BACKLOG_MAX + 1, &handle), NET_MALFORMED);
    address.ipv4 = 0x08080808; /* not ours */
    assert_int_equal(net_listen(a, &address, 1, &handle), NET_MALFORMED);
    assert_int_equal(net_udp_bind(a, &address, &handle), NET_MALFORMED);
    address = local;
    address.reserved = 1;
    assert_int_equal(net_listen(a, &address, 1, &handle), NET_MALFORMED);
    assert_int_equal(net_connect(a, &address, &handle), NET_MALFORMED);
    address = local;
    address.port = 0;
    assert_int_equal(net_connect(a, &address, &handle), NET_MALFORMED);
    address = local;
    address.ipv4 = 0;
    assert_int_equal(net_connect(a, &address, &handle), NET_MALFORMED);
    address.ipv4 = 0xffffffff;
    assert_int_equal(net_connect(a, &address, &handle), NET_MALFORMED);
    address.ipv4 = 0xe0000001;
    assert_int_equal(net_connect(a, &address, &handle), NET_MALFORMED);
    assert_int_equal(net_ping(a, LOOPBACK, 0, &handle), NET_MALFORMED);
    assert_int_equal(net_ping(a, LOOPBACK, NET_PING_TIMEOUT_MS_MAX + 1, &handle), NET_MALFORMED);
    assert_int_equal(net_ping(a, 0, 1, &handle), NET_MALFORMED);
    assert_int_equal(socket_count(1), 0);
    make_pair(&stream, &peer);
    assert_int_equal(net_read(a, stream, &byte, 0, &len), NET_MALFORMED);
}

/* --- handles --- */

/* What every operation with a handle says to this one. */
static void assert_no_such_handle(net_handle handle)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (operations[i].takes_handle)
            assert_int_equal(status_of(operations[i].op, handle, operations[i].min_len),
                             NET_NOT_FOUND);
    }
}

static void rejects_handles_never_given(void **state)
{
    (void)state;
    assert_no_such_handle(0);
    assert_no_such_handle(1);
    assert_no_such_handle(255);
    assert_no_such_handle(UINT32_MAX);
}

static void rejects_a_closed_handle(void **state)
{
    net_handle listener = listen_on(a, PORT, 1);

    (void)state;
    assert_int_equal(net_close(a, listener), NET_OK);
    assert_no_such_handle(listener);
}

static void rejects_a_stale_handle_whose_slot_lives_again(void **state)
{
    net_handle first = listen_on(a, PORT, 1);

    (void)state;
    assert_int_equal(net_close(a, first), NET_OK);
    net_handle second = listen_on(a, PORT, 1);
    assert_int_equal(first & 0xff, second & 0xff); /* the same slot */
    assert_no_such_handle(first);
    assert_int_equal(socket_count(1), 1);
}

static void rejects_a_foreign_handle(void **state)
{
    net_handle listener = listen_on(b, PORT, 1);
    net_handle stream, peer;

    (void)state;
    assert_no_such_handle(listener);
    assert_int_equal(net_close(b, listener), NET_OK);
    make_pair(&stream, &peer);
    assert_no_such_handle(peer);
    assert_int_equal(socket_count(2), 1); /* still there */
}

static void rejects_the_wrong_kind_of_socket(void **state)
{
    net_handle listener = listen_on(a, PORT, 1);
    net_handle udp, ping;
    struct net_address address = {0};
    uint64_t round_trip_ns;
    size_t len;

    (void)state;
    assert_int_equal(net_udp_bind(a, &address, &udp), NET_OK);
    assert_int_equal(net_ping(a, LOOPBACK, 100, &ping), NET_OK);
    assert_int_equal(net_read(a, listener, &address, 1, &len), NET_MALFORMED);
    assert_int_equal(net_write(a, udp, &address, 1, &len), NET_MALFORMED);
    assert_int_equal(net_accept(a, udp, &listener, NULL), NET_MALFORMED);
    assert_int_equal(net_receive_from(a, ping, &address, &address, 1, &len), NET_MALFORMED);
    assert_int_equal(net_ping_result(a, udp, &round_trip_ns), NET_MALFORMED);
    assert_int_equal(net_local_address(a, ping, &address), NET_MALFORMED);
    assert_int_equal(net_remote_address(a, udp, &address), NET_MALFORMED);
}

/* --- TCP --- */

static void a_stream_carries_bytes_to_a_clean_end(void **state)
{
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_read(b, peer, text, sizeof(text), &len), NET_WOULD_BLOCK);
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(len, 5);
    assert_int_equal(host_signal_count[NOTIFICATION(2)], 1);
    assert_int_equal(events_of(b, peer), NET_EVENT_READ_MASK);
    assert_int_equal(events_of(b, peer), 0); /* told once */
    assert_int_equal(net_read(b, peer, text, 2, &len), NET_OK);
    assert_int_equal(len, 2);
    assert_int_equal(net_read(b, peer, text + 2, sizeof(text), &len), NET_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(text, "hello", 5);
    assert_int_equal(net_write(a, stream, "bye", 3, &len), NET_OK);
    assert_int_equal(net_close(a, stream), NET_OK);
    assert_int_equal(net_read(b, peer, text, sizeof(text), &len), NET_OK);
    assert_int_equal(len, 3);
    assert_int_equal(net_read(b, peer, text, sizeof(text), &len), NET_OK);
    assert_int_equal(len, 0);
    /* The other direction still works until it is closed, too: its bytes reset the stream here,
     * since nobody reads them any more. */
    assert_int_equal(net_close(b, peer), NET_OK);
    assert_int_equal(socket_count(1), 0);
    assert_int_equal(socket_count(2), 0);
}

static void addresses_are_told(void **state)
{
    net_handle listener = listen_on(b, 0, 1);
    struct net_address listened, mine, theirs, seen;
    net_handle stream, peer;

    (void)state;
    assert_int_equal(net_local_address(b, listener, &listened), NET_OK);
    assert_int_equal(listened.ipv4, LOOPBACK);
    assert_int_not_equal(listened.port, 0);
    stream = connect_to(a, listened.port);
    assert_int_equal(net_accept(b, listener, &peer, &seen), NET_OK);
    assert_int_equal(net_local_address(a, stream, &mine), NET_OK);
    assert_int_equal(net_remote_address(b, peer, &theirs), NET_OK);
    assert_memory_equal(&mine, &theirs, sizeof(mine));
    assert_memory_equal(&mine, &seen, sizeof(mine));
    assert_int_equal(net_remote_address(a, stream, &theirs), NET_OK);
    assert_memory_equal(&theirs, &listened, sizeof(theirs));
}

static void a_refused_connection_is_not_connected(void **state)
{
    struct net_address nobody = {.ipv4 = LOOPBACK, .port = 9};
    net_handle stream;
    size_t len;

    (void)state;
    assert_int_equal(net_connect(a, &nobody, &stream), NET_OK);
    host_run_ms(10);
    assert_int_equal(events_of(a, stream), NET_EVENT_WRITE_MASK);
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_NOT_CONNECTED);
    assert_int_equal(net_read(a, stream, &nobody, 1, &len), NET_NOT_CONNECTED);
    assert_int_equal(net_close(a, stream), NET_OK);
    assert_int_equal(socket_count(1), 0);
}

static void an_unanswered_connection_times_out(void **state)
{
    struct net_address far = {.ipv4 = 0x0a000263, .port = 9}; /* the wire drops everything */
    net_handle stream;
    size_t len;

    (void)state;
    assert_int_equal(net_connect(a, &far, &stream), NET_OK);
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_WOULD_BLOCK);
    assert_int_equal(net_read(a, stream, &far, 1, &len), NET_WOULD_BLOCK);
    host_run_ms(120000);
    assert_int_equal(events_of(a, stream), NET_EVENT_WRITE_MASK | NET_EVENT_READ_MASK);
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_TIMED_OUT);
}

static void a_reset_stream_gives_what_came_before_and_then_says_so(void **state)
{
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(net_abort(a, stream), NET_OK);
    assert_int_equal(socket_count(1), 0);
    assert_int_equal(net_read(b, peer, text, sizeof(text), &len), NET_OK);
    assert_int_equal(len, 5);
    assert_int_equal(net_read(b, peer, text, sizeof(text), &len), NET_DISCONNECTED);
    assert_int_equal(net_write(b, peer, text, 1, &len), NET_DISCONNECTED);
    assert_int_equal(net_remote_address(b, peer, &clients[3].request.address.address),
                     NET_DISCONNECTED);
}

static void closing_over_unread_bytes_resets(void **state)
{
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(net_close(b, peer), NET_OK);
    assert_int_equal(net_read(a, stream, text, sizeof(text), &len), NET_DISCONNECTED);
}

static void a_port_is_listened_on_once(void **state)
{
    struct net_address any = {.port = PORT};
    net_handle stream, peer, other;

    (void)state;
    net_handle listener = listen_on(b, PORT, 1);
    assert_int_equal(net_listen(a, &local, 1, &other), NET_IN_USE);
    assert_int_equal(net_listen(b, &local, 1, &other), NET_IN_USE);
    assert_int_equal(net_listen(a, &any, 1, &other), NET_IN_USE);
    assert_int_equal(net_close(b, listener), NET_OK);
    /* With a connection of it alive, and one in TIME-WAIT, the port is free again. */
    make_pair(&stream, &peer);
    listen_on(a, PORT, 1);
    assert_int_equal(socket_count(1), 2);
}

static void lingering_sends_the_rest_and_counts_until_the_peer_closes(void **state)
{
    static uint8_t bytes[NET_STREAM_WINDOW_BYTES];
    net_handle stream, peer;
    size_t len, total_len = 0;

    (void)state;
    make_pair(&stream, &peer);
    /* Nearly two windows: the writer's ring is full, and the reader's but for less than a segment.
     */
    while (net_write(a, stream, bytes, sizeof(bytes), &len) == NET_OK)
        total_len += len;
    assert_in_range(total_len, 2 * NET_STREAM_WINDOW_BYTES - TCP_MSS, 2 * NET_STREAM_WINDOW_BYTES);
    assert_int_equal(net_close(a, stream), NET_OK);
    assert_int_equal(net_write(a, stream, bytes, 1, &len), NET_NOT_FOUND);
    assert_int_equal(socket_count(1), 1);
    /* A FIN beyond the window is cut off by the receiver and sent again: that takes a second. */
    do {
        assert_int_equal(net_read(b, peer, bytes, sizeof(bytes), &len), NET_OK);
        total_len -= len;
        host_run_ms(3000);
    } while (len > 0);
    assert_int_equal(total_len, 0);
    assert_int_equal(socket_count(1), 1); /* the peer has not closed */
    assert_int_equal(net_close(b, peer), NET_OK);
    host_run_ms(10);
    assert_int_equal(socket_count(1), 0);
    assert_int_equal(socket_count(2), 0);
}

static void lingering_ends_after_its_time(void **state)
{
    net_handle stream, peer;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_close(a, stream), NET_OK);
    host_run_ms(NET_LINGER_MS - 1000);
    assert_int_equal(socket_count(1), 1);
    host_run_ms(2000);
    assert_int_equal(socket_count(1), 0);
}

static void a_closed_listener_resets_who_waits(void **state)
{
    net_handle listener = listen_on(b, PORT, 4);
    net_handle stream = connect_to(a, PORT);
    uint8_t byte;
    size_t len;

    (void)state;
    assert_int_equal(socket_count(2), 2);
    assert_int_equal(net_close(b, listener), NET_OK);
    assert_int_equal(socket_count(2), 0);
    assert_int_equal(net_read(a, stream, &byte, 1, &len), NET_DISCONNECTED);
}

static void accept_skips_who_has_gone(void **state)
{
    net_handle listener = listen_on(b, PORT, 4);
    net_handle first = connect_to(a, PORT);
    net_handle second = connect_to(a, PORT);
    struct net_address mine, seen;
    net_handle peer;

    (void)state;
    assert_int_equal(net_local_address(a, second, &mine), NET_OK);
    assert_int_equal(net_abort(a, first), NET_OK);
    assert_int_equal(net_accept(b, listener, &peer, &seen), NET_OK);
    assert_int_equal(seen.port, mine.port);
    assert_int_equal(net_accept(b, listener, &peer, &seen), NET_WOULD_BLOCK);
    assert_int_equal(socket_count(2), 2);
}

/* --- backpressure --- */

static void a_full_window_blocks_the_writer_until_it_is_read(void **state)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    net_handle stream, peer;
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    while (net_write(a, stream, bytes, sizeof(bytes), &len) == NET_OK)
        ;
    assert_int_equal(net_write(a, stream, bytes, 1, &len), NET_WOULD_BLOCK);
    memset(host_signal_count, 0, sizeof(host_signal_count));
    host_run_ms(30000); /* window probes meanwhile */
    assert_int_equal(host_signal_count[NOTIFICATION(1)], 0);
    for (size_t got_len = 0; got_len < NET_STREAM_WINDOW_BYTES; got_len += len)
        assert_int_equal(net_read(b, peer, bytes, sizeof(bytes), &len), NET_OK);
    host_run_ms(10);
    assert_int_equal(host_signal_count[NOTIFICATION(1)], 1);
    assert_int_equal(events_of(a, stream), NET_EVENT_WRITE_MASK);
    assert_int_equal(net_write(a, stream, bytes, 1, &len), NET_OK);
}

static void no_byte_is_lost_doubled_or_reordered(void **state)
{
    const size_t total_len = 4 * 1024 * 1024;
    const uint32_t rounds_max = 100000; /* many times what it takes */
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    uint64_t chunk_seed = 1, write_seed = 2, read_seed = 2;
    size_t written_len = 0, read_len = 0, len;
    net_handle stream, peer;

    (void)state;
    make_pair(&stream, &peer);
    for (uint32_t round = 0; read_len < total_len; round++) {
        assert_true(round < rounds_max);
        size_t want_len = 1 + host_random(&chunk_seed) % NET_STREAM_BYTES_MAX;
        if (host_random(&chunk_seed) % 2 == 0) {
            uint64_t next_seed = write_seed;
            want_len = want_len < total_len - written_len ? want_len : total_len - written_len;
            for (size_t i = 0; i < want_len; i++)
                bytes[i] = (uint8_t)host_random(&next_seed);
            if (want_len > 0 && net_write(a, stream, bytes, want_len, &len) == NET_OK) {
                written_len += len;
                for (size_t i = 0; i < len; i++)
                    host_random(&write_seed);
            }
        } else if (net_read(b, peer, bytes, want_len, &len) == NET_OK) {
            for (size_t i = 0; i < len; i++)
                assert_int_equal(bytes[i], (uint8_t)host_random(&read_seed));
            read_len += len;
        }
        if (host_random(&chunk_seed) % 64 == 0)
            host_run_ms(1);
    }
    assert_int_equal(net_close(a, stream), NET_OK);
    host_run_ms(500);
    assert_int_equal(net_read(b, peer, bytes, 1, &len), NET_OK);
    assert_int_equal(len, 0);
}

/* --- UDP --- */

static net_handle udp_on(struct net_client *client, uint16_t port)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = port};
    net_handle socket;

    assert_int_equal(net_udp_bind(client, &address, &socket), NET_OK);
    return socket;
}

static void datagrams_travel_whole(void **state)
{
    static uint8_t sent[NET_DATAGRAM_BYTES_MAX], got[NET_DATAGRAM_BYTES_MAX];
    static const size_t lens[] = {0, 1, 7, NET_DATAGRAM_BYTES_MAX - 1, NET_DATAGRAM_BYTES_MAX};
    net_handle from = udp_on(a, PORT), to = udp_on(b, PORT + 1);
    struct net_address target = {.ipv4 = LOOPBACK, .port = PORT + 1}, seen;
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        assert_int_equal(net_receive_from(b, to, &seen, got, sizeof(got), &len), NET_WOULD_BLOCK);
        assert_int_equal(net_send_to(a, from, &target, sent, lens[i]), NET_OK);
        assert_int_equal(events_of(b, to), NET_EVENT_READ_MASK);
        assert_int_equal(net_receive_from(b, to, &seen, got, sizeof(got), &len), NET_OK);
        assert_int_equal(len, lens[i]);
        assert_memory_equal(got, sent, len);
        assert_int_equal(seen.port, PORT);
        assert_int_equal(seen.ipv4, LOOPBACK);
    }
    assert_int_equal(net_send_to(a, from, &target, sent, NET_DATAGRAM_BYTES_MAX + 1),
                     NET_MALFORMED);
    target.port = 0;
    assert_int_equal(net_send_to(a, from, &target, sent, 1), NET_MALFORMED);
}

static void a_full_queue_loses_the_newest(void **state)
{
    uint8_t bytes[1000];
    net_handle from = udp_on(a, PORT), to = udp_on(b, PORT + 1);
    struct net_address target = {.ipv4 = LOOPBACK, .port = PORT + 1}, seen;
    uint8_t expected = 0;
    size_t len;

    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        memset(bytes, (int)i, sizeof(bytes));
        assert_int_equal(net_send_to(a, from, &target, bytes, sizeof(bytes)), NET_OK);
    }
    /* What is left of the ring takes no more than it has room for, header included. */
    const uint32_t queued_count = NET_STREAM_WINDOW_BYTES / (1000 + 12);
    const size_t room_len = NET_STREAM_WINDOW_BYTES - queued_count * (1000 + 12) - 12;
    assert_int_equal(net_send_to(a, from, &target, bytes, room_len + 1), NET_OK);
    assert_int_equal(net_send_to(a, from, &target, bytes, room_len), NET_OK);
    for (; expected < queued_count; expected++) {
        assert_int_equal(net_receive_from(b, to, &seen, bytes, sizeof(bytes), &len), NET_OK);
        assert_int_equal(len, sizeof(bytes));
        assert_int_equal(bytes[999], expected);
    }
    assert_int_equal(net_receive_from(b, to, &seen, bytes, sizeof(bytes), &len), NET_OK);
    assert_int_equal(len, room_len);
    assert_int_equal(net_receive_from(b, to, &seen, bytes, sizeof(bytes), &len), NET_WOULD_BLOCK);
}

static void a_udp_port_is_bound_once(void **state)
{
    struct net_address any = {.port = PORT};
    net_handle other;

    (void)state;
    udp_on(a, PORT);
    assert_int_equal(net_udp_bind(b, &local, &other), NET_IN_USE);
    assert_int_equal(net_udp_bind(b, &any, &other), NET_IN_USE);
    assert_int_equal(socket_count(2), 0);
}

/* --- the wire --- */

/* A UDP datagram of one byte from the wire, without UDP checksum, as such datagrams may be. */
static void datagram_from_wire(uint32_t from, uint32_t to, uint16_t port)
{
    uint8_t frame[14 + 20 + 8 + 1] = {0x52, 0x54,     0,        0x12,       0x34,
                                      0x0f, [12] = 8, [13] = 0, [14] = 0x45};
    uint32_t sum = 0;

    frame[17] = 20 + 8 + 1;
    frame[22] = 64;
    frame[23] = 17;
    for (uint32_t i = 0; i < 4; i++) {
        frame[26 + i] = (uint8_t)(from >> (24 - 8 * i));
        frame[30 + i] = (uint8_t)(to >> (24 - 8 * i));
    }
    for (uint32_t i = 14; i < 34; i += 2)
        sum += (uint32_t)frame[i] << 8 | frame[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    frame[24] = (uint8_t)(~sum >> 8);
    frame[25] = (uint8_t)~sum;
    frame[34] = 0x12; /* source port */
    frame[36] = (uint8_t)(port >> 8);
    frame[37] = (uint8_t)port;
    frame[39] = 8 + 1;
    interface_receive(frame, sizeof(frame));
    stack_run();
}

static void who_claims_to_be_us_on_the_wire_is_not_heard(void **state)
{
    struct net_address any = {.port = PORT}, seen;
    net_handle socket;
    uint8_t byte;
    size_t len;

    (void)state;
    assert_int_equal(net_udp_bind(a, &any, &socket), NET_OK);
    datagram_from_wire(LOOPBACK, HOST_WIRE_IPV4, PORT);
    assert_int_equal(net_receive_from(a, socket, &seen, &byte, 1, &len), NET_WOULD_BLOCK);
    datagram_from_wire(HOST_WIRE_IPV4, HOST_WIRE_IPV4, PORT);
    assert_int_equal(net_receive_from(a, socket, &seen, &byte, 1, &len), NET_WOULD_BLOCK);
    datagram_from_wire(0x0a000202, LOOPBACK, PORT);
    assert_int_equal(net_receive_from(a, socket, &seen, &byte, 1, &len), NET_WOULD_BLOCK);
    datagram_from_wire(0x0a000202, HOST_WIRE_IPV4, PORT); /* the same frame, honest */
    assert_int_equal(net_receive_from(a, socket, &seen, &byte, 1, &len), NET_OK);
    assert_int_equal(seen.ipv4, 0x0a000202);
}

static void the_own_address_reaches_ourselves(void **state)
{
    struct net_address any = {.port = PORT}, own = {.ipv4 = HOST_WIRE_IPV4, .port = PORT};
    net_handle listener, stream, peer;
    uint8_t byte;
    size_t len;

    (void)state;
    assert_int_equal(net_listen(b, &any, 1, &listener), NET_OK);
    assert_int_equal(net_connect(a, &own, &stream), NET_OK);
    host_run_ms(10);
    assert_int_equal(net_accept(b, listener, &peer, &own), NET_OK);
    assert_int_equal(own.ipv4, HOST_WIRE_IPV4);
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_OK);
    assert_int_equal(net_read(b, peer, &byte, 1, &len), NET_OK);
}

/* --- ping, interface --- */

static void ping_is_answered_by_the_loopback(void **state)
{
    uint64_t round_trip_ns;
    net_handle ping;

    (void)state;
    assert_int_equal(net_ping(a, LOOPBACK, 1000, &ping), NET_OK);
    assert_int_equal(events_of(a, ping), NET_EVENT_READ_MASK);
    assert_int_equal(net_ping_result(a, ping, &round_trip_ns), NET_OK);
    assert_int_equal(net_close(a, ping), NET_OK);
}

static void ping_without_answer_times_out(void **state)
{
    uint64_t round_trip_ns;
    net_handle ping;

    (void)state;
    assert_int_equal(net_ping(a, 0x0a000263, 1000, &ping), NET_OK);
    host_run_ms(900);
    assert_int_equal(net_ping_result(a, ping, &round_trip_ns), NET_WOULD_BLOCK);
    host_run_ms(200);
    assert_int_equal(events_of(a, ping), NET_EVENT_READ_MASK);
    assert_int_equal(net_ping_result(a, ping, &round_trip_ns), NET_TIMED_OUT);
}

static void the_interface_is_described(void **state)
{
    struct net_interface interface;

    (void)state;
    assert_int_equal(net_get_interface(a, &interface), NET_OK);
    assert_int_equal(interface.ipv4, HOST_WIRE_IPV4);
    assert_int_equal(interface.netmask, 0xffffff00);
    assert_int_equal(interface.gateway, 0x0a000202);
    assert_int_equal(interface.mtu_len, 1500);
    assert_int_equal(interface.link_up, 1);
    assert_memory_equal(interface.mac, "\x52\x54\x00\x12\x34\x0f", 6);
    assert_int_equal(interface.pool_use, host_pool_use());
}

/* --- shares --- */

static void a_hoarder_takes_only_its_own_share(void **state)
{
    struct net_address any = {0};
    net_handle handle, stream, peer;
    uint32_t count = 0;

    (void)state;
    while (net_udp_bind(&clients[3], &any, &handle) == NET_OK)
        count++;
    assert_int_equal(count, NET_CLIENT_SOCKETS_MAX);
    assert_int_equal(net_udp_bind(&clients[3], &any, &handle), NET_NO_BUFFERS);
    assert_int_equal(net_connect(&clients[3], &local, &handle), NET_NO_BUFFERS);
    assert_int_equal(net_ping(&clients[3], LOOPBACK, 1, &handle), NET_NO_BUFFERS);
    make_pair(&stream, &peer); /* others do not notice */
    host_client_dies(3);
    assert_int_equal(socket_count(3), 0);
}

static void listeners_have_their_own_bound(void **state)
{
    net_handle handle;

    (void)state;
    for (uint16_t i = 0; i < NET_CLIENT_LISTENERS_MAX; i++)
        listen_on(a, (uint16_t)(PORT + i), 1);
    struct net_address address = {.ipv4 = LOOPBACK, .port = PORT + 100};
    assert_int_equal(net_listen(a, &address, 1, &handle), NET_NO_BUFFERS);
}

/* All clients use all of their shares at once, in connections with full windows: nothing that lwIP
 * needs behind them runs out. */
static void every_share_can_be_used_at_once(void **state)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    net_handle streams[2][NET_CLIENT_SOCKETS_MAX - 1];
    size_t len;

    (void)state;
    for (uint32_t side = 0; side < 2; side++) {
        struct net_client *caller = &clients[1 + side], *server = &clients[3 + side];
        net_handle listener = listen_on(server, (uint16_t)(PORT + side), NET_BACKLOG_MAX);
        for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX - 1; i++) {
            net_handle peer;
            streams[side][i] = connect_to(caller, (uint16_t)(PORT + side));
            assert_int_equal(net_accept(server, listener, &peer, NULL), NET_OK);
            /* Small writes: as many segments as lwIP queues. */
            for (uint32_t w = 0; w < 100; w++)
                assert_int_equal(net_write(caller, streams[side][i], bytes, 13, &len), NET_OK);
            while (net_write(caller, streams[side][i], bytes, sizeof(bytes), &len) == NET_OK)
                ;
            while (net_write(server, peer, bytes, sizeof(bytes), &len) == NET_OK)
                ;
        }
    }
    assert_int_equal(socket_count(3), NET_CLIENT_SOCKETS_MAX);
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < NET_CLIENT_SOCKETS_MAX - 1; i++)
            assert_int_equal(net_read(&clients[1 + side], streams[side][i], bytes, 1, &len),
                             NET_OK);
    }
}

static void a_full_share_lets_connections_wait(void **state)
{
    net_handle listener = listen_on(b, PORT, NET_BACKLOG_MAX);
    struct net_address any = {0};
    net_handle last = 0, handle, stream;
    size_t len;

    (void)state;
    while (net_udp_bind(b, &any, &handle) == NET_OK)
        last = handle;
    assert_int_equal(net_connect(a, &local, &stream), NET_OK);
    host_run_ms(1000);
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_WOULD_BLOCK);
    assert_int_equal(net_close(b, last), NET_OK);
    host_run_ms(10000); /* until the SYN is sent again */
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_OK);
    assert_int_equal(net_accept(b, listener, &handle, NULL), NET_OK);
}

static void the_backlog_bounds_who_waits(void **state)
{
    net_handle listener = listen_on(b, PORT, 2);
    struct net_address target = local;
    net_handle third, peer;
    size_t len;

    (void)state;
    connect_to(a, PORT);
    connect_to(a, PORT);
    assert_int_equal(net_connect(a, &target, &third), NET_OK);
    host_run_ms(100);
    assert_int_equal(net_write(a, third, "x", 1, &len), NET_WOULD_BLOCK); /* its SYN waits */
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    host_run_ms(10000); /* until the SYN is sent again */
    assert_int_equal(net_write(a, third, "x", 1, &len), NET_OK);
}

static void death_frees_everything(void **state)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    struct net_address far = {.ipv4 = 0x0a000263, .port = 9};
    net_handle listener = listen_on(b, PORT, 4);
    net_handle stream, peer, lingering, handle;
    size_t len;

    (void)state;
    stream = connect_to(a, PORT);
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    while (net_write(a, stream, bytes, sizeof(bytes), &len) == NET_OK)
        ;
    lingering = connect_to(a, PORT);
    assert_int_equal(net_write(a, lingering, bytes, sizeof(bytes), &len), NET_OK);
    assert_int_equal(net_close(a, lingering), NET_OK);
    assert_int_equal(net_connect(a, &far, &handle), NET_OK);
    assert_int_equal(net_ping(a, 0x0a000263, 10000, &handle), NET_OK);
    udp_on(a, PORT);
    assert_int_equal(socket_count(1), 5);
    host_client_dies(1);
    host_run_ms(10);
    assert_int_equal(socket_count(1), 0);
    assert_int_equal(host_dropped_count[NOTIFICATION(1)], 1);
    len = 0;
    while (net_read(b, peer, bytes, sizeof(bytes), &len) == NET_OK)
        ;
    assert_int_equal(net_read(b, peer, bytes, 1, &len), NET_DISCONNECTED);
    host_client_dies(2);
    host_run_ms(60000); /* ARP's waiting packet too */
    assert_int_equal(host_pool_use(), baseline_use);
}

static int begin_all(void **state)
{
    (void)state;
    host_start(1, HOST_WIRE_IPV4);
    host_run_ms(60000);
    baseline_use = host_pool_use();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nobody_is_served_without_attach, begin),
        cmocka_unit_test_setup(attach_needs_a_notification, begin),
        cmocka_unit_test_setup(attach_begins_anew, begin),
        cmocka_unit_test_setup(a_stray_capability_is_dropped, begin),
        cmocka_unit_test_setup(rejects_every_wrong_length, begin),
        cmocka_unit_test_setup(rejects_unknown_operations, begin),
        cmocka_unit_test_setup(rejects_a_handle_where_none_belongs, begin),
        cmocka_unit_test_setup(rejects_values_out_of_range, begin),
        cmocka_unit_test_setup(rejects_handles_never_given, begin),
        cmocka_unit_test_setup(rejects_a_closed_handle, begin),
        cmocka_unit_test_setup(rejects_a_stale_handle_whose_slot_lives_again, begin),
        cmocka_unit_test_setup(rejects_a_foreign_handle, begin),
        cmocka_unit_test_setup(rejects_the_wrong_kind_of_socket, begin),
        cmocka_unit_test_setup(a_stream_carries_bytes_to_a_clean_end, begin),
        cmocka_unit_test_setup(addresses_are_told, begin),
        cmocka_unit_test_setup(a_refused_connection_is_not_connected, begin),
        cmocka_unit_test_setup(an_unanswered_connection_times_out, begin),
        cmocka_unit_test_setup(a_reset_stream_gives_what_came_before_and_then_says_so, begin),
        cmocka_unit_test_setup(closing_over_unread_bytes_resets, begin),
        cmocka_unit_test_setup(a_port_is_listened_on_once, begin),
        cmocka_unit_test_setup(lingering_sends_the_rest_and_counts_until_the_peer_closes, begin),
        cmocka_unit_test_setup(lingering_ends_after_its_time, begin),
        cmocka_unit_test_setup(a_closed_listener_resets_who_waits, begin),
        cmocka_unit_test_setup(accept_skips_who_has_gone, begin),
        cmocka_unit_test_setup(a_full_window_blocks_the_writer_until_it_is_read, begin),
        cmocka_unit_test_setup(no_byte_is_lost_doubled_or_reordered, begin),
        cmocka_unit_test_setup(datagrams_travel_whole, begin),
        cmocka_unit_test_setup(a_full_queue_loses_the_newest, begin),
        cmocka_unit_test_setup(a_udp_port_is_bound_once, begin),
        cmocka_unit_test_setup(who_claims_to_be_us_on_the_wire_is_not_heard, begin),
        cmocka_unit_test_setup(the_own_address_reaches_ourselves, begin),
        cmocka_unit_test_setup(ping_is_answered_by_the_loopback, begin),
        cmocka_unit_test_setup(ping_without_answer_times_out, begin),
        cmocka_unit_test_setup(the_interface_is_described, begin),
        cmocka_unit_test_setup(a_hoarder_takes_only_its_own_share, begin),
        cmocka_unit_test_setup(listeners_have_their_own_bound, begin),
        cmocka_unit_test_setup(every_share_can_be_used_at_once, begin),
        cmocka_unit_test_setup(a_full_share_lets_connections_wait, begin),
        cmocka_unit_test_setup(the_backlog_bounds_who_waits, begin),
        cmocka_unit_test_setup(death_frees_everything, begin),
    };

    return cmocka_run_group_tests(tests, begin_all, NULL);
}
