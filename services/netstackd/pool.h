/* SPDX-License-Identifier: Apache-2.0 */
/* What lwIP holds: the figure that comes back to where it was when nothing leaks. */
#ifndef NETSTACKD_POOL_H
#define NETSTACKD_POOL_H

#include <stdint.h>

/* Objects of all pools and bytes of the heap in use now; TIME-WAIT and TCP's own timer aside,
 * which come and go by themselves. */
uint32_t pool_use(void);

#endif
