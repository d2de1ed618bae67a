/* SPDX-License-Identifier: Apache-2.0 */
/* A list as text, and as what its root signed. */
#include "dsoftbus/revocations.h"

#include "dsoftbus/lines.h"

#include <string.h>

static const struct dsb_format format = {"dsoftbus-revocations", 1, 1};

static const char domain[] = "DSoftBus/2 revocations"; /* with its zero byte */

_Static_assert(sizeof domain == 23, "counted in DSB_REVOCATIONS_SIGNED_MAX");

static struct dsb_revocation *find(struct dsb_revocations *list, const struct dsb_device_id *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (dsb_device_id_equal(&list->entries[i].id, id))
            return &list->entries[i];
    return NULL;
}

uint64_t dsb_revocations_first_good(const struct dsb_revocations *list,
                                    const struct dsb_device_id *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (dsb_device_id_equal(&list->entries[i].id, id))
            return list->entries[i].first_good;
    return 1;
}

bool dsb_revocations_set(struct dsb_revocations *list, const struct dsb_device_id *id,
                         uint64_t first_good)
{
    struct dsb_revocation *entry = find(list, id);
    if (entry == NULL && list->count == DSB_REVOCATIONS_MAX)
        return false;
    if (entry == NULL)
        entry = &list->entries[list->count++];
    *entry = (struct dsb_revocation){*id, first_good};
    return true;
}

static uint8_t *put(uint8_t *out, const void *bytes, size_t len)
{
    memcpy(out, bytes, len);
    return out + len;
}

static uint8_t *put_number(uint8_t *out, uint64_t number, int len)
{
    for (int i = 0; i < len; i++)
        out[i] = (uint8_t)(number >> (8 * (len - 1 - i)));
    return out + len;
}

size_t dsb_revocations_signed(uint8_t out[DSB_REVOCATIONS_SIGNED_MAX],
                              const struct dsb_revocations *list)
{
    uint8_t *next = put(out, domain, sizeof domain);

    next = put_number(next, list->serial, 8);
    next = put_number(next, list->count, 2);
    for (size_t i = 0; i < list->count; i++) {
        const struct dsb_revocation *r = &list->entries[i];
        next = put_number(next, r->id.len, 1);
        next = put(next, r->id.text, r->id.len);
        next = put_number(next, r->first_good, 8);
    }
    return (size_t)(next - out);
}

bool dsb_revocations_verify(const struct dsb_revocations *list,
                            uint8_t scratch[DSB_REVOCATIONS_SIGNED_MAX])
{
    return dsb_signature_verify(list->signature, scratch, dsb_revocations_signed(scratch, list),
                                list->root);
}

struct reading {
    struct dsb_revocations *list;
    bool has_root;
    bool has_signature;
};

static enum dsb_text_fault take_revoke(struct dsb_revocations *list, const struct dsb_line *line)
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
    return dsb_revocations_set(list, &id, first_good) ? DSB_TEXT_NO_FAULT
                                                      : DSB_TEXT_TOO_MANY_ENTRIES;
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

static enum dsb_text_fault take_list_line(void *ctx, const struct dsb_line *line)
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

enum dsb_text_fault dsb_revocations_parse(struct dsb_revocations *list, const char *text,
                                          size_t text_len, size_t *line)
{
    struct reading r = {.list = list};
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MAX};
    memset(list, 0, sizeof *list);
    *line = 0;
    if (text_len > DSB_REVOCATIONS_TEXT_MAX)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    enum dsb_text_fault fault = dsb_lines_read(&lines, &format, take_list_line, &r);
    *line = lines.number;
    if (fault == DSB_TEXT_NO_FAULT && (!r.has_root || !r.has_signature || list->serial == 0))
        fault = DSB_TEXT_MISSING_FIELD;
    if (fault != DSB_TEXT_NO_FAULT)
        memset(list, 0, sizeof *list);
    return fault;
}
