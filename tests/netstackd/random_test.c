/* SPDX-License-Identifier: Apache-2.0 */
/* netstackd's unpredictable numbers: the keyed function, sequence numbers by RFC 6528, and that
 * nobody on the wire makes the machine draw on its entropy device. */
#include "netstackd/host.h"
#include "netstackd/host_peer.h"
#include "netstackd/testing.h"

#include "random.h"
#include "siphash.h"
#include "stack.h"
#include <string.h>

#define NS_PER_TICK 4000
#define PEER_IPV4   0x0a000207u /* 10.0.2.7 */
#define PEER_PORT   7000

/* Key 00 01 .. 0f, input 00 01 .. of each length; the paper's own example is that of 15 bytes. */
static void siphash_gives_the_known_answers(void **state)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } vectors[] = {{0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd},  {7, 0xab0200f58b01d137},
                   {8, 0x93f5f5799a932462}, {15, 0xa129ca6149be45e5}, {16, 0x3f2acc7f57c29bdb},
                   {63, 0x958a324ceb064572}};
    uint8_t key[SIPHASH_KEY_BYTES], input[64];

    (void)state;
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (uint8_t)i;
    memcpy(key, input, sizeof key);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
        assert_int_equal(siphash(key, input, vectors[i].len), vectors[i].hash);
}

static const struct random_connection connection = {0x0a00020f, 0x0a000207, 34567, 40000};

static void a_sequence_number_is_the_clock_and_a_secret(void **state)
{
    uint32_t before = random_isn(&connection);

    (void)state;
    assert_int_equal(random_isn(&connection), before);
    host_now_ns += 1000 * NS_PER_TICK;
    assert_int_equal(random_isn(&connection), before + 1000);
}

/* Knowing one's own sequence number tells nothing about another's: each part counts. */
static void each_part_of_a_connection_moves_the_secret(void **state)
{
    struct random_connection other[4] = {connection, connection, connection, connection};
    uint32_t mine = random_isn(&connection);

    (void)state;
    other[0].local_ipv4++;
    other[1].remote_ipv4++;
    other[2].local_port++;
    other[3].remote_port++;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t difference = random_isn(&other[i]) - mine;
        assert_true(difference > 1 << 16 && difference < UINT32_MAX - (1 << 16));
    }
}

static void another_start_has_another_secret(void **state)
{
    uint32_t first = random_isn(&connection), first_next = random_next();

    (void)state;
    random_init();
    assert_int_not_equal(random_isn(&connection), first);
    assert_int_not_equal(random_next(), first_next);
}

static void numbers_do_not_repeat(void **state)
{
    enum { COUNT = 1000 };
    static uint32_t numbers[COUNT];

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++) {
        numbers[i] = random_next();
        for (uint32_t j = 0; j < i; j++)
            assert_int_not_equal(numbers[i], numbers[j]);
    }
}

static void a_flood_of_connections_draws_nothing(void **state)
{
    static struct net_client server;
    struct net_address any = {.port = 7}, remote = {.ipv4 = PEER_IPV4, .port = PEER_PORT};
    uint64_t taken_len = host_random_len;
    net_handle handle;

    (void)state;
    assert_int_equal(net_attach(&server, 1, 1), NET_OK);
    assert_int_equal(net_listen(&server, &any, 4, &handle), NET_OK);
    host_attach_peer();
    peer_arp_reply(PEER_IPV4);
    for (uint32_t i = 0; i < 200; i++) {
        struct peer peer = {.ipv4 = PEER_IPV4,
                            .port = PEER_PORT,
                            .device_port = 7,
                            .seq = i * 1000,
                            .window = 8192};
        assert_true(peer_syn(&peer));
        peer_send(&peer, PEER_RST, NULL, 0);
        host_run_ms(1);
        assert_int_equal(net_connect(&server, &remote, &handle), NET_OK);
        assert_int_equal(net_abort(&server, handle), NET_OK);
    }
    assert_int_equal(host_random_len, taken_len);
}

static int begin_all(void **state)
{
    (void)state;
    host_start(1, HOST_WIRE_IPV4);
    assert_in_range(host_random_len, 1, 64); /* what the machine needs before it has a network */
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_gives_the_known_answers),
        cmocka_unit_test(a_sequence_number_is_the_clock_and_a_secret),
        cmocka_unit_test(each_part_of_a_connection_moves_the_secret),
        cmocka_unit_test(another_start_has_another_secret),
        cmocka_unit_test(numbers_do_not_repeat),
        cmocka_unit_test(a_flood_of_connections_draws_nothing),
    };

    return cmocka_run_group_tests(tests, begin_all, NULL);
}
