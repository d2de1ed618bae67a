/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code that a pairing needs. The image's file `pairing.code` says where it comes from:
 *
 *     dsoftbus-pairing 1
 *     code fresh                 six digits for each window, shown on the console
 *     code none                  this device does not pair
 *     code 4TZK7Q2M              this one: printed on the device, shown nowhere
 */
#ifndef DSOFTBUSD_PAIRING_CODE_H
#define DSOFTBUSD_PAIRING_CODE_H

#include "dsoftbus/pairing.h"

/* A given one stays the same, so guesses add up: it must be longer than a fresh one. */
#define PAIRING_CODE_GIVEN_MIN 8

enum pairing_code_kind {
    PAIRING_CODE_UNSAID, /* never of a file that was read */
    PAIRING_CODE_NONE,
    PAIRING_CODE_FRESH,
    PAIRING_CODE_GIVEN,
};

struct pairing_code {
    enum pairing_code_kind kind;
    size_t len; /* bytes; 0: none yet */
    char text[DSB_PAIRING_CODE_MAX];
};

/* Reads the file; a fresh code is not drawn yet. False: *error says which line and what, and there
 * is no code. */
DSB_MUST_CHECK bool pairing_code_read(struct pairing_code *code, const char *text, size_t text_len,
                                      struct dsb_text_error *error);

/* Draws a fresh one of rngd, waiting for it for as long as it takes. */
void pairing_code_draw(struct pairing_code *code, uint32_t rng_cap);

#endif
