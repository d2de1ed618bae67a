/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of kernel/bundle.c, which is included unchanged: whatever the bundle says, what is
 * looked at of a file lies within the bundle, and no more files are read than its header has.
 */
#include "bundle.h"

#include "pages.h"

#include "../../kernel/bundle.c"

/*@ requires len <= 0x100000000;
    terminates \true;
    assigns \nothing;
    ensures \result * PAGE_BYTES >= len && \result * PAGE_BYTES < len + PAGE_BYTES; */
static inline uint64_t pages_for(uint64_t len);

/*@ requires \valid_read(name + (0 .. ABI_BUNDLE_NAME_BYTES - 1));
    terminates \true;
    assigns \nothing; */
static bool name_ok(const char name[ABI_BUNDLE_NAME_BYTES]);

/* That the bytes are there is asserted where it is called (loops.txt): the prover does not follow a
 * pointer from the header to bytes. */
/*@ terminates \true;
    assigns \nothing; */
static bool is_zero(const uint8_t *bytes, uint64_t len);

/*@ requires \valid_read(bundle) && len <= 0x100000000;
    terminates \true;
    assigns \nothing;
    ensures \result ==> 1 <= bundle->file_count <= ABI_BUNDLE_FILES_MAX; */
bool bundle_check(const struct abi_bundle_header *bundle, uint64_t len);
