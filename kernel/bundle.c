/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle is part of the image, but an image can be built wrongly: nothing of it is used
 * unchecked. */
#include "bundle.h"

#include "bytes.h"
#include "pages.h"

static bool name_ok(const char name[ABI_BUNDLE_NAME_BYTES])
{
    if (name[0] == 0)
        return false;
    for (uint32_t i = 1; i < ABI_BUNDLE_NAME_BYTES; i++)
        if (name[i] == 0)
            return true;
    return false;
}

/* Of bytes that end with a page. */
static bool is_zero(const uint8_t *bytes, uint64_t len)
{
    bytes_word any = 0;
    for (; len % sizeof any != 0; len--)
        any |= *bytes++;
    for (const bytes_word *word = (const void *)bytes; len != 0; len -= sizeof any)
        any |= *word++;
    return any == 0;
}

bool bundle_check(const struct abi_bundle_header *bundle, uint64_t len)
{
    if (len < PAGE_BYTES || len % PAGE_BYTES != 0)
        return false;
    if (bundle->magic != ABI_BUNDLE_MAGIC || bundle->bundle_len != len || bundle->file_count == 0 ||
        bundle->file_count > ABI_BUNDLE_FILES_MAX)
        return false;
    uint64_t next_offset = PAGE_BYTES;
    for (uint64_t i = 0; i < bundle->file_count; i++) {
        const struct abi_bundle_file *file = &bundle->file[i];
        if (!name_ok(file->name) || file->offset != next_offset || file->offset > len ||
            file->len > len - file->offset)
            return false;
        uint64_t padded_len = pages_for(file->len) * PAGE_BYTES;
        if (!is_zero((const uint8_t *)bundle + file->offset + file->len, padded_len - file->len))
            return false;
        next_offset = file->offset + padded_len;
    }
    return next_offset == len;
}

uint32_t bundle_find(const struct abi_bundle_header *bundle, const char *name)
{
    for (uint32_t i = 0; i < bundle->file_count; i++) {
        const char *candidate = bundle->file[i].name;
        uint32_t k = 0;
        while (k < ABI_BUNDLE_NAME_BYTES && candidate[k] == name[k] && name[k] != 0)
            k++;
        if (k < ABI_BUNDLE_NAME_BYTES && candidate[k] == name[k])
            return i;
    }
    return (uint32_t)bundle->file_count;
}
