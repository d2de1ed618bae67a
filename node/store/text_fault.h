/* SPDX-License-Identifier: Apache-2.0 */
/* "FILE:LINE: FAULT", for the text files of a directory, and what a person cannot see in the line.
 */
#ifndef NODE_TEXT_FAULT_H
#define NODE_TEXT_FAULT_H

#include "dsoftbus/text.h"
#include "node/store/confdir.h"

/* Fills *e, EXIT_CONFIG; returns false. `text` is what was read of the file `name`. */
bool text_fault_set(struct error *e, const struct confdir *dir, const char *name,
                    const struct dsb_text_error *at, const char *text, size_t text_len);

/* The same of a file anywhere. */
bool text_fault_set_path(struct error *e, const char *path, const struct dsb_text_error *at,
                         const char *text, size_t text_len);

#endif
