/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Named records on a disk that can lose its power at any write.
 *
 *     sector 0     the mark: who owns the disk, in words
 *     sector 8     record 0, copy 0: a header's sector, then the data's
 *     sector 16    record 0, copy 1
 *     ...          STORE_RECORDS of them, two copies each
 *
 * A copy counts when its hash fits; of two that count, the one with the higher sequence number. A
 * record is written over its other copy, then flushed: until then the one that counts is untouched.
 * A disk without the mark is taken only when all of it that would be ours, and its end, is zero.
 *
 * The hash is against accidents: who can write the disk can write records.
 */
#ifndef STORED_STORE_H
#define STORED_STORE_H

#include "disk.h"
#include "proto/store.h"

#define STORE_MUST_CHECK __attribute__((warn_unused_result))

#define STORE_RECORDS      (STORE_OWNERS_MAX * STORE_SHARE) /* one badge's side by side */
#define STORE_COPY_SECTORS 8
#define STORE_FIRST_SECTOR 8
#define STORE_SECTORS      (STORE_FIRST_SECTOR + 2 * STORE_RECORDS * STORE_COPY_SECTORS)
#define STORE_TAIL_SECTORS                                                                         \
    8 /* at the disk's end, where others keep what marks a disk as theirs                          \
       */

struct store_record {
    struct store_name name; /* empty: the place is free */
    uint64_t sequence;
    uint32_t copy; /* 0 or 1: the one that counts */
};

struct store {
    const struct disk *disk;
    enum store_status status; /* OK, or why there is no store */
    uint64_t last_sequence;
    struct store_record records[STORE_RECORDS];
    uint8_t copy[STORE_COPY_SECTORS * DISK_SECTOR_LEN]; /* being read or written; else zero */
};

/* Reads what is on the disk, which stays the caller's; marks one that is blank. STORE_OK, or IO,
 * FOREIGN, TOO_SMALL; then every other call answers the same, until it is opened anew. */
STORE_MUST_CHECK enum store_status store_open(struct store *store, const struct disk *disk);

/* `owner`: 1 .. STORE_OWNERS_MAX. Copies at most STORE_DATA_MAX bytes to data. OK, NOT_FOUND, IO
 * (also when the copy does not fit its hash any more). */
STORE_MUST_CHECK enum store_status store_get(struct store *store, uint32_t owner,
                                             const struct store_name *name, uint8_t *data,
                                             uint32_t *data_len);

/* OK once the record will stay; FULL; IO: it may be found as before or as asked for, from the next
 * opening on. */
STORE_MUST_CHECK enum store_status store_put(struct store *store, uint32_t owner,
                                             const struct store_name *name, const uint8_t *data,
                                             uint32_t data_len);

/* 1 to STORE_NAME_MAX of a-z 0-9 . - and zeros behind them. */
bool store_name_ok(const struct store_name *name);

#endif
