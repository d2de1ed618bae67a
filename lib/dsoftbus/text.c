/* SPDX-License-Identifier: Apache-2.0 */
/* The words for faults of text files. */
#include "dsoftbus/text.h"

const char *dsb_text_fault_name(enum dsb_text_fault fault)
{
    static const char *const names[] = {
        [DSB_TEXT_NO_FAULT] = "no fault",
        [DSB_TEXT_LINE_TOO_LONG] = "line too long",
        [DSB_TEXT_NO_LINE_FEED] = "last line has no end",
        [DSB_TEXT_BAD_CHARACTER] = "character not allowed",
        [DSB_TEXT_NO_HEADER] = "first line does not name the format",
        [DSB_TEXT_VERSION] = "unknown version of the format",
        [DSB_TEXT_WORD_COUNT] = "wrong number of words, or not one space between them",
        [DSB_TEXT_UNKNOWN_FIELD] = "unknown field",
        [DSB_TEXT_DUPLICATE_FIELD] = "field given twice",
        [DSB_TEXT_MISSING_FIELD] = "a field is missing",
        [DSB_TEXT_BAD_ID] = "not a device id",
        [DSB_TEXT_BAD_KEY] = "not a key of 64 lower-case hexadecimal digits",
        [DSB_TEXT_OWN_ID] = "the device's own id",
        [DSB_TEXT_OWN_KEY] = "the device's own key",
        [DSB_TEXT_DUPLICATE_ID] = "duplicate id",
        [DSB_TEXT_DUPLICATE_KEY] = "duplicate key",
        [DSB_TEXT_LOW_ORDER_KEY] = "low-order key",
        [DSB_TEXT_NON_CANONICAL_KEY] = "non-canonical key",
        [DSB_TEXT_TOO_MANY_ENTRIES] = "too many entries",
        [DSB_TEXT_MIXED_ORDER_KEY] =
            "not a key that a device makes (outside the prime-order subgroup)",
        [DSB_TEXT_ZERO_KEY] = "the all-zero key, which everybody has",
        [DSB_TEXT_BAD_SERVICE] = "not names of services with one comma between",
        [DSB_TEXT_DUPLICATE_SERVICE] = "a service named twice",
        [DSB_TEXT_TOO_MANY_SERVICES] = "more than 16 services, or than 255 bytes of them",
        [DSB_TEXT_BAD_ADDRESS] = "not an address, A.B.C.D:PORT",
        [DSB_TEXT_BAD_SERIAL] = "not a serial (digits, from 1 on)",
        [DSB_TEXT_BAD_SIGNATURE] = "not the root's signature",
        [DSB_TEXT_BAD_CODE] =
            "not `code fresh`, `code none` or a code of 8 to 64 letters and digits",
        [DSB_TEXT_NO_ROOTS] = "a root, where none is taken",
    };

    return (size_t)fault < sizeof names / sizeof names[0] ? names[fault] : "unknown";
}
