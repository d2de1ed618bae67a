/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last serial that a root gave each id: the file ROOTFILE.serials beside the root's key, whose
 * directory is locked while the root is open.
 *
 *     dsoftbus-serials 1
 *     lamp-1.example 3
 */
#ifndef NODE_ROOT_SERIALS_H
#define NODE_ROOT_SERIALS_H

#include "dsoftbus/device_id.h"
#include "dsoftbus/text.h"
#include "node/store/root_key.h"

/* Where in a file's text the id's line is. */
struct root_serials_line {
    size_t at;
    size_t len;      /* with its line feed; 0: there is none, and `at` is the text's end */
    uint64_t serial; /* 0 then */
};

enum dsb_text_fault root_serials_find(struct root_serials_line *found,
                                      const struct dsb_device_id *id, const char *text,
                                      size_t text_len, size_t *line);

/* *serial is 0 when the id was given none. */
MUST_CHECK bool root_serials_last(const struct root_key *root, const struct dsb_device_id *id,
                                  uint64_t *serial, struct error *e);

/* Writes down that the id has this one now. */
MUST_CHECK bool root_serials_put(const struct root_key *root, const struct dsb_device_id *id,
                                 uint64_t serial, struct error *e);

#endif
