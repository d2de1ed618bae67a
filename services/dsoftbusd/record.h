/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a record of stored. */
#ifndef DSOFTBUSD_RECORD_H
#define DSOFTBUSD_RECORD_H

#include "proto/store.h"
#include <stddef.h>

/* There is one, or there is none (0): nothing else is an answer. Waits for a disk for as long as it
 * takes, and says once that it does. */
size_t record_wait(const char *name, void *data /* STORE_DATA_MAX bytes */);

#endif
