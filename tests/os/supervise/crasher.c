/* SPDX-License-Identifier: Apache-2.0 */
/* A service that dies at every start. */
#include "rt/process.h"

int process_main(uint64_t arg)
{
    (void)arg;
    return 1;
}
