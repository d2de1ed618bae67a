/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every order of what two applications can do and of the records' way, on the real code: from each
 * state every action, each state once. In each the rules hold (world_check), and from each the two
 * can still come to a good end (world_finish): so there is no deadlock, and no byte is lost or
 * doubled; or the session dies (world_die). Prints states and transitions.
 */
#include "dsoftbus/streams/world.h"
#include "dsoftbus/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_BITS 25 /* 32 M entries, of which the pages that are used exist */
#define SEEN_SIZE ((size_t)1 << SEEN_BITS)
#define DEPTH_MAX 200

static uint64_t seen[SEEN_SIZE];
static struct world world; /* the one place in which a state is alive */
static struct world saved[DEPTH_MAX + 1];
static size_t state_count, transition_count, depth_max;

/* True the first time that a state is met. */
static bool is_new(uint64_t hash)
{
    size_t at = (size_t)(hash >> (64 - SEEN_BITS));

    hash += hash == 0;
    while (seen[at] != 0 && seen[at] != hash)
        at = at + 1 < SEEN_SIZE ? at + 1 : 0;
    bool found = seen[at] != 0;
    seen[at] = hash;
    return !found;
}

/* From the state that is alive, which is new. Leaves another one alive. */
static void explore(const struct plan *plan, size_t depth)
{
    assert_true(depth < DEPTH_MAX && state_count < SEEN_SIZE / 2);
    depth_max = depth > depth_max ? depth : depth_max;
    state_count++;
    saved[depth] = world;
    world_check(&world, plan);
    world_finish(&world, plan);
    world = saved[depth];
    world_die(&world, plan);
    for (unsigned i = 0; i < 2 * TALKS * ACT_COUNT; i++) {
        world = saved[depth];
        if (!world_act(&world, plan, i % 2, i / 2 % TALKS, (enum action)(i / 2 / TALKS)))
            continue;
        transition_count++;
        if (is_new(world_hash(&world)))
            explore(plan, depth + 1);
    }
}

static void run(const struct plan *plan)
{
    memset(seen, 0, sizeof seen);
    state_count = transition_count = depth_max = 0;
    world_begin(&world, plan);
    (void)is_new(world_hash(&world));
    explore(plan, 0);
    printf("%-34s %9zu states %10zu transitions, depth %zu\n", plan->name, state_count,
           transition_count, depth_max);
    (void)fflush(stdout);
}

/* name; window, send_cap, streams_max, wire; streams: opener, bytes of both sides, ends early */
#define NO_TALK                                                                                    \
    {                                                                                              \
        NOBODY, {0, 0}, false                                                                      \
    }
static const struct plan plans[] = {
    {"one stream, any end", 1, 1, 2, 1, {{0, {2, 2}, true}, NO_TALK}},
    {"one stream, any end, much to send", 1, 1, 2, 2, {{0, {2, 0}, true}, NO_TALK}},
    {"one stream, any end, much to hear", 1, 1, 2, 2, {{0, {0, 2}, true}, NO_TALK}},
    {"one stream, in pieces", 3, 2, 2, 2, {{0, {4, 4}, false}, NO_TALK}},
    {"two streams, room for one", 1, 1, 1, 1, {{0, {1, 0}, false}, {0, {0, 1}, false}}},
    {"two streams, room for one, one reset", 1, 1, 1, 1, {{0, {0, 0}, true}, {0, {0, 0}, false}}},
    {"two streams of one side", 1, 1, 2, 1, {{0, {1, 0}, false}, {0, {0, 1}, false}}},
    {"a stream of each side", 1, 1, 1, 1, {{0, {1, 0}, false}, {1, {0, 1}, false}}},
};
/* Minutes: bus-streams-model --long */
static const struct plan long_plans[] = {
    {"one stream, any end, two on the way", 1, 1, 2, 2, {{0, {2, 2}, true}, NO_TALK}},
    {"one stream, any end, in pieces", 2, 2, 2, 2, {{0, {3, 1}, true}, NO_TALK}},
    {"two streams, room for one, both reset", 1, 1, 1, 1, {{0, {0, 0}, true}, {0, {0, 0}, true}}},
    {"two streams of one side, both ways", 1, 1, 2, 1, {{0, {1, 1}, false}, {0, {1, 1}, false}}},
    {"a stream of each side, both ways", 1, 1, 1, 1, {{0, {1, 1}, false}, {1, {1, 1}, false}}},
    {"a stream of each side, one reset", 1, 1, 1, 1, {{0, {0, 0}, true}, {1, {1, 0}, false}}},
};

static void every_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        run(&plans[i]);
}

static void every_order_of_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof long_plans / sizeof long_plans[0]; i++)
        run(&long_plans[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_order)};
    const struct CMUnitTest long_tests[] = {cmocka_unit_test(every_order_of_more)};

    if (argc > 1 && strcmp(argv[1], "--long") == 0)
        return cmocka_run_group_tests(long_tests, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
