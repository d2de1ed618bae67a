/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of files, judged, kept and shown: of up to SHORT_MAX bytes of any value, of characters of
 * each length, and the longest and one beyond of bytes that take the most room. Each ends where its
 * zero byte is, and what is shown of it goes into exactly the room that so many bytes can take.
 */
#include "exact.h"

#include <stdio.h>
#include <string.h>

#define SHORT_MAX 2
#define LONG_MAX  300

static const char *printed; /* the name that "%s" means */

/* snprintf() of what is asked of it here: "%s" of a name, or "\\x%02x". */
static int print(char *out, size_t size, const char *format, ...)
{
    size_t len = format[0] == '%' ? strlen(printed) : 4;
    size_t end = len < size ? len : size - 1;

    /*@ assert writable: \valid(out + (0 .. end)); */
    Frama_C_make_unknown(out, end + 1);
    out[end] = '\0';
    return (int)len;
}

/* Of the name, whether all of it is in that set: any answer. */
static size_t any_span(const char *name, const char *set)
{
    (void)set;
    return Frama_C_interval(0, 1) ? strlen(name) : 0;
}

/* As C says it: none bytes stand anywhere. */
static void *copy(void *to, const void *from, size_t len)
{
    return len == 0 ? to : memcpy(to, from, len);
}

#define memcpy   copy
#define snprintf print
#define strspn   any_span
#include "file/message.c"

static char *name_of(size_t len)
{
    char *name = (char *)any_bytes(len + 1);

    name[len] = '\0';
    printed = name;
    return name;
}

/* What it may be shown as: four bytes for each, two quotes and the end. */
static void use(const char *name, size_t len)
{
    size_t shown_len = len < MESSAGE_NAME_MAX ? len : MESSAGE_NAME_MAX;

    if (message_name_is_valid(name)) {
        /*@ assert bounded: len <= MESSAGE_NAME_MAX; */
        message_name_in_inbox((char *)room(len + 1), name);
    }
    message_name_text((char *)room(4 * shown_len + 3), name);
}

static void any_name(size_t len)
{
    char *name = name_of(len);

    /*@ loop unroll SHORT_MAX; */
    for (size_t i = 0; i < len; i++)
        name[i] = (char)Frama_C_interval(1, UINT8_MAX);
    use(name, len);
}

/* So many bytes of the same characters; the last one may be cut off. */
static void same_name(const char *bytes, size_t bytes_len, size_t len)
{
    char *name = name_of(len);

    /*@ loop unroll LONG_MAX; */
    for (size_t i = 0; i < len; i++)
        name[i] = bytes[i % bytes_len];
    use(name, len);
}

static void judge(size_t len)
{
    bool is_valid = message_name_is_valid(memset(name_of(len), 'a', len));
    /*@ assert bounded: !is_valid || 1 <= len <= MESSAGE_NAME_MAX; */
}

int main(void)
{
    judge(MESSAGE_NAME_MAX);
    judge(MESSAGE_NAME_MAX + 1);
    /*@ loop unroll SHORT_MAX + 1; */
    for (size_t len = 0; len <= SHORT_MAX; len++)
        any_name(len);
    same_name("a\"", 2, 4);
    same_name("\xe2\x80\xae", 3, 5); /* turns the direction of writing; cut off */
    same_name("\xf0\x9f\x98\x80", 4, 8);
    same_name("\xff", 1, MESSAGE_NAME_MAX);
    same_name("\xff", 1, MESSAGE_NAME_MAX + 1);
    return 0;
}
