/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulation's run: a long storm, then healing, then silence.
 *
 *   bus-sim [SEED [SESSIONS]]
 *
 * Invariants, checked at every event: nobody is authenticated without a true binding on both sides;
 * no byte of a stream is delivered twice, changed or out of order; no stream seems to end that does
 * not; a session that ends cleanly has brought each stream to its own end. At every step: no
 * session is left of a key that a later one of its device has replaced, or that is revoked, where
 * the device was told of it. At the end: every honest pair has connected since the network healed;
 * no slot is left in use.
 */
#include "sim/world.h"

#include "dsoftbus/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SEED     20261122
#define DEFAULT_SESSIONS 20000
#define STORM_LIMIT_MS   ((uint64_t)1800 * 1000)
#define HEAL_LIMIT_MS    ((uint64_t)180 * 1000)
#define DRAIN_LIMIT_MS   ((uint64_t)120 * 1000)

static uint64_t seed = DEFAULT_SEED;
static unsigned long sessions = DEFAULT_SESSIONS;
static struct world world;

static const struct faults storm = {
    .corrupt = 12,
    .cut = 5,
    .stall = 5,
    .crash = 30,
    .announce_loss = 300,
    .announce_double = 100,
    .forge = 20,
    .attack = 60,
    .rotate = 15,
    .revoke = 10,
    .partitions = true,
};

/* The hostile stay; what heals is the network. */
static const struct faults calm = {.announce_loss = 10, .attack = 20};

static void change_partition(void)
{
    bool partitioned = world.devices[0].side != world.devices[HONEST_COUNT - 1].side;
    size_t at = 1 + world_below(&world, HONEST_COUNT - 2);

    for (size_t i = 0; i < DEVICE_COUNT; i++) {
        bool other_side = !partitioned && i >= at && i < HONEST_COUNT;

        world.devices[i].side = other_side ? 1 : 0;
    }
}

static void world_step(void)
{
    world.now_ms += STEP_MS;
    if (world.faults.partitions && world_chance(&world, 4))
        change_partition();
    if (world_chance(&world, world.faults.crash))
        device_crash(&world, world_below(&world, HONEST_COUNT));
    fleet_step(&world);
    datagrams_step(&world);
    for (size_t i = 0; i < HONEST_COUNT; i++)
        device_step(&world, i);
    for (size_t i = 0; i < HONEST_COUNT; i++)
        fleet_recheck(&world, i);
    fleet_check(&world);
    for (size_t i = HONEST_COUNT; i < DEVICE_COUNT; i++)
        hostile_step(&world, i);
    for (size_t i = 0; i < world.conn_high; i++)
        if (world.conns[i].used)
            conn_step(&world, &world.conns[i]);
}

static size_t pairs_served(void)
{
    size_t count = 0;

    for (size_t i = 0; i < HONEST_COUNT; i++)
        for (size_t k = 0; k < TRUST_COUNT; k++)
            count += world.devices[i].served[k];
    return count;
}

static void heal(void)
{
    world.faults = calm;
    world.healed = true;
    for (size_t i = 0; i < DEVICE_COUNT; i++)
        world.devices[i].side = 0;
    for (size_t i = 0; i < CONN_MAX; i++)
        world.conns[i].pipes[0].stalled_until_ms = world.conns[i].pipes[1].stalled_until_ms = 0;
}

static void run(unsigned long wanted_sessions)
{
    memset(&world, 0, sizeof world);
    world.random = seed * 2 + 1;
    world.faults = storm;
    devices_make(&world);
    while (world.authenticated < wanted_sessions) {
        assert_true(world.now_ms < STORM_LIMIT_MS);
        world_step();
    }
    heal();
    uint64_t healed_at = world.now_ms;
    while (pairs_served() < (size_t)HONEST_COUNT * TRUST_COUNT) {
        assert_true(world.now_ms < healed_at + HEAL_LIMIT_MS);
        world_step();
    }
    printf("healed: all %zu pairs connected after %lu ms\n", pairs_served(),
           (unsigned long)(world.now_ms - healed_at));
    world.draining = true;
    world.faults.attack = 0;
    uint64_t drain_at = world.now_ms;
    while (world.conn_count > 0) {
        assert_true(world.now_ms < drain_at + DRAIN_LIMIT_MS);
        world_step();
    }
}

static void print_figures(void)
{
    printf("seed %lu: %lu s simulated, %lu dialled, %lu authenticated, %lu clean, %lu bytes, "
           "%lu attacks, %lu dropped half-open, %lu crashes\n",
           (unsigned long)seed, (unsigned long)(world.now_ms / 1000), world.dialled,
           world.authenticated, world.clean, world.delivered, world.attacks, world.dropped,
           world.crashes);
    printf("streams: %lu echoed, %lu slow, %lu cut, %lu refused, %lu beside a slow one\n",
           world.talks[TALK_ECHO], world.talks[TALK_SLOW], world.talks[TALK_CUT],
           world.talks[TALK_REFUSED], world.passed_by);
    printf("fleet: %lu new keys, %lu revoked, %lu sessions of thieves, %lu announces too many\n",
           world.rotations, world.revocations, world.thefts, world.unheard);
    printf("announces: %lu forged, %lu with another key, %lu malformed\n", world.forged_announces,
           world.other_key_announces, world.bad_announces);
    for (unsigned i = 0; i < sizeof world.reasons / sizeof world.reasons[0]; i++)
        if (world.reasons[i] != 0)
            printf("%8lu %s\n", world.reasons[i], dsb_reason_name((enum dsb_reason)i));
}

/* The storm was one: each kind of trouble happened, and was met with its reason. */
static void assert_storm(void)
{
    static const enum dsb_reason met[] = {
        DSB_REASON_MSG1_DECRYPT,   DSB_REASON_MSG1_DEADLINE,     DSB_REASON_MSG1_TRUNCATED,
        DSB_REASON_MSG2_DECRYPT,   DSB_REASON_MSG2_TRUNCATED,    DSB_REASON_MSG2_DEADLINE,
        DSB_REASON_MSG3_DECRYPT,   DSB_REASON_MSG3_UNKNOWN_KEY,  DSB_REASON_MSG3_ID_MISMATCH,
        DSB_REASON_MSG3_TRUNCATED, DSB_REASON_ACCEPT_TRUNCATED,  DSB_REASON_ACCEPT_DEADLINE,
        DSB_REASON_RECORD_DECRYPT, DSB_REASON_SESSION_TRUNCATED, DSB_REASON_SESSION_SILENT,
        DSB_REASON_LOCAL_DROPPED,  DSB_REASON_LOCAL_REVOKED,     DSB_REASON_MSG3_REVOKED,
        DSB_REASON_MSG3_SERIAL,    DSB_REASON_MSG3_SIGNATURE,
    };

    for (size_t i = 0; i < sizeof met / sizeof met[0]; i++)
        if (world.reasons[met[i]] == 0)
            fail_msg("%s never happened", dsb_reason_name(met[i]));
    for (unsigned kind = 0; kind < TALK_KIND_COUNT; kind++)
        assert_true(world.talks[kind] > 100);
    assert_true(world.passed_by > 100);
    assert_true(world.rotations > 100 && world.revocations > 50 && world.thefts > 10);
    assert_true(world.crashes > 0 && world.bad_announces > 0 && world.other_key_announces > 0);
}

static void nothing_is_left(void)
{
    assert_int_equal(world.conn_count, 0);
    for (size_t i = 0; i < DEVICE_COUNT; i++) {
        assert_int_equal(world.devices[i].incoming_count, 0);
        assert_int_equal(world.devices[i].outgoing_count, 0);
        assert_int_equal(world.devices[i].half_open.count, 0);
    }
}

static void a_storm_breaks_no_promise(void **state)
{
    (void)state;
    run(sessions);
    print_figures();
    nothing_is_left();
    assert_storm();
}

static void the_same_seed_gives_the_same_history(void **state)
{
    (void)state;
    run(500);
    uint64_t digest = world.digest;
    run(500);
    assert_int_equal(world.digest, digest);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_breaks_no_promise),
        cmocka_unit_test(the_same_seed_gives_the_same_history),
    };

    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        sessions = strtoul(argv[2], NULL, 10);
    if (noise_init() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
