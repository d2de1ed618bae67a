/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contracts of what judges a word of somebody else: lib/dsoftbus/device_id.c, utf8.c and the
 * reading half of attestation.c, which are included unchanged. Of a word of any length nothing
 * beyond it is read, what is kept of it has its place, and one that is refused changes nothing.
 */
#include "copies.h"

#include <string.h>

/* memset() on an id, memcpy() of text into one. */
/*@ requires \valid(id);
    terminates \true;
    assigns *id;
    ensures id->len == 0; */
void clear(struct dsb_device_id *id)
{
    /*@ loop invariant 0 <= i <= DSB_DEVICE_ID_MAX;
        loop assigns i, id->text[0 .. DSB_DEVICE_ID_MAX - 1];
        loop variant DSB_DEVICE_ID_MAX - i; */
    for (size_t i = 0; i < DSB_DEVICE_ID_MAX; i++)
        id->text[i] = 0;
    id->len = 0;
}
#define memset(object, zero, len) clear(object)
/*@ requires \valid(to + (0 .. len - 1)) && \valid_read(from + (0 .. len - 1));
    terminates \true;
    assigns to[0 .. len - 1]; */
void copy(char *to, const uint8_t *from, size_t len)
{
    /*@ loop invariant 0 <= i <= len;
        loop assigns i, to[0 .. len - 1];
        loop variant len - i; */
    for (size_t i = 0; i < len; i++)
        to[i] = (char)from[i];
}
#define memcpy copy

/*@ terminates \true;
    assigns \nothing; */
static bool is_letter(uint8_t c);

/*@ terminates \true;
    assigns \nothing; */
static bool is_letter_or_digit(uint8_t c);

/*@ requires is_there(text, text_len);
    terminates \true;
    assigns \nothing; */
static bool is_id(const uint8_t *text, size_t text_len);

/* set_id (promises.h) is dsb_device_id_set with bytes for `char` and `void`. */
#define dsb_device_id_set set_id
#define char uint8_t
#define void uint8_t
#include "../../lib/dsoftbus/device_id.c"
#undef dsb_device_id_set
#undef char
#undef void

#include "../../lib/dsoftbus/utf8.c"

#undef memcpy
#define memcpy(to, from, len) copied(sizeof(to), from, len)

/*@ requires \valid_read(bytes + (0 .. 7));
    terminates \true;
    assigns \nothing; */
static uint64_t get_u64(const uint8_t *bytes);

#include "../../lib/dsoftbus/attestation.c"
