/* SPDX-License-Identifier: Apache-2.0 */
/* The boot bundle: program images and data files, linked behind the kernel by the image build.
 * Layout: header with its table of files, then each file at a page border, padded with zeros. */
#ifndef ABI_BUNDLE_H
#define ABI_BUNDLE_H

#include <stdint.h>

#define ABI_BUNDLE_MAGIC      0x31454c444e554244ull /* "DBUNDLE1" in memory */
#define ABI_BUNDLE_NAME_BYTES 40                    /* file name with its terminating zero */
/* Files of one bundle: header and table fit the first page. */
#define ABI_BUNDLE_FILES_MAX 48

struct abi_bundle_file {
    char name[ABI_BUNDLE_NAME_BYTES];
    uint64_t offset; /* bytes from the header, a multiple of the page size */
    uint64_t len;    /* exact length in bytes */
};

struct abi_bundle_header {
    uint64_t magic;
    uint64_t bundle_len; /* bytes, header and padding included */
    uint64_t file_count;
    struct abi_bundle_file file[ABI_BUNDLE_FILES_MAX];
};

_Static_assert(sizeof(struct abi_bundle_file) == 56, "part of the ABI");
_Static_assert(sizeof(struct abi_bundle_header) <= 4096, "the table fits one page");

#endif
