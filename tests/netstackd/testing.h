/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka, with what it wants included before it. */
#ifndef NET_TESTING_H
#define NET_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
