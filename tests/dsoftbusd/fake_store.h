/* SPDX-License-Identifier: Apache-2.0 */
/* stored, of memory: dsoftbusd's records, and a disk that fails. */
#ifndef TESTS_SERVICE_FAKE_STORE_H
#define TESTS_SERVICE_FAKE_STORE_H

#include "proto/store.h"

#include <stdbool.h>
#include <stddef.h>

struct fake_record {
    bool is_there;
    size_t len;
    char bytes[STORE_DATA_MAX + 1]; /* and a zero */
};

#define FAKE_OTHERS_MAX 6 /* revocations-0 ... vouched-1 */

struct fake_store {
    struct fake_record trust, attempts;
    struct fake_record others[FAKE_OTHERS_MAX];
    char names[FAKE_OTHERS_MAX][STORE_NAME_MAX + 1];
    size_t get_fails_count, put_fails_count; /* of the next calls */
    bool failed_put_keeps;                   /* what was asked for, after all */
    size_t put_count;
};

extern struct fake_store fake_store;

void fake_store_reset(void);

/* A record as it is found. */
void fake_store_keep(struct fake_record *record, const char *text);

#endif
