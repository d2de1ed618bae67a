/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of the reading of text files, lib/dsoftbus/lines.c, and of lists of services,
 * service_list.c, which are included unchanged: of a text of any length and content nothing beyond
 * it is read, and every word that is found lies where it can be read.
 */
#include "dsoftbus/lines.h"

#include "promises.h"

/*@ predicate is_word{L}(struct dsb_word *word) =
        word->len <= DSB_TEXT_LINE_MAX && is_there(word->text, word->len); */
/*@ predicate is_line{L}(struct dsb_line *line) = \valid(line) &&
        is_word(&line->words[0]) && is_word(&line->words[1]) && is_word(&line->words[2]); */
/*@ predicate has_words{L}(struct dsb_line *line) =
        line->words[0].len > 0 && line->words[1].len > 0; */
/*@ predicate is_text{L}(struct dsb_lines *lines) = \valid(lines) &&
        lines->pos <= lines->text_len && is_there(lines->text, lines->text_len); */

/* memchr() in characters, and memset() on a line. */
#include <string.h>
/*@ requires is_there(text, len);
    terminates \true;
    assigns \result \from text, c, len;
    ensures \result == \null || (\exists integer at; 0 <= at < len && \result == text + at); */
const char *find(const char *text, int c, size_t len)
{
    /*@ loop invariant 0 <= i <= len;
        loop assigns i;
        loop variant len - i; */
    for (size_t i = 0; i < len; i++)
        if (text[i] == (char)c)
            return text + i;
    return NULL;
}
#define memchr find
/*@ requires \valid(line);
    terminates \true;
    assigns *line;
    ensures is_line(line); */
void memset_of_line(struct dsb_line *line)
{
    /*@ loop invariant 0 <= i <= DSB_WORDS_MAX;
        loop invariant \forall integer k; 0 <= k < i ==> line->words[k].len == 0;
        loop assigns i, line->words[0 .. DSB_WORDS_MAX - 1];
        loop variant DSB_WORDS_MAX - i; */
    for (size_t i = 0; i < DSB_WORDS_MAX; i++) {
        line->words[i].text = NULL;
        line->words[i].len = 0;
    }
    line->fault = 0;
}
#define memset(object, zero, len) memset_of_##object(object)
void memset_of_key(uint8_t *key);
/*@ requires is_there(a, len) && is_there(b, len);
    terminates \true;
    assigns \nothing; */
int compare(const char *a, const char *b, size_t len)
{
    /*@ loop invariant 0 <= i <= len;
        loop assigns i;
        loop variant len - i; */
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return (unsigned char)a[i] - (unsigned char)b[i];
    return 0;
}
#define memcmp(a, b, len) compare((const char *)(a), (const char *)(b), len)

#include "../../lib/dsoftbus/lines.c"
#include "../../lib/dsoftbus/service_list.c"

/*@ requires is_line(line) && is_there(text, len) && words_max <= DSB_WORDS_MAX;
    requires len <= DSB_TEXT_LINE_MAX && \separated(line, text + (0 .. len - 1));
    terminates \true;
    assigns line->words[0 .. DSB_WORDS_MAX - 1];
    ensures is_line(line);
    ensures \result ==> has_words(line); */
static bool split_words(struct dsb_line *line, const char *text, size_t len, size_t words_max);

/*@ requires is_line(line);
    terminates \true;
    assigns line->fault;
    ensures is_line(line) && \result == DSB_LINE_FAULT; */
static enum dsb_line_kind line_fault(struct dsb_line *line, enum dsb_text_fault fault);

/*@ terminates \true;
    assigns \nothing; */
static bool is_allowed(char c, bool comment);

/*@ requires is_line(line) && is_there(text, len) && words_max <= DSB_WORDS_MAX;
    requires 0 < len <= DSB_TEXT_LINE_MAX && \separated(line, text + (0 .. len - 1));
    terminates \true;
    assigns *line;
    ensures is_line(line) && \result != DSB_LINE_END;
    ensures \result == DSB_LINE_WORDS ==> has_words(line); */
static enum dsb_line_kind read_line(struct dsb_line *line, const char *text, size_t len,
                                    size_t words_max);

/* That the text is one again for the next call is asserted before the line is read (loops.txt). */
/*@ requires is_text(lines) && \valid(line) && \separated(line, lines);
    requires lines->words_max <= DSB_WORDS_MAX;
    requires \separated(line, lines->text + (0 .. lines->text_len - 1));
    requires \separated(lines, lines->text + (0 .. lines->text_len - 1));
    terminates \true;
    assigns *line, lines->pos, lines->number;
    ensures is_line(line);
    ensures \result == DSB_LINE_WORDS ==> has_words(line);
    ensures \result == DSB_LINE_END ==> lines->pos == lines->text_len; */
enum dsb_line_kind dsb_lines_next(struct dsb_lines *lines, struct dsb_line *line);

/*@ requires \valid(rest) && \valid(name) && \separated(rest, name);
    requires rest->text == \null || is_there(rest->text, rest->len);
    terminates \true;
    assigns *rest, *name;
    ensures \result ==> is_there(name->text, name->len) && \old(rest->text) != \null;
    ensures \result ==> rest->text == \null || rest->len < \old(rest->len);
    ensures rest->text == \null || is_there(rest->text, rest->len); */
static bool next_service(struct dsb_word *rest, struct dsb_word *name);

/*@ requires list.text == \null || is_there(list.text, list.len);
    requires is_there((char *)service, service_len);
    terminates \true;
    assigns \nothing; */
static bool has_service(struct dsb_word list, const void *service, size_t service_len);

/*@ requires is_there((char *)name, name_len);
    terminates \true;
    assigns \nothing; */
bool dsb_service_name_is_valid(const void *name, size_t name_len);
