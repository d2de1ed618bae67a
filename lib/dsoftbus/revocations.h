/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root's list of what it vouches for no more: for each id the first serial that is still good. A
 * list replaces every one of a lower serial. RFC-0010. As text (rules of the lines in text.h), on
 * disk and between devices:
 *
 *     dsoftbus-revocations 1
 *     root 51c4…64 hexadecimal digits…9f
 *     serial 2
 *     revoke lamp-1.example 4
 *     signature 02a1…64 digits…77 b0c4…64 digits…0e
 *
 * Signed (Ed25519) is: "DSoftBus/2 revocations" and a zero byte | serial, u64 BE | number of ids,
 * u16 BE | for each: u8 length of the id | id | first good serial, u64 BE.
 */
#ifndef DSOFTBUS_REVOCATIONS_H
#define DSOFTBUS_REVOCATIONS_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/signature.h"
#include "dsoftbus/text.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DSB_REVOCATIONS_MAX      64   /* ids in a list */
#define DSB_REVOCATIONS_TEXT_MAX 3584 /* bytes */

/* Longest text that is signed. */
#define DSB_REVOCATIONS_SIGNED_MAX                                                                 \
    (23 + 8 + 2 + (size_t)DSB_REVOCATIONS_MAX * (1 + DSB_DEVICE_ID_MAX + 8))

struct dsb_revocation {
    struct dsb_device_id id;
    uint64_t first_good;
};

struct dsb_revocations {
    uint8_t root[DSB_ROOT_KEY_LEN];
    uint64_t serial; /* 0: no list yet */
    size_t count;
    struct dsb_revocation entries[DSB_REVOCATIONS_MAX];
    uint8_t signature[DSB_SIGNATURE_LEN];
};

/* The first serial of the id that the list leaves good; 1 when it does not name the id. */
uint64_t dsb_revocations_first_good(const struct dsb_revocations *list,
                                    const struct dsb_device_id *id);

/* Names the id, or changes what is named. False: no room for another id. */
DSB_MUST_CHECK bool dsb_revocations_set(struct dsb_revocations *list,
                                        const struct dsb_device_id *id, uint64_t first_good);

/* Reads a list; its signature is not looked at. On a fault *list is all zero, and *line says where
 * (0: the text is too long for any). */
DSB_MUST_CHECK enum dsb_text_fault dsb_revocations_parse(struct dsb_revocations *list,
                                                         const char *text, size_t text_len,
                                                         size_t *line);

/* What is signed; returns its length in bytes. */
size_t dsb_revocations_signed(uint8_t out[DSB_REVOCATIONS_SIGNED_MAX],
                              const struct dsb_revocations *list);

/* Is the signature that of the root which the list names? scratch holds what is signed. */
DSB_MUST_CHECK bool dsb_revocations_verify(const struct dsb_revocations *list,
                                           uint8_t scratch[DSB_REVOCATIONS_SIGNED_MAX]);

#ifdef __cplusplus
}
#endif

#endif
