/* SPDX-License-Identifier: Apache-2.0 */
/* The words for what came of a filter. */
#include "node/base/filter.h"

const char *filter_text(enum filter_result result)
{
    switch (result) {
    case FILTER_ON:
        return "on";
    case FILTER_ABSENT:
        return "off, built without libseccomp";
    case FILTER_REFUSED:
        return "off, the kernel does not take it";
    }
    return "";
}
