/* SPDX-License-Identifier: Apache-2.0 */
/* A file of lines, from its header to its end; numbers in it. */
#include "dsoftbus/lines.h"

static enum dsb_text_fault read_header(struct dsb_lines *lines, const struct dsb_format *format,
                                       const struct dsb_line *line)
{
    enum dsb_text_fault fault =
        dsb_line_check_header(line, format->name, format->newest, &lines->version);

    if (fault == DSB_TEXT_NO_FAULT && lines->version < format->oldest)
        return DSB_TEXT_VERSION;
    return fault;
}

enum dsb_text_fault dsb_lines_read(struct dsb_lines *lines, const struct dsb_format *format,
                                   dsb_line_taker *take, void *ctx)
{
    struct dsb_line line;
    const size_t words_max = lines->words_max;
    bool header = false;
    enum dsb_text_fault fault = DSB_TEXT_NO_FAULT;

    while (fault == DSB_TEXT_NO_FAULT) {
        lines->words_max = header ? words_max : DSB_WORDS_MIN;
        switch (dsb_lines_next(lines, &line)) {
        case DSB_LINE_END:
            return header ? DSB_TEXT_NO_FAULT : DSB_TEXT_NO_HEADER;
        case DSB_LINE_COMMENT:
            break;
        case DSB_LINE_WORDS:
            fault = header ? take(ctx, &line) : read_header(lines, format, &line);
            header = true;
            break;
        case DSB_LINE_FAULT:
            fault = line.fault;
            break;
        }
    }
    return fault;
}

bool dsb_number_decode(uint64_t *out, const struct dsb_word *word)
{
    uint64_t value = 0;

    if (word->len == 0 || (word->len > 1 && word->text[0] == '0'))
        return false;
    for (size_t i = 0; i < word->len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)word->text[i] - '0';

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}
