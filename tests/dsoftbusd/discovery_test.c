/* SPDX-License-Identifier: Apache-2.0 */
/* dsoftbusd's discovery: what it answers, to whom, how often, and what it does not use. */
#include "discovery.h"
#include "dsoftbus/peer.h"
#include "dsoftbus/testing.h"
#include "fake_world.h"

#include <string.h>

#define START_MS 1000
#define LOOPBACK 0x7f000001
#define SUBNET   0x0a000203 /* 10.0.2.3 */
#define AFAR     0x08080808

static struct discovery discovery;
static struct net_client net;
static struct peer device, friend;

static int setup(void **state)
{
    (void)state;
    fake_reset();
    peer_make(&device, "device", 0x11);
    peer_make(&friend, "friend", 0x22);
    peer_trust(&device, &friend);
    assert_int_equal(discovery_init(&discovery, &net, &device.local, DSB_SESSION_PORT, START_MS),
                     NET_OK);
    return 0;
}

static void turn(uint64_t now_ms)
{
    while (discovery_turn(&discovery, now_ms)) {
    }
}

static void ask(uint32_t ipv4)
{
    uint8_t query[DSB_QUERY_LEN];
    dsb_query_encode(query);
    fake_datagram(ipv4, 5555, query, sizeof query);
}

static void answers_the_asker(void **state)
{
    (void)state;
    struct dsb_announce announce;
    ask(SUBNET);
    turn(START_MS);
    assert_int_equal(fake.out_count, 1);
    assert_int_equal(fake.out[0].address.ipv4, SUBNET);
    assert_int_equal(fake.out[0].address.port, 5555);
    assert_int_equal(dsb_announce_decode(&announce, fake.out[0].bytes, fake.out[0].len),
                     DSB_PACKET_OK);
    assert_true(dsb_device_id_equal(&announce.id, &device.identity.id));
    assert_memory_equal(announce.key, device.identity.key.public_key, DSB_KEY_LEN);
    assert_int_equal(announce.port, DSB_SESSION_PORT);
}

static void answers_with_a_roots_word_when_there_is_one(void **state)
{
    static struct discovery attested;
    const struct dsb_attestation word = {.serial = 3, .signature = {1}};
    struct dsb_announce announce;

    (void)state;
    device.local.attestation = &word;
    assert_int_equal(discovery_init(&attested, &net, &device.local, DSB_SESSION_PORT, START_MS),
                     NET_OK);
    ask(SUBNET);
    while (discovery_turn(&attested, START_MS)) {
    }
    assert_int_equal(dsb_announce_decode(&announce, fake.out[0].bytes, fake.out[0].len),
                     DSB_PACKET_OK);
    assert_memory_equal(&announce.attestation, &word, sizeof word);
}

static void does_not_answer_from_afar(void **state)
{
    (void)state;
    ask(AFAR);
    turn(START_MS);
    assert_int_equal(fake.out_count, 0);
    assert_int_equal(fake_count("ignored query-from-afar 1"), 1);
}

static void answers_only_loopback_without_a_subnet(void **state)
{
    (void)state;
    fake.interface = (struct net_interface){0};
    ask(SUBNET);
    ask(LOOPBACK);
    turn(START_MS);
    assert_int_equal(fake.out_count, 1);
    assert_int_equal(fake.out[0].address.ipv4, LOOPBACK);
}

static void answers_only_loopback_when_netstackd_does_not_say_the_subnet(void **state)
{
    (void)state;
    fake.no_interface = true;
    ask(SUBNET);
    ask(LOOPBACK);
    turn(START_MS);
    assert_int_equal(fake.out_count, 1);
    assert_int_equal(fake.out[0].address.ipv4, LOOPBACK);
}

static void bounds_its_answers(void **state)
{
    (void)state;
    for (int i = 0; i < DSB_SOURCE_BURST + 5; i++)
        ask(LOOPBACK);
    turn(START_MS);
    assert_int_equal(fake.out_count, DSB_SOURCE_BURST);
    ask(LOOPBACK);
    turn(START_MS + DSB_SOURCE_INTERVAL_MS);
    assert_int_equal(fake.out_count, DSB_SOURCE_BURST + 1);
}

static void one_asker_does_not_silence_the_next(void **state)
{
    (void)state;
    for (int i = 0; i < DSB_SOURCE_BURST + 5; i++)
        ask(SUBNET);
    turn(START_MS);
    size_t answer_count = fake.out_count;
    ask(SUBNET + 1);
    turn(START_MS);
    assert_int_equal(fake.out_count, answer_count + 1);
    assert_int_equal(fake.out[answer_count].address.ipv4, SUBNET + 1);
}

static void hears_itself(void **state)
{
    (void)state;
    discovery_announce_to_self(&discovery);
    assert_int_equal(fake.out[0].address.ipv4, LOOPBACK);
    assert_int_equal(fake.out[0].address.port, DSB_DISCOVERY_PORT);
    assert_false(discovery.is_heard);
    fake_datagram(LOOPBACK, DSB_DISCOVERY_PORT, fake.out[0].bytes, fake.out[0].len);
    turn(START_MS);
    assert_true(discovery.is_heard);
    assert_int_equal(discovery.ignored_count, 0);
}

static void is_not_fooled_by_its_own_words_from_another(void **state)
{
    (void)state;
    fake_datagram(SUBNET, DSB_DISCOVERY_PORT, discovery.announce, discovery.announce_len);
    fake_datagram(LOOPBACK, DSB_DISCOVERY_PORT + 1, discovery.announce, discovery.announce_len);
    turn(START_MS);
    assert_false(discovery.is_heard);
    assert_int_equal(discovery.ignored_count, 2);
}

static void is_not_fooled_by_almost_itself(void **state)
{
    (void)state;
    uint8_t packet[DSB_ANNOUNCE_MAX];
    memcpy(packet, discovery.announce, discovery.announce_len);
    packet[discovery.announce_len - 1] ^= 1;
    fake_datagram(LOOPBACK, DSB_DISCOVERY_PORT, packet, discovery.announce_len);
    turn(START_MS);
    assert_false(discovery.is_heard);
}

static void announce_of(const struct peer *who, const uint8_t *key)
{
    uint8_t packet[DSB_ANNOUNCE_MAX];
    size_t packet_len = 0;
    struct dsb_announce announce = {.id = who->identity.id, .port = 9};
    memcpy(announce.key, key, DSB_KEY_LEN);
    assert_int_equal(dsb_announce_encode(packet, &packet_len, &announce), DSB_PACKET_OK);
    fake_datagram(LOOPBACK, 9, packet, packet_len);
}

static void counts_forged_and_unknown_announces(void **state)
{
    (void)state;
    static struct peer stranger;
    peer_make(&stranger, "stranger", 0x33);
    announce_of(&friend, friend.identity.key.public_key);
    announce_of(&friend, stranger.identity.key.public_key);
    announce_of(&stranger, stranger.identity.key.public_key);
    turn(START_MS);
    assert_int_equal(fake_count("ignored other-key 1"), 1);
    assert_int_equal(fake_count("ignored unknown-id 2"), 1);
    assert_int_equal(discovery.ignored_count, 2);
}

static void counts_more_than_it_journals(void **state)
{
    (void)state;
    for (int i = 0; i < PACKET_LOG_BURST + 10; i++)
        fake_datagram(LOOPBACK, 9, (const uint8_t *)"junk", 4);
    turn(START_MS);
    assert_int_equal(discovery.ignored_count, PACKET_LOG_BURST + 10);
    assert_int_equal(fake.line_count, PACKET_LOG_BURST);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_the_asker),
        TEST(answers_with_a_roots_word_when_there_is_one),
        TEST(does_not_answer_from_afar),
        TEST(answers_only_loopback_without_a_subnet),
        TEST(answers_only_loopback_when_netstackd_does_not_say_the_subnet),
        TEST(bounds_its_answers),
        TEST(one_asker_does_not_silence_the_next),
        TEST(hears_itself),
        TEST(is_not_fooled_by_its_own_words_from_another),
        TEST(is_not_fooled_by_almost_itself),
        TEST(counts_forged_and_unknown_announces),
        TEST(counts_more_than_it_journals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
