/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle reader on any bytes: files that it accepts are within the bundle, and what it finds by
 * name bears that name. */
#include "bundle.h"

#include <stdlib.h>
#include <string.h>

#define BUNDLE_BYTES_MAX (8u * 4096)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input fills whole pages, as the linker leaves the bundle. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > BUNDLE_BYTES_MAX)
        return 0;
    size_t padded_len = (len + 4095) / 4096 * 4096;
    struct abi_bundle_header *bundle = calloc(1, padded_len ? padded_len : 4096);
    if (!bundle)
        abort();
    memcpy(bundle, data, len);
    if (padded_len >= sizeof *bundle)
        bundle->bundle_len = padded_len; /* let it past the one check that guesses cannot pass */
    if (bundle_check(bundle, padded_len)) {
        for (uint32_t i = 0; i < bundle->file_count; i++) {
            const struct abi_bundle_file *file = &bundle->file[i];
            if (file->offset > padded_len || file->len > padded_len - file->offset)
                abort();
            uint32_t found = bundle_find(bundle, file->name);
            if (found > i || strcmp(bundle->file[found].name, file->name) != 0)
                abort();
        }
    }
    free(bundle);
    return 0;
}
