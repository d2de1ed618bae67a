/* SPDX-License-Identifier: Apache-2.0 */
/* Handles under a hostile client that computes them, and slots whose life ends while something
 * still refers to them: the accept queue, lwIP's segments, packets that wait for ARP. */
#include "netstackd/host.h"
#include "netstackd/host_peer.h"
#include "netstackd/testing.h"

#include "facade.h"
#include "stack.h"
#include <lwip/tcp.h>
#include <string.h>

#define PORT            4000
#define GENERATION_STEP 0x100u /* of a handle: the next life of the same slot */
#define MS_PER_MINUTE   60000u
#define SILENT_IPV4     0x0a000287u /* 10.0.2.135: answers no ARP by itself */
#define PEER_PORT       7000

static struct net_client clients[NET_CLIENTS_MAX + 1]; /* by badge; 0 unused */
static struct net_client *const a = &clients[1];
static struct net_client *const b = &clients[2];

static int begin(void **state)
{
    (void)state;
    host_on_frame = NULL;
    for (uint32_t badge = 1; badge <= NET_CLIENTS_MAX; badge++) {
        host_client_dies(badge);
        assert_int_equal(net_attach(&clients[badge], badge, 100 + badge), NET_OK);
    }
    host_run_ms(1000);
    return 0;
}

static uint32_t socket_count(uint32_t badge)
{
    return host_socket_count(badge);
}

static net_handle listen_on(struct net_client *client, uint32_t backlog_count)
{
    struct net_address address = {.ipv4 = LOOPBACK, .port = PORT};
    net_handle listener = 0;

    assert_int_equal(net_listen(client, &address, backlog_count, &listener), NET_OK);
    return listener;
}

static net_handle connect_to(struct net_client *client, uint32_t ipv4, uint16_t port)
{
    struct net_address address = {.ipv4 = ipv4, .port = port};
    net_handle stream = 0;

    assert_int_equal(net_connect(client, &address, &stream), NET_OK);
    host_run_ms(10);
    return stream;
}

/* --- handles that were never given --- */

static uint32_t status_of(uint32_t op, net_handle handle, size_t request_len)
{
    union net_any_request request;
    union net_any_reply reply;

    memset(&request, 0, sizeof request);
    request.head.op = op;
    request.head.handle = handle;
    serve_dispatch(&facade, 2, &request, request_len, 0, &reply);
    stack_run();
    return reply.head.status;
}

static const struct {
    enum net_op op;
    size_t request_len;
} operations_with_handle[] = {
    {NET_OP_ACCEPT, 8},         {NET_OP_READ, 8},     {NET_OP_WRITE, 16},
    {NET_OP_CLOSE, 8},          {NET_OP_ABORT, 8},    {NET_OP_LOCAL_ADDRESS, 8},
    {NET_OP_REMOTE_ADDRESS, 8}, {NET_OP_SEND_TO, 16}, {NET_OP_RECEIVE_FROM, 8},
    {NET_OP_PING_RESULT, 8},
};

static void assert_names_nothing(net_handle handle)
{
    for (size_t i = 0; i < sizeof operations_with_handle / sizeof operations_with_handle[0]; i++)
        assert_int_equal(
            status_of(operations_with_handle[i].op, handle, operations_with_handle[i].request_len),
            NET_NOT_FOUND);
}

/* b uses a slot and leaves it, so it can compute the handle of the slot's next life. */
static net_handle next_handle_of_a_slot(void)
{
    struct net_address any = {0};
    net_handle used;

    assert_int_equal(net_udp_bind(b, &any, &used), NET_OK);
    assert_int_equal(net_close(b, used), NET_OK);
    return used + GENERATION_STEP;
}

static void a_waiting_connection_cannot_be_named(void **state)
{
    net_handle listener = listen_on(b, 4), peer;
    net_handle guessed = next_handle_of_a_slot();
    struct net_address seen, mine;
    net_handle stream = connect_to(a, LOOPBACK, PORT);

    (void)state;
    assert_int_equal(socket_count(2), 2); /* it waits in the slot that was guessed */
    assert_names_nothing(guessed);
    assert_int_equal(socket_count(2), 2);
    assert_int_equal(net_accept(b, listener, &peer, &seen), NET_OK);
    assert_int_equal(peer, guessed); /* the guess was right, and worth nothing until now */
    assert_int_equal(net_local_address(a, stream, &mine), NET_OK);
    assert_memory_equal(&seen, &mine, sizeof mine);
}

/* What made a pointer of the client's choice out of it: the slot goes to another kind of socket
 * while the queue still refers to it. */
static void a_slot_in_the_queue_cannot_become_a_ping(void **state)
{
    net_handle listener = listen_on(b, 4), ping, peer;
    net_handle guessed = next_handle_of_a_slot();

    (void)state;
    connect_to(a, LOOPBACK, PORT);
    assert_int_equal(net_abort(b, guessed), NET_NOT_FOUND);
    assert_int_equal(net_ping(b, 0x02001234, 100, &ping), NET_OK);
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    assert_int_not_equal(peer & 0xff, ping & 0xff); /* two slots */
}

static void a_closing_connection_cannot_be_named(void **state)
{
    net_handle listener = listen_on(b, 1), peer;

    (void)state;
    connect_to(a, LOOPBACK, PORT);
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    assert_int_equal(net_close(b, peer), NET_OK);
    assert_int_equal(socket_count(2), 2); /* lingering */
    assert_names_nothing(peer);
    assert_names_nothing(peer + GENERATION_STEP);
    assert_int_equal(socket_count(2), 2);
}

static void no_handle_near_a_given_one_means_anything(void **state)
{
    struct net_address any = {0};
    net_handle udp;

    (void)state;
    assert_int_equal(net_udp_bind(b, &any, &udp), NET_OK);
    for (uint32_t life = 0; life < 4; life++) {
        for (uint32_t slot = 0; slot < GENERATION_STEP; slot++) {
            net_handle guess = ((udp / GENERATION_STEP + life) * GENERATION_STEP) | slot;
            if (guess != udp)
                assert_names_nothing(guess);
        }
    }
    assert_int_equal(socket_count(2), 1);
}

/* --- death in the queue --- */

static void who_dies_waiting_leaves_the_queue_at_once(void **state)
{
    net_handle listener = listen_on(b, NET_BACKLOG_MAX), peer;

    (void)state;
    for (uint32_t i = 0; i < 4 * NET_CLIENT_SOCKETS_MAX; i++) {
        net_handle stream = connect_to(a, LOOPBACK, PORT);
        assert_int_equal(socket_count(2), 2);
        assert_int_equal(net_abort(a, stream), NET_OK);
        assert_int_equal(socket_count(2), 1);
    }
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_WOULD_BLOCK);
    net_handle stream = connect_to(a, LOOPBACK, PORT);
    assert_int_equal(net_accept(b, listener, &peer, NULL), NET_OK);
    size_t len;
    assert_int_equal(net_write(a, stream, "x", 1, &len), NET_OK);
}

/* The dead leave from any place of the queue, and the order of the others stays. */
static void the_queue_keeps_its_order_around_the_dead(void **state)
{
    enum { COUNT = 5 };
    net_handle listener = listen_on(b, NET_BACKLOG_MAX), streams[COUNT], peer;
    struct net_address mine, seen;

    (void)state;
    for (uint32_t dead = 0; dead < COUNT; dead++) {
        for (uint32_t i = 0; i < COUNT; i++)
            streams[i] = connect_to(a, LOOPBACK, PORT);
        assert_int_equal(net_abort(a, streams[dead]), NET_OK);
        for (uint32_t i = 0; i < COUNT; i++) {
            if (i == dead)
                continue;
            assert_int_equal(net_local_address(a, streams[i], &mine), NET_OK);
            assert_int_equal(net_accept(b, listener, &peer, &seen), NET_OK);
            assert_int_equal(seen.port, mine.port);
            assert_int_equal(net_abort(b, peer), NET_OK);
        }
        assert_int_equal(net_accept(b, listener, &peer, NULL), NET_WOULD_BLOCK);
        for (uint32_t i = 0; i < COUNT; i++)
            assert_int_equal(net_abort(a, streams[i]), i == dead ? NET_NOT_FOUND : NET_OK);
    }
}

/* --- what still refers to a slot after its end --- */

static net_handle connect_to_the_peer(struct peer *peer)
{
    host_attach_peer();
    net_handle stream = connect_to(b, SILENT_IPV4, PEER_PORT);
    peer_arp_reply(SILENT_IPV4);
    *peer = (struct peer){.ipv4 = SILENT_IPV4,
                          .port = PEER_PORT,
                          .device_port = peer_seen.device_port,
                          .seq = 1000,
                          .ack = peer_seen.seq + 1,
                          .window = 8192};
    peer_send(peer, PEER_SYN | PEER_ACK, NULL, 0);
    peer->seq++;
    return stream;
}

/* b's next stream takes the slot that has just become free, and carries a secret inside the
 * machine. */
static void write_secret_in_the_same_slot(net_handle old)
{
    net_handle listener = listen_on(a, 1);
    net_handle stream = connect_to(b, LOOPBACK, PORT);
    size_t len;

    assert_int_equal(stream & 0xff, old & 0xff);
    assert_int_equal(net_write(b, stream, "SECRET-SECRET", 13, &len), NET_OK);
    assert_int_equal(net_close(a, listener), NET_OK);
}

static void a_packet_that_waits_for_arp_keeps_its_own_bytes(void **state)
{
    struct peer peer;
    net_handle stream = connect_to_the_peer(&peer);
    size_t len;

    (void)state;
    host_run_ms(6 * MS_PER_MINUTE); /* the peer's address is forgotten */
    assert_int_equal(net_write(b, stream, "public--bytes", 13, &len), NET_OK);
    assert_int_equal(peer_seen.data_count, 0);
    peer_send(&peer, PEER_RST | PEER_ACK, NULL, 0);
    assert_int_equal(net_close(b, stream), NET_OK);
    write_secret_in_the_same_slot(stream);
    peer_arp_reply(SILENT_IPV4);
    assert_int_equal(peer_seen.data_count, 1); /* the packet did go out */
    assert_true(peer_saw("public--bytes"));
    assert_false(peer_saw("SECRET"));
}

/* FIN rides on the last bytes; the peer acknowledges those and not the FIN, which is sent again,
 * with the bytes. */
static void a_segment_sent_again_keeps_its_slot(void **state)
{
    struct peer peer;
    net_handle stream = connect_to_the_peer(&peer);
    size_t len;

    (void)state;
    peer.window = 0; /* so that the bytes wait, and FIN joins them */
    peer_send(&peer, PEER_ACK, NULL, 0);
    assert_int_equal(net_write(b, stream, "public--bytes", 13, &len), NET_OK);
    assert_int_equal(net_close(b, stream), NET_OK);
    peer.window = 8192;
    peer_send(&peer, PEER_ACK, NULL, 0);
    assert_true(peer_saw("public--bytes"));
    assert_true(peer_seen.flags & PEER_FIN);
    peer.ack += 13;
    peer_send(&peer, PEER_FIN | PEER_ACK, NULL, 0);
    assert_int_equal(socket_count(2), 1); /* still lingering */
    peer.seq++;
    peer.ack++;
    uint32_t sent_count = peer_seen.data_count;
    host_run_ms(5000);
    assert_true(peer_seen.data_count > sent_count); /* sent again */
    peer_send(&peer, PEER_ACK, NULL, 0);
    assert_int_equal(socket_count(2), 0);
    write_secret_in_the_same_slot(stream);
    host_run_ms(NET_LINGER_MS);
    assert_false(peer_saw("SECRET"));
}

/* What the loopback queue holds refers to the ring: once that has another use, the peer must not
 * read it there. A turn is over before the client's next call, unless the machine is busy. */
static void what_an_aborted_stream_had_inside_the_machine_is_dropped(void **state)
{
    net_handle listener = listen_on(a, 1), peer;
    net_handle stream = connect_to(b, LOOPBACK, PORT);
    struct net_stream *ring = &b->streams[net_place(stream)];
    union net_any_request write = {.write = {{NET_OP_WRITE, stream}, 6, 0}};
    union net_any_reply reply;
    char text[16];
    size_t len;

    (void)state;
    assert_int_equal(net_accept(a, listener, &peer, NULL), NET_OK);
    ring_put(&ring->out, "public", 6);
    ring_tell_put(&ring->out);
    serve_dispatch(&facade, 2, &write, sizeof write.write, 0, &reply);
    assert_int_equal(reply.head.status, NET_OK);
    write.head.op = NET_OP_ABORT;
    serve_dispatch(&facade, 2, &write, sizeof write.head, 0, &reply);
    assert_int_equal(reply.head.status, NET_OK);
    stack_run();
    assert_int_equal(net_read(a, peer, text, sizeof text, &len), NET_DISCONNECTED);
    stream = connect_to(b, LOOPBACK, PORT); /* the queue is as good as it was */
    assert_int_equal(net_write(b, stream, "hello", 5, &len), NET_OK);
    assert_int_equal(net_accept(a, listener, &peer, NULL), NET_OK);
    assert_int_equal(net_read(a, peer, text, sizeof text, &len), NET_OK);
    assert_int_equal(len, 5);
}

static int begin_all(void **state)
{
    (void)state;
    host_start(1, HOST_WIRE_IPV4);
    host_run_ms(60000);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_waiting_connection_cannot_be_named, begin),
        cmocka_unit_test_setup(a_slot_in_the_queue_cannot_become_a_ping, begin),
        cmocka_unit_test_setup(a_closing_connection_cannot_be_named, begin),
        cmocka_unit_test_setup(no_handle_near_a_given_one_means_anything, begin),
        cmocka_unit_test_setup(who_dies_waiting_leaves_the_queue_at_once, begin),
        cmocka_unit_test_setup(the_queue_keeps_its_order_around_the_dead, begin),
        cmocka_unit_test_setup(a_packet_that_waits_for_arp_keeps_its_own_bytes, begin),
        cmocka_unit_test_setup(a_segment_sent_again_keeps_its_slot, begin),
        cmocka_unit_test_setup(what_an_aborted_stream_had_inside_the_machine_is_dropped, begin),
    };

    return cmocka_run_group_tests(tests, begin_all, NULL);
}
