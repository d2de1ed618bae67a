/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the library: reads the text files line by line (rules in text.h), and hexadecimal keys.
 */
#ifndef DSOFTBUS_LINES_H
#define DSOFTBUS_LINES_H

#include "dsoftbus/text.h"

#include <stdbool.h>
#include <stdint.h>

#define DSB_WORDS_MIN 2
#define DSB_WORDS_MAX 3

struct dsb_word {
    const char *text;
    size_t len;
};

/* Set up with {.text, .text_len, .words_max}; number and the rest follow. */
struct dsb_lines {
    const char *text;
    size_t text_len;
    size_t words_max; /* of a line: DSB_WORDS_MIN, or more; may change between two lines */
    size_t pos;
    size_t number;    /* of the line last read, from 1 */
    unsigned version; /* of the file, once dsb_lines_read has read its header */
};

enum dsb_line_kind {
    DSB_LINE_END,
    DSB_LINE_COMMENT, /* words[0] is all of it */
    DSB_LINE_WORDS,
    DSB_LINE_FAULT,
};

struct dsb_line {
    struct dsb_word words[DSB_WORDS_MAX]; /* those that are not there are empty */
    enum dsb_text_fault fault;
};

/* Reads the next line that is not empty. */
enum dsb_line_kind dsb_lines_next(struct dsb_lines *lines, struct dsb_line *line);

/* Is it this word? */
bool dsb_word_is(const struct dsb_word *word, const char *text);

/* Checks a first line: two words, the format's name and its version. *version is from 1 to newest
 * (at most 9) when there is no fault. */
enum dsb_text_fault dsb_line_check_header(const struct dsb_line *line, const char *format,
                                          unsigned newest, unsigned *version);

struct dsb_format {
    const char *name;
    unsigned oldest, newest; /* versions that are read */
};

/*
 * Reads a whole file: its first line names the format and its version, and has no third word; then
 * each line of words goes to `take`, until one is faulty. No header: DSB_TEXT_NO_HEADER.
 * lines->number says where it ended.
 */
typedef enum dsb_text_fault dsb_line_taker(void *ctx, const struct dsb_line *line);
enum dsb_text_fault dsb_lines_read(struct dsb_lines *lines, const struct dsb_format *format,
                                   dsb_line_taker *take, void *ctx);

/* Decimal digits, without a zero in front of others. False, *out unchanged, for anything else. */
bool dsb_number_decode(uint64_t *out, const struct dsb_word *word);

/*
 * 64 lower-case digits to 32 bytes and back, without a branch or an index that depends on the
 * digits. False when the word is anything else; key is then zero.
 */
bool dsb_hex_decode(uint8_t key[32], const struct dsb_word *word);
void dsb_hex_encode(char out[64], const uint8_t key[32]);

#endif
