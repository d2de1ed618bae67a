/* SPDX-License-Identifier: Apache-2.0 */
/* See sim_disk.h. */
#include "stored/sim_disk.h"

#include "support/xorshift.h"

#include <assert.h>
#include <string.h>

static uint32_t below(uint64_t *random, uint32_t limit)
{
    return (uint32_t)(xorshift64_star(random) >> 33) % limit;
}

/* What a read sees: the latest write. */
static void read_sector(const struct sim_disk *sim, uint64_t sector, uint8_t *bytes)
{
    memcpy(bytes, sim->durable[sector], DISK_SECTOR_LEN);
    for (uint32_t i = 0; i < sim->pending_count; i++)
        if (sim->pending[i].sector == sector)
            memcpy(bytes, sim->pending[i].bytes, DISK_SECTOR_LEN);
}

static bool sim_read(void *context, uint64_t sector, uint32_t sector_count, uint8_t *bytes)
{
    struct sim_disk *sim = context;

    assert(sector_count <= DISK_SECTORS_MAX && sector + sector_count <= sim->disk.sector_count);
    if (sim->reads_fail || (sim->bad_sector >= sector && sim->bad_sector < sector + sector_count &&
                            sim->bad_sector != 0))
        return false;
    for (uint32_t i = 0; i < sector_count; i++)
        read_sector(sim, sector + i, bytes + i * (size_t)DISK_SECTOR_LEN);
    return true;
}

static bool begin_op(struct sim_disk *sim)
{
    if (sim->at_op != NULL)
        sim->at_op(sim);
    sim->op_count++;
    return sim->fail_at_op == 0 || sim->op_count < sim->fail_at_op;
}

static bool sim_write(void *context, uint64_t sector, uint32_t sector_count, const uint8_t *bytes)
{
    struct sim_disk *sim = context;

    assert(sector_count <= DISK_SECTORS_MAX && sector + sector_count <= sim->disk.sector_count);
    bool works = begin_op(sim);
    if (!works)
        sector_count /= 2;
    for (uint32_t i = 0; i < sector_count; i++) {
        assert(sim->pending_count < SIM_PENDING_MAX);
        sim->pending[sim->pending_count].sector = sector + i;
        memcpy(sim->pending[sim->pending_count++].bytes, bytes + i * (size_t)DISK_SECTOR_LEN,
               DISK_SECTOR_LEN);
    }
    return works;
}

static bool sim_flush(void *context)
{
    struct sim_disk *sim = context;

    if (!begin_op(sim))
        return false;
    for (uint32_t i = 0; i < sim->pending_count; i++)
        memcpy(sim->durable[sim->pending[i].sector], sim->pending[i].bytes, DISK_SECTOR_LEN);
    sim->pending_count = 0;
    return true;
}

void sim_disk_init(struct sim_disk *sim, uint64_t sector_count)
{
    assert(sector_count <= SIM_SECTORS_MAX);
    memset(sim, 0, sizeof *sim);
    sim->disk = (struct disk){.sector_count = sector_count,
                              .context = sim,
                              .read = sim_read,
                              .write = sim_write,
                              .flush = sim_flush};
}

/* Whole, its beginning, its end, or, but for the mark's sector, noise. */
static void keep_sector(uint8_t *durable, uint64_t sector, const uint8_t *bytes, uint64_t *random)
{
    uint32_t part = below(random, DISK_SECTOR_LEN + 1);

    switch (below(random, 6)) {
    case 0:
        memcpy(durable, bytes, part);
        break;
    case 1:
        memcpy(durable + part, bytes + part, DISK_SECTOR_LEN - part);
        break;
    case 2:
        for (uint32_t i = 0; sector != 0 && i < DISK_SECTOR_LEN; i++)
            durable[i] = (uint8_t)below(random, 256);
        break;
    default:
        memcpy(durable, bytes, DISK_SECTOR_LEN);
        break;
    }
}

void sim_disk_cut(struct sim_disk *cut, const struct sim_disk *sim, uint64_t *random)
{
    uint32_t keep = below(random, 3); /* 0: none, 1: each or not, 2: each */

    sim_disk_init(cut, sim->disk.sector_count);
    memcpy(cut->durable, sim->durable, sizeof cut->durable);
    for (uint32_t n = sim->pending_count; n > 0; n--) {
        uint32_t i = below(random, sim->pending_count); /* some twice, some not: any order */
        if (keep == 2)
            i = n - 1;
        if (keep == 0 || (keep == 1 && below(random, 2) == 0))
            continue;
        keep_sector(cut->durable[sim->pending[i].sector], sim->pending[i].sector,
                    sim->pending[i].bytes, random);
    }
}
