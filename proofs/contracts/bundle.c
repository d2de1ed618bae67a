/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of kernel/bundle.c, which is included unchanged: whatever the bundle says, what is
 * looked at of a file lies within the bundle, no more files are read than its header has, and one
 * that is looked for is found by its whole name.
 */
#include "bundle.h"

#include "pages.h"

/*@ predicate is_text{L}(char *name, integer len) =
        0 <= len < ABI_BUNDLE_NAME_BYTES && \valid_read(name + (0 .. len)) && name[len] == 0; */
/*@ predicate is_same_until{L}(char *a, char *b, integer len) =
        \forall integer k; 0 <= k < len ==> a[k] == b[k] && b[k] != 0; */

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

/* Nothing is read behind the end of a name, and a file that is found has that name. */
/*@ requires \valid_read(bundle) && bundle->file_count <= ABI_BUNDLE_FILES_MAX;
    requires \exists integer len; is_text((char *)name, len);
    terminates \true;
    assigns \nothing;
    ensures \result <= bundle->file_count;
    ensures \result < bundle->file_count ==> \exists integer len; is_text((char *)name, len) &&
        is_same_until((char *)bundle->file[\result].name, (char *)name, len) &&
        bundle->file[\result].name[len] == 0; */
uint32_t bundle_find(const struct abi_bundle_header *bundle, const char *name);
