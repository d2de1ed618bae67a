/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract of cap_derive() in kernel/cap.c, which is included unchanged: no copy has a right that
 * its source lacks or names another object, a badge is set once and by MINT alone, and a refusal
 * changes nothing.
 */
#include "cap.h"

#include "abi/error.h"

/*@ requires \valid_read(source) && \valid(derived) && \separated(source, derived);
    terminates \true;
    assigns *derived;
    ensures \result == ABI_OK || \result == ABI_E_RIGHTS || \result == ABI_E_TYPE;
    ensures \result == ABI_OK && badge == 0 ==>
        derived->rights == (uint8_t)(source->rights & (uint8_t)rights);
    ensures \result == ABI_OK && badge != 0 ==>
        derived->rights == (uint8_t)((uint8_t)(source->rights & (uint8_t)rights) &
                                     (uint8_t)~ABI_RIGHT_MINT);
    ensures \result == ABI_OK ==> derived->type == source->type && derived->object ==
   source->object; ensures \result == ABI_OK ==> source->type != ABI_CAP_REPLY; ensures \result ==
   ABI_OK && badge != 0 ==> derived->badge == badge && source->badge == 0 && (source->rights &
   ABI_RIGHT_MINT) != 0; ensures \result == ABI_OK && badge == 0 ==> derived->badge ==
   source->badge; ensures \result != ABI_OK ==> *derived == \old(*derived); */
enum abi_error cap_derive(const struct cap *source, uint64_t rights, uint64_t badge,
                          struct cap *derived);

#include "../../kernel/cap.c"
