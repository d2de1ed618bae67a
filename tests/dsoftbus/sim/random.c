/* SPDX-License-Identifier: Apache-2.0 */
/* The simulation's numbers: the same for the same seed on every machine. */
#include "sim/world.h"

uint64_t world_random(struct world *world)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random * 0x2545f4914f6cdd1dU;
}

size_t world_below(struct world *world, size_t limit)
{
    return (size_t)((world_random(world) >> 33) % limit);
}

bool world_chance(struct world *world, unsigned thousandths)
{
    return thousandths != 0 && world_below(world, 1000) < thousandths;
}

void world_note(struct world *world, uint64_t event)
{
    world->digest = (world->digest ^ event ^ world->now_ms) * 0x100000001b3U;
}
