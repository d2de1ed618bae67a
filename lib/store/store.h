/* SPDX-License-Identifier: Apache-2.0 */
/* Client side of stored. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "proto/store.h"
#include <stddef.h>
#include <stdint.h>

#define STORE_MUST_CHECK __attribute__((warn_unused_result))

/* `name` is a string; one that is longer than STORE_NAME_MAX is STORE_MALFORMED. A stored that ends
 * under the call is STORE_IO, as a disk that fails. */

/* STORE_MALFORMED, too, when the record is longer than data_size; then, and in every case but
 * STORE_OK, *data_len is 0. */
STORE_MUST_CHECK enum store_status record_get(uint32_t endpoint_cap, const char *name, void *data,
                                              size_t data_size, size_t *data_len);

/* data_len is at most STORE_DATA_MAX. */
STORE_MUST_CHECK enum store_status record_put(uint32_t endpoint_cap, const char *name,
                                              const void *data, size_t data_len);

#endif
