/* SPDX-License-Identifier: Apache-2.0 */
/* Identity files: what is read is written back readably; a fault has a line and leaves nothing
 * behind. */
#include "dsoftbus/identity.h"
#include "fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dsb_identity_file zero;
    struct dsb_identity_file file, again;
    struct dsb_text_error error;
    char text[DSB_IDENTITY_FILE_MAX];
    size_t len;

    if (dsb_identity_parse(&file, (const char *)data, size, &error) == DSB_OK) {
        CHECK(error.fault == DSB_TEXT_NO_FAULT);
        CHECK(dsb_identity_format(text, sizeof text, &len, &file) == DSB_OK);
        CHECK(dsb_identity_parse(&again, text, len, &error) == DSB_OK);
        CHECK(memcmp(&file, &again, sizeof file) == 0);
    } else {
        CHECK(error.fault != DSB_TEXT_NO_FAULT);
        CHECK(memcmp(&file, &zero, sizeof file) == 0);
    }
    return 0;
}
