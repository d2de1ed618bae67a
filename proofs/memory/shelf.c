/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device's files in memory: a shelf of none, one less than the most and the most files, which
 * is empty, all but full or full; a file offered with names at their bounds and one beyond, for the
 * shortest and the longest peer; bytes of it, and its end. The judgement of names is
 * `memory-names`'.
 */
#include "../../apps/filed/shelf.h"

#include "exact.h"

#include <string.h>

static struct shelf shelves[SHELF_COUNT];
static struct shelf *const shelf = &shelves[SHELF_COUNT - 1]; /* nothing of ours lies behind it */
static struct message put;
static char peer[SHELF_PEER_SIZE];
static size_t sink;

/* Any answer, but of a name of none or too many bytes. */
bool message_name_is_valid(const char *name)
{
    size_t len = strlen(name);

    return len >= 1 && len <= MESSAGE_NAME_MAX && Frama_C_interval(0, 1);
}

static void make(uint32_t file_count, uint32_t used_len, uint32_t len, bool is_open)
{
    memset(shelf, 0, sizeof *shelf);
    shelf->file_count = file_count;
    shelf->used_len = used_len;
    shelf->is_open = is_open;
    shelf->total_len = Frama_C_interval(0, 1) ? MESSAGE_LENGTH_UNKNOWN : used_len;
    /*@ loop unroll SHELF_FILES_MAX; */
    for (size_t i = 0; i < SHELF_FILES_MAX; i++)
        shelf->file[i].name[0] = 'b';
    if (is_open)
        shelf->file[file_count].len = len;
}

static void is_shelf(void)
{
    /*@ assert files: shelf->file_count <= SHELF_FILES_MAX; */
    /*@ assert used: shelf->used_len <= SHELF_BYTES_MAX; */
    /*@ assert open: !shelf->is_open || shelf->file_count < SHELF_FILES_MAX; */
}

static void offer(uint32_t file_count, uint32_t used_len, size_t name_len)
{
    make(file_count, used_len, 0, false);
    memset(put.name, 0, sizeof put.name);
    memset(put.name, 'a', name_len);
    put.length = (uint64_t)Frama_C_unsigned_int_interval(0, UINT32_MAX);
    sink += shelf_open(shelf, peer, &put);
    is_shelf();
}

static void write_one(uint32_t file_count, uint32_t used_len, size_t len)
{
    make(file_count, used_len, used_len, true);
    sink += shelf_write(shelf, any_bytes(len), len);
    is_shelf();
}

static void keep(uint32_t file_count, uint32_t used_len)
{
    make(file_count, used_len, used_len, true);
    sink += shelf_keep(shelf, (uint64_t)Frama_C_unsigned_int_interval(0, SHELF_BYTES_MAX));
    is_shelf();
    make(file_count, used_len, used_len, true);
    shelf_drop(shelf);
    is_shelf();
}

static void with_files(uint32_t file_count, uint32_t used_len)
{
    offer(file_count, used_len, 0);
    offer(file_count, used_len, 1);
    offer(file_count, used_len, MESSAGE_NAME_MAX);
    if (file_count == SHELF_FILES_MAX)
        return;
    write_one(file_count, used_len, 1);
    write_one(file_count, used_len, 2);
    write_one(file_count, used_len, EXACT_MAX);
    keep(file_count, used_len);
}

static void of_peer(size_t peer_len)
{
    memset(peer, 0, sizeof peer);
    memset(peer, 'p', peer_len);
    sink += shelf_of(shelves, peer) != NULL;
    with_files(0, 0);
    with_files(SHELF_FILES_MAX - 1, SHELF_BYTES_MAX - 1);
    with_files(SHELF_FILES_MAX - 1, SHELF_BYTES_MAX);
    with_files(SHELF_FILES_MAX, 1);
}

int main(void)
{
    of_peer(1);
    of_peer(SHELF_PEER_SIZE - 1);
    return 0;
}
