/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the fields, each once. */
#include "dsoftbus/attestation_text.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/service_list.h"

#include <string.h>

static const struct dsb_format format = {"dsoftbus-attestation", 1, 1};

enum dsb_text_fault dsb_attested_fault(const struct dsb_attested *a)
{
    enum dsb_text_fault fault = dsb_public_key_fault(a->key);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    return dsb_service_list_fault(a->word.services, a->word.services_len);
}

enum field { FIELD_ID, FIELD_KEY, FIELD_SERIAL, FIELD_SERVICES, FIELD_ROOT, FIELD_SIGNATURE };

static const char *const field_names[] = {"id", "key", "serial", "services", "root", "signature"};

#define FIELD_COUNT   (sizeof field_names / sizeof field_names[0])
#define FIELDS_WANTED (((1U << FIELD_COUNT) - 1) & ~(1U << FIELD_SERVICES))

struct reading {
    struct dsb_attested *a;
    unsigned seen; /* a bit for each field */
};

static enum dsb_text_fault take_value(struct dsb_attested *a, enum field field,
                                      const struct dsb_word *value, const struct dsb_word *second)
{
    switch (field) {
    case FIELD_ID:
        return dsb_device_id_set(&a->id, value->text, value->len) == DSB_OK ? DSB_TEXT_NO_FAULT
                                                                            : DSB_TEXT_BAD_ID;
    case FIELD_KEY:
        return dsb_hex_decode(a->key, value) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_KEY;
    case FIELD_ROOT:
        return dsb_hex_decode(a->word.root, value) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_KEY;
    case FIELD_SERIAL:
        return dsb_number_decode(&a->word.serial, value) && a->word.serial - 1 < DSB_SERIAL_MAX
                   ? DSB_TEXT_NO_FAULT
                   : DSB_TEXT_BAD_SERIAL;
    case FIELD_SERVICES:
        if (value->len > DSB_ATTESTATION_SERVICES_MAX)
            return DSB_TEXT_TOO_MANY_SERVICES;
        memcpy(a->word.services, value->text, value->len);
        a->word.services_len = (uint8_t)value->len;
        return DSB_TEXT_NO_FAULT;
    case FIELD_SIGNATURE:
        break;
    }
    return dsb_hex_decode(a->word.signature, value) &&
                   dsb_hex_decode(a->word.signature + DSB_KEY_LEN, second)
               ? DSB_TEXT_NO_FAULT
               : DSB_TEXT_BAD_SIGNATURE;
}

static enum dsb_text_fault take_attested_line(void *ctx, const struct dsb_line *line)
{
    struct reading *r = ctx;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (!dsb_word_is(&line->words[0], field_names[i]))
            continue;
        if ((line->words[2].len != 0) != (i == FIELD_SIGNATURE))
            return DSB_TEXT_WORD_COUNT;
        if ((r->seen & 1U << i) != 0)
            return DSB_TEXT_DUPLICATE_FIELD;
        r->seen |= 1U << i;
        return take_value(r->a, (enum field)i, &line->words[1], &line->words[2]);
    }
    return DSB_TEXT_UNKNOWN_FIELD;
}

enum dsb_text_fault dsb_attested_parse_unverified(struct dsb_attested *a, const char *text,
                                                  size_t text_len, size_t *line)
{
    struct reading r = {.a = a};
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MAX};
    memset(a, 0, sizeof *a);
    enum dsb_text_fault fault = dsb_lines_read(&lines, &format, take_attested_line, &r);
    *line = lines.number;
    if (fault == DSB_TEXT_NO_FAULT && (r.seen & FIELDS_WANTED) != FIELDS_WANTED)
        fault = DSB_TEXT_MISSING_FIELD;
    if (fault == DSB_TEXT_NO_FAULT)
        fault = dsb_attested_fault(a);
    if (fault != DSB_TEXT_NO_FAULT)
        memset(a, 0, sizeof *a);
    return fault;
}

enum dsb_text_fault dsb_attested_parse(struct dsb_attested *a, const char *text, size_t text_len,
                                       size_t *line)
{
    enum dsb_text_fault fault = dsb_attested_parse_unverified(a, text, text_len, line);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (dsb_attestation_verify(&a->word, &a->id, a->key))
        return DSB_TEXT_NO_FAULT;
    memset(a, 0, sizeof *a);
    return DSB_TEXT_BAD_SIGNATURE;
}
