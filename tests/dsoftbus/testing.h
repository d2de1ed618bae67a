/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it needs before it, and short names for our checks. */
#ifndef TESTS_DSOFTBUS_TESTING_H
#define TESTS_DSOFTBUS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* For functions whose status is a plain enum: names what was expected at the caller's line. */
#define assert_ok(call) assert_int_equal((call), 0)

#endif
