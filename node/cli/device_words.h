/* SPDX-License-Identifier: Apache-2.0 */
/* An id and a key as a person types them, each mistake with its own words. */
#ifndef NODE_DEVICE_WORDS_H
#define NODE_DEVICE_WORDS_H

#include "dsoftbus/device_id.h"
#include "node/base/error.h"

MUST_CHECK bool device_word_id(struct dsb_device_id *id, const char *word, struct error *e);

/* 64 digits. What a person copies a key with is named: blanks, the line's end, capitals, half of
 * it. */
MUST_CHECK bool device_word_key(const char *id_word, const char *key_word, struct error *e);

#endif
