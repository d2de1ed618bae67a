/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk whose power can fail. What was written since the last flush is pending, sector by sector;
 * a cut keeps of it any part in any order, and may leave a sector half new, or spoilt where it is
 * not the mark's.
 */
#ifndef TESTS_STORED_SIM_DISK_H
#define TESTS_STORED_SIM_DISK_H

#include "disk.h"

#define SIM_SECTORS_MAX 1024
#define SIM_PENDING_MAX 64

struct sim_disk {
    uint8_t durable[SIM_SECTORS_MAX][DISK_SECTOR_LEN];
    struct {
        uint64_t sector;
        uint8_t bytes[DISK_SECTOR_LEN];
    } pending[SIM_PENDING_MAX];
    uint32_t pending_count;
    uint32_t op_count;   /* writes and flushes */
    uint32_t fail_at_op; /* this one, and all later ones, fail, a write half way; 0: none */
    bool reads_fail;
    uint64_t bad_sector; /* cannot be read; 0: all can */
    /* Before each write and flush. */
    void (*at_op)(struct sim_disk *sim);
    struct disk disk;
};

/* All zero, and honest. */
void sim_disk_init(struct sim_disk *sim, uint64_t sector_count);

/* `cut` becomes what may be left of `sim` if its power failed now. */
void sim_disk_cut(struct sim_disk *cut, const struct sim_disk *sim, uint64_t *random);

#endif
