/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the file and its hexadecimal values, and says where one is wrong. */
#include "vectors/json_file.h"

#include "vectors/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *json_file_load(const char *program, const char *path)
{
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL) {
        fprintf(stderr, "%s: %s:%d:%d: %s\n", program, path, error.line, error.column, error.text);
        return NULL;
    }
    if (!json_is_object(root)) {
        fprintf(stderr, "%s: %s: the top of the file is not an object\n", program, path);
        json_decref(root);
        return NULL;
    }
    return root;
}

bool json_bytes(const json_t *object, const char *name, struct bytes *out)
{
    const json_t *value = json_object_get(object, name);
    size_t text_len = json_string_length(value);

    *out = (struct bytes){0};
    if (!json_is_string(value))
        return false;
    out->data = malloc(text_len / 2 + 1);
    if (out->data == NULL)
        return false;
    if (!hex_decode(json_string_value(value), text_len, out->data)) {
        bytes_free(out);
        return false;
    }
    out->len = text_len / 2;
    return true;
}

bool json_bytes_exact(const json_t *object, const char *name, uint8_t *out, size_t out_len)
{
    struct bytes b;
    bool fits;

    if (!json_bytes(object, name, &b))
        return false;
    fits = b.len == out_len;
    if (fits)
        memcpy(out, b.data, out_len);
    bytes_free(&b);
    return fits;
}

void bytes_free(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}
