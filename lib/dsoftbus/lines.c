/* SPDX-License-Identifier: Apache-2.0 */
/* The lines and words of the text files; hexadecimal digits without a branch on them. */
#include "dsoftbus/lines.h"

#include "noise/crypto.h"

#include <string.h>

#define HEX_LEN ((size_t)2 * NOISE_CRYPTO_KEY_LEN)

static bool is_allowed(char c, bool comment)
{
    unsigned char byte = (unsigned char)c;

    if (comment && (byte == '\t' || byte > 127))
        return true;
    return byte >= ' ' && byte < 127;
}

/* From two to words_max words with one space between them and none elsewhere. */
static bool split_words(struct dsb_line *line, const char *text, size_t len, size_t words_max)
{
    for (size_t count = 1; count <= words_max; count++) {
        const char *space = memchr(text, ' ', len);
        size_t word_len = space == NULL ? len : (size_t)(space - text);

        if (word_len == 0)
            return false;
        line->words[count - 1] = (struct dsb_word){text, word_len};
        if (space == NULL)
            return count >= DSB_WORDS_MIN;
        text += word_len + 1;
        len -= word_len + 1;
    }
    return false;
}

static enum dsb_line_kind line_fault(struct dsb_line *line, enum dsb_text_fault fault)
{
    line->fault = fault;
    return DSB_LINE_FAULT;
}

/* Reads a line that is known to be neither empty nor too long. */
static enum dsb_line_kind read_line(struct dsb_line *line, const char *text, size_t len,
                                    size_t words_max)
{
    bool comment = text[0] == '#';

    for (size_t i = 0; i < len; i++)
        if (!is_allowed(text[i], comment))
            return line_fault(line, DSB_TEXT_BAD_CHARACTER);
    if (comment) {
        line->words[0].text = text;
        line->words[0].len = len;
        return DSB_LINE_COMMENT;
    }
    return split_words(line, text, len, words_max) ? DSB_LINE_WORDS
                                                   : line_fault(line, DSB_TEXT_WORD_COUNT);
}

enum dsb_line_kind dsb_lines_next(struct dsb_lines *lines, struct dsb_line *line)
{
    memset(line, 0, sizeof *line);
    while (lines->pos < lines->text_len) {
        const char *text = lines->text + lines->pos;
        size_t rest_len = lines->text_len - lines->pos;
        const char *end = memchr(text, '\n', rest_len);
        size_t len = end == NULL ? rest_len : (size_t)(end - text);

        lines->number++;
        if (len > DSB_TEXT_LINE_MAX)
            return line_fault(line, DSB_TEXT_LINE_TOO_LONG);
        if (end == NULL)
            return line_fault(line, DSB_TEXT_NO_LINE_FEED);
        lines->pos += len + 1;
        if (len != 0)
            return read_line(line, text, len, lines->words_max);
    }
    return DSB_LINE_END;
}

bool dsb_word_is(const struct dsb_word *word, const char *text)
{
    size_t len = strlen(text);

    return word->len == len && memcmp(word->text, text, len) == 0;
}

enum dsb_text_fault dsb_line_check_header(const struct dsb_line *line, const char *format,
                                          unsigned newest, unsigned *version)
{
    const struct dsb_word *digit = &line->words[1];

    if (!dsb_word_is(&line->words[0], format))
        return DSB_TEXT_NO_HEADER;
    if (digit->len != 1 || digit->text[0] < '1' || digit->text[0] > (char)('0' + newest))
        return DSB_TEXT_VERSION;
    *version = (unsigned)(digit->text[0] - '0');
    return DSB_TEXT_NO_FAULT;
}

/* All ones when low <= c <= high, else 0; the arguments are byte values. */
static uint32_t in_range_mask(uint32_t c, uint32_t low, uint32_t high)
{
    return 0U - (((low - 1U - c) & (c - high - 1U)) >> 31);
}

/* The digit's value; *bad becomes all ones when it is none. */
static uint32_t hex_digit(char digit, uint32_t *bad)
{
    uint32_t c = (unsigned char)digit;
    uint32_t decimal = in_range_mask(c, '0', '9');
    uint32_t letter = in_range_mask(c, 'a', 'f');

    *bad |= ~(decimal | letter);
    return (decimal & (c - '0')) | (letter & (c - 'a' + 10U));
}

bool dsb_hex_decode(uint8_t key[32], const struct dsb_word *word)
{
    uint32_t bad = 0;

    if (word->len != HEX_LEN) {
        memset(key, 0, NOISE_CRYPTO_KEY_LEN);
        return false;
    }
    for (size_t i = 0; i < NOISE_CRYPTO_KEY_LEN; i++) {
        uint32_t high = hex_digit(word->text[2 * i], &bad);
        uint32_t low = hex_digit(word->text[2 * i + 1], &bad);

        key[i] = (uint8_t)(high << 4 | low);
    }
    for (size_t i = 0; i < NOISE_CRYPTO_KEY_LEN; i++)
        key[i] &= (uint8_t)~bad; /* all its bits are the same */
    return (bad & 1U) == 0;
}

static char hex_char(uint32_t value)
{
    uint32_t letter = in_range_mask(value, 10, 15);

    return (char)('0' + value + (letter & ('a' - '0' - 10U)));
}

void dsb_hex_encode(char out[64], const uint8_t key[32])
{
    for (size_t i = 0; i < NOISE_CRYPTO_KEY_LEN; i++) {
        out[2 * i] = hex_char(key[i] >> 4);
        out[2 * i + 1] = hex_char(key[i] & 15U);
    }
}
