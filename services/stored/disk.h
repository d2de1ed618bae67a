/* SPDX-License-Identifier: Apache-2.0 */
/* What the store needs of a disk: sectors, and to know when they will stay. */
#ifndef STORED_DISK_H
#define STORED_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_SECTOR_LEN  512
#define DISK_SECTORS_MAX 8 /* in one call */

struct disk {
    uint64_t sector_count;
    void *context;
    /* False: it failed, and what became of the sectors is not known. Until a flush succeeded after
     * them, writes may be lost, torn and reordered by a power cut. */
    bool (*read)(void *context, uint64_t sector, uint32_t sector_count, uint8_t *bytes);
    bool (*write)(void *context, uint64_t sector, uint32_t sector_count, const uint8_t *bytes);
    bool (*flush)(void *context);
};

#endif
