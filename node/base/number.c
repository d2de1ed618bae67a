/* SPDX-License-Identifier: Apache-2.0 */
/* Whole numbers: digits alone, so that no sign, blank or prefix is taken by a library's kindness.
 */
#include "node/base/number.h"

bool number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value < least || value > most)
        return false;
    *out = value;
    return true;
}
