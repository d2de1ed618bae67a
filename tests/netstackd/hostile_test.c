/* SPDX-License-Identifier: Apache-2.0 */
/* A stranger on the wire, packet by packet: none of these ends the process (lwIP's assertions abort
 * it), and whoever else is there is served meanwhile. */
#include "counters.h"
#include "facade.h"
#include "netstackd/host.h"
#include "netstackd/host_peer.h"
#include "netstackd/testing.h"

#include "lwipopts.h"
#include "stack.h"
#include "stream.h"
#include <lwip/stats.h>
#include <string.h>

#define PORT      4000
#define PEER_IPV4 0x0a000220u /* 10.0.2.32 */
/* Hosts from here on answer no ARP. */
#define SILENT_IPV4 0x0a000280u

static struct net_client client;
static net_handle listener;

static struct peer fresh_peer(void)
{
    static uint16_t port = 20000;

    return (struct peer){
        .ipv4 = PEER_IPV4, .port = port++, .device_port = PORT, .seq = 1000000, .window = 8192};
}

static int begin(void **state)
{
    const struct net_address any = {.port = PORT};

    (void)state;
    host_client_dies(1);
    assert_int_equal(net_attach(&client, 1, 1), NET_OK);
    host_run_ms(1000);
    assert_int_equal(net_listen(&client, &any, 8, &listener), NET_OK);
    host_attach_peer();
    peer_echo_request(PEER_IPV4); /* makes the addresses known */
    return 0;
}

static net_handle accept_peer(struct peer *peer)
{
    net_handle stream = 0;

    assert_true(peer_connect(peer));
    assert_int_equal(net_accept(&client, listener, &stream, NULL), NET_OK);
    return stream;
}

/* Until the stream takes no more; returns how much it took. */
static size_t fill(net_handle stream, size_t piece_len)
{
    static const uint8_t bytes[NET_STREAM_BYTES_MAX];
    size_t total_len = 0, len;

    while (net_write(&client, stream, bytes, piece_len, &len) == NET_OK)
        total_len += len;
    return total_len;
}

static void assert_served(void)
{
    struct peer other = fresh_peer();
    net_handle stream = accept_peer(&other);
    uint8_t byte;
    size_t len;

    peer_send(&other, PEER_ACK, "x", 1);
    assert_int_equal(net_read(&client, stream, &byte, 1, &len), NET_OK);
    assert_int_equal(byte, 'x');
    assert_int_equal(net_close(&client, stream), NET_OK);
    other.seq++;
    peer_send(&other, PEER_RST, NULL, 0); /* no more of it */
}

/* --- assertions that a peer reached --- */

/* All but the last byte at an open window, the last one by a probe, whose window stays closed. */
static void acknowledges_a_probe(size_t total_len)
{
    static const uint8_t bytes[NET_STREAM_BYTES_MAX];
    struct peer peer = fresh_peer();
    net_handle stream = accept_peer(&peer);
    size_t len;

    peer.window = (uint16_t)(total_len - 1);
    peer_send(&peer, PEER_ACK, "w", 1);
    peer.seq++;
    peer_send(&peer, PEER_ACK, NULL, 0); /* later than the handshake: its window counts */
    assert_int_equal(net_write(&client, stream, bytes, total_len, &len), NET_OK);
    assert_int_equal(len, total_len);
    host_run_ms(3000);
    peer.ack += (uint32_t)(total_len - 1);
    peer.window = 0;
    peer_send(&peer, PEER_ACK, NULL, 0);
    host_run_ms(5000);
    assert_int_equal(peer_seen.data_len, 1); /* the probe */
    peer.ack++;
    peer_send(&peer, PEER_ACK, NULL, 0);
    host_run_ms(5000);
    assert_served();
}

static void an_acknowledged_probe_stops_the_timer(void **state)
{
    (void)state;
    acknowledges_a_probe(1);
    acknowledges_a_probe(98);
    acknowledges_a_probe(500);
}

static void a_first_window_may_be_smaller_than_a_segment(void **state)
{
    struct peer peer = fresh_peer();
    size_t len;

    (void)state;
    peer.mss = 3;
    peer.window = 0;
    net_handle stream = accept_peer(&peer);
    assert_int_equal(net_write(&client, stream, "abcdefghi", 9, &len), NET_OK); /* 3 + 3 + 3 */
    peer.mss = 0;
    peer.window = 4;
    peer_send(&peer, PEER_ACK, NULL, 0);
    peer.ack += 3;
    peer_send(&peer, PEER_ACK, NULL, 0);
    assert_int_equal(net_write(&client, stream, "ijkl", 4, &len), NET_OK);
    assert_served();
}

static void a_segment_size_after_the_syn_counts_nothing(void **state)
{
    struct peer peer = fresh_peer();
    size_t len;

    (void)state;
    peer.window = 1000;
    net_handle stream = accept_peer(&peer);
    static const uint8_t bytes[3000]; /* more than the window: some is queued */
    assert_int_equal(net_write(&client, stream, bytes, sizeof bytes, &len), NET_OK);
    peer.mss = 1;
    peer_send(&peer, PEER_ACK, NULL, 0);
    assert_int_equal(net_write(&client, stream, "x", 1, &len), NET_OK);
    peer.ack = peer_seen.seq + (uint32_t)peer_seen.data_len;
    peer.window = 50; /* smaller than the queued segment, larger than the size just said */
    peer_send(&peer, PEER_ACK, NULL, 0);
    host_run_ms(5000); /* the segment is split */
    assert_served();
}

static void a_large_segment_size_does_not_pass_the_mtu(void **state)
{
    struct peer peer = fresh_peer();

    (void)state;
    net_handle stream = accept_peer(&peer);
    peer.mss = 4088;
    peer_send(&peer, PEER_ACK, NULL, 0);
    fill(stream, 4088); /* interface_transmit() aborts on a frame above the MTU */
    host_run_ms(5000);
    assert_in_range(peer_seen.data_len, 1, 1460);
    assert_served();
}

/* --- both windows closed --- */

static void two_closed_windows_fall_silent(void **state)
{
    static const size_t piece_lens[] = {2048, 1024, 512, 4088, 1000};
    const struct net_address local = {.ipv4 = LOOPBACK, .port = PORT};

    (void)state;
    for (size_t i = 0; i < sizeof piece_lens / sizeof piece_lens[0]; i++) {
        net_handle ends[2];
        assert_int_equal(net_connect(&client, &local, &ends[0]), NET_OK);
        host_run_ms(10);
        assert_int_equal(net_accept(&client, listener, &ends[1], NULL), NET_OK);
        fill(ends[0], piece_lens[i]);
        fill(ends[1], piece_lens[i]);
        host_run_ms(10000);
        assert_int_not_equal(stack_sleep_ms(), 0);
        uint32_t before_count = lwip_stats.tcp.recv;
        host_run_ms(10000);
        /* Probes and what answers them, of two ends, 20 coarse ticks. */
        assert_in_range(lwip_stats.tcp.recv - before_count, 1, 20 * 2 * PORT_CHALLENGE_ACKS_MAX);
        assert_int_equal(net_close(&client, ends[0]), NET_OK);
        assert_int_equal(net_close(&client, ends[1]), NET_OK);
    }
}

/* More packets than belong into one turn: the rest waits for the next, which comes at once. */
static void a_turn_is_bounded(void **state)
{
    const struct net_address busy = {.ipv4 = LOOPBACK, .port = PORT + 1};
    net_handle busy_listener, stream;
    struct socket *socket;

    (void)state;
    assert_int_equal(net_listen(&client, &busy, NET_BACKLOG_MAX, &busy_listener), NET_OK);
    uint32_t before_count = lwip_stats.tcp.recv;
    for (uint32_t i = 0; i < NET_BACKLOG_MAX; i++)
        assert_int_equal(stream_connect(serve_client_of_badge(&facade, 1), &busy, &socket), NET_OK);
    stack_run();
    assert_int_equal(lwip_stats.tcp.recv - before_count, PORT_LOOPBACK_PACKETS_PER_TURN);
    assert_int_equal(stack_sleep_ms(), 0);
    stack_run();
    assert_int_equal(lwip_stats.tcp.recv - before_count, 3 * NET_BACKLOG_MAX);
    assert_int_not_equal(stack_sleep_ms(), 0);
    for (uint32_t i = 0; i < NET_BACKLOG_MAX; i++)
        assert_int_equal(net_accept(&client, busy_listener, &stream, NULL), NET_OK);
}

/* --- buffers and places --- */

static void answers_that_wait_for_arp_take_no_receive_buffers(void **state)
{
    (void)state;
    uint32_t lost_count = port_counter(PORT_FRAME_NO_BUFFER);
    for (uint32_t i = 0; i < 600; i++) {
        peer_echo_request(SILENT_IPV4 + i % 100);
        uint32_t before_count = peer_seen.echo_count;
        peer_echo_request(PEER_IPV4);
        assert_int_equal(peer_seen.echo_count, before_count + 1);
        host_run_ms(10);
    }
    assert_int_equal(port_counter(PORT_FRAME_NO_BUFFER), lost_count);
    assert_served();
}

/* 1,000 forged SYNs a second for as long as a legitimate peer's answer takes. */
static void flood(uint32_t ms)
{
    static uint32_t source = 0x01000000;

    for (uint32_t i = 0; i < ms; i++) {
        struct peer forged = fresh_peer();
        forged.ipv4 = source += 7919;
        peer_send(&forged, PEER_SYN, NULL, 0);
        host_run_ms(1);
    }
}

static void a_syn_flood_leaves_room_for_others(void **state)
{
    (void)state;
    flood(2000);
    for (uint32_t i = 0; i < 20; i++) {
        struct peer peer = fresh_peer();
        net_handle stream;
        assert_true(peer_syn(&peer));
        flood(200); /* a round trip */
        peer_send(&peer, PEER_ACK, "x", 1);
        assert_int_equal(net_accept(&client, listener, &stream, NULL), NET_OK);
        assert_int_equal(net_close(&client, stream), NET_OK);
    }
    assert_int_not_equal(port_counter(PORT_HALF_OPEN_DISPLACED), 0);
    host_run_ms(60000);
    assert_served();
}

static void the_greediest_source_is_displaced(void **state)
{
    struct peer early = fresh_peer();
    net_handle stream;

    (void)state;
    assert_true(peer_syn(&early));
    for (uint32_t i = 0; i < 4 * PORT_HALF_OPEN_MAX; i++) {
        struct peer greedy = fresh_peer();
        greedy.ipv4 = PEER_IPV4 + 1;
        peer_send(&greedy, PEER_SYN, NULL, 0);
    }
    peer_send(&early, PEER_ACK, NULL, 0);
    assert_int_equal(net_accept(&client, listener, &stream, NULL), NET_OK);
    host_run_ms(60000);
}

/* The last place is taken between the SYN and the handshake's end. */
static void a_handshake_waits_for_a_place(void **state)
{
    struct peer peer = fresh_peer();
    const struct net_address any = {0};
    net_handle last = 0, handle;

    (void)state;
    assert_true(peer_syn(&peer));
    while (net_udp_bind(&client, &any, &handle) == NET_OK)
        last = handle;
    uint32_t before_count = peer_seen.reset_count;
    peer_send(&peer, PEER_ACK, NULL, 0);
    assert_int_equal(peer_seen.reset_count, before_count);
    assert_int_equal(net_close(&client, last), NET_OK);
    peer_send(&peer, PEER_ACK, "x", 1);
    assert_int_equal(net_accept(&client, listener, &handle, NULL), NET_OK);
}

/* --- what the standards say of single packets --- */

static void a_new_syn_ends_time_wait(void **state)
{
    struct peer peer = fresh_peer();
    net_handle stream = accept_peer(&peer);

    (void)state;
    assert_int_equal(net_close(&client, stream), NET_OK);
    peer.ack++;
    peer_send(&peer, PEER_ACK | PEER_FIN, NULL, 0);
    peer.seq++;
    uint32_t old_ack = peer.ack;
    struct peer again = peer;
    again.seq = peer.seq - 5000; /* an old duplicate */
    assert_false(peer_syn(&again));
    again = peer;
    again.seq += 1;
    assert_true(peer_syn(&again));
    assert_true((int32_t)(again.ack - old_ack) > 1 << 16); /* beyond the old numbers */
    peer_send(&again, PEER_ACK, NULL, 0);
    assert_int_equal(net_accept(&client, listener, &stream, NULL), NET_OK);
}

static void an_ack_out_of_range_delivers_nothing(void **state)
{
    static const uint32_t wrong[] = {1u << 30, 0u - (1u << 30), 100, 0u - 20000};
    struct peer peer = fresh_peer();
    net_handle stream = accept_peer(&peer);
    uint32_t right_ack = peer.ack;
    uint8_t byte;
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint32_t before_count = peer_seen.tcp_count;
        peer.ack = right_ack + wrong[i];
        peer_send(&peer, PEER_ACK, "x", 1);
        assert_int_equal(net_read(&client, stream, &byte, 1, &len), NET_WOULD_BLOCK);
        assert_int_equal(peer_seen.tcp_count, before_count + 1);
        assert_int_equal(peer_seen.ack, peer.seq); /* the challenge */
    }
    peer.ack = right_ack;
    peer_send(&peer, 0, "x", 1); /* the right number, which does not count without the flag */
    assert_int_equal(net_read(&client, stream, &byte, 1, &len), NET_WOULD_BLOCK);
    peer_send(&peer, PEER_ACK, "x", 1);
    assert_int_equal(net_read(&client, stream, &byte, 1, &len), NET_OK);
}

static void challenges_are_limited(void **state)
{
    static const uint8_t kinds[] = {PEER_RST, PEER_SYN, PEER_ACK};

    (void)state;
    for (size_t kind = 0; kind < sizeof kinds; kind++) {
        struct peer peer = fresh_peer();
        accept_peer(&peer);
        host_run_ms(1000);
        uint32_t before_count = peer_seen.tcp_count;
        peer.seq += kinds[kind] == PEER_ACK ? 100000 : 100;
        for (uint32_t i = 0; i < 100; i++)
            peer_send(&peer, kinds[kind], NULL, 0);
        assert_int_equal(peer_seen.tcp_count - before_count, PORT_CHALLENGE_ACKS_MAX);
        host_run_ms(500);
        peer_send(&peer, kinds[kind], NULL, 0);
        assert_int_equal(peer_seen.tcp_count - before_count, PORT_CHALLENGE_ACKS_MAX + 1);
    }
}

static void a_short_arp_packet_is_dropped(void **state)
{
    (void)state;
    uint32_t before_count = peer_seen.arp_reply_count;
    peer_arp_request(28);
    assert_int_equal(peer_seen.arp_reply_count, before_count + 1);
    for (size_t len = 0; len < 28; len++)
        peer_arp_request(len);
    assert_int_equal(peer_seen.arp_reply_count, before_count + 1);
}

static void frames_for_others_are_dropped(void **state)
{
    static const uint8_t other[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x99};
    static const uint8_t multicast[6] = {1, 0, 0x5e, 0, 0, 1};
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct peer peer = fresh_peer();

    (void)state;
    uint32_t before_count = peer_seen.tcp_count;
    peer_send_to(other, &peer, PEER_SYN, NULL, 0);
    peer_send_to(multicast, &peer, PEER_SYN, NULL, 0);
    peer_send_to(broadcast, &peer, PEER_SYN, NULL, 0);
    assert_int_equal(peer_seen.tcp_count, before_count);
    assert_true(peer_connect(&peer));
}

static int start(void **state)
{
    (void)state;
    host_start(1, HOST_WIRE_IPV4);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_acknowledged_probe_stops_the_timer, begin),
        cmocka_unit_test_setup(a_first_window_may_be_smaller_than_a_segment, begin),
        cmocka_unit_test_setup(a_segment_size_after_the_syn_counts_nothing, begin),
        cmocka_unit_test_setup(a_large_segment_size_does_not_pass_the_mtu, begin),
        cmocka_unit_test_setup(two_closed_windows_fall_silent, begin),
        cmocka_unit_test_setup(a_turn_is_bounded, begin),
        cmocka_unit_test_setup(answers_that_wait_for_arp_take_no_receive_buffers, begin),
        cmocka_unit_test_setup(a_syn_flood_leaves_room_for_others, begin),
        cmocka_unit_test_setup(the_greediest_source_is_displaced, begin),
        cmocka_unit_test_setup(a_handshake_waits_for_a_place, begin),
        cmocka_unit_test_setup(a_new_syn_ends_time_wait, begin),
        cmocka_unit_test_setup(an_ack_out_of_range_delivers_nothing, begin),
        cmocka_unit_test_setup(challenges_are_limited, begin),
        cmocka_unit_test_setup(a_short_arp_packet_is_dropped, begin),
        cmocka_unit_test_setup(frames_for_others_are_dropped, begin),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
