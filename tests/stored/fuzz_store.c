/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk with anything on it, below the mark and in good copies, too: it is opened and used, within
 * its bounds; a disk that is not ours is not written to. The input is places and bytes that lie
 * there, each then sealed with a right hash or not.
 */
#include "dsoftbus/fuzz/fuzz.h"
#include "noise/crypto.h"
#include "store.h"
#include "stored/sim_disk.h"

#include <string.h>

enum {
    PIECE_HEAD_LEN = 4, /* place, length, kind, offset */
    HASH_AT = 56,       /* in a copy's header */
    HEADER_LEN = 88,
};

static struct sim_disk sim, before;
static struct store store;

/* What an attacker with the disk in his hands can do, too. */
static void seal(uint8_t *copy)
{
    uint32_t len;

    memcpy(&len, copy + 20, sizeof len);
    memset(copy + HASH_AT, 0, NOISE_CRYPTO_HASH_LEN);
    if (len <= STORE_DATA_MAX)
        noise_blake2s(copy + HASH_AT, copy, HEADER_LEN, copy + DISK_SECTOR_LEN, len);
}

static void use(void)
{
    static const struct store_name name = {"boots"};
    uint8_t data[STORE_DATA_MAX], again[STORE_DATA_MAX];
    uint32_t len;

    for (uint32_t owner = 1; owner <= STORE_OWNERS_MAX; owner++) {
        enum store_status status = store_get(&store, owner, &name, data, &len);
        CHECK(status == STORE_OK || status == STORE_NOT_FOUND);
        CHECK(len <= sizeof data && (status == STORE_OK || len == 0));
        status = store_put(&store, owner, &name, (const uint8_t *)"x", 1);
        CHECK(status == STORE_OK || status == STORE_FULL || status == STORE_IO);
        if (status != STORE_OK)
            continue;
        CHECK(store_get(&store, owner, &name, again, &len) == STORE_OK);
        CHECK(len == 1 && again[0] == 'x');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sim_disk_init(&sim, STORE_SECTORS);
    CHECK(store_open(&store, &sim.disk) == STORE_OK);
    while (size > PIECE_HEAD_LEN) {
        size_t len = data[1] < size - PIECE_HEAD_LEN ? data[1] : size - PIECE_HEAD_LEN;
        uint32_t place = data[0] % (2 * STORE_RECORDS + 1);
        bool is_mark = place == 2 * STORE_RECORDS;
        uint8_t *copy = sim.durable[is_mark ? 0 : STORE_FIRST_SECTOR + place * STORE_COPY_SECTORS];
        memcpy(copy + data[3], data + PIECE_HEAD_LEN, len < 256 ? len : 256);
        if (!is_mark && data[2] % 2 == 0)
            seal(copy);
        data += PIECE_HEAD_LEN + len;
        size -= PIECE_HEAD_LEN + len;
    }
    before = sim;
    enum store_status status = store_open(&store, &sim.disk);
    CHECK(status == STORE_OK || status == STORE_FOREIGN);
    if (status == STORE_OK)
        use();
    else
        CHECK(memcmp(before.durable, sim.durable, sizeof sim.durable) == 0 &&
              sim.op_count == before.op_count);
    return 0;
}
