/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: who trusts whom, announcing, dialling, crashing; and what the hostile ones do. */
#include "sim/world.h"

#include "dsoftbus/testing.h"

#include <stdio.h>
#include <string.h>

static void make_identity(struct world *world, struct device *device, size_t number)
{
    int len = snprintf(device->file.id.text, DSB_DEVICE_ID_MAX,
                       is_of_fleet(number) ? "dev-%zu.fleet" : "dev-%zu.sim", number);

    device->file.id.len = (uint8_t)len;
    for (size_t i = 0; i < DSB_KEY_LEN; i++)
        device->file.private_key[i] = (uint8_t)world_random(world);
    assert_ok(dsb_identity_init(&device->identity, &device->file));
    dsb_trust_store_init(&device->trust, device->entries, TRUST_COUNT);
    fleet_join(world, device);
    dsb_admission_init(&device->half_open, device->half_open_entries, HALF_OPEN_MAX);
    device->local =
        (struct dsb_local){&device->identity, &device->trust, RECV_MAX, {TALK_WINDOW, TALKS}, NULL};
}

static void trust(struct device *device, const struct device *other)
{
    struct dsb_trust_entry entry = {.id = other->identity.id};

    memcpy(entry.key, other->identity.key.public_key, DSB_KEY_LEN);
    assert_int_equal(dsb_trust_store_add(&device->trust, &device->identity, &entry),
                     DSB_TEXT_NO_FAULT);
}

size_t device_peer_index(const struct world *world, size_t number, const struct dsb_device_id *id)
{
    const struct device *device = &world->devices[number];

    for (size_t k = 0; k < TRUST_COUNT; k++)
        if (dsb_device_id_equal(&world->devices[device->peer[k]].file.id, id))
            return k;
    return TRUST_COUNT;
}

void devices_make(struct world *world)
{
    fleet_init(world);
    for (size_t i = 0; i < DEVICE_COUNT; i++)
        make_identity(world, &world->devices[i], i);
    for (size_t i = 0; i < HONEST_COUNT; i++) {
        struct device *device = &world->devices[i];

        for (size_t k = 0; k < TRUST_COUNT; k++) {
            size_t distance = k < TRUST_REACH ? k + 1 : HONEST_COUNT - (k - TRUST_REACH + 1);

            device->peer[k] = (i + distance) % HONEST_COUNT;
            if (!is_of_fleet(device->peer[k]))
                trust(device, &world->devices[device->peer[k]]);
        }
        if (is_of_fleet(i))
            fleet_renew(world, i);
        device->announce_at_ms = world_below(world, 2000);
    }
}

/* Announces */

struct datagram *datagram_new(struct world *world, size_t from, size_t to)
{
    if (world->datagram_count == DATAGRAM_MAX)
        return NULL;
    struct datagram *datagram = &world->datagrams[world->datagram_count++];

    memset(datagram, 0, sizeof *datagram);
    datagram->at_ms = world->now_ms + world_below(world, 500); /* so they overtake each other */
    datagram->from = from;
    datagram->to = to;
    return datagram;
}

static void send_datagram(struct world *world, size_t from, size_t to, const uint8_t *packet,
                          size_t packet_len)
{
    struct datagram *datagram = datagram_new(world, from, to);

    if (datagram == NULL)
        return;
    datagram->packet_len = packet_len;
    memcpy(datagram->packet, packet, packet_len);
}

static size_t make_announce(uint8_t *packet, const struct dsb_device_id *id,
                            const uint8_t key[DSB_KEY_LEN], uint16_t port,
                            const struct dsb_attestation *word)
{
    struct dsb_announce announce = {.id = *id, .port = port, .attestation = *word};
    uint8_t longest[DSB_ANNOUNCE_MAX];
    size_t len;

    memcpy(announce.key, key, DSB_KEY_LEN);
    assert_ok(dsb_announce_encode(longest, &len, &announce));
    memcpy(packet, longest, len);
    return len;
}

static bool is_cut_off(const struct world *world, size_t a, size_t b)
{
    return world->devices[a].side != world->devices[b].side;
}

static void announce(struct world *world, size_t number)
{
    const struct device *device = &world->devices[number];
    uint8_t packet[PACKET_MAX];
    size_t len = make_announce(packet, &device->identity.id, device->identity.key.public_key,
                               (uint16_t)(FIRST_PORT + number), &device->word);

    for (size_t k = 0; k < TRUST_COUNT; k++) {
        size_t to = device->peer[k];
        unsigned copies = world_chance(world, world->faults.announce_double) ? 2 : 1;

        if (world_chance(world, world->faults.announce_loss) || is_cut_off(world, number, to))
            continue;
        for (unsigned i = 0; i < copies; i++)
            send_datagram(world, number, to, packet, len);
    }
}

static void hear(struct world *world, const struct datagram *datagram)
{
    struct device *device = &world->devices[datagram->to];
    struct dsb_announce heard;

    if (dsb_announce_decode(&heard, datagram->packet, datagram->packet_len) != DSB_PACKET_OK) {
        world->bad_announces++;
        return;
    }
    switch (dsb_announce_standing(&device->trust, &heard)) {
    case DSB_ANNOUNCE_VOUCHABLE:
        if (!fleet_hear_word(world, datagram, &heard))
            return;
        break;
    case DSB_ANNOUNCE_UNKNOWN_ID:
        assert_false(fleet_vouches(world, datagram->to, &heard));
        return;
    case DSB_ANNOUNCE_OTHER_KEY:
        assert_false(fleet_vouches(world, datagram->to, &heard));
        world->other_key_announces++;
        return;
    case DSB_ANNOUNCE_CONSISTENT:
        break;
    }
    device->port[device_peer_index(world, datagram->to, &heard.id)] = heard.port;
}

void datagrams_step(struct world *world)
{
    for (size_t i = 0; i < world->datagram_count;) {
        if (world->datagrams[i].at_ms > world->now_ms) {
            i++;
            continue;
        }
        struct datagram datagram = world->datagrams[i];
        world->datagrams[i] = world->datagrams[--world->datagram_count];
        if (datagram.packet_len != 0)
            hear(world, &datagram);
        else
            fleet_hear_list(world, &datagram);
    }
}

/* Honest devices */

static void dial_somebody(struct world *world, size_t number)
{
    struct device *device = &world->devices[number];
    size_t k = world_below(world, TRUST_COUNT);

    /* Once the network has healed, those not served yet come first. */
    for (size_t i = 0; world->healed && device->served[k] && i < TRUST_COUNT; i++)
        k = (k + 1) % TRUST_COUNT;
    const struct device *peer = &world->devices[device->peer[k]];
    bool is_known = dsb_trust_store_find_id(&device->trust, &peer->file.id) != NULL;

    assert_int_equal(is_known, fleet_allows(world, number, k, device->known_serial[k]));
    if (device->port[k] == 0 || !is_known)
        return;
    conn_dial(world, number, device->peer[k], k, device->port[k], END_LIBRARY);
}

void device_step(struct world *world, size_t number)
{
    struct device *device = &world->devices[number];

    if (world->now_ms >= device->announce_at_ms) {
        announce(world, number);
        device->announce_at_ms = world->now_ms + 1000 + world_below(world, 1000);
    }
    if (!world->draining && device->outgoing_count < OUTGOING_MAX && world_chance(world, 40))
        dial_somebody(world, number);
}

void device_crash(struct world *world, size_t number)
{
    struct device *device = &world->devices[number];

    world->crashes++;
    for (size_t i = 0; i < world->conn_high; i++) {
        struct conn *conn = &world->conns[i];

        for (unsigned side = 0; conn->used && side < 2; side++)
            if (conn->ends[side].device == number && conn->ends[side].open)
                end_close(world, conn, side);
    }
    memset(device->port, 0, sizeof device->port);
    device->announce_at_ms = world->now_ms + 500;
}

/* Hostile devices */

static void forge_announce(struct world *world, size_t number)
{
    size_t victim = world_below(world, HONEST_COUNT);
    const struct device *claimed = &world->devices[victim];
    const struct device *liar = &world->devices[number];
    uint8_t packet[PACKET_MAX];
    bool own_key = world_chance(world, 500); /* else the victim's, which is public */
    size_t len =
        make_announce(packet, &claimed->identity.id,
                      own_key ? liar->identity.key.public_key : claimed->identity.key.public_key,
                      (uint16_t)(FIRST_PORT + number), &claimed->word);

    if (world_chance(world, 200))
        packet[world_below(world, len)] ^= (uint8_t)(1 + world_below(world, 255));
    world->forged_announces++;
    for (size_t k = 0; k < TRUST_COUNT; k++)
        send_datagram(world, number, claimed->peer[k], packet, len);
}

/*
 * The one of the fleet that has a new key, by the one that it had before and its root's word for
 * that: where nobody has been told yet, the thief gets in. Or by the liar's own key, with the word
 * for the new one.
 */
static void attack_as_thief(struct world *world, size_t number)
{
    struct device *liar = &world->devices[number];
    const struct device *device = &world->devices[world->newest];
    size_t victim = device->peer[world_below(world, TRUST_COUNT)];
    bool own_key = world_chance(world, 300) || device->word.serial == 1;
    struct fleet_key *key =
        fleet_key(world, world->newest, device->word.serial - (own_key ? 0 : 1));

    liar->identity.id = device->identity.id;
    noise_static_key_init(&liar->identity.key, own_key ? liar->file.private_key : key->private_key);
    liar->word = key->word;
    liar->local.attestation = &liar->word;
    trust(liar, &world->devices[victim]);
    conn_dial(world, number, victim, 0, (uint16_t)(FIRST_PORT + victim), END_LIBRARY);
}

/*
 * A hostile device speaks with the library, too. Its id is its own, somebody's that it claims to
 * be, or the target's; it may even hold the key of an honest device and claim the id of another (a
 * traitor).
 */
static void attack_with_library(struct world *world, size_t number, size_t victim)
{
    struct device *liar = &world->devices[number];
    const struct device *target = &world->devices[victim];
    size_t other = target->peer[world_below(world, TRUST_COUNT)];
    size_t third = target->peer[world_below(world, TRUST_COUNT)];

    dsb_trust_store_init(&liar->trust, liar->entries, TRUST_COUNT);
    liar->word = (struct dsb_attestation){.serial = 0};
    liar->local.attestation = NULL;
    if (world_chance(world, 500)) {
        attack_as_thief(world, number);
        return;
    }
    switch (world_below(world, 3)) {
    case 0: /* a stranger under its own name */
        liar->identity.id = liar->file.id;
        noise_static_key_init(&liar->identity.key, liar->file.private_key);
        break;
    case 1: /* a stranger under a trusted name */
        liar->identity.id = world->devices[other].identity.id;
        noise_static_key_init(&liar->identity.key, liar->file.private_key);
        break;
    default: /* a trusted device under another trusted name */
        if (other == third)
            return;
        liar->identity.id = world->devices[other].identity.id;
        noise_static_key_init(&liar->identity.key, world->devices[third].file.private_key);
        break;
    }
    trust(liar, target);
    conn_dial(world, number, victim, 0, (uint16_t)(FIRST_PORT + victim), END_LIBRARY);
}

void hostile_step(struct world *world, size_t number)
{
    static const enum end_kind kinds[] = {END_JUNK, END_SILENT, END_REPLAY};
    size_t victim = world_below(world, HONEST_COUNT);

    if (world_chance(world, world->faults.forge))
        forge_announce(world, number);
    if (world->draining || !world_chance(world, world->faults.attack))
        return;
    world->attacks++;
    /* A library connection borrows the liar's identity while it lives: one at a time. */
    if (world_chance(world, 300) && world->devices[number].outgoing_count == 0 &&
        world->devices[number].incoming_count == 0) {
        attack_with_library(world, number, victim);
        return;
    }
    enum end_kind kind = kinds[world_below(world, 3)];
    size_t burst = kind == END_SILENT ? 1 + world_below(world, 10) : 1;

    if (kind == END_REPLAY && world->recorded_len == 0)
        return;
    victim = kind == END_REPLAY ? world->recorded_target : victim;
    for (size_t i = 0; i < burst; i++)
        conn_dial(world, number, victim, 0, (uint16_t)(FIRST_PORT + victim), kind);
}
