/* SPDX-License-Identifier: Apache-2.0 */
/* Identity files: whatever lines a file has, with words at the bounds and one beyond, and a file
 * written into no room, too little and just enough. Which lines a text has is `contract-lines`',
 * what a hexadecimal key is `memory-text`'s. Then the judgement of any key, on the crypto seam
 * (seam.c). */
#include "dsoftbus/identity.h"
#include "dsoftbus/lines.h"
#include "exact.h"

#include <string.h>

#define LEN_MAX   68
#define FIXED_LEN (sizeof "dsoftbus-identity 1\nid \nprivate \n" - 1 + 2 * DSB_KEY_LEN)
#define MARK_LEN  (sizeof DSB_BRING_UP_MARK) /* with its line feed */

static size_t value_len; /* of the second word of all lines */
static struct dsb_identity_file file;
static struct dsb_identity identity;
static uint8_t key[DSB_KEY_LEN];

static struct dsb_word any_word(size_t len)
{
    return (struct dsb_word){(const char *)any_bytes(len), len};
}

enum dsb_line_kind dsb_lines_next(struct dsb_lines *lines, struct dsb_line *line)
{
    lines->number++;
    line->words[0] = any_word(LEN_MAX);
    line->words[1] = any_word(value_len);
    line->words[2] = any_word(0);
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

static void read_one(size_t len)
{
    struct dsb_text_error error;

    value_len = len;
    if (dsb_identity_parse(&file, (const char *)any_bytes(len), len, &error) == DSB_OK) {
        /*@ assert id: file.id.len <= DSB_DEVICE_ID_MAX; */
        (void)!dsb_identity_init(&identity, &file);
        dsb_identity_file_wipe(&file);
    }
}

static void write_one(size_t id_len, bool bring_up, size_t room_len)
{
    size_t out_len;

    Frama_C_make_unknown((char *)&file, sizeof file);
    file.id.len = (uint8_t)id_len;
    file.bring_up = bring_up;
    (void)!dsb_identity_format((char *)room(room_len), room_len, &out_len, &file);
    /*@ assert within: out_len <= room_len; */
}

static void write_around(size_t id_len, bool bring_up, size_t need_len)
{
    write_one(id_len, bring_up, 0);
    write_one(id_len, bring_up, need_len - 1);
    write_one(id_len, bring_up, need_len);
}

static void judge_key(void)
{
    Frama_C_make_unknown((char *)key, sizeof key);
    (void)dsb_public_key_fault(key);
    (void)dsb_private_key_is_zero(key);
    (void)dsb_private_key_is_bring_up(key);
}

static void with_length(size_t len)
{
    read_one(len);
    write_around(len, false, FIXED_LEN + len);
    write_around(len, true, FIXED_LEN + MARK_LEN + len);
}

int main(void)
{
    with_length(0);
    with_length(1);
    with_length(DSB_DEVICE_ID_MAX);
    with_length(DSB_DEVICE_ID_MAX + 1);
    with_length(UINT8_MAX);
    judge_key();
    return 0;
}
