/* SPDX-License-Identifier: Apache-2.0 */
/* The facade, through its own client library, down to lwIP's loopback: what each operation does,
 * and that a client reaches only what is its own. Here: who may ask, for what, by which handle. */
#include "netstackd/facade_clients.h"

#include "facade.h"
#include <string.h>

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
    serve_dispatch(&facade, 1, &request, sizeof request.head, 9, &reply);
    assert_int_equal(reply.head.status, NET_OK);
    assert_int_equal(host_dropped_count[9], 1);
    request.head.op = 0;
    serve_dispatch(&facade, 1, &request, sizeof request.head, 9, &reply);
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
    {NET_OP_READ, 8, 8, true},
    {NET_OP_WRITE, 16, 16, true},
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
_Static_assert(sizeof operations / sizeof operations[0] == NET_OP_COUNT - 1, "every operation");

static uint32_t status_of(uint32_t op, net_handle handle, size_t request_len)
{
    union net_any_request request;
    union net_any_reply reply;

    memset(&request, 0, sizeof request);
    request.head.op = op;
    request.head.handle = handle;
    assert_int_equal(serve_dispatch(&facade, 1, &request, request_len, 0, &reply),
                     sizeof reply.head);
    assert_int_equal(reply.head.value, 0);
    return reply.head.status;
}

static void rejects_every_wrong_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
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
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(status_of(unknown[i], 0, 8), NET_MALFORMED);
}

static void rejects_a_handle_where_none_belongs(void **state)
{
    net_handle listener = listen_on(a, PORT, 1);

    (void)state;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
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
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
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

/* --- the interface --- */

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

static int request_tests(void)
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
        cmocka_unit_test_setup(the_interface_is_described, begin),
    };

    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}

int main(void)
{
    begin_all();
    return request_tests() + stream_tests() + datagram_tests() + share_tests() + shared_tests();
}
