/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What roots have said: attestations and revocation lists taken into room for none, one and two
 * rows and lists, of which none, some or all are in use, and devices looked for in them. Commas
 * stand in every way in the last FEW bytes of a row's services, which are none, few or the most.
 * The store's lines, its roots and signatures are their promises: any answer.
 */
#include "dsoftbus/vouched.h"

#include "any.h"
#include "dsoftbus/service_list.h"
#include "exact.h"

#include <string.h>

#define ROOM_MAX 2
#define FEW      3

static struct dsb_identity own;
static struct dsb_trust_entry line;
static struct dsb_trust_root root;
static struct dsb_vouched_row rows[ROOM_MAX];
static struct dsb_vouched_list lists[ROOM_MAX];
static struct dsb_vouched vouched;
static struct dsb_trust_store store;
static struct dsb_attestation attestation;
static struct dsb_revocations list;
static struct dsb_device_id id;
static uint8_t key[DSB_KEY_LEN];

/* --- promises --------------------------------------------------------------------------------- */

void *memchr(const void *bytes, int wanted, size_t len)
{
    const char *text = bytes;

    /*@ loop unroll DSB_ATTESTATION_SERVICES_MAX + 1; */
    for (size_t i = 0; i < len; i++)
        if (text[i] == wanted)
            return (char *)text + i;
    return NULL;
}

static const struct dsb_trust_entry *any_line(void)
{
    return any_bool() ? &line : NULL;
}

const struct dsb_trust_entry *dsb_trust_store_line_of_id(const struct dsb_trust_store *of,
                                                         const struct dsb_device_id *wanted)
{
    (void)of, (void)wanted;
    return any_line();
}

const struct dsb_trust_entry *dsb_trust_store_line_of_key(const struct dsb_trust_store *of,
                                                          const uint8_t wanted[DSB_KEY_LEN])
{
    (void)of, (void)wanted;
    return any_line();
}

const struct dsb_trust_entry *dsb_trust_store_find_id(const struct dsb_trust_store *of,
                                                      const struct dsb_device_id *wanted)
{
    const struct dsb_trust_entry *found = any_line();

    return found != NULL ? found : dsb_vouched_find_id(of, wanted);
}

const struct dsb_trust_root *dsb_trust_store_find_root(const struct dsb_trust_store *of,
                                                       const uint8_t wanted[DSB_ROOT_KEY_LEN],
                                                       const struct dsb_device_id *of_id)
{
    (void)of, (void)wanted, (void)of_id;
    return any_bool() ? &root : NULL;
}

bool dsb_trust_store_has_root(const struct dsb_trust_store *of,
                              const uint8_t wanted[DSB_ROOT_KEY_LEN])
{
    (void)of, (void)wanted;
    return any_bool();
}

bool dsb_service_list_has(const char *names, size_t names_len, const void *service,
                          size_t service_len)
{
    /*@ assert names: names_len == 0 || \valid_read(names + (0 .. names_len - 1)); */
    /*@ assert name: service_len == 0 || \valid_read((char *)service + (0 .. service_len - 1)); */
    return any_bool();
}

bool dsb_attestation_verify(const struct dsb_attestation *word, const struct dsb_device_id *of_id,
                            const uint8_t of_key[DSB_KEY_LEN])
{
    (void)word, (void)of_id, (void)of_key;
    return any_bool();
}

bool dsb_revocations_verify(const struct dsb_revocations *word,
                            uint8_t scratch[DSB_REVOCATIONS_SIGNED_MAX])
{
    (void)word;
    Frama_C_make_unknown((char *)scratch, DSB_REVOCATIONS_SIGNED_MAX);
    return any_bool();
}

uint64_t dsb_revocations_first_good(const struct dsb_revocations *word,
                                    const struct dsb_device_id *of_id)
{
    (void)word, (void)of_id;
    return (uint64_t)Frama_C_interval(1, 100);
}

enum dsb_text_fault dsb_public_key_fault(const uint8_t of_key[DSB_KEY_LEN])
{
    (void)of_key;
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, 100);
}

/* --- rows and lists --------------------------------------------------------------------------- */

static void any_id(struct dsb_device_id *one)
{
    Frama_C_make_unknown((char *)one, sizeof *one);
    one->len = (uint8_t)Frama_C_interval(1, DSB_DEVICE_ID_MAX);
}

static void any_attestation(struct dsb_attestation *word, size_t services_len)
{
    Frama_C_make_unknown((char *)word, sizeof *word);
    word->services_len = (uint8_t)services_len;
}

/* Room for so many at the end of the arrays, of which so many are in use. */
static void make(size_t count, size_t capacity, size_t services_len)
{
    vouched.rows = rows + ROOM_MAX - capacity;
    vouched.lists = lists + ROOM_MAX - capacity;
    vouched.count = vouched.list_count = count;
    vouched.capacity = vouched.list_capacity = capacity;
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t i = 0; i < count; i++) {
        any_attestation(&vouched.rows[i].word, services_len);
        Frama_C_make_unknown((char *)&vouched.rows[i].entry, sizeof vouched.rows[i].entry);
        any_id(&vouched.rows[i].entry.id);
        Frama_C_make_unknown((char *)&vouched.lists[i].list, sizeof vouched.lists[i].list);
    }
    store.vouched = &vouched;
}

static void is_kept(size_t capacity)
{
    /*@ assert rows: vouched.count <= capacity; */
    /*@ assert lists: vouched.list_count <= capacity; */
}

/* Names, a comma for each bit. */
static void write_services(size_t count, size_t services_len, unsigned commas)
{
    /*@ loop unroll ROOM_MAX + 1; */
    for (size_t row = 0; row < count; row++) {
        memset(vouched.rows[row].word.services, 'a', services_len);
        /*@ loop unroll FEW + 1; */
        for (size_t i = 0; i < FEW && i < services_len; i++)
            if ((commas >> i & 1) != 0)
                vouched.rows[row].word.services[services_len - 1 - i] = ',';
    }
}

static void find(size_t count, size_t services_len, unsigned commas)
{
    make(count, count, services_len);
    write_services(count, services_len, commas);
    const struct dsb_trust_entry *found = dsb_vouched_find_id(&store, &id);
    if (found != NULL)
        /*@ assert id: found->services_len <= DSB_TRUST_SERVICES_LEN_MAX; */;
    make(count, count, services_len);
    write_services(count, services_len, commas);
    (void)dsb_vouched_find_key(&store, key);
}

static void take(size_t count, size_t capacity, size_t services_len)
{
    make(count, capacity, services_len);
    write_services(count, services_len, 2);
    any_attestation(&attestation, services_len);
    (void)!dsb_vouched_take(&store, &own, &id, key, &attestation);
    is_kept(capacity);
    make(count, capacity, services_len);
    (void)!dsb_vouched_take_list(&store, &list);
    (void)dsb_vouched_list_serial(&vouched, list.root);
    is_kept(capacity);
}

static void with_services(size_t services_len)
{
    find(0, services_len, 0);
    /*@ loop unroll (1 << FEW) + 1; */
    for (unsigned commas = 0; commas < 1 << FEW; commas++)
        find(1, services_len, commas);
    find(ROOM_MAX, services_len, 2);
}

/* A store that hears no root. */
static void hear_nothing(void)
{
    store.vouched = NULL;
    (void)dsb_vouched_find_id(&store, &id);
    (void)dsb_vouched_find_key(&store, key);
    (void)!dsb_vouched_take(&store, &own, &id, key, &attestation);
    (void)!dsb_vouched_take_list(&store, &list);
}

int main(void)
{
    any_id(&own.id);
    Frama_C_make_unknown((char *)own.key.public_key, sizeof own.key.public_key);
    any_id(&id);
    Frama_C_make_unknown((char *)key, sizeof key);
    Frama_C_make_unknown((char *)&line, sizeof line);
    Frama_C_make_unknown((char *)&root, sizeof root);
    Frama_C_make_unknown((char *)&list, sizeof list);
    any_attestation(&attestation, 1);
    hear_nothing();
    take(0, 0, 1);
    take(0, 1, 1);
    take(1, 1, 0);
    take(1, ROOM_MAX, DSB_ATTESTATION_SERVICES_MAX);
    take(ROOM_MAX, ROOM_MAX, 1);
    /*@ loop unroll FEW + 1; */
    for (size_t len = 0; len <= FEW; len++)
        with_services(len);
    with_services(DSB_ATTESTATION_SERVICES_MAX);
    (void)dsb_vouched_result_name((enum dsb_vouched_result)Frama_C_interval(0, 1000));
    return 0;
}
