/* SPDX-License-Identifier: Apache-2.0 */
/* Whole numbers on the command line. */
#ifndef NODE_NUMBER_H
#define NODE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Reads decimal digits and nothing else; false, *out unchanged, when not a number from least to
 * most. */
bool number_parse(const char *text, uint64_t least, uint64_t most, uint64_t *out);

#endif
