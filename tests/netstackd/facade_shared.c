/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that a client shares with netstackd: what it saves, whose it is, and a client that
 * writes there what it likes. */
#include "netstackd/facade_clients.h"

#include <stdlib.h>
#include <string.h>

static struct net_stream_positions *positions_of(uint32_t badge, net_handle stream)
{
    return &host_shared[badge - 1]->positions[net_place(stream)];
}

static struct net_stream_bytes *bytes_of(uint32_t badge, net_handle stream)
{
    return &host_shared[badge - 1]->bytes[net_place(stream)];
}

static void what_is_there_is_read_without_a_call(void **state)
{
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    uint32_t call_count = host_call_count;
    assert_int_equal(net_read(b, peer, text, 2, &len), NET_OK);
    assert_int_equal(net_read(b, peer, text + 2, sizeof text, &len), NET_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(text, "hello", 5);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_WOULD_BLOCK);
    assert_int_equal(host_call_count, call_count);
}

/* Who saw an empty ring itself is told as who was answered would-block: of bytes, of the end, of a
 * reset; once. */
static void who_saw_nothing_is_told_of_everything(void **state)
{
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_WOULD_BLOCK);
        assert_int_equal(net_read(a, stream, text, sizeof text, &len), NET_WOULD_BLOCK);
        assert_int_equal(events_of(b, peer), 0);
        uint32_t signal_count = host_signal_count[NOTIFICATION(2)];
        if (i == 0)
            assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
        else if (i == 1)
            assert_int_equal(net_close(a, stream), NET_OK);
        else
            assert_int_equal(net_abort(a, stream), NET_OK);
        host_run_ms(10);
        assert_int_equal(host_signal_count[NOTIFICATION(2)], signal_count + 1);
        assert_int_equal(events_of(b, peer), NET_EVENT_READ_MASK);
        assert_int_equal(events_of(b, peer), 0);
        assert_int_equal(net_read(b, peer, text, sizeof text, &len),
                         i < 2 ? NET_OK : NET_DISCONNECTED);
        assert_int_equal(len, i == 0 ? 5 : 0);
        if (i == 1) {
            assert_int_equal(net_close(b, peer), NET_OK);
            make_pair(&stream, &peer);
        }
    }
}

/* Bytes that come while nobody waits are not told. */
static void who_does_not_wait_is_not_woken(void **state)
{
    net_handle stream, peer;
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    uint32_t signal_count = host_signal_count[NOTIFICATION(2)];
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(host_signal_count[NOTIFICATION(2)], signal_count);
}

/* Pieces of every kind, as fast as both ends can: nobody waits for what only a timer brings. */
static void a_reader_is_heard_before_its_peer_stands_still(void **state)
{
    static const size_t piece_lens[] = {1, 50, 1000, 2048, 3000, 4000, 4087, 4088};
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    net_handle stream, peer;
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    for (size_t i = 0; i < sizeof piece_lens / sizeof piece_lens[0]; i++) {
        for (size_t moved_len = 0; moved_len < 100000; moved_len += piece_lens[i]) {
            assert_int_equal(net_write(a, stream, bytes, piece_lens[i], &len), NET_OK);
            assert_int_equal(len, piece_lens[i]);
            for (size_t got_len = 0; got_len < piece_lens[i]; got_len += len)
                assert_int_equal(net_read(b, peer, bytes, sizeof bytes, &len), NET_OK);
        }
    }
}

static const char secret[] = "SECRET-SECRET";

static bool holds_secret(uint32_t badge)
{
    const uint8_t *bytes = (const uint8_t *)host_shared[badge - 1];

    for (size_t i = 0; i + sizeof secret <= sizeof *host_shared[0]; i++)
        if (memcmp(bytes + i, secret, sizeof secret) == 0)
            return true;
    return false;
}

static void a_new_life_finds_nothing_of_the_former(void **state)
{
    net_handle stream, peer;
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    assert_int_equal(net_write(a, stream, secret, sizeof secret, &len), NET_OK);
    assert_int_equal(net_write(b, peer, secret, sizeof secret, &len), NET_OK);
    assert_true(holds_secret(1));
    host_client_dies(1);
    assert_int_equal(net_attach(a, 1, NOTIFICATION(1)), NET_OK);
    assert_false(holds_secret(1));
    assert_true(holds_secret(2));
}

static void nobody_attaches_without_memory(void **state)
{
    struct net_interface interface;

    (void)state;
    host_no_memory = true;
    assert_int_equal(net_attach(a, 1, NOTIFICATION(1)), NET_NO_BUFFERS);
    host_no_memory = false;
    assert_int_equal(net_get_interface(a, &interface), NET_IO);
    assert_int_equal(host_dropped_count[NOTIFICATION(1)],
                     2); /* the former life's, and this one's */
    assert_int_equal(net_attach(a, 1, NOTIFICATION(1)), NET_OK);
}

/* While the connection stands in a full backlog. */
static void what_was_not_taken_is_never_sent(void **state)
{
    net_handle listener = listen_on(b, PORT, 1), stream, peer;
    char text[16];
    size_t len;

    (void)state;
    connect_to(a, PORT);
    assert_int_equal(net_connect(a, &local, &stream), NET_OK);
    assert_int_equal(net_write(a, stream, "early", 5, &len), NET_WOULD_BLOCK);
    assert_int_equal(len, 0);
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    host_run_ms(10000); /* until the SYN is sent again */
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_OK);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_OK);
    assert_int_equal(len, 1);
}

static void a_writer_that_lies_sends_nothing(void **state)
{
    static const uint32_t lies[] = {NET_STREAM_WINDOW_BYTES + 1, 1u << 31, UINT32_MAX};
    net_handle stream, peer;
    char text[16];
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        positions_of(1, stream)->out.put_pos = lies[i];
        assert_int_equal(net_write(a, stream, NULL, 0, &len), NET_OK);
        assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_WOULD_BLOCK);
    }
    positions_of(1, stream)->out.put_pos = 0;
    assert_int_equal(net_write(a, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(net_read(b, peer, text, sizeof text, &len), NET_OK);
    assert_int_equal(len, 5);
}

/* It says that it has read what never came: nothing comes over what it has not read. */
static void a_reader_that_lies_gets_no_more(void **state)
{
    static uint8_t bytes[NET_STREAM_BYTES_MAX];
    net_handle stream, peer;
    size_t len, taken_len = 0;

    (void)state;
    make_pair(&stream, &peer);
    memset(bytes, 1, sizeof bytes);
    while (net_write(a, stream, bytes, sizeof bytes, &len) == NET_OK) {
        taken_len += len;
        positions_of(2, peer)->in.got_pos = 1u << 30;
        memset(bytes, 2, sizeof bytes);
    }
    assert_in_range(taken_len, NET_STREAM_WINDOW_BYTES, 2 * NET_STREAM_WINDOW_BYTES);
    assert_int_equal(bytes_of(2, peer)->in[0], 1);
    assert_int_equal(net_read(b, peer, bytes, sizeof bytes, &len), NET_OK);
    assert_int_equal(bytes[0], 1);
}

/* All that a client can write, again and again, while its streams are used: others notice nothing.
 */
static void a_client_that_scribbles_harms_itself_alone(void **state)
{
    net_handle stream, peer, other, others_peer, listener;
    uint8_t bytes[64];
    uint64_t random = 1;
    size_t len;

    (void)state;
    make_pair(&stream, &peer);
    listener = listen_on(&clients[4], PORT + 1, 1);
    other = connect_to(&clients[3], PORT + 1);
    assert_int_equal(net_accept(&clients[4], listener, &others_peer, NULL), NET_OK);
    for (int i = 0; i < 20000; i++) {
        uint32_t *words = (uint32_t *)(void *)positions_of(1, stream);
        words[host_random(&random) % 8] =
            host_random(&random) & 1 ? host_random(&random) : host_random(&random) % 10000;
        bytes_of(1, stream)->out[host_random(&random) % NET_STREAM_WINDOW_BYTES] = (uint8_t)i;
        (void)!net_write(a, stream, bytes, host_random(&random) % sizeof bytes, &len);
        (void)!net_read(a, stream, bytes, sizeof bytes, &len);
        (void)!net_read(b, peer, bytes, sizeof bytes, &len);
        (void)!net_write(b, peer, bytes, host_random(&random) % sizeof bytes, &len);
        if (i % 100 == 0) {
            assert_int_equal(net_write(&clients[3], other, "hello", 5, &len), NET_OK);
            assert_int_equal(net_read(&clients[4], others_peer, bytes, sizeof bytes, &len), NET_OK);
            assert_int_equal(len, 5);
            host_run_ms(1);
        }
    }
}

/* Datagrams wait behind their headers in memory that the client writes. */
static void a_datagram_is_as_long_as_it_can_be(void **state)
{
    static const uint32_t lies[] = {NET_DATAGRAM_BYTES_MAX + 1, 6, UINT32_MAX};
    struct net_address from, to = {.ipv4 = LOOPBACK, .port = PORT + 2};
    net_handle sender = udp_on(a, PORT + 1), receiver = udp_on(b, PORT + 2);
    uint8_t bytes[NET_DATAGRAM_BYTES_MAX];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint32_t offset_len = (uint32_t)i * (sizeof from + sizeof len / 2 + 5);
        assert_int_equal(net_send_to(a, sender, &to, "hello", 5), NET_OK);
        memcpy(&bytes_of(2, receiver)->in[offset_len + sizeof from], &lies[i], sizeof lies[i]);
        assert_int_equal(net_receive_from(b, receiver, &from, bytes, sizeof bytes, &len),
                         NET_WOULD_BLOCK);
    }
    assert_int_equal(net_send_to(a, sender, &to, "hello", 5), NET_OK);
    assert_int_equal(net_receive_from(b, receiver, &from, bytes, sizeof bytes, &len), NET_OK);
    assert_int_equal(len, 5);
}

int shared_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_there_is_read_without_a_call, begin),
        cmocka_unit_test_setup(who_saw_nothing_is_told_of_everything, begin),
        cmocka_unit_test_setup(who_does_not_wait_is_not_woken, begin),
        cmocka_unit_test_setup(a_reader_is_heard_before_its_peer_stands_still, begin),
        cmocka_unit_test_setup(a_new_life_finds_nothing_of_the_former, begin),
        cmocka_unit_test_setup(nobody_attaches_without_memory, begin),
        cmocka_unit_test_setup(what_was_not_taken_is_never_sent, begin),
        cmocka_unit_test_setup(a_writer_that_lies_sends_nothing, begin),
        cmocka_unit_test_setup(a_reader_that_lies_gets_no_more, begin),
        cmocka_unit_test_setup(a_client_that_scribbles_harms_itself_alone, begin),
        cmocka_unit_test_setup(a_datagram_is_as_long_as_it_can_be, begin),
    };

    return cmocka_run_group_tests_name("shared memory", tests, NULL, NULL);
}
