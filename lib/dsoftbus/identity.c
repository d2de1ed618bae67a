/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes an identity file, and makes a static key of it. */
#include "dsoftbus/identity.h"

#include "dsoftbus/lines.h"

#include <string.h>

#define FORMAT "dsoftbus-identity"

/* Which lines were there. */
struct seen {
    bool header;
    bool id;
    bool private_key;
};

static enum dsb_text_fault read_field(struct dsb_identity_file *file, struct seen *seen,
                                      const struct dsb_line *line)
{
    const struct dsb_word *name = &line->words[0];
    const struct dsb_word *value = &line->words[1];

    if (!seen->header) {
        unsigned version;

        seen->header = true;
        return dsb_line_check_header(line, FORMAT, 1, &version);
    }
    if (dsb_word_is(name, "id")) {
        if (seen->id)
            return DSB_TEXT_DUPLICATE_FIELD;
        seen->id = true;
        return dsb_device_id_set(&file->id, value->text, value->len) == DSB_OK ? DSB_TEXT_NO_FAULT
                                                                               : DSB_TEXT_BAD_ID;
    }
    if (dsb_word_is(name, "private")) {
        if (seen->private_key)
            return DSB_TEXT_DUPLICATE_FIELD;
        seen->private_key = true;
        if (!dsb_hex_decode(file->private_key, value))
            return DSB_TEXT_BAD_KEY;
        return dsb_private_key_is_zero(file->private_key) ? DSB_TEXT_ZERO_KEY : DSB_TEXT_NO_FAULT;
    }
    return DSB_TEXT_UNKNOWN_FIELD;
}

static enum dsb_text_fault read_file(struct dsb_identity_file *file, struct dsb_lines *lines)
{
    struct seen seen = {false, false, false};
    struct dsb_line line;
    enum dsb_text_fault fault = DSB_TEXT_NO_FAULT;

    while (fault == DSB_TEXT_NO_FAULT) {
        switch (dsb_lines_next(lines, &line)) {
        case DSB_LINE_END:
            if (!seen.header)
                return DSB_TEXT_NO_HEADER;
            return seen.id && seen.private_key ? DSB_TEXT_NO_FAULT : DSB_TEXT_MISSING_FIELD;
        case DSB_LINE_COMMENT:
            file->bring_up = file->bring_up || dsb_word_is(&line.words[0], DSB_BRING_UP_MARK);
            break;
        case DSB_LINE_WORDS:
            fault = read_field(file, &seen, &line);
            break;
        case DSB_LINE_FAULT:
            fault = line.fault;
            break;
        }
    }
    return fault;
}

enum dsb_status dsb_identity_parse(struct dsb_identity_file *out, const char *text, size_t text_len,
                                   struct dsb_text_error *error)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};

    memset(out, 0, sizeof *out);
    error->fault = read_file(out, &lines);
    error->line = error->fault == DSB_TEXT_NO_FAULT ? 0 : lines.number;
    if (error->fault != DSB_TEXT_NO_FAULT) {
        dsb_identity_file_wipe(out);
        return DSB_INVALID;
    }
    out->bring_up = out->bring_up || dsb_private_key_is_bring_up(out->private_key);
    return DSB_OK;
}

/* Appends to text of which *len bytes are written. */
static void append(char *out, size_t *len, const char *text, size_t text_len)
{
    memcpy(out + *len, text, text_len);
    *len += text_len;
}

#define APPEND_LITERAL(out, len, literal) append((out), (len), (literal), sizeof(literal) - 1)

enum dsb_status dsb_identity_format(char *out, size_t out_cap, size_t *out_len,
                                    const struct dsb_identity_file *file)
{
    char digits[2 * DSB_KEY_LEN];
    size_t len = 0;

    *out_len = 0;
    if (file->id.len == 0 || file->id.len > DSB_DEVICE_ID_MAX ||
        dsb_private_key_is_zero(file->private_key))
        return DSB_INVALID;
    size_t need_len = sizeof(FORMAT " 1\nid \nprivate \n") - 1 + file->id.len + sizeof digits +
                      (file->bring_up ? sizeof(DSB_BRING_UP_MARK "\n") - 1 : 0);
    if (out_cap < need_len)
        return DSB_TOO_LARGE;
    if (file->bring_up)
        APPEND_LITERAL(out, &len, DSB_BRING_UP_MARK "\n");
    APPEND_LITERAL(out, &len, FORMAT " 1\nid ");
    append(out, &len, file->id.text, file->id.len);
    APPEND_LITERAL(out, &len, "\nprivate ");
    dsb_hex_encode(digits, file->private_key);
    append(out, &len, digits, sizeof digits);
    APPEND_LITERAL(out, &len, "\n");
    *out_len = len;
    noise_wipe(digits, sizeof digits);
    return DSB_OK;
}

void dsb_identity_file_wipe(struct dsb_identity_file *file)
{
    noise_wipe(file, sizeof *file);
}

enum dsb_status dsb_identity_init(struct dsb_identity *identity, struct dsb_identity_file *file)
{
    memset(identity, 0, sizeof *identity);
    if (file->id.len == 0 || dsb_private_key_is_zero(file->private_key))
        return DSB_INVALID;
    identity->id = file->id;
    noise_static_key_init(&identity->key, file->private_key);
    return DSB_OK;
}
