/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, and the text around it. */
#include "node/store/attestation.h"

#include "dsoftbus/lines.h"
#include "node/base/bytes.h"
#include "node/store/keyring.h"

#include <stdio.h>
#include <string.h>

#define FORMAT "dsoftbus-attestation"

static const char domain[] = "DSoftBus/2 attestation"; /* with its zero byte */

#define SIGNED_MAX                                                                                 \
    (sizeof domain + 8 + DSB_KEY_LEN + 1 + DSB_DEVICE_ID_MAX + 1 + ATTESTATION_SERVICES_MAX)

enum dsb_text_fault attestation_fault(const struct dsb_trust_entry *device)
{
    const struct dsb_identity nobody = {.id.len = 0};
    struct dsb_trust_entry room;
    struct dsb_trust_store store;
    enum dsb_text_fault fault = dsb_public_key_fault(device->key);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (device->services_len > ATTESTATION_SERVICES_MAX)
        return DSB_TEXT_TOO_MANY_SERVICES;
    dsb_trust_store_init(&store, &room, 1);
    return dsb_trust_store_add(&store, &nobody, device);
}

static size_t signed_text(uint8_t text[SIGNED_MAX], const struct attestation *a)
{
    struct bytes out = {.at = text};
    bytes_put(&out, domain, sizeof domain);
    bytes_put_number(&out, a->serial, 8);
    bytes_put(&out, a->device.key, DSB_KEY_LEN);
    bytes_put_number(&out, a->device.id.len, 1);
    bytes_put(&out, a->device.id.text, a->device.id.len);
    bytes_put_number(&out, a->device.services_len, 1);
    bytes_put(&out, a->device.services, a->device.services_len);
    return out.len;
}

void attestation_sign(struct attestation *a, const struct root_key *root)
{
    uint8_t text[SIGNED_MAX];
    memcpy(a->root, root->public_key, sizeof a->root);
    root_key_sign(root, a->signature, text, signed_text(text, a));
}

/* Reading */

enum field { FIELD_ID, FIELD_KEY, FIELD_SERIAL, FIELD_SERVICES, FIELD_ROOT, FIELD_SIGNATURE };

static const char *const field_names[] = {"id", "key", "serial", "services", "root", "signature"};

#define FIELD_COUNT   (sizeof field_names / sizeof field_names[0])
#define FIELDS_WANTED (((1U << FIELD_COUNT) - 1) & ~(1U << FIELD_SERVICES))

struct reading {
    struct attestation *a;
    unsigned seen; /* a bit for each field */
};

static enum dsb_text_fault take_value(struct attestation *a, enum field field,
                                      const struct dsb_word *value, const struct dsb_word *second)
{
    switch (field) {
    case FIELD_ID:
        return dsb_device_id_set(&a->device.id, value->text, value->len) == DSB_OK
                   ? DSB_TEXT_NO_FAULT
                   : DSB_TEXT_BAD_ID;
    case FIELD_KEY:
        return dsb_hex_decode(a->device.key, value) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_KEY;
    case FIELD_ROOT:
        return dsb_hex_decode(a->root, value) ? DSB_TEXT_NO_FAULT : DSB_TEXT_BAD_KEY;
    case FIELD_SERIAL:
        return dsb_number_decode(&a->serial, value) && a->serial - 1 < ROOT_SERIAL_MAX
                   ? DSB_TEXT_NO_FAULT
                   : DSB_TEXT_BAD_SERIAL;
    case FIELD_SERVICES:
        if (value->len > ATTESTATION_SERVICES_MAX)
            return DSB_TEXT_TOO_MANY_SERVICES;
        memcpy(a->device.services, value->text, value->len);
        a->device.services_len = (uint8_t)value->len;
        return DSB_TEXT_NO_FAULT;
    case FIELD_SIGNATURE:
        return dsb_hex_decode(a->signature, value) &&
                       dsb_hex_decode(a->signature + DSB_KEY_LEN, second)
                   ? DSB_TEXT_NO_FAULT
                   : DSB_TEXT_BAD_SIGNATURE;
    }
    return DSB_TEXT_UNKNOWN_FIELD;
}

static enum dsb_text_fault take_line(void *ctx, const struct dsb_line *line)
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

enum dsb_text_fault attestation_parse_unverified(struct attestation *a, const char *text,
                                                 size_t text_len, size_t *line)
{
    struct reading r = {.a = a};
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MAX};
    memset(a, 0, sizeof *a);
    enum dsb_text_fault fault = dsb_lines_read(&lines, FORMAT, take_line, &r);
    *line = lines.number;
    if (fault == DSB_TEXT_NO_FAULT && (r.seen & FIELDS_WANTED) != FIELDS_WANTED)
        fault = DSB_TEXT_MISSING_FIELD;
    if (fault == DSB_TEXT_NO_FAULT)
        fault = attestation_fault(&a->device);
    if (fault != DSB_TEXT_NO_FAULT)
        memset(a, 0, sizeof *a);
    return fault;
}

enum dsb_text_fault attestation_parse(struct attestation *a, const char *text, size_t text_len,
                                      size_t *line)
{
    uint8_t signed_bytes[SIGNED_MAX];
    enum dsb_text_fault fault = attestation_parse_unverified(a, text, text_len, line);
    if (fault != DSB_TEXT_NO_FAULT)
        return fault;
    if (root_signed(a->root, a->signature, signed_bytes, signed_text(signed_bytes, a)))
        return DSB_TEXT_NO_FAULT;
    memset(a, 0, sizeof *a);
    return DSB_TEXT_BAD_SIGNATURE;
}

/* Writing */

size_t attestation_format(char out[ATTESTATION_TEXT_MAX], const struct attestation *a)
{
    const struct dsb_trust_entry *d = &a->device;
    char key[KEY_TEXT_SIZE], root[KEY_TEXT_SIZE], first[KEY_TEXT_SIZE], second[KEY_TEXT_SIZE];
    key_format(key, d->key);
    key_format(root, a->root);
    key_format(first, a->signature);
    key_format(second, a->signature + DSB_KEY_LEN);
    return (size_t)snprintf(out, ATTESTATION_TEXT_MAX,
                            FORMAT " 1\nid %.*s\nkey %s\nserial %llu\n%s%.*s%s"
                                   "root %s\nsignature %s %s\n",
                            d->id.len, d->id.text, key, (unsigned long long)a->serial,
                            d->services_len > 0 ? "services " : "", d->services_len, d->services,
                            d->services_len > 0 ? "\n" : "", root, first, second);
}
