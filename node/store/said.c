/* SPDX-License-Identifier: Apache-2.0 */
/* A file for each thing that a root said, named after what it is about: the next one about it
 * replaces the file. */
#include "node/store/said.h"

#include "node/base/key_text.h"
#include "node/base/log.h"
#include "node/store/attestation.h"
#include "node/store/revocations.h"
#include "node/store/text_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MAX (DSB_REVOCATIONS_TEXT_MAX + 1)

_Static_assert(READ_MAX > DSB_ATTESTATION_TEXT_MAX, "one buffer for both");

void said_root(char out[SAID_ROOT_SIZE], const uint8_t root[DSB_ROOT_KEY_LEN])
{
    char all[KEY_TEXT_SIZE];
    key_format(all, root);
    memcpy(out, all, SAID_ROOT_SIZE - 1);
    out[SAID_ROOT_SIZE - 1] = '\0';
}

struct dsb_vouched *said_new(size_t rows, size_t lists)
{
    struct dsb_vouched *vouched = calloc(1, sizeof *vouched);
    if (vouched == NULL)
        return NULL;
    vouched->rows = calloc(rows, sizeof *vouched->rows);
    vouched->lists = calloc(lists, sizeof *vouched->lists);
    vouched->capacity = rows;
    vouched->list_capacity = lists;
    if (vouched->rows != NULL && vouched->lists != NULL)
        return vouched;
    said_free(vouched);
    return NULL;
}

void said_free(struct dsb_vouched *vouched)
{
    if (vouched == NULL)
        return;
    free(vouched->rows);
    free(vouched->lists);
    free(vouched);
}

/* Writing */

static bool write_into(const struct confdir *dir, const char *folder, const char *name,
                       const char *text, size_t text_len, struct error *e)
{
    struct confdir inner;
    if (!confdir_open_inner(&inner, dir, folder, e))
        return false;
    bool ok = confdir_write(&inner, name, text, text_len, CONFDIR_REPLACE, e);
    confdir_close(&inner);
    return ok;
}

#define ROW_NAME_SIZE (DSB_DEVICE_ID_MAX + 1 + SAID_ROOT_SIZE)

static void row_name(char name[ROW_NAME_SIZE], const struct dsb_device_id *id,
                     const uint8_t root[DSB_ROOT_KEY_LEN])
{
    char digits[SAID_ROOT_SIZE];
    said_root(digits, root);
    (void)snprintf(name, ROW_NAME_SIZE, "%.*s@%s", id->len, id->text, digits);
}

static bool keep_row(const struct confdir *dir, struct dsb_vouched_row *row, struct error *e)
{
    char text[DSB_ATTESTATION_TEXT_MAX], root[SAID_ROOT_SIZE];
    char name[ROW_NAME_SIZE];
    struct dsb_attested a = {.id = row->entry.id, .word = row->word};
    memcpy(a.key, row->entry.key, sizeof a.key);
    said_root(root, row->word.root);
    row_name(name, &a.id, row->word.root);
    row->is_new = !write_into(dir, VOUCHED_FOLDER, name, text, attestation_format(text, &a), e);
    if (!row->is_new)
        log_line(LOG_LEVEL_INFO, "attested id=%.*s root=%s serial=%llu", a.id.len, a.id.text, root,
                 (unsigned long long)a.word.serial);
    return !row->is_new;
}

static bool keep_list(const struct confdir *dir, struct dsb_vouched_list *list, struct error *e)
{
    char text[REVOCATIONS_TEXT_SIZE], root[SAID_ROOT_SIZE];
    said_root(root, list->list.root);
    list->is_new =
        !write_into(dir, REVOCATIONS_FOLDER, root, text, revocations_format(text, &list->list), e);
    if (!list->is_new)
        log_line(LOG_LEVEL_INFO, "revocations kept root=%s serial=%llu ids=%zu", root,
                 (unsigned long long)list->list.serial, list->list.count);
    return !list->is_new;
}

/* What may still be written, and what was not. */
struct keeping {
    size_t room;
    size_t left;
    bool ok;
};

/* Is it this one's turn? */
static bool begin(struct keeping *k, bool is_new)
{
    bool now = is_new && k->ok && k->room > 0;
    k->room -= now;
    k->left += is_new && !now;
    return now;
}

static void end(struct keeping *k, bool ok)
{
    k->ok = ok;
    k->left += !ok;
}

bool said_keep(const struct confdir *dir, struct dsb_vouched *vouched, size_t write_max,
               size_t *left, struct error *e)
{
    struct keeping k = {.room = write_max, .ok = true};
    for (size_t i = 0; i < vouched->list_count; i++)
        if (begin(&k, vouched->lists[i].is_new))
            end(&k, keep_list(dir, &vouched->lists[i], e));
    for (size_t i = 0; i < vouched->count; i++)
        if (begin(&k, vouched->rows[i].is_new))
            end(&k, keep_row(dir, &vouched->rows[i], e));
    *left = k.left;
    return k.ok;
}

/* Reading */

struct loading {
    struct confdir folder;
    const struct dsb_trust_store *store;
    const struct dsb_identity *own;
    char text[READ_MAX];
    size_t text_len;
    size_t line;
};

/* What a person did to the trust store is no fault of a file's. */
static void tell(const struct loading *l, const char *name, enum dsb_vouched_result result)
{
    bool is_usual = result == DSB_VOUCHED_UNKNOWN_ROOT || result == DSB_VOUCHED_PINNED ||
                    result == DSB_VOUCHED_REVOKED || result == DSB_VOUCHED_OLD_SERIAL;
    if (result != DSB_VOUCHED_OK)
        log_line(is_usual ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "%s/%s left out: %s",
                 l->folder.path, name, dsb_vouched_result_name(result));
}

static void tell_fault(const struct loading *l, const char *name, enum dsb_text_fault fault)
{
    struct error e;
    (void)text_fault_set(&e, &l->folder, name, &(struct dsb_text_error){l->line, fault}, l->text,
                         l->text_len);
    log_line(LOG_LEVEL_WARNING, "left out: %s", e.text);
}

static bool read_text(struct loading *l, const char *name)
{
    struct error e;
    if (confdir_read(&l->folder, name, l->text, sizeof l->text, &l->text_len, &e))
        return true;
    log_line(LOG_LEVEL_WARNING, "left out: %s", e.text);
    return false;
}

static void take_attestation(void *ctx, const char *name)
{
    struct loading *l = ctx;
    struct dsb_attested a;
    if (!read_text(l, name))
        return;
    enum dsb_text_fault fault = dsb_attested_parse_unverified(&a, l->text, l->text_len, &l->line);
    if (fault == DSB_TEXT_NO_FAULT)
        tell(l, name, dsb_vouched_take(l->store, l->own, &a.id, a.key, &a.word));
    else
        tell_fault(l, name, fault);
}

static void take_list(void *ctx, const char *name)
{
    struct loading *l = ctx;
    struct dsb_revocations list;
    if (!read_text(l, name))
        return;
    enum dsb_text_fault fault = dsb_revocations_parse(&list, l->text, l->text_len, &l->line);
    if (fault == DSB_TEXT_NO_FAULT)
        tell(l, name, dsb_vouched_take_list(l->store, &list));
    else
        tell_fault(l, name, fault);
}

/* False when there is none, or none that can be read. */
static bool open_folder(struct loading *l, const struct confdir *dir, const char *name)
{
    struct error e;
    if (!confdir_exists(dir, name))
        return false;
    if (confdir_open_inner(&l->folder, dir, name, &e))
        return true;
    log_line(LOG_LEVEL_WARNING, "left out: %s", e.text);
    return false;
}

static void load(struct loading *l, const struct confdir *dir, const char *name,
                 void (*take)(void *ctx, const char *name))
{
    if (!open_folder(l, dir, name))
        return;
    confdir_each(&l->folder, take, l);
    confdir_close(&l->folder);
}

/* The files' names say whom they are about. */
static void load_device(struct loading *l, const struct confdir *dir,
                        const struct dsb_device_id *id)
{
    char name[ROW_NAME_SIZE];
    if (!open_folder(l, dir, VOUCHED_FOLDER))
        return;
    for (size_t i = 0; i < l->store->root_count; i++) {
        row_name(name, id, l->store->roots[i].key);
        if (confdir_exists(&l->folder, name))
            take_attestation(l, name);
    }
    confdir_close(&l->folder);
}

static void forget_news(struct dsb_vouched *vouched)
{
    for (size_t i = 0; i < vouched->list_count; i++)
        vouched->lists[i].is_new = false;
    for (size_t i = 0; i < vouched->count; i++)
        vouched->rows[i].is_new = false;
}

/* Lists first: what they revoke does not even get a row. What is in memory alone is written before
 * it is taken for old. */
void said_load(const struct confdir *dir, const struct dsb_trust_store *store,
               const struct dsb_identity *own, const struct dsb_device_id *only)
{
    struct loading l = {.store = store, .own = own};
    struct error e;
    size_t left;
    if (!said_keep(dir, store->vouched, SIZE_MAX, &left, &e))
        log_line(LOG_LEVEL_ERROR, "what a root said is not kept: %s", e.text);
    load(&l, dir, REVOCATIONS_FOLDER, take_list);
    if (only != NULL)
        load_device(&l, dir, only);
    else
        load(&l, dir, VOUCHED_FOLDER, take_attestation);
    forget_news(store->vouched);
}
