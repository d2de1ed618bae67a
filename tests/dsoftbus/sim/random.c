/* SPDX-License-Identifier: Apache-2.0 */
/* The simulation's numbers: the same for the same seed on every machine. */
#include "sim/world.h"

#include "tests/support/xorshift.h"

uint64_t world_random(struct world *world)
{
    return xorshift64(&world->random) * XORSHIFT_STAR;
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
