/* SPDX-License-Identifier: Apache-2.0 */
/* The names that badges may publish. */
#include "rights.h"

#include "dsoftbus/lines.h"
#include "dsoftbus/stream_record.h"
#include "limits.h"

#include <string.h>

_Static_assert(BUS_CLIENT_MAX <= 9, "a badge is one digit");

static struct {
    uint8_t badge;
    uint8_t name_len;
    char name[DSB_STREAM_SERVICE_MAX];
} rights[BUS_RIGHT_MAX];
static size_t right_count;

static enum dsb_text_fault add(const struct dsb_word *badge, const struct dsb_word *name)
{
    if (badge->len != 1 || badge->text[0] < '1' || badge->text[0] > '0' + BUS_CLIENT_MAX)
        return DSB_TEXT_UNKNOWN_FIELD;
    if (!dsb_service_name_is_valid(name->text, name->len))
        return DSB_TEXT_BAD_ID;
    if (right_count == BUS_RIGHT_MAX)
        return DSB_TEXT_TOO_MANY_ENTRIES;
    rights[right_count].badge = (uint8_t)(badge->text[0] - '0');
    rights[right_count].name_len = (uint8_t)name->len;
    memcpy(rights[right_count].name, name->text, name->len);
    right_count++;
    return DSB_TEXT_NO_FAULT;
}

static enum dsb_text_fault read_line(const struct dsb_line *line, bool *has_header)
{
    unsigned version;

    if (*has_header)
        return add(&line->words[0], &line->words[1]);
    *has_header = true;
    return dsb_line_check_header(line, "dsoftbus-services", 1, &version);
}

bool rights_read(const char *text, size_t text_len, struct dsb_text_error *error)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};
    struct dsb_line line;
    enum dsb_line_kind kind;
    bool has_header = false;

    right_count = 0;
    error->fault = DSB_TEXT_NO_FAULT;
    while (error->fault == DSB_TEXT_NO_FAULT &&
           (kind = dsb_lines_next(&lines, &line)) != DSB_LINE_END)
        if (kind == DSB_LINE_FAULT)
            error->fault = line.fault;
        else if (kind == DSB_LINE_WORDS)
            error->fault = read_line(&line, &has_header);
    if (error->fault == DSB_TEXT_NO_FAULT && !has_header)
        error->fault = DSB_TEXT_NO_HEADER;
    error->line = lines.number;
    if (error->fault != DSB_TEXT_NO_FAULT)
        right_count = 0;
    return error->fault == DSB_TEXT_NO_FAULT;
}

bool rights_may_publish(uint64_t badge, const char *name, size_t name_len)
{
    for (size_t i = 0; i < right_count; i++)
        if (rights[i].badge == badge && rights[i].name_len == name_len &&
            memcmp(rights[i].name, name, name_len) == 0)
            return true;
    return false;
}
