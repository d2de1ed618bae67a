/* SPDX-License-Identifier: Apache-2.0 */
/* Clients of the facade, and the calls that most tests begin with. */
#include "netstackd/facade_clients.h"

#include <string.h>

struct net_client clients[NET_CLIENTS_MAX + 1];
struct net_client *const a = &clients[1];
struct net_client *const b = &clients[2];
const struct net_address local = {.ipv4 = LOOPBACK, .port = PORT};
uint32_t baseline_use;

void begin_all(void)
{
    host_start(1, HOST_WIRE_IPV4);
    host_run_ms(60000);
    baseline_use = host_pool_use();
}

int begin(void **state)
{
    (void)state;
    for (uint32_t badge = 1; badge <= NET_CLIENTS_MAX; badge++) {
        host_client_dies(badge);
        assert_int_equal(net_attach(&clients[badge], badge, NOTIFICATION(badge)), NET_OK);
    }
    host_run_ms(1000);
    memset(host_signal_count, 0, sizeof host_signal_count);
    memset(host_dropped_count, 0, sizeof host_dropped_count);
    host_on_frame = NULL;
    return 0;
}

uint32_t socket_count(uint32_t badge)
{
    return host_socket_count(badge);
}

net_handle listen_on(struct net_client *client, uint16_t port, uint32_t backlog_count)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = port};
    net_handle listener = 0;

    assert_int_equal(net_listen(client, &address, backlog_count, &listener), NET_OK);
    assert_int_not_equal(listener, 0);
    return listener;
}

net_handle connect_to(struct net_client *client, uint16_t port)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = port};
    net_handle stream = 0;
    size_t written_len;

    assert_int_equal(net_connect(client, &address, &stream), NET_OK);
    host_run_ms(10);
    assert_int_equal(net_write(client, stream, NULL, 0, &written_len), NET_OK);
    return stream;
}

void make_pair(net_handle *client_stream, net_handle *server_stream)
{
    net_handle listener = listen_on(b, PORT, 1);

    *client_stream = connect_to(a, PORT);
    assert_int_equal(net_accept(b, listener, server_stream, NULL), NET_OK);
    assert_int_equal(net_close(b, listener), NET_OK);
}

net_handle udp_on(struct net_client *client, uint16_t port)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = port};
    net_handle socket;

    assert_int_equal(net_udp_bind(client, &address, &socket), NET_OK);
    return socket;
}

uint32_t events_of(struct net_client *client, net_handle handle)
{
    struct serve_event events[NET_CLIENT_SOCKETS_MAX];
    size_t count;

    assert_int_equal(net_ready(client, events, &count), NET_OK);
    for (size_t i = 0; i < count; i++)
        if (events[i].handle == handle)
            return events[i].events_mask;
    return 0;
}
