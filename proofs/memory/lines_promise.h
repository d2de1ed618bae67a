/* SPDX-License-Identifier: Apache-2.0 */
/* lines_promise.c: the lines of any text file. */
#ifndef LINES_PROMISE_H
#define LINES_PROMISE_H

#include "dsoftbus/lines.h"

/* Bytes of each line's words: a driver tries one length after the other. Each word ends where its
 * length says. */
extern size_t lines_promise_len[DSB_WORDS_MAX];

#endif
