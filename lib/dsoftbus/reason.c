/* SPDX-License-Identifier: Apache-2.0 */
/* The words for reasons. */
#include "dsoftbus/reason.h"

const char *dsb_reason_name(enum dsb_reason reason)
{
    switch (reason) {
#define X(name, number, text)                                                                      \
    case DSB_REASON_##name:                                                                        \
        return text;
        DSB_REASONS(X)
#undef X
    }
    return "unknown";
}
