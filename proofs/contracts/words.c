/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contracts of what judges a word of somebody else: lib/dsoftbus/device_id.c, utf8.c and the
 * reading half of attestation.c, which are included unchanged. Of a word of any length nothing
 * beyond it is read, what is kept of it has its place, and one that is refused changes nothing.
 */
#include "promises.h"

#include <string.h>

/* memset() on an id, memcpy() of text into one. */
/*@ requires \valid(id);
    terminates \true;
    assigns *id;
    ensures id->len == 0; */
void clear(struct dsb_device_id *id);
#define memset(object, zero, len) clear(object)
/*@ requires \valid(to + (0 .. len - 1)) && \valid_read(from + (0 .. len - 1));
    terminates \true;
    assigns to[0 .. len - 1]; */
void copy(char *to, const char *from, size_t len);
#define memcpy copy

/*@ terminates \true;
    assigns \nothing; */
static bool is_letter(char c);

/*@ terminates \true;
    assigns \nothing; */
static bool is_letter_or_digit(char c);

/*@ requires is_there(text, text_len);
    terminates \true;
    assigns \nothing; */
static bool is_id(const char *text, size_t text_len);

/*@ requires \valid(id) && is_there((char *)text, text_len);
    requires \separated(id, (char *)text + (0 .. text_len - 1));
    terminates \true;
    assigns *id;
    ensures \result == DSB_OK ==> 1 <= id->len <= DSB_DEVICE_ID_MAX && id->len == text_len;
    ensures \result != DSB_OK ==> id->len == 0; */
enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text, size_t text_len);

#include "../../lib/dsoftbus/device_id.c"
#include "../../lib/dsoftbus/utf8.c"

/* memcpy() by what matters of it here: it reads, and writes, len bytes. What it writes is not
 * looked at below. */
/*@ requires len <= room_len && is_there(from, len);
    terminates \true;
    assigns \nothing; */
void copied(size_t room_len, const uint8_t *from, size_t len);
#undef memcpy
#define memcpy(to, from, len) copied(sizeof(to), from, len)

/*@ requires \valid_read(bytes + (0 .. 7));
    terminates \true;
    assigns \nothing; */
static uint64_t get_u64(const uint8_t *bytes);

#include "../../lib/dsoftbus/attestation.c"
