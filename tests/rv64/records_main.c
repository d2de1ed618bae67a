/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stored does for a record, on a disk that is memory: instructions of the store alone, and the
 * sectors that it asks its disk for; one "name value" per line. Run under -icount
 * shift=0, where the counts are the same in every run.
 */
#include "rv64/machine.h"

#include "store.h"

#include <string.h>

#define SHORT_LEN 32 /* bytes: a key's */

static uint8_t sectors[STORE_SECTORS][DISK_SECTOR_LEN];
static struct {
    uint64_t read_count, written_count; /* sectors */
} asked;
static struct store store;
static uint8_t data[STORE_DATA_MAX];
static uint32_t data_len;
static enum store_status status;

static bool disk_read(void *context, uint64_t sector, uint32_t count, uint8_t *bytes)
{
    (void)context;
    asked.read_count += count;
    memcpy(bytes, sectors[sector], (size_t)count * DISK_SECTOR_LEN);
    return true;
}

static bool disk_write(void *context, uint64_t sector, uint32_t count, const uint8_t *bytes)
{
    (void)context;
    asked.written_count += count;
    memcpy(sectors[sector], bytes, (size_t)count * DISK_SECTOR_LEN);
    return true;
}

static bool disk_flush(void *context)
{
    (void)context;
    return true;
}

static const struct disk disk = {STORE_SECTORS, NULL, disk_read, disk_write, disk_flush};
static const struct store_name name = {"record"};

static void open_store(void)
{
    status = store_open(&store, &disk);
}

static void put(void)
{
    status = store_put(&store, 1, &name, data, data_len);
}

static void get(void)
{
    status = store_get(&store, 1, &name, data, &data_len);
}

/* `what`: the beginning of its lines. */
static void measure(const char *what, void (*call)(void))
{
    memset(&asked, 0, sizeof asked);
    uint64_t instructions = machine_instructions_of(call);
    machine_print(what);
    machine_print_pair("-instructions", instructions);
    machine_print(what);
    machine_print_pair("-read", asked.read_count);
    machine_print(what);
    machine_print_pair("-written", asked.written_count);
    if (status == STORE_OK)
        return;
    machine_print_pair(what, status);
    machine_off();
}

int main(void)
{
    measure("take", open_store);
    data_len = SHORT_LEN;
    measure("put-short", put);
    data_len = STORE_DATA_MAX;
    measure("put-longest", put);
    measure("get-longest", get);
    measure("open", open_store);
    machine_print("rv64 records: done\n");
    machine_off();
}
