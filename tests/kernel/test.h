/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka, behind the headers that it wants included before itself. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
