/* SPDX-License-Identifier: Apache-2.0 */
/* Streams over the loopback: from connect to either end, and a full window. */
#include "netstackd/facade_clients.h"

#include "lwipopts.h"
#include <string.h>

/* --- TCP --- */

static void a_stream_carries_bytes_to_a_clean_end(void **state)
{
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_WOULD_BLOCK);
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(len, 5);
    assert_int_equal(host_signal_count[NOTIFICATION(2)], 1);
    assert_int_equal(events_of(b, peer), NET_EVENT_READ_MASK);
    assert_int_equal(events_of(b, peer), 0); /* told once */
    assert_int_equal(net_read(b, peer, text, 2, &len), NET_OK);
    assert_int_equal(len, 2);
    assert_int_equal(net_read(b, peer, text + 2, sizeof text, &len), NET_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(text, "hello", 5);
    assert_int_equal(net_write(a, stream, "bye", 3, &len), NET_OK);
    assert_int_equal(net_close(a, stream), NET_OK);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_OK);
    assert_int_equal(len, 3);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_OK);
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
    assert_memory_equal(&mine, &theirs, sizeof mine);
    assert_memory_equal(&mine, &seen, sizeof mine);
    assert_int_equal(net_remote_address(a, stream, &theirs), NET_OK);
    assert_memory_equal(&theirs, &listened, sizeof theirs);
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
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_OK);
    assert_int_equal(len, 5);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_DISCONNECTED);
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
    assert_int_equal(net_read(a, stream, text, sizeof text, &len), NET_DISCONNECTED);
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
    while (net_write(a, stream, bytes, sizeof bytes, &len) == NET_OK)
        total_len += len;
    assert_in_range(total_len, 2 * NET_STREAM_WINDOW_BYTES - TCP_MSS, 2 * NET_STREAM_WINDOW_BYTES);
    assert_int_equal(net_close(a, stream), NET_OK);
    assert_int_equal(net_write(a, stream, bytes, 1, &len), NET_NOT_FOUND);
    assert_int_equal(socket_count(1), 1);
    /* A FIN beyond the window is cut off by the receiver and sent again: that takes a second. */
    do {
        assert_int_equal(net_read(b, peer, bytes, sizeof bytes, &len), NET_OK);
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
    while (net_write(a, stream, bytes, sizeof bytes, &len) == NET_OK)
        ;
    assert_int_equal(net_write(a, stream, bytes, 1, &len), NET_WOULD_BLOCK);
    memset(host_signal_count, 0, sizeof host_signal_count);
    host_run_ms(30000); /* window probes meanwhile */
    assert_int_equal(host_signal_count[NOTIFICATION(1)], 0);
    for (size_t got_len = 0; got_len < NET_STREAM_WINDOW_BYTES; got_len += len)
        assert_int_equal(net_read(b, peer, bytes, sizeof bytes, &len), NET_OK);
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

int stream_tests(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
