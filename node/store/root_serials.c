/* SPDX-License-Identifier: Apache-2.0 */
/* The serials' text: read whole and checked, then searched, or written again with one line in place
 * of another. */
#include "node/store/root_serials.h"

#include "dsoftbus/lines.h"
#include "node/store/text_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "dsoftbus-serials"
#define HEADER FORMAT " 1\n"
#define LINE_MAX_LEN                                                                               \
    (DSB_DEVICE_ID_MAX + 1 + 20 + 1) /* an id, a serial of 64 bits, its line feed */

struct ledger {
    char name[ROOT_NAME_MAX + sizeof ".serials"];
    struct dsb_device_id id;
    char *text; /* CONFDIR_FILE_MAX bytes */
    size_t text_len;
    /* The id's line; line_len is 0 when it has none, and line then where one belongs. */
    size_t line;
    size_t line_len;
    uint64_t serial;
};

static enum dsb_text_fault take_line(void *ctx, const struct dsb_line *line)
{
    struct ledger *l = ctx;
    struct dsb_device_id named;
    uint64_t serial;
    if (dsb_device_id_set(&named, line->words[0].text, line->words[0].len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    if (!dsb_number_decode(&serial, &line->words[1]) || serial == 0 || serial > ROOT_SERIAL_MAX)
        return DSB_TEXT_BAD_SERIAL;
    if (!dsb_device_id_equal(&named, &l->id))
        return DSB_TEXT_NO_FAULT;
    if (l->line_len != 0)
        return DSB_TEXT_DUPLICATE_ID;
    l->line = (size_t)(line->words[0].text - l->text);
    l->line_len = named.len + 1 + line->words[1].len + 1;
    l->serial = serial;
    return DSB_TEXT_NO_FAULT;
}

static void begin_text(struct ledger *l)
{
    memcpy(l->text, HEADER, sizeof HEADER - 1);
    l->text_len = sizeof HEADER - 1;
}

/* l->text is the caller's to free, in every case. */
static bool ledger_read(struct ledger *l, const struct root_key *root,
                        const struct dsb_device_id *id, struct error *e)
{
    *l = (struct ledger){.id = *id, .text = malloc(CONFDIR_FILE_MAX)};
    (void)snprintf(l->name, sizeof l->name, "%s.serials", root->name);
    if (l->text == NULL)
        return error_set(e, EXIT_LOCAL, "out of memory");
    if (!confdir_exists(&root->dir, l->name))
        begin_text(l);
    else if (!confdir_read(&root->dir, l->name, l->text, CONFDIR_FILE_MAX, &l->text_len, e))
        return false;
    struct dsb_lines lines = {.text = l->text, .text_len = l->text_len, .words_max = DSB_WORDS_MIN};
    struct dsb_text_error at = {.fault = dsb_lines_read(&lines, FORMAT, take_line, l)};
    at.line = lines.number;
    if (at.fault != DSB_TEXT_NO_FAULT)
        return text_fault_set(e, &root->dir, l->name, &at, l->text, l->text_len);
    if (l->line_len == 0)
        l->line = l->text_len;
    return true;
}

bool root_serials_last(const struct root_key *root, const struct dsb_device_id *id,
                       uint64_t *serial, struct error *e)
{
    struct ledger l;
    bool ok = ledger_read(&l, root, id, e);
    *serial = l.serial;
    free(l.text);
    return ok;
}

static bool write_with(struct ledger *l, const struct root_key *root, uint64_t serial,
                       struct error *e)
{
    char line[LINE_MAX_LEN + 1];
    size_t len = (size_t)snprintf(line, sizeof line, "%.*s %llu\n", l->id.len, l->id.text,
                                  (unsigned long long)serial);
    size_t rest = l->line + l->line_len;
    if (l->text_len - l->line_len + len > CONFDIR_FILE_MAX)
        return error_set(e, EXIT_LOCAL, "%s/%s: full", root->dir.path, l->name);
    memmove(l->text + l->line + len, l->text + rest, l->text_len - rest);
    memcpy(l->text + l->line, line, len);
    return confdir_write(&root->dir, l->name, l->text, l->text_len - l->line_len + len,
                         CONFDIR_REPLACE, e);
}

bool root_serials_put(const struct root_key *root, const struct dsb_device_id *id, uint64_t serial,
                      struct error *e)
{
    struct ledger l;
    bool ok = ledger_read(&l, root, id, e) && write_with(&l, root, serial, e);
    free(l.text);
    return ok;
}
