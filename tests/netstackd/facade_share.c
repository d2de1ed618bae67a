/* SPDX-License-Identifier: Apache-2.0 */
/* Each client has its share, and no other. */
#include "netstackd/facade_clients.h"

#include <string.h>

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
            while (net_write(caller, streams[side][i], bytes, sizeof bytes, &len) == NET_OK)
                ;
            while (net_write(server, peer, bytes, sizeof bytes, &len) == NET_OK)
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
    while (net_write(a, stream, bytes, sizeof bytes, &len) == NET_OK)
        ;
    lingering = connect_to(a, PORT);
    assert_int_equal(net_write(a, lingering, bytes, sizeof bytes, &len), NET_OK);
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
    while (net_read(b, peer, bytes, sizeof bytes, &len) == NET_OK)
        ;
    assert_int_equal(net_read(b, peer, bytes, 1, &len), NET_DISCONNECTED);
    host_client_dies(2);
    host_run_ms(60000); /* ARP's waiting packet too */
    assert_int_equal(host_pool_use(), baseline_use);
}

int share_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_hoarder_takes_only_its_own_share, begin),
        cmocka_unit_test_setup(listeners_have_their_own_bound, begin),
        cmocka_unit_test_setup(every_share_can_be_used_at_once, begin),
        cmocka_unit_test_setup(a_full_share_lets_connections_wait, begin),
        cmocka_unit_test_setup(the_backlog_bounds_who_waits, begin),
        cmocka_unit_test_setup(death_frees_everything, begin),
    };

    return cmocka_run_group_tests_name("shares", tests, NULL, NULL);
}
