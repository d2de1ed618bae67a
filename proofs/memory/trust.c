/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trust store: files of any lines (lines_promise.c), with words at their bounds and one beyond,
 * into room for no, one and two entries and roots; entries added and written; devices, keys and
 * roots looked for in stores of any content, whose ids have lengths at their bounds. What roots
 * have said is `memory-vouched`'s, a list of services `contract-lines`', a key `memory-identity`'s.
 */
#include "dsoftbus/service_list.h"
#include "dsoftbus/vouched.h"

#include "exact.h"
#include "lines_promise.h"

#define ROOM_MAX 2
#define KEY_LEN  (2 * DSB_KEY_LEN)

static struct dsb_identity own;
static struct dsb_trust_entry entries[ROOM_MAX], entry;
static struct dsb_trust_root roots[ROOM_MAX];
static struct dsb_trust_store store;

/* --- promises --------------------------------------------------------------------------------- */

bool dsb_service_list_has(const char *list, size_t list_len, const void *service,
                          size_t service_len)
{
    /*@ assert list: list_len == 0 || \valid_read(list + (0 .. list_len - 1)); */
    /*@ assert name: service_len == 0 || \valid_read((char *)service + (0 .. service_len - 1)); */
    return Frama_C_interval(0, 1);
}

enum dsb_text_fault dsb_service_list_fault(const char *list, size_t list_len)
{
    /*@ assert readable: list_len == 0 || \valid_read(list + (0 .. list_len - 1)); */
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, 100);
}

enum dsb_text_fault dsb_public_key_fault(const uint8_t key[DSB_KEY_LEN])
{
    /*@ assert readable: \valid_read(key + (0 .. DSB_KEY_LEN - 1)); */
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, 100);
}

static const struct dsb_trust_entry *any_entry(void)
{
    return Frama_C_interval(0, 1) ? &entry : NULL;
}

const struct dsb_trust_entry *dsb_vouched_find_id(const struct dsb_trust_store *of,
                                                  const struct dsb_device_id *id)
{
    (void)of, (void)id;
    return any_entry();
}

const struct dsb_trust_entry *dsb_vouched_find_key(const struct dsb_trust_store *of,
                                                   const uint8_t key[DSB_KEY_LEN])
{
    (void)of, (void)key;
    return any_entry();
}

/* --- the store -------------------------------------------------------------------------------- */

static void any_id(struct dsb_device_id *id, size_t len)
{
    Frama_C_make_unknown((char *)id, sizeof *id);
    id->len = (uint8_t)len;
}

static void any_key(uint8_t key[DSB_KEY_LEN])
{
    Frama_C_make_unknown((char *)key, DSB_KEY_LEN);
}

static void any_services(char services[DSB_TRUST_SERVICES_LEN_MAX], uint8_t *services_len)
{
    Frama_C_make_unknown(services, DSB_TRUST_SERVICES_LEN_MAX);
    *services_len = (uint8_t)Frama_C_interval(0, DSB_TRUST_SERVICES_LEN_MAX);
}

/* One that a file, pairing or a caller may have made. */
static void any_trust_entry(struct dsb_trust_entry *one, size_t id_len)
{
    any_id(&one->id, id_len);
    any_key(one->key);
    any_services(one->services, &one->services_len);
    one->is_paired = Frama_C_interval(0, 1);
}

/* With room for so many at the end of the arrays. */
static void make_store(size_t room_count)
{
    dsb_trust_store_init(&store, entries + ROOM_MAX - room_count, room_count);
    store.roots = Frama_C_interval(0, 1) ? roots + ROOM_MAX - room_count : NULL;
    store.root_capacity = room_count;
}

static void is_store(size_t room_count)
{
    /*@ assert entries: store.count <= room_count; */
    /*@ assert roots: store.root_count <= room_count; */
}

static void read_file(size_t id_len, size_t key_len, size_t services_len)
{
    struct dsb_text_error error;

    lines_promise_len[0] = id_len;
    lines_promise_len[1] = key_len;
    lines_promise_len[2] = services_len;
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t count = 0; count <= ROOM_MAX; count++) {
        make_store(count);
        (void)!dsb_trust_store_parse(&store, &own, (const char *)any_bytes(1), 1, &error);
        is_store(count);
    }
}

/* How long the words are that a line of each kind has. */
static void read_files(void)
{
    read_file(DSB_DEVICE_ID_MAX + 1, 4, DSB_TRUST_SERVICES_LEN_MAX + 1);
    read_file(1, KEY_LEN, 0);
    read_file(2, KEY_LEN + 5, 1);
    read_file(DSB_DEVICE_ID_MAX, KEY_LEN + 7, DSB_TRUST_SERVICES_LEN_MAX);
    read_file(DSB_DEVICE_ID_MAX + 3, 5, 0);
    read_file(0, 0, 0);
}

static void look_for(const struct dsb_device_id *id, const uint8_t key[DSB_KEY_LEN])
{
    const struct dsb_trust_entry *found = dsb_trust_store_find_id(&store, id);

    (void)dsb_trust_entry_allows(found, any_bytes(3), 3, Frama_C_interval(0, 1));
    (void)dsb_trust_store_find_key(&store, key);
    (void)dsb_trust_store_has(&store, id, key);
    (void)dsb_trust_store_has_root(&store, key);
    (void)dsb_trust_store_find_root(&store, key, id);
    (void)dsb_trust_store_covers(&store, id);
}

/* In a store of so many, whose ids have this length, for an id of that length. */
static void look_up(size_t count, size_t id_len, size_t root_id_len, size_t wanted_len)
{
    struct dsb_trust_entry wanted;

    make_store(count);
    store.roots = roots + ROOM_MAX - count;
    store.count = store.root_count = count;
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t i = 0; i < count; i++) {
        any_trust_entry(&store.entries[i], id_len);
        any_key(store.roots[i].key);
        any_id(&store.roots[i].id, root_id_len);
        store.roots[i].is_suffix = Frama_C_interval(0, 1);
    }
    any_trust_entry(&wanted, wanted_len);
    look_for(&wanted.id, wanted.key);
}

static void look_for_suffixes(size_t wanted_len)
{
    look_up(ROOM_MAX, wanted_len, 0, wanted_len);
    look_up(ROOM_MAX, wanted_len, 1, wanted_len);
    look_up(ROOM_MAX, wanted_len, wanted_len, wanted_len);
    look_up(ROOM_MAX, wanted_len, DSB_DEVICE_ID_MAX - 2, wanted_len);
    look_up(ROOM_MAX, 1, DSB_DEVICE_ID_MAX - 1, wanted_len);
    look_up(1, DSB_DEVICE_ID_MAX, DSB_DEVICE_ID_MAX, wanted_len);
    look_up(0, 0, 0, wanted_len);
}

static void add_one(size_t count, size_t capacity, size_t id_len)
{
    make_store(capacity);
    store.count = count;
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t i = 0; i < count; i++)
        any_trust_entry(&store.entries[i], id_len);
    any_trust_entry(&entry, id_len);
    (void)!dsb_trust_store_add(&store, &own, &entry);
    is_store(capacity);
}

static void add(size_t id_len)
{
    add_one(0, 0, id_len);
    add_one(0, 1, id_len);
    add_one(1, 1, id_len);
    add_one(1, 2, id_len);
    add_one(2, 2, id_len);
}

static void write_one(size_t id_len, size_t services_len, bool is_paired)
{
    size_t need_len =
        id_len + 1 + (is_paired ? 7 : 0) + KEY_LEN + (services_len != 0) + services_len + 1;

    any_trust_entry(&entry, id_len);
    entry.services_len = (uint8_t)services_len;
    entry.is_paired = is_paired;
    size_t len = dsb_trust_entry_format((char *)room(need_len), &entry);
    /*@ assert whole: len == need_len <= DSB_TRUST_LINE_MAX; */
    (void)len;
}

static void write_services(size_t services_len)
{
    write_one(1, services_len, false);
    write_one(DSB_DEVICE_ID_MAX, services_len, false);
    write_one(DSB_DEVICE_ID_MAX, services_len, true);
}

int main(void)
{
    any_id(&own.id, (size_t)Frama_C_interval(1, DSB_DEVICE_ID_MAX));
    any_key(own.key.public_key);
    any_trust_entry(&entry, 1);
    add(0);
    add(1);
    add(DSB_DEVICE_ID_MAX);
    add(DSB_DEVICE_ID_MAX + 1);
    write_services(0);
    write_services(1);
    write_services(DSB_TRUST_SERVICES_LEN_MAX);
    read_files();
    look_for_suffixes(1);
    look_for_suffixes(3);
    look_for_suffixes(DSB_DEVICE_ID_MAX);
    return 0;
}
