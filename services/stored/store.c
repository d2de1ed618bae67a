/* SPDX-License-Identifier: Apache-2.0 */
/* Two copies of each record, and which one counts. */
#include "store.h"

#include "noise/crypto.h"

#include <string.h>

#define COPY_LEN (STORE_COPY_SECTORS * DISK_SECTOR_LEN)
#define HASH_LEN NOISE_CRYPTO_HASH_LEN

/* No run of ours comes near; a disk that somebody prepared may be there. */
#define SEQUENCE_MAX (UINT64_MAX - 1)

static const uint8_t copy_magic[8] = "DSBREC1";

/* The first sector of a copy, integers little-endian as this machine's are. */
struct header {
    uint8_t magic[sizeof copy_magic];
    uint64_t sequence;
    uint32_t place; /* 2 * record + copy: one that lies elsewhere is none */
    uint32_t data_len;
    struct store_name name;
    uint8_t hash[HASH_LEN]; /* of the header with zeros here, then the data */
};

_Static_assert(sizeof(struct header) <= DISK_SECTOR_LEN, "a header's sector");
_Static_assert(COPY_LEN == DISK_SECTOR_LEN + STORE_DATA_MAX, "a copy holds the longest record");
_Static_assert(STORE_COPY_SECTORS <= DISK_SECTORS_MAX, "one call");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the disk's byte order");

static const char mark[DISK_SECTOR_LEN] =
    "dsoftbus-store 1\n32 records of up to 3584 bytes, two copies each, from sector 8 on.\n";

bool store_name_ok(const struct store_name *name)
{
    size_t len = 0;

    while (len < sizeof name->text && name->text[len] != 0) {
        char c = name->text[len++];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-')
            return false;
    }
    if (len == 0 || len > STORE_NAME_MAX)
        return false;
    for (size_t i = len; i < sizeof name->text; i++)
        if (name->text[i] != 0)
            return false;
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* What was read or written may be secret. */
static void clear(struct store *store)
{
    noise_wipe(store->copy, sizeof store->copy);
}

static uint64_t sector_of(uint32_t place)
{
    return STORE_FIRST_SECTOR + (uint64_t)place * STORE_COPY_SECTORS;
}

static void hash_copy(uint8_t hash[HASH_LEN], const struct header *header, const uint8_t *data)
{
    struct header plain = *header;

    memset(plain.hash, 0, sizeof plain.hash);
    noise_blake2s(hash, (const uint8_t *)&plain, sizeof plain, data, header->data_len);
}

/* Whether the copy in store->copy is one, for this place. */
static bool copy_counts(const struct store *store, uint32_t place, struct header *header)
{
    uint8_t hash[HASH_LEN];

    memcpy(header, store->copy, sizeof *header);
    if (memcmp(header->magic, copy_magic, sizeof copy_magic) != 0 || header->place != place ||
        header->data_len > STORE_DATA_MAX || header->sequence == 0 ||
        header->sequence > SEQUENCE_MAX || !store_name_ok(&header->name))
        return false;
    hash_copy(hash, header, store->copy + DISK_SECTOR_LEN);
    return noise_equal(hash, header->hash);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* The mark, or what a power cut left of writing it: of each byte, the new one or the zero. */
static bool is_mark_begun(const uint8_t *sector)
{
    for (size_t i = 0; i < DISK_SECTOR_LEN; i++)
        if (sector[i] != 0 && sector[i] != (uint8_t)mark[i])
            return false;
    return true;
}

static enum store_status check_zero(struct store *store, uint64_t first, uint64_t end)
{
    for (uint64_t at = first; at < end; at += STORE_COPY_SECTORS) {
        uint64_t left = end - at;
        uint32_t count = left < STORE_COPY_SECTORS ? (uint32_t)left : STORE_COPY_SECTORS;
        if (!store->disk->read(store->disk->context, at, count, store->copy))
            return STORE_IO;
        if (!is_zero(store->copy, count * (size_t)DISK_SECTOR_LEN))
            return STORE_FOREIGN;
    }
    return STORE_OK;
}

/* A blank disk becomes ours; any other stays what it is. */
static enum store_status take_blank(struct store *store)
{
    const struct disk *disk = store->disk;
    uint64_t end = disk->sector_count;
    uint64_t tail =
        end - STORE_SECTORS < STORE_TAIL_SECTORS ? STORE_SECTORS : end - STORE_TAIL_SECTORS;

    if (!is_mark_begun(store->copy))
        return STORE_FOREIGN;
    enum store_status status = check_zero(store, 1, STORE_SECTORS);
    if (status == STORE_OK)
        status = check_zero(store, tail, end);
    if (status != STORE_OK)
        return status;
    return disk->write(disk->context, 0, 1, (const uint8_t *)mark) && disk->flush(disk->context)
               ? STORE_OK
               : STORE_IO;
}

static bool read_copy(struct store *store, uint32_t place)
{
    return store->disk->read(store->disk->context, sector_of(place), STORE_COPY_SECTORS,
                             store->copy);
}

static enum store_status read_records(struct store *store)
{
    struct header header;

    for (uint32_t place = 0; place < 2 * STORE_RECORDS; place++) {
        struct store_record *record = &store->records[place / 2];
        if (!read_copy(store, place))
            return STORE_IO;
        if (!copy_counts(store, place, &header))
            continue;
        if (header.sequence > store->last_sequence)
            store->last_sequence = header.sequence;
        if (header.sequence > record->sequence)
            *record = (struct store_record){
                .name = header.name, .sequence = header.sequence, .copy = place % 2};
    }
    return STORE_OK;
}

static enum store_status open_disk(struct store *store)
{
    const struct disk *disk = store->disk;

    if (disk->sector_count < STORE_SECTORS)
        return STORE_TOO_SMALL;
    if (!disk->read(disk->context, 0, 1, store->copy))
        return STORE_IO;
    if (memcmp(store->copy, mark, sizeof mark) != 0)
        return take_blank(store);
    return read_records(store);
}

enum store_status store_open(struct store *store, const struct disk *disk)
{
    memset(store, 0, sizeof *store);
    store->disk = disk;
    store->status = open_disk(store);
    clear(store);
    return store->status;
}

/* --- records ---------------------------------------------------------------------------------- */

/* The owner's record of that name, or NULL. An empty name finds a free place. */
static struct store_record *find(struct store *store, uint32_t owner, const struct store_name *name)
{
    struct store_record *share = &store->records[(owner - 1) * STORE_SHARE];

    for (uint32_t i = 0; i < STORE_SHARE; i++)
        if (memcmp(&share[i].name, name, sizeof *name) == 0)
            return &share[i];
    return NULL;
}

static uint32_t place_of(const struct store *store, const struct store_record *record,
                         uint32_t copy)
{
    return 2 * (uint32_t)(record - store->records) + copy;
}

static enum store_status read_record(struct store *store, const struct store_record *record,
                                     uint8_t *data, uint32_t *data_len)
{
    uint32_t place = place_of(store, record, record->copy);
    struct header header;

    if (!read_copy(store, place) || !copy_counts(store, place, &header) ||
        header.sequence != record->sequence)
        return STORE_IO;
    memcpy(data, store->copy + DISK_SECTOR_LEN, header.data_len);
    *data_len = header.data_len;
    return STORE_OK;
}

enum store_status store_get(struct store *store, uint32_t owner, const struct store_name *name,
                            uint8_t *data, uint32_t *data_len)
{
    *data_len = 0;
    if (store->status != STORE_OK)
        return store->status;
    const struct store_record *record = find(store, owner, name);
    if (record == NULL)
        return STORE_NOT_FOUND;
    enum store_status status = read_record(store, record, data, data_len);
    clear(store);
    return status;
}

/* The whole of a copy at its place, and only then what counts is another. */
static enum store_status write_copy(struct store *store, struct store_record *record,
                                    const struct header *header)
{
    const struct disk *disk = store->disk;
    uint32_t sectors = 1 + (uint32_t)((header->data_len + DISK_SECTOR_LEN - 1) / DISK_SECTOR_LEN);

    if (!disk->write(disk->context, sector_of(header->place), sectors, store->copy) ||
        !disk->flush(disk->context))
        return STORE_IO;
    *record = (struct store_record){
        .name = header->name, .sequence = header->sequence, .copy = header->place % 2};
    return STORE_OK;
}

enum store_status store_put(struct store *store, uint32_t owner, const struct store_name *name,
                            const uint8_t *data, uint32_t data_len)
{
    static const struct store_name nobody;

    if (store->status != STORE_OK)
        return store->status;
    struct store_record *record = find(store, owner, name);
    if (record == NULL)
        record = find(store, owner, &nobody);
    if (record == NULL)
        return STORE_FULL;
    if (store->last_sequence == SEQUENCE_MAX)
        return STORE_IO;
    struct header header = {
        .sequence = ++store->last_sequence,
        .place = place_of(store, record, record->sequence == 0 ? 0 : 1 - record->copy),
        .data_len = data_len,
        .name = *name,
    };
    memcpy(header.magic, copy_magic, sizeof copy_magic);
    hash_copy(header.hash, &header, data);
    memcpy(store->copy, &header, sizeof header);
    memcpy(store->copy + DISK_SECTOR_LEN, data, data_len);
    enum store_status status = write_copy(store, record, &header);
    clear(store);
    return status;
}
