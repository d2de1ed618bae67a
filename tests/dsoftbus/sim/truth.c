/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The truth about handshakes, known to the simulation and to no device: who wrote message 3 to whom
 * with which handshake hash. No event of the library may contradict it.
 */
#include "sim/world.h"

#include "dsoftbus/testing.h"

#include <string.h>

/* The bucket that holds the hash, or the empty one where it belongs. */
static uint32_t *find_bucket(struct world *world, const uint8_t hash[NOISE_HASH_LEN])
{
    size_t at = (size_t)hash[0] | (size_t)hash[1] << 8 | (size_t)hash[2] << 16;

    for (;; at++) {
        uint32_t *bucket = &world->buckets[at % BUCKET_COUNT];

        if (*bucket == 0 || memcmp(world->handshakes[*bucket - 1].hash, hash, NOISE_HASH_LEN) == 0)
            return bucket;
    }
}

static size_t find(struct world *world, const uint8_t hash[NOISE_HASH_LEN])
{
    const uint32_t *bucket = find_bucket(world, hash);

    assert_true(*bucket != 0); /* authenticated with a handshake that nobody made */
    return *bucket - 1;
}

size_t truth_msg3_written(struct world *world, const uint8_t hash[NOISE_HASH_LEN],
                          const struct end *end)
{
    const struct device *device = &world->devices[end->device];

    uint32_t *bucket = find_bucket(world, hash);

    assert_int_equal(*bucket, 0); /* ephemerals are fresh, so no hash comes twice */
    assert_true(world->handshake_count < HANDSHAKES_MAX);
    struct handshake *handshake = &world->handshakes[world->handshake_count++];
    memcpy(handshake->hash, hash, NOISE_HASH_LEN);
    handshake->is_theft = is_of_fleet(end->claims) && end->claims != end->device;
    handshake->initiator = handshake->is_theft ? end->claims : end->device;
    handshake->initiator_serial = device->word.serial;
    handshake->responder = end->target;
    handshake->responder_serial = world->devices[end->target].word.serial;
    *bucket = (uint32_t)world->handshake_count;
    return world->handshake_count - 1;
}

/* Of the fleet: by a key that nothing has overtaken which who was told. */
static bool trusts(const struct world *world, size_t who, size_t whom, uint64_t serial)
{
    for (size_t k = 0; k < TRUST_COUNT; k++)
        if (world->devices[who].peer[k] == whom)
            return fleet_allows(world, who, k, serial);
    return false;
}

size_t truth_bound(struct world *world, const uint8_t hash[NOISE_HASH_LEN], size_t responder,
                   const struct dsb_device_id *peer)
{
    size_t number = find(world, hash);
    struct handshake *handshake = &world->handshakes[number];

    assert_true(responder < HONEST_COUNT && handshake->initiator < HONEST_COUNT);
    assert_int_equal(handshake->responder, responder);
    assert_true(dsb_device_id_equal(peer, &world->devices[handshake->initiator].file.id));
    assert_true(trusts(world, responder, handshake->initiator, handshake->initiator_serial));
    assert_false(handshake->bound); /* one handshake, one session */
    handshake->bound = true;
    if (handshake->initiator_serial != 0) {
        size_t k = device_peer_index(world, responder, peer);
        uint64_t *known = &world->devices[responder].known_serial[k];

        *known = *known < handshake->initiator_serial ? handshake->initiator_serial : *known;
    }
    world->thefts += handshake->is_theft;
    return number;
}

void truth_confirmed(struct world *world, const uint8_t hash[NOISE_HASH_LEN], size_t initiator,
                     const struct dsb_device_id *peer)
{
    struct handshake *handshake = &world->handshakes[find(world, hash)];

    assert_true(handshake->responder < HONEST_COUNT);
    assert_true(handshake->initiator == initiator || handshake->is_theft);
    assert_true(dsb_device_id_equal(peer, &world->devices[handshake->responder].file.id));
    assert_true(handshake->is_theft ||
                trusts(world, initiator, handshake->responder, handshake->responder_serial));
    assert_true(handshake->bound); /* the responder said so, and nobody else can */
    assert_false(handshake->confirmed);
    handshake->confirmed = true;
}

static uint32_t mix(size_t handshake, uint32_t id, uint32_t at)
{
    uint32_t value = (uint32_t)handshake * 2654435761U + id * 97U + at * 1664525U + 1013904223U;

    return (value ^ value >> 15) * 2246822519U >> 8;
}

enum talk_kind truth_kind(size_t handshake, uint32_t id)
{
    uint32_t value = mix(handshake, id, UINT32_MAX) % 16;

    return value < TALK_KIND_COUNT ? (enum talk_kind)value : TALK_ECHO;
}

uint32_t truth_total(size_t handshake, uint32_t id)
{
    return mix(handshake, id, UINT32_MAX - 1) % (TALK_TOTAL_MAX + 1);
}

uint8_t truth_byte(size_t handshake, uint32_t id, uint32_t at)
{
    return (uint8_t)mix(handshake, id, at);
}
