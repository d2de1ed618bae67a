/* SPDX-License-Identifier: Apache-2.0 */
/* Records of stored, each written whole. */
#include "kept.h"

#include "dsoftbus/attestation_text.h"
#include "limits.h"
#include "proto/slots.h"
#include "record.h"
#include "root_lists.h"
#include "rt/log.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

#define AGAIN_MS          1000
#define VOUCHED_RECORDS   (VOUCHED_MAX / VOUCHED_RECORD_MAX)
#define VOUCHED_PIECE_MAX (1 + DSB_DEVICE_ID_MAX + DSB_KEY_LEN + 1 + DSB_ATTESTATION_MAX)
#define NAME_SIZE         sizeof "revocations-0"

_Static_assert(VOUCHED_RECORD_MAX *VOUCHED_PIECE_MAX <= STORE_DATA_MAX, "a record holds them");
_Static_assert(VOUCHED_MAX % VOUCHED_RECORD_MAX == 0 && ROOT_MAX < 10, "whole records, by digits");
_Static_assert(DSB_REVOCATIONS_TEXT_MAX <= STORE_DATA_MAX, "a record holds a list");

static const struct dsb_trust_store *trust;
static const struct dsb_identity *own;
static bool has_disk, has_failed;
static uint64_t written_count; /* of the changes */
static uint64_t again_ms;
static uint8_t record[STORE_DATA_MAX];

static void name_of(char name[NAME_SIZE], const char *kind, size_t idx)
{
    (void)snprintf(name, NAME_SIZE, "%s-%u", kind, (unsigned)idx);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void load_list(size_t idx)
{
    char name[NAME_SIZE];
    uint64_t serial;
    const char *why;

    name_of(name, "revocations", idx);
    size_t len = record_wait(name, record);
    if (len != 0 && root_lists_take((const char *)record, len, &serial, &why) == LIST_REFUSED)
        rt_logf("dsoftbusd: stored %s left out: %s", name, why);
}

/* One device from the front; its length in bytes, 0 when it is none. */
static size_t read_piece(struct dsb_attested *a, const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    size_t id_len = bytes[0], word_at = 1 + id_len + DSB_KEY_LEN + 1;
    if (len < word_at || dsb_device_id_set(&a->id, (const char *)bytes + 1, id_len) != DSB_OK)
        return 0;
    memcpy(a->key, bytes + 1 + id_len, DSB_KEY_LEN);
    size_t word_len = bytes[word_at - 1];
    if (len - word_at < word_len || !dsb_attestation_read(&a->word, bytes + word_at, word_len))
        return 0;
    return word_at + word_len;
}

static void load_vouched(size_t idx)
{
    struct dsb_attested a;
    char name[NAME_SIZE];

    name_of(name, "vouched", idx);
    size_t len = record_wait(name, record);
    for (size_t at = 0, piece_len; at < len; at += piece_len) {
        piece_len = read_piece(&a, record + at, len - at);
        if (piece_len == 0) {
            rt_logf("dsoftbusd: stored %s: not what was written", name);
            return;
        }
        enum dsb_vouched_result result = dsb_vouched_take(trust, own, &a.id, a.key, &a.word);
        if (result != DSB_VOUCHED_OK)
            rt_logf("dsoftbusd: left out vouched peer=%.*s: %s", a.id.len, a.id.text,
                    dsb_vouched_result_name(result));
    }
}

void kept_init(const struct dsb_trust_store *store, const struct dsb_identity *identity, bool disk)
{
    trust = store;
    own = identity;
    has_disk = disk && trust->root_count != 0;
    has_failed = false;
    again_ms = DSB_NO_DEADLINE;
    for (size_t i = 0; has_disk && i < ROOT_MAX; i++)
        load_list(i);
    for (size_t i = 0; has_disk && i < VOUCHED_RECORDS; i++)
        load_vouched(i);
    written_count = trust->vouched->change_count;
    for (size_t i = 0; i < trust->vouched->count; i++)
        trust->vouched->rows[i].is_new = false;
    for (size_t i = 0; i < trust->vouched->list_count; i++)
        trust->vouched->lists[i].is_new = false;
}

/* --- writing ---------------------------------------------------------------------------------- */

static size_t write_piece(uint8_t *out, const struct dsb_vouched_row *row)
{
    const struct dsb_device_id *id = &row->entry.id;
    uint8_t *next = out;

    *next++ = id->len;
    memcpy(next, id->text, id->len);
    memcpy(next + id->len, row->entry.key, DSB_KEY_LEN);
    next += id->len + DSB_KEY_LEN;
    size_t word_len = dsb_attestation_write(next + 1, &row->word);
    *next = (uint8_t)word_len;
    return (size_t)(next - out) + 1 + word_len;
}

static bool write_vouched(size_t idx)
{
    struct dsb_vouched *vouched = trust->vouched;
    size_t first = idx * VOUCHED_RECORD_MAX, len = 0;
    char name[NAME_SIZE];
    bool is_new = false;

    for (size_t i = first; i < first + VOUCHED_RECORD_MAX && i < vouched->count; i++) {
        is_new = is_new || vouched->rows[i].is_new;
        len += write_piece(record + len, &vouched->rows[i]);
    }
    name_of(name, "vouched", idx);
    if (!is_new)
        return true;
    if (record_put(DSOFTBUSD_SLOT_STORE, name, record, len) != STORE_OK)
        return false;
    for (size_t i = first; i < first + VOUCHED_RECORD_MAX && i < vouched->count; i++)
        vouched->rows[i].is_new = false;
    return true;
}

static bool write_list(size_t idx)
{
    struct dsb_vouched_list *list = &trust->vouched->lists[idx];
    const char *text;
    char name[NAME_SIZE];

    if (!list->is_new)
        return true;
    size_t len = root_lists_text(idx, &text);
    name_of(name, "revocations", idx);
    list->is_new = record_put(DSOFTBUSD_SLOT_STORE, name, text, len) != STORE_OK;
    return !list->is_new;
}

static bool write_all(void)
{
    bool ok = true;

    for (size_t i = 0; i < trust->vouched->list_count; i++)
        ok = write_list(i) && ok;
    for (size_t i = 0; i < VOUCHED_RECORDS; i++)
        ok = write_vouched(i) && ok;
    return ok;
}

void kept_turn(uint64_t now_ms)
{
    bool is_due = trust->vouched->change_count != written_count || again_ms <= now_ms;

    if (!has_disk || !is_due)
        return;
    written_count = trust->vouched->change_count;
    bool ok = write_all();
    if (!ok && !has_failed)
        rt_logf("dsoftbusd: what roots said is not on the disk yet, trying again");
    has_failed = !ok;
    again_ms = ok ? DSB_NO_DEADLINE : now_ms + AGAIN_MS;
}

uint64_t kept_deadline(void)
{
    return again_ms;
}
