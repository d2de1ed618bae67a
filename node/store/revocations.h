/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root's list of what it vouches for no more: for each id the first serial that is still good. A
 * list replaces every one of a lower serial. The root keeps its last one as ROOTFILE.revocations:
 *
 *     dsoftbus-revocations 1
 *     root 51c4…64 hexadecimal digits…9f
 *     serial 2
 *     revoke lamp-1.example 4
 *     signature 02a1…64 digits…77 b0c4…64 digits…0e
 *
 * Signed (Ed25519) is: "DSoftBus/2 revocations" and a zero byte | serial, u64 big-endian | number
 * of ids, u16 | for each: length of the id, u8 | id | first good serial, u64.
 */
#ifndef NODE_REVOCATIONS_H
#define NODE_REVOCATIONS_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/text.h"
#include "node/store/root_key.h"

#define REVOCATIONS_MAX      64   /* ids in a list */
#define REVOCATIONS_TEXT_MAX 8192 /* bytes */

struct revocation {
    struct dsb_device_id id;
    uint64_t first_good;
};

struct revocations {
    uint8_t root[DSB_ROOT_KEY_LEN];
    uint64_t serial; /* 0: no list yet */
    size_t count;
    struct revocation entries[REVOCATIONS_MAX];
    uint8_t signature[DSB_SIGNATURE_LEN];
};

/* The first serial of the id that the list leaves good; 1 when it does not name the id. */
uint64_t revocations_first_good(const struct revocations *list, const struct dsb_device_id *id);

/* Names the id, or raises what is named. False: no room for another id. */
MUST_CHECK bool revocations_set(struct revocations *list, const struct dsb_device_id *id,
                                uint64_t first_good);

/* Reads a list. A signature that is not the named root's is a fault. */
enum dsb_text_fault revocations_parse(struct revocations *list, const char *text, size_t text_len,
                                      size_t *line);

/* The same without a look at the signature. */
enum dsb_text_fault revocations_parse_unverified(struct revocations *list, const char *text,
                                                 size_t text_len, size_t *line);

/* The text's length, without its NUL. */
size_t revocations_format(char out[REVOCATIONS_TEXT_MAX], const struct revocations *list);

/* The root's last list. */
MUST_CHECK bool revocations_read(struct revocations *list, const struct root_key *root,
                                 struct error *e);

/* Gives the list the next serial, signs it, and keeps it in place of the last one. */
MUST_CHECK bool revocations_renew(struct revocations *list, const struct root_key *root,
                                  struct error *e);

#endif
