/* SPDX-License-Identifier: Apache-2.0 */
/* The serials' text: read whole and checked, then searched, or written again with one line in place
 * of another. */
#include "node/store/root_serials.h"

#include "dsoftbus/attestation.h"
#include "dsoftbus/lines.h"
#include "node/store/text_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "dsoftbus-serials"

static const struct dsb_format format = {FORMAT, 1, 1};
#define HEADER FORMAT " 1\n"
#define LINE_MAX_LEN                                                                               \
    (DSB_DEVICE_ID_MAX + 1 + 20 + 1) /* an id, a serial of 64 bits, its line feed */

struct search {
    const struct dsb_device_id *id;
    const char *text;
    struct root_serials_line *found;
};

static enum dsb_text_fault take_line(void *ctx, const struct dsb_line *line)
{
    const struct search *s = ctx;
    struct dsb_device_id named;
    uint64_t serial;
    if (dsb_device_id_set(&named, line->words[0].text, line->words[0].len) != DSB_OK)
        return DSB_TEXT_BAD_ID;
    if (!dsb_number_decode(&serial, &line->words[1]) || serial == 0 || serial > DSB_SERIAL_MAX)
        return DSB_TEXT_BAD_SERIAL;
    if (!dsb_device_id_equal(&named, s->id))
        return DSB_TEXT_NO_FAULT;
    if (s->found->len != 0)
        return DSB_TEXT_DUPLICATE_ID;
    *s->found = (struct root_serials_line){.at = (size_t)(line->words[0].text - s->text),
                                           .len = named.len + 1 + line->words[1].len + 1,
                                           .serial = serial};
    return DSB_TEXT_NO_FAULT;
}

enum dsb_text_fault root_serials_find(struct root_serials_line *found,
                                      const struct dsb_device_id *id, const char *text,
                                      size_t text_len, size_t *line)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};
    *found = (struct root_serials_line){.at = text_len};
    enum dsb_text_fault fault =
        dsb_lines_read(&lines, &format, take_line, &(struct search){id, text, found});
    *line = lines.number;
    if (fault != DSB_TEXT_NO_FAULT)
        *found = (struct root_serials_line){.at = text_len};
    return fault;
}

struct ledger {
    char name[ROOT_NAME_MAX + sizeof ".serials"];
    char *text; /* CONFDIR_FILE_MAX bytes */
    size_t text_len;
    struct root_serials_line line;
};

static void begin_text(struct ledger *l)
{
    memcpy(l->text, HEADER, sizeof HEADER - 1);
    l->text_len = sizeof HEADER - 1;
}

/* l->text is the caller's to free, in every case. */
static bool ledger_read(struct ledger *l, const struct root_key *root,
                        const struct dsb_device_id *id, struct error *e)
{
    struct dsb_text_error at;
    *l = (struct ledger){.text = malloc(CONFDIR_FILE_MAX)};
    (void)snprintf(l->name, sizeof l->name, "%s.serials", root->name);
    if (l->text == NULL)
        return error_set(e, EXIT_LOCAL, "out of memory");
    if (!confdir_exists(&root->dir, l->name))
        begin_text(l);
    else if (!confdir_read(&root->dir, l->name, l->text, CONFDIR_FILE_MAX, &l->text_len, e))
        return false;
    at.fault = root_serials_find(&l->line, id, l->text, l->text_len, &at.line);
    return at.fault == DSB_TEXT_NO_FAULT ||
           text_fault_set(e, &root->dir, l->name, &at, l->text, l->text_len);
}

bool root_serials_last(const struct root_key *root, const struct dsb_device_id *id,
                       uint64_t *serial, struct error *e)
{
    struct ledger l;
    bool ok = ledger_read(&l, root, id, e);
    *serial = l.line.serial;
    free(l.text);
    return ok;
}

static bool write_with(struct ledger *l, const struct root_key *root,
                       const struct dsb_device_id *id, uint64_t serial, struct error *e)
{
    char line[LINE_MAX_LEN + 1];
    size_t len = (size_t)snprintf(line, sizeof line, "%.*s %llu\n", id->len, id->text,
                                  (unsigned long long)serial);
    size_t rest = l->line.at + l->line.len;
    if (l->text_len - l->line.len + len > CONFDIR_FILE_MAX)
        return error_set(e, EXIT_LOCAL, "%s/%s: full", root->dir.path, l->name);
    memmove(l->text + l->line.at + len, l->text + rest, l->text_len - rest);
    memcpy(l->text + l->line.at, line, len);
    return confdir_write(&root->dir, l->name, l->text, l->text_len - l->line.len + len,
                         CONFDIR_REPLACE, e);
}

bool root_serials_put(const struct root_key *root, const struct dsb_device_id *id, uint64_t serial,
                      struct error *e)
{
    struct ledger l;
    bool ok = ledger_read(&l, root, id, e) && write_with(&l, root, id, serial, e);
    free(l.text);
    return ok;
}
