/* SPDX-License-Identifier: Apache-2.0 */
/* A text file's lines as lines.h promises them: any lines in any order, of any words of the
 * driver's lengths. Which lines a text has is `contract-lines`', what a hexadecimal key is
 * `memory-text`'s. */
#include "lines_promise.h"

#include "__fc_builtin.h"
#include "dsoftbus/key.h"

#define LEN_MAX 300

size_t lines_promise_len[DSB_WORDS_MAX] = {LEN_MAX, 0, 0};

/* Objects of their own: what is read beyond one is in none. */
static uint8_t first[LEN_MAX], second[LEN_MAX], third[LEN_MAX];

static struct dsb_word any_word(size_t i)
{
    size_t len = lines_promise_len[i];
    uint8_t *bytes = (i == 0 ? first : i == 1 ? second : third) + LEN_MAX - len;

    if (len != 0)
        Frama_C_make_unknown((char *)bytes, len);
    return (struct dsb_word){(const char *)bytes, len};
}

enum dsb_line_kind dsb_lines_next(struct dsb_lines *lines, struct dsb_line *line)
{
    lines->number++;
    /*@ loop unroll DSB_WORDS_MAX; */
    for (size_t i = 0; i < DSB_WORDS_MAX; i++)
        line->words[i] = any_word(i);
    line->fault = DSB_TEXT_NO_FAULT;
    return (enum dsb_line_kind)Frama_C_interval(DSB_LINE_END, DSB_LINE_FAULT);
}

/* The first word is any of those that are looked for, or none. */
bool dsb_word_is(const struct dsb_word *word, const char *text)
{
    /*@ assert readable: \valid_read(word->text + (0 .. word->len - 1)) && \valid_read(text); */
    return Frama_C_interval(0, 1);
}

enum dsb_text_fault dsb_line_check_header(const struct dsb_line *line, const char *format,
                                          unsigned newest, unsigned *version)
{
    (void)line;
    (void)format;
    *version = newest;
    return (enum dsb_text_fault)Frama_C_interval(DSB_TEXT_NO_FAULT, DSB_TEXT_VERSION);
}

bool dsb_hex_decode(uint8_t out[DSB_KEY_LEN], const struct dsb_word *word)
{
    /*@ assert readable: word->len == 0 || \valid_read(word->text + (0 .. word->len - 1)); */
    Frama_C_make_unknown((char *)out, DSB_KEY_LEN);
    return Frama_C_interval(0, 1);
}

void dsb_hex_encode(char out[2 * DSB_KEY_LEN], const uint8_t from[DSB_KEY_LEN])
{
    /*@ assert readable: \valid_read(from + (0 .. DSB_KEY_LEN - 1)); */
    Frama_C_make_unknown(out, 2 * DSB_KEY_LEN);
}
