/* SPDX-License-Identifier: Apache-2.0 */
/* Reports and the search for leaks, which stops the process' threads from one beside them. */
#include "node/base/filter_extra.h"

#include <stddef.h>

const char *const filter_extra_daemon[] = {
    "clone",  "getdents", "getppid",     "pipe",  "prctl",
    "ptrace", "readlink", "sigaltstack", "wait4", NULL,
};
