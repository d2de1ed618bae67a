/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fleet: devices that no trust store names. A root's word for each is in its announces and in
 * message 3; new keys and lists of revocations come at random moments, and reach who they
 * reach. What each device was truly told is noted beside what its library makes of it.
 */
#include "sim/world.h"

#include "dsoftbus/testing.h"

#include <string.h>

#define GOSSIPS    3    /* a step: one device tells a peer its list */
#define FIRST_TOLD 20   /* devices that hear a new list from the root */
#define SPOILT     50   /* lists, in thousandths, that somebody changes on the way */
#define ABSENCE_MS 8000 /* that a revoked device is out of the fleet, at most */
#define RENEWAL_MS 2000 /* and at least */

bool is_of_fleet(size_t number)
{
    return number < HONEST_COUNT && number % FLEET_EVERY == FLEET_EVERY - 1;
}

static size_t some_of_fleet(struct world *world)
{
    return world_below(world, FLEET_COUNT) * FLEET_EVERY + FLEET_EVERY - 1;
}

void fleet_init(struct world *world)
{
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {7};

    assert_ok(crypto_sign_seed_keypair(world->root_key, world->root_secret, seed));
    world->list_count = 1;
}

void fleet_join(struct world *world, struct device *device)
{
    device->root = (struct dsb_trust_root){.is_suffix = true};
    assert_ok(dsb_device_id_set(&device->root.id, "fleet", 5));
    memcpy(device->root.key, world->root_key, DSB_ROOT_KEY_LEN);
    device->vouched = (struct dsb_vouched){
        .rows = device->rows, .capacity = TRUST_COUNT, .lists = &device->list, .list_capacity = 1};
    device->trust.roots = &device->root;
    device->trust.root_count = device->trust.root_capacity = 1;
    device->trust.vouched = &device->vouched;
}

struct fleet_key *fleet_key(struct world *world, size_t number, uint64_t serial)
{
    assert_true(is_of_fleet(number) && serial != 0 && serial < FLEET_SERIALS);
    return &world->fleet_keys[number / FLEET_EVERY][serial];
}

static void sign(const struct world *world, struct dsb_attestation *word,
                 const struct device *device, uint64_t serial)
{
    uint8_t text[DSB_ATTESTATION_SIGNED_MAX];

    *word = (struct dsb_attestation){.serial = serial};
    memcpy(word->root, world->root_key, sizeof word->root);
    size_t len =
        dsb_attestation_signed(text, word, &device->identity.id, device->identity.key.public_key);
    assert_ok(crypto_sign_detached(word->signature, NULL, text, len, world->root_secret));
}

void fleet_renew(struct world *world, size_t number)
{
    struct device *device = &world->devices[number];
    uint64_t serial = device->word.serial + 1;
    struct fleet_key *key = fleet_key(world, number, serial);

    for (size_t i = 0; i < DSB_KEY_LEN; i++)
        device->file.private_key[i] = (uint8_t)world_random(world);
    assert_ok(dsb_identity_init(&device->identity, &device->file));
    sign(world, &device->word, device, serial);
    device->local.attestation = &device->word;
    device->renewed_at_ms = 0;
    memcpy(key->private_key, device->file.private_key, DSB_KEY_LEN);
    memcpy(key->public_key, device->identity.key.public_key, DSB_KEY_LEN);
    key->word = device->word;
    world->newest = number;
    world_note(world, serial << 32 | number);
}

/* --- the root --------------------------------------------------------------------------------- */

static void send_list(struct world *world, size_t to, size_t list)
{
    struct datagram *datagram = datagram_new(world, to, to);

    if (datagram == NULL)
        return;
    datagram->list = list;
    datagram->is_spoilt = world_chance(world, SPOILT);
}

static void revoke(struct world *world, size_t number)
{
    static uint8_t text[DSB_REVOCATIONS_SIGNED_MAX];
    struct device *device = &world->devices[number];
    struct dsb_revocations *list = &world->lists[world->list_count];

    if (device->renewed_at_ms != 0 || world->list_count == LISTS_MAX)
        return;
    *list = world->lists[world->list_count - 1];
    memcpy(list->root, world->root_key, sizeof list->root);
    list->serial = world->list_count;
    assert_true(dsb_revocations_set(list, &device->identity.id, device->word.serial + 1));
    size_t len = dsb_revocations_signed(text, list);
    assert_ok(crypto_sign_detached(list->signature, NULL, text, len, world->root_secret));
    for (size_t i = 0; i < FIRST_TOLD; i++)
        send_list(world, world_below(world, HONEST_COUNT), world->list_count);
    device->renewed_at_ms = world->now_ms + RENEWAL_MS + world_below(world, ABSENCE_MS);
    world->list_count++;
    world->revocations++;
}

static void renew_whole(struct world *world, size_t number)
{
    device_crash(world, number); /* its connections borrow its key */
    fleet_renew(world, number);
    world->rotations++;
}

static void gossip(struct world *world)
{
    const struct device *device = &world->devices[world_below(world, HONEST_COUNT)];
    size_t to = device->peer[world_below(world, TRUST_COUNT)];

    if (device->known_list != 0 && world->devices[to].side == device->side)
        send_list(world, to, device->known_list);
}

void fleet_step(struct world *world)
{
    size_t number = some_of_fleet(world);
    const struct device *device = &world->devices[number];

    if (world_chance(world, world->faults.rotate) && device->renewed_at_ms == 0 &&
        device->word.serial < FLEET_SERIALS - 2)
        renew_whole(world, number);
    if (world_chance(world, world->faults.revoke) && device->word.serial < FLEET_SERIALS - 2)
        revoke(world, number);
    for (size_t i = 0; i < HONEST_COUNT; i++)
        if (world->devices[i].renewed_at_ms != 0 &&
            world->devices[i].renewed_at_ms <= world->now_ms)
            renew_whole(world, i);
    for (unsigned i = 0; i < GOSSIPS; i++)
        gossip(world);
}

/* --- what is heard, and what then holds ------------------------------------------------------- */

static uint64_t first_good(const struct world *world, size_t list, size_t number)
{
    const struct dsb_device_id *id = &world->devices[number].file.id;

    for (size_t i = 0; i < world->lists[list].count; i++)
        if (dsb_device_id_equal(&world->lists[list].entries[i].id, id))
            return world->lists[list].entries[i].first_good;
    return 1;
}

bool fleet_allows(const struct world *world, size_t who, size_t peer_idx, uint64_t serial)
{
    const struct device *device = &world->devices[who];
    size_t peer = device->peer[peer_idx];

    if (!is_of_fleet(peer))
        return serial == 0;
    return serial != 0 && serial >= device->known_serial[peer_idx] &&
           serial >= first_good(world, device->known_list, peer);
}

/* Does the root truly say this of a peer, and nothing newer that the device was told? */
bool fleet_vouches(const struct world *world, size_t number, const struct dsb_announce *heard)
{
    const struct dsb_attestation *word = &heard->attestation;
    size_t k = device_peer_index(world, number, &heard->id);
    size_t peer = k == TRUST_COUNT ? DEVICE_COUNT : world->devices[number].peer[k];

    if (!is_of_fleet(peer) || word->serial == 0 || word->serial >= FLEET_SERIALS)
        return false;
    const struct fleet_key *key = &world->fleet_keys[peer / FLEET_EVERY][word->serial];
    return memcmp(key->word.root, word->root, DSB_ROOT_KEY_LEN) == 0 && word->services_len == 0 &&
           memcmp(key->word.signature, word->signature, DSB_SIGNATURE_LEN) == 0 &&
           memcmp(key->public_key, heard->key, DSB_KEY_LEN) == 0 &&
           fleet_allows(world, number, k, word->serial);
}

/* A device looks for its peers alone. What the root truly said counts, and nothing else. */
bool fleet_hear_word(struct world *world, const struct datagram *datagram,
                     const struct dsb_announce *heard)
{
    struct device *device = &world->devices[datagram->to];
    size_t k = device_peer_index(world, datagram->to, &heard->id);
    bool is_good = fleet_vouches(world, datagram->to, heard);

    if (k == TRUST_COUNT)
        return false;
    enum dsb_vouched_result result =
        dsb_hearsay_take(&device->hearsay, &device->trust, &device->identity, heard,
                         (uint32_t)datagram->from, world->now_ms);
    world->unheard += result == DSB_VOUCHED_RATE;
    if (result == DSB_VOUCHED_RATE)
        return false;
    assert_int_equal(result == DSB_VOUCHED_OK, is_good);
    if (is_good)
        device->known_serial[k] = heard->attestation.serial;
    return is_good;
}

void fleet_hear_list(struct world *world, const struct datagram *datagram)
{
    static struct dsb_revocations list;
    struct device *device = &world->devices[datagram->to];
    bool is_new = !datagram->is_spoilt && datagram->list > device->known_list;

    list = world->lists[datagram->list];
    if (datagram->is_spoilt)
        list.entries[0].first_good ^= 1;
    assert_int_equal(dsb_vouched_take_list(&device->trust, &list) == DSB_VOUCHED_OK, is_new);
    if (is_new)
        device->known_list = datagram->list;
}

static bool has_session(const struct end *end, size_t number)
{
    return end->open && end->kind == END_LIBRARY && end->device == number &&
           end->link.state == DSB_LINK_OPEN;
}

void fleet_recheck(struct world *world, size_t number)
{
    struct device *device = &world->devices[number];

    if (device->looked_at == device->vouched.change_count)
        return;
    device->looked_at = device->vouched.change_count;
    for (size_t i = 0; i < world->conn_high; i++) {
        struct conn *conn = &world->conns[i];

        for (unsigned side = 0; conn->used && side < 2; side++)
            if (has_session(&conn->ends[side], number) &&
                !dsb_link_is_trusted(&conn->ends[side].link, &device->trust))
                end_revoke(world, conn, side);
    }
}

static void check_end(const struct world *world, const struct end *end)
{
    const struct handshake *handshake = &world->handshakes[end->handshake];
    size_t peer = end->initiator ? handshake->responder : handshake->initiator;
    uint64_t serial = end->initiator ? handshake->responder_serial : handshake->initiator_serial;
    size_t k = device_peer_index(world, end->device, &world->devices[peer].file.id);

    assert_true(k < TRUST_COUNT && fleet_allows(world, end->device, k, serial));
}

void fleet_check(const struct world *world)
{
    for (size_t i = 0; i < world->conn_high; i++)
        for (unsigned side = 0; world->conns[i].used && side < 2; side++)
            if (world->conns[i].ends[side].device < HONEST_COUNT &&
                has_session(&world->conns[i].ends[side], world->conns[i].ends[side].device))
                check_end(world, &world->conns[i].ends[side]);
}
