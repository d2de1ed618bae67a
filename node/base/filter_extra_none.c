/* SPDX-License-Identifier: Apache-2.0 */
/* What is installed needs nothing besides. */
#include "node/base/filter_extra.h"

#include <stddef.h>

const char *const filter_extra_daemon[] = {NULL};
