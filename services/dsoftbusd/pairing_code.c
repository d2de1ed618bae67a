/* SPDX-License-Identifier: Apache-2.0 */
/* A code, of the image's file or of random bytes. */
#include "pairing_code.h"

#include "dsoftbus/lines.h"
#include "rng/rng.h"

#include <string.h>

/* Letters and digits: whoever types it on Linux may put blanks and hyphens between. */
static bool is_code(const struct dsb_word *word)
{
    for (size_t i = 0; i < word->len; i++) {
        char c = word->text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return false;
    }
    return word->len >= PAIRING_CODE_GIVEN_MIN && word->len <= DSB_PAIRING_CODE_MAX;
}

static enum dsb_text_fault take_code(void *object, const struct dsb_line *line)
{
    struct pairing_code *code = object;
    const struct dsb_word *word = &line->words[1];

    if (!dsb_word_is(&line->words[0], "code"))
        return DSB_TEXT_UNKNOWN_FIELD;
    if (code->kind != PAIRING_CODE_UNSAID)
        return DSB_TEXT_DUPLICATE_FIELD;
    if (dsb_word_is(word, "none")) {
        code->kind = PAIRING_CODE_NONE;
    } else if (dsb_word_is(word, "fresh")) {
        code->kind = PAIRING_CODE_FRESH;
    } else if (is_code(word)) {
        code->kind = PAIRING_CODE_GIVEN;
        code->len = word->len;
        memcpy(code->text, word->text, word->len);
    }
    return code->kind == PAIRING_CODE_UNSAID ? DSB_TEXT_BAD_CODE : DSB_TEXT_NO_FAULT;
}

static const struct dsb_format format = {"dsoftbus-pairing", 1, 1};

bool pairing_code_read(struct pairing_code *code, const char *text, size_t text_len,
                       struct dsb_text_error *error)
{
    struct dsb_lines lines = {.text = text, .text_len = text_len, .words_max = DSB_WORDS_MIN};

    memset(code, 0, sizeof *code);
    error->fault = dsb_lines_read(&lines, &format, take_code, code);
    error->line = lines.number;
    if (error->fault == DSB_TEXT_NO_FAULT && code->kind == PAIRING_CODE_UNSAID)
        error->fault = DSB_TEXT_MISSING_FIELD;
    if (error->fault != DSB_TEXT_NO_FAULT)
        noise_wipe(code, sizeof *code);
    return error->fault == DSB_TEXT_NO_FAULT;
}

/* Each digit without a bias: 250 is a multiple of 10. */
void pairing_code_draw(struct pairing_code *code, uint32_t rng_cap)
{
    uint8_t bytes[2 * DSB_PAIRING_CODE_DIGITS];

    code->len = 0;
    while (code->len < DSB_PAIRING_CODE_DIGITS) {
        rng_wait("dsoftbusd", rng_cap, bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes && code->len < DSB_PAIRING_CODE_DIGITS; i++)
            if (bytes[i] < 250)
                code->text[code->len++] = (char)('0' + bytes[i] % 10);
    }
    noise_wipe(bytes, sizeof bytes);
}
