/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device keeps of what roots said: a piece of a stored record at every length to beyond the
 * longest, with the lengths within it at their bounds and one beyond; records of such pieces up to
 * the longest record, and of any bytes; lists of any length; none, some and all of it written. The
 * disk is a promise: any bytes, any answer. So are the store of what roots said, and its parsers.
 */
#include "../../services/dsoftbusd/kept.c"

#include "any.h"
#include "exact.h"

_Static_assert(NAME_SIZE == 14, "as the promises of the disk say");

#define LONG_PIECE VOUCHED_PIECE_MAX
#define WORD_LENS                                                                                  \
    {                                                                                              \
        0, DSB_ATTESTATION_MIN - 1, DSB_ATTESTATION_MIN, DSB_ATTESTATION_MAX, 255                  \
    }
#define ID_LENS                                                                                    \
    {                                                                                              \
        0, 1, DSB_DEVICE_ID_MAX, DSB_DEVICE_ID_MAX + 1, 255                                        \
    }

static struct dsb_trust_store store;
static struct dsb_vouched vouched;
static struct dsb_vouched_row rows[VOUCHED_MAX];
static struct dsb_vouched_list lists[ROOT_MAX];
static struct dsb_identity identity;
static size_t stored_len; /* of each record */
static uint8_t sink;

/* --- promises --------------------------------------------------------------------------------- */

void rt_logf(const char *format, ...)
{
    sink ^= (uint8_t)format[0];
}

void rt_sleep_ms(uint64_t ms)
{
    sink ^= (uint8_t)ms;
}

/* The record's bytes are what stands there, of the length that is tried. */
enum store_status record_get(uint32_t endpoint_cap, const char *name, void *data, size_t data_size,
                             size_t *data_len)
{
    (void)endpoint_cap, (void)name;
    /*@ assert name: \valid_read(name + (0 .. 13)); */
    /*@ assert writable: \valid((uint8_t *)data + (0 .. data_size - 1)); */
    *data_len = 0;
    if (any_bool())
        return (enum store_status)Frama_C_interval(STORE_NOT_FOUND, STORE_STATUS_COUNT - 1);
    *data_len = stored_len;
    return STORE_OK;
}

enum store_status record_put(uint32_t endpoint_cap, const char *name, const void *data,
                             size_t data_len)
{
    (void)endpoint_cap, (void)name;
    /*@ assert name: \valid_read(name + (0 .. 13)); */
    reads(data, data_len);
    /*@ assert bounded: data_len <= STORE_DATA_MAX; */
    return (enum store_status)Frama_C_interval(STORE_OK, STORE_STATUS_COUNT - 1);
}

enum dsb_text_fault dsb_revocations_parse(struct dsb_revocations *out, const char *text,
                                          size_t text_len, size_t *line)
{
    reads(text, text_len);
    Frama_C_make_unknown((char *)out, sizeof *out);
    *line = 0;
    if (text_len == 0 || text_len > DSB_REVOCATIONS_TEXT_MAX)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    return any_bool() ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_ID;
}

enum dsb_vouched_result dsb_vouched_take_list(const struct dsb_trust_store *of,
                                              const struct dsb_revocations *one)
{
    (void)of, (void)one;
    return (enum dsb_vouched_result)Frama_C_interval(DSB_VOUCHED_OK, DSB_VOUCHED_RATE);
}

enum dsb_vouched_result dsb_vouched_take(const struct dsb_trust_store *of,
                                         const struct dsb_identity *of_own,
                                         const struct dsb_device_id *id,
                                         const uint8_t key[DSB_KEY_LEN],
                                         const struct dsb_attestation *word)
{
    (void)of, (void)of_own, (void)word;
    reads(key, DSB_KEY_LEN);
    /*@ assert id: id->len <= DSB_DEVICE_ID_MAX; */
    return (enum dsb_vouched_result)Frama_C_interval(DSB_VOUCHED_OK, DSB_VOUCHED_RATE);
}

uint64_t dsb_vouched_list_serial(const struct dsb_vouched *of, const uint8_t root[DSB_ROOT_KEY_LEN])
{
    (void)of, (void)root;
    return 1;
}

const char *dsb_vouched_result_name(enum dsb_vouched_result result)
{
    (void)result;
    return "";
}

const char *dsb_text_fault_name(enum dsb_text_fault fault)
{
    (void)fault;
    return "";
}

/* As long as it says, of any bytes: `memory-text`. */
enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text, size_t text_len)
{
    if (text_len == 0 || text_len > DSB_DEVICE_ID_MAX)
        return DSB_INVALID;
    reads(text, text_len);
    Frama_C_make_unknown((char *)id, sizeof *id);
    id->len = (uint8_t)text_len;
    return any_bool() ? DSB_OK : DSB_INVALID;
}

enum dsb_text_fault dsb_service_list_fault(const char *names, size_t names_len)
{
    reads(names, names_len);
    return any_bool() ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_ID;
}

/* --- what stands in a record ------------------------------------------------------------------ */

static const uint8_t id_lens[] = ID_LENS, word_lens[] = WORD_LENS;

/* A piece that says that it is so long within, as far as it goes. */
static size_t say_piece(uint8_t *bytes, size_t len, uint8_t id_len, uint8_t word_len)
{
    size_t word_at = 1 + (size_t)id_len + DSB_KEY_LEN;
    size_t services_at = word_at + 1 + DSB_ROOT_KEY_LEN + 8;

    if (len > 0)
        bytes[0] = id_len;
    if (len > word_at)
        bytes[word_at] = word_len;
    if (len > services_at && word_len >= DSB_ATTESTATION_MIN)
        bytes[services_at] = (uint8_t)(word_len - DSB_ATTESTATION_MIN);
    return word_at + 1 + word_len;
}

static void piece(size_t len, uint8_t id_len, uint8_t word_len)
{
    struct dsb_attested a;
    uint8_t *bytes = any_bytes(len);

    say_piece(bytes, len, id_len, word_len);
    size_t piece_len = read_piece(&a, bytes, len);
    /*@ assert within: piece_len <= len; */
}

/* Around the end of what the piece says it is, and of what comes before its second length. */
static void pieces(uint8_t id_len, uint8_t word_len)
{
    size_t word_at = 1 + (size_t)id_len + DSB_KEY_LEN, end = word_at + 1 + word_len;

    piece(0, id_len, word_len);
    piece(1, id_len, word_len);
    piece(word_at - 1, id_len, word_len);
    piece(word_at, id_len, word_len);
    piece(word_at + 1, id_len, word_len);
    piece(end - 1, id_len, word_len);
    piece(end, id_len, word_len);
    piece(end + 1, id_len, word_len);
}

/* A record of pieces that are so long, the last of which may be cut off. */
static void load(size_t len, uint8_t id_len, uint8_t word_len)
{
    Frama_C_make_unknown((char *)record, sizeof record);
    /*@ loop unroll 40; */
    for (size_t at = 0; at < STORE_DATA_MAX;)
        at += say_piece(record + at, STORE_DATA_MAX - at, id_len, word_len);
    stored_len = len;
    load_vouched(VOUCHED_RECORDS - 1);
}

static void take_list(size_t len)
{
    const char *why, *text;
    uint64_t serial;

    (void)root_lists_take((const char *)any_bytes(len), len, &serial, &why);
    /*@ loop unroll ROOT_MAX; */
    for (size_t i = 0; i < ROOT_MAX; i++) {
        size_t text_len = root_lists_text(i, &text);
        reads(text, text_len);
    }
}

/* --- what is kept ----------------------------------------------------------------------------- */

static void make(size_t count, size_t list_count)
{
    vouched.rows = rows;
    vouched.lists = lists;
    vouched.count = count;
    vouched.list_count = list_count;
    vouched.change_count = Frama_C_unsigned_int_interval(0, 1);
    /*@ loop unroll VOUCHED_MAX; */
    for (size_t i = 0; i < VOUCHED_MAX; i++) {
        Frama_C_make_unknown((char *)&rows[i], sizeof rows[i]);
        rows[i].entry.id.len = DSB_DEVICE_ID_MAX;
        rows[i].word.services_len = DSB_ATTESTATION_SERVICES_MAX;
        rows[i].is_new = any_bool();
    }
    /*@ loop unroll ROOT_MAX; */
    for (size_t i = 0; i < ROOT_MAX; i++)
        lists[i].is_new = any_bool();
    store.vouched = &vouched;
    store.root_count = Frama_C_interval(0, 1);
}

static void keep(size_t count, size_t list_count)
{
    make(count, list_count);
    root_lists_init(&store);
    stored_len = 0;
    kept_init(&store, &identity, any_bool());
    make(count, list_count);
    kept_turn(Frama_C_unsigned_int_interval(0, UINT32_MAX));
    (void)kept_deadline();
}

int main(void)
{
    /*@ loop unroll 6; */
    for (size_t i = 0; i < sizeof id_lens; i++)
        /*@ loop unroll 6; */
        for (size_t w = 0; w < sizeof word_lens; w++)
            pieces(id_lens[i], word_lens[w]);
    keep(0, 0);
    keep(1, 1);
    keep(VOUCHED_RECORD_MAX + 1, ROOT_MAX);
    keep(VOUCHED_MAX, ROOT_MAX);
    load(0, 1, DSB_ATTESTATION_MIN);
    load(1, 1, DSB_ATTESTATION_MIN);
    load(LONG_PIECE, DSB_DEVICE_ID_MAX, DSB_ATTESTATION_MAX);
    load(2 * LONG_PIECE - 1, DSB_DEVICE_ID_MAX, DSB_ATTESTATION_MAX);
    load(STORE_DATA_MAX, DSB_DEVICE_ID_MAX, DSB_ATTESTATION_MAX);
    load(STORE_DATA_MAX, 1, DSB_ATTESTATION_MIN);
    take_list(0);
    take_list(1);
    take_list(DSB_REVOCATIONS_TEXT_MAX);
    take_list(DSB_REVOCATIONS_TEXT_MAX + 1);
    take_list(EXACT_MAX);
    return 0;
}
