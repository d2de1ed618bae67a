/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be wrong in an identity file or a trust store file. Both are lines of ASCII text that
 * end in a line feed; words are separated by one space; lines that begin with '#' and empty lines
 * are skipped. The first other line names the format and its version.
 */
#ifndef DSOFTBUS_TEXT_H
#define DSOFTBUS_TEXT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest line without its line feed: a trust entry has at most 64 + 1 + 64 + 1 + 255 bytes;
 * comments may be a little longer. */
#define DSB_TEXT_LINE_MAX 400

enum dsb_text_fault {
    DSB_TEXT_NO_FAULT = 0,
    DSB_TEXT_LINE_TOO_LONG,     /* over DSB_TEXT_LINE_MAX bytes */
    DSB_TEXT_NO_LINE_FEED,      /* the last line does not end: the file may be cut off */
    DSB_TEXT_BAD_CHARACTER,     /* a control byte or a byte over 126 */
    DSB_TEXT_NO_HEADER,         /* the first line is not this format's name */
    DSB_TEXT_VERSION,           /* this format in a version that is not known */
    DSB_TEXT_WORD_COUNT,        /* too few or too many words, or a stray space */
    DSB_TEXT_UNKNOWN_FIELD,     /* not a field of the format */
    DSB_TEXT_DUPLICATE_FIELD,   /* the same field twice */
    DSB_TEXT_MISSING_FIELD,     /* a field is not there; line is the last one */
    DSB_TEXT_BAD_ID,            /* not a device id */
    DSB_TEXT_BAD_KEY,           /* not 64 lower-case hexadecimal digits */
    DSB_TEXT_OWN_ID,            /* trust: an entry for the device itself */
    DSB_TEXT_OWN_KEY,           /* trust: the device's own key under another id */
    DSB_TEXT_DUPLICATE_ID,      /* trust: this id has an entry already */
    DSB_TEXT_DUPLICATE_KEY,     /* trust: this key belongs to another id already */
    DSB_TEXT_LOW_ORDER_KEY,     /* trust: every exchange with it would give zero */
    DSB_TEXT_NON_CANONICAL_KEY, /* trust: a second spelling of another key */
    DSB_TEXT_TOO_MANY_ENTRIES,  /* trust: more than the caller's array holds */
    DSB_TEXT_MIXED_ORDER_KEY,   /* trust: another key plus a point of low order, or on the twist */
    DSB_TEXT_ZERO_KEY,          /* both: the key that is all zero, or its public half */
    DSB_TEXT_BAD_SERVICE,       /* trust: the list has what is no service's name */
    DSB_TEXT_DUPLICATE_SERVICE, /* trust: the list has a name twice */
    DSB_TEXT_TOO_MANY_SERVICES, /* trust: over 16 names, or over 255 bytes */
    DSB_TEXT_BAD_ADDRESS,       /* of a device's daemon: not A.B.C.D:PORT */
    DSB_TEXT_BAD_SERIAL,        /* not a number from 1 to 2^64 - 1 */
    DSB_TEXT_BAD_SIGNATURE,     /* not one, or not the root's over the rest of the text */
    DSB_TEXT_BAD_CODE,          /* pairing: not fresh, not none, and no code */
    DSB_TEXT_NO_ROOTS,          /* trust: a root, and the store takes none */
};

struct dsb_text_error {
    size_t line; /* counted from 1 */
    enum dsb_text_fault fault;
};

/* A short phrase for messages, "duplicate key" for example; never NULL. */
const char *dsb_text_fault_name(enum dsb_text_fault fault);

#ifdef __cplusplus
}
#endif

#endif
