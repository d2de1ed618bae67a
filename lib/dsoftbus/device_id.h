/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A device's name: 1 to 64 bytes of labels with one dot between them. A label is letters a to z,
 * digits, and hyphens inside; one letter at least is in the id. So no id is a file name with a
 * meaning, an option of a command, an IPv4 address, or another id with a dot behind it.
 *
 * An id is what a connection is made to, and what the trust store ties to one static key. An id
 * that somebody says is a claim, nothing more.
 */
#ifndef DSOFTBUS_DEVICE_ID_H
#define DSOFTBUS_DEVICE_ID_H

#include "dsoftbus/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest id. It fits one payload field and one prologue length byte with room for the rest. */
#define DSB_DEVICE_ID_MAX 64

/* text is not NUL terminated: print it with %.*s. Bytes after len are zero. */
struct dsb_device_id {
    uint8_t len; /* bytes; 0 only in an object that holds no id yet */
    char text[DSB_DEVICE_ID_MAX];
};

/* Makes id from text. DSB_INVALID for a wrong length or byte, and id then holds no id. */
DSB_MUST_CHECK enum dsb_status dsb_device_id_set(struct dsb_device_id *id, const void *text,
                                                 size_t text_len);

/* Both hold an id, and it is the same one. Two objects without an id are not equal. */
bool dsb_device_id_equal(const struct dsb_device_id *a, const struct dsb_device_id *b);

#ifdef __cplusplus
}
#endif

#endif
