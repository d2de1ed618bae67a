/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets, pings, and what the wire may say of this machine. */
#include "netstackd/facade_clients.h"

#include "stack.h"
#include <lwip/udp.h>
#include <string.h>

/* --- UDP --- */

static void datagrams_travel_whole(void **state)
{
    static uint8_t sent[NET_DATAGRAM_BYTES_MAX], got[NET_DATAGRAM_BYTES_MAX];
    static const size_t lens[] = {0, 1, 7, NET_DATAGRAM_BYTES_MAX - 1, NET_DATAGRAM_BYTES_MAX};
    net_handle from = udp_on(a, PORT), to = udp_on(b, PORT + 1);
    struct net_address target = {.ipv4 = LOOPBACK, .port = PORT + 1}, seen;
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        assert_int_equal(net_receive_from(b, to, &seen, got, sizeof got, &len), NET_WOULD_BLOCK);
        assert_int_equal(net_send_to(a, from, &target, sent, lens[i]), NET_OK);
        assert_int_equal(events_of(b, to), NET_EVENT_READ_MASK);
        assert_int_equal(net_receive_from(b, to, &seen, got, sizeof got, &len), NET_OK);
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
        memset(bytes, (int)i, sizeof bytes);
        assert_int_equal(net_send_to(a, from, &target, bytes, sizeof bytes), NET_OK);
    }
    /* What is left of the ring takes no more than it has room for, header included. */
    const uint32_t queued_count = NET_STREAM_WINDOW_BYTES / (1000 + 12);
    const size_t room_len = NET_STREAM_WINDOW_BYTES - queued_count * (1000 + 12) - 12;
    assert_int_equal(net_send_to(a, from, &target, bytes, room_len + 1), NET_OK);
    assert_int_equal(net_send_to(a, from, &target, bytes, room_len), NET_OK);
    for (; expected < queued_count; expected++) {
        assert_int_equal(net_receive_from(b, to, &seen, bytes, sizeof bytes, &len), NET_OK);
        assert_int_equal(len, sizeof bytes);
        assert_int_equal(bytes[999], expected);
    }
    assert_int_equal(net_receive_from(b, to, &seen, bytes, sizeof bytes, &len), NET_OK);
    assert_int_equal(len, room_len);
    assert_int_equal(net_receive_from(b, to, &seen, bytes, sizeof bytes, &len), NET_WOULD_BLOCK);
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
    host_receive(frame, sizeof frame);
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

static struct pbuf *kept;

static void keep(void *arg, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *remote_ip,
                 u16_t remote_port)
{
    (void)arg;
    (void)pcb;
    (void)remote_ip;
    (void)remote_port;
    kept = packet;
}

/* The frame itself is the device's again. None of netstackd's own callbacks keeps one. */
static void what_is_kept_of_a_frame_is_a_copy(void **state)
{
    struct udp_pcb *pcb = udp_new();
    uint32_t pool_use = host_pool_use();

    (void)state;
    assert_int_equal(udp_bind(pcb, IP_ANY_TYPE, PORT), ERR_OK);
    udp_recv(pcb, keep, NULL);
    datagram_from_wire(0x0a000202, HOST_WIRE_IPV4, PORT);
    assert_int_equal(kept->tot_len, 1);
    assert_int_equal(*(const uint8_t *)kept->payload,
                     0); /* the sanitizer would not let this pass */
    pbuf_free(kept);
    assert_int_equal(host_pool_use(), pool_use);
    udp_remove(pcb);
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

/* --- ping --- */

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

int datagram_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(datagrams_travel_whole, begin),
        cmocka_unit_test_setup(a_full_queue_loses_the_newest, begin),
        cmocka_unit_test_setup(a_udp_port_is_bound_once, begin),
        cmocka_unit_test_setup(who_claims_to_be_us_on_the_wire_is_not_heard, begin),
        cmocka_unit_test_setup(what_is_kept_of_a_frame_is_a_copy, begin),
        cmocka_unit_test_setup(the_own_address_reaches_ourselves, begin),
        cmocka_unit_test_setup(ping_is_answered_by_the_loopback, begin),
        cmocka_unit_test_setup(ping_without_answer_times_out, begin),
    };

    return cmocka_run_group_tests_name("datagrams", tests, NULL, NULL);
}
