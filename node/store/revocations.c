/* SPDX-License-Identifier: Apache-2.0 */
/* A list as text, as what is signed, and as the file beside a root's key. */
#include "node/store/revocations.h"

#include "dsoftbus/lines.h"
#include "node/base/bytes.h"
#include "node/store/keyring.h"
#include "node/store/text_fault.h"

#include <stdio.h>
#include <string.h>

#define FORMAT "dsoftbus-revocations"

static const struct dsb_format format = {FORMAT, 1, 1};

static const char domain[] = "DSoftBus/2 revocations"; /* with its zero byte */

#define SIGNED_MAX (sizeof domain + 8 + 2 + (size_t)REVOCATIONS_MAX * (1 + DSB_DEVICE_ID_MAX + 8))

static struct revocation *find(struct revocations *list, const struct dsb_device_id *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (dsb_device_id_equal(&list->entries[i].id, id))
            return &list->entries[i];
    return NULL;
}

uint64_t revocations_first_good(const struct revocations *list, const struct dsb_device_id *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (dsb_device_id_equal(&list->entries[i].id, id))
            return list->entries[i].first_good;
    return 1;
}

bool revocations_set(struct revocations *list, const struct dsb_device_id *id, uint64_t first_good)
{
    struct revocation *entry = find(list, id);
    if (entry == NULL && list->count == REVOCATIONS_MAX)
        return false;
    if (entry == NULL)
        entry = &list->entries[list->count++];
    *entry = (struct revocation){*id, first_good};
    return true;
}

static size_t signed_text(uint8_t text[SIGNED_MAX], const struct revocations *list)
{
    struct bytes out = {.at = text};
    bytes_put(&out, domain, sizeof domain);
    bytes_put_number(&out, list->serial, 8);
    bytes_put_number(&out, list->count, 2);
    for (size_t i = 0; i < list->count; i++) {
        const struct revocation *r = &list->entries[i];
        bytes_put_number(&out, r->id.len, 1);
        bytes_put(&out, r->id.text, r->id.len);
        bytes_put_number(&out, r->first_good, 8);
    }
    return out.len;
}

/* Reading */

struct reading {
    struct revocations *list;
    bool has_root;
    bool has_signature;
};

static enum dsb_text_fault take_revoke(struct revocations *list, const struct dsb_line *line)
{
    struct dsb_device_id id;
    uint64_t first_good;
    if (line->words[2].len == 0)
        return DSB_TEXT_WORD_COUNT;
    if (dsb_device_id_set(&id, line->words[1].text, line->words[1].len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    if (!dsb_number_decode(&first_good, &line->words[2]) || first_good == 0)
        return DSB_TEXT_BAD_SERIAL;
    if (find(list, &id) != NULL)
        return DSB_TEXT_DUPLICATE_ID;
    return revocations_set(list, &id, first_good) ? DSB_TEXT_NO_FAULT : DSB_TEXT_TOO_MANY_ENTRIES;
}

static enum dsb_text_fault take_signature(struct reading *r, const struct dsb_line *line)
{
    if (r->has_signature)
        return DSB_TEXT_DUPLICATE_FIELD;
    r->has_signature = true;
    return dsb_hex_decode(r->list->signature, &line->words[1]) &&
                   dsb_hex_decode(r->list->signature + DSB_ROOT_KEY_LEN, &line->words[2])
               ? DSB_TEXT_NO_FAULT
               : DSB_TEXT_BAD_SIGNATURE;
}

static enum dsb_text_fault take_root(struct reading *r, const struct dsb_line *line)
{
    if (r->has_root)
        return DSB_TEXT_DUPLICATE_FIELD;
    r->has_root = true;
    return dsb_hex_decode(r->list->root, &line->words[1]) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_KEY;
}

static enum dsb_text_fault take_serial(struct reading *r, const struct dsb_line *line)
{
    if (r->list->serial != 0)
        return DSB_TEXT_DUPLICATE_FIELD;
    return dsb_number_decode(&r->list->serial, &line->words[1]) && r->list->serial != 0
               ? DSB_TEXT_NO_FAULT
               : DSB_TEXT_BAD_SERIAL;
}

static enum dsb_text_fault take_line(void *ctx, const struct dsb_line *line)
{
    struct reading *r = ctx;
    if (dsb_word_is(&line->words[0], "revoke"))
        return take_revoke(r->list, line);
    if (dsb_word_is(&line->words[0], "signature"))
        return take_signature(r, line);
    if (line->words[2].len != 0)
        return DSB_TEXT_WORD_COUNT;
    if (dsb_word_is(&line->words[0], "root"))
        return take_root(r, line);
    if (dsb_word_is(&line->words[0], "serial"))
        return take_serial(r, line);
    return DSB_TEXT_UNKNOWN_FIELD;
}

enum dsb_text_fault revocations_parse_unverified(struct revocations *list, const char *text,
                                                 size_t text_len, size_t *line)
{
    struct reading r = {.list = list};
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MAX};
    memset(list, 0, sizeof *list);
    enum dsb_text_fault fault = dsb_lines_read(&lines, &format, take_line, &r);
    *line = lines.number;
    if (fault == DSB_TEXT_NO_FAULT && (!r.has_root || !r.has_signature || list->serial == 0))
        fault = DSB_TEXT_MISSING_FIELD;
    if (fault != DSB_TEXT_NO_FAULT)
        memset(list, 0, sizeof *list);
    return fault;
}

enum dsb_text_fault revocations_parse(struct revocations *list, const char *text, size_t text_len,
                                      size_t *line)
{
    uint8_t signed_bytes[SIGNED_MAX];
    enum dsb_text_fault fault = revocations_parse_unverified(list, text, text_len, line);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (dsb_signature_verify(list->signature, signed_bytes, signed_text(signed_bytes, list),
                             list->root))
        return DSB_TEXT_NO_FAULT;
    memset(list, 0, sizeof *list);
    return DSB_TEXT_BAD_SIGNATURE;
}

/* Writing */

size_t revocations_format(char out[REVOCATIONS_TEXT_MAX], const struct revocations *list)
{
    char root[KEY_TEXT_SIZE], first[KEY_TEXT_SIZE], second[KEY_TEXT_SIZE];
    key_format(root, list->root);
    key_format(first, list->signature);
    key_format(second, list->signature + DSB_ROOT_KEY_LEN);
    size_t len = (size_t)snprintf(out, REVOCATIONS_TEXT_MAX, FORMAT " 1\nroot %s\nserial %llu\n",
                                  root, (unsigned long long)list->serial);
    for (size_t i = 0; i < list->count; i++) {
        const struct revocation *r = &list->entries[i];
        len += (size_t)snprintf(out + len, REVOCATIONS_TEXT_MAX - len, "revoke %.*s %llu\n",
                                r->id.len, r->id.text, (unsigned long long)r->first_good);
    }
    return len + (size_t)snprintf(out + len, REVOCATIONS_TEXT_MAX - len, "signature %s %s\n", first,
                                  second);
}

/* The file beside the root's key */

#define NAME_SIZE (ROOT_NAME_MAX + sizeof ".revocations")

static void file_name(char name[NAME_SIZE], const struct root_key *root)
{
    (void)snprintf(name, NAME_SIZE, "%s.revocations", root->name);
}

bool revocations_read(struct revocations *list, const struct root_key *root, struct error *e)
{
    char name[NAME_SIZE], text[REVOCATIONS_TEXT_MAX];
    size_t text_len;
    struct dsb_text_error at;
    file_name(name, root);
    memset(list, 0, sizeof *list);
    if (!confdir_exists(&root->dir, name))
        return true;
    if (!confdir_read(&root->dir, name, text, sizeof text, &text_len, e))
        return false;
    at.fault = revocations_parse(list, text, text_len, &at.line);
    if (at.fault != DSB_TEXT_NO_FAULT)
        return text_fault_set(e, &root->dir, name, &at, text, text_len);
    return memcmp(list->root, root->public_key, sizeof list->root) == 0 ||
           error_set(e, EXIT_CONFIG, "%s/%s: another root's list", root->dir.path, name);
}

bool revocations_renew(struct revocations *list, const struct root_key *root, struct error *e)
{
    uint8_t signed_bytes[SIGNED_MAX];
    char name[NAME_SIZE], text[REVOCATIONS_TEXT_MAX];
    file_name(name, root);
    if (list->serial == UINT64_MAX)
        return error_set(e, EXIT_CONFIG, "%s/%s: has had the last serial that there is",
                         root->dir.path, name);
    list->serial++;
    memcpy(list->root, root->public_key, sizeof list->root);
    root_key_sign(root, list->signature, signed_bytes, signed_text(signed_bytes, list));
    return confdir_write(&root->dir, name, text, revocations_format(text, list), CONFDIR_REPLACE,
                         e);
}
