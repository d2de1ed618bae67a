/* SPDX-License-Identifier: Apache-2.0 */
/* Files of test vectors: JSON, values in hexadecimal. */
#ifndef TESTS_VECTORS_JSON_FILE_H
#define TESTS_VECTORS_JSON_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data; /* never NULL after json_bytes succeeded, also when len is 0 */
    size_t len;
};

/* Reads a file whose top is an object. NULL after it said on stderr what is wrong and where. */
json_t *json_file_load(const char *program, const char *path);

/* The hexadecimal string `name` of `object` as bytes; the caller frees it. False: missing or not
 * hexadecimal. */
bool json_bytes(const json_t *object, const char *name, struct bytes *out);

/* The same for a value of exactly out_len bytes, into the caller's array. */
bool json_bytes_exact(const json_t *object, const char *name, uint8_t *out, size_t out_len);

void bytes_free(struct bytes *b);

#endif
