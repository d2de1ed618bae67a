/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers: processes that net-test starts as further clients of netstackd. */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include "helper.h"
#include "selftest.h"

/* Badges beside net-test's own. */
#define CHILD_BADGE_FIRST 1
#define CHILD_BADGE_LAST  3

/* Starts a helper; netstackd is told when it dies. Returns its process. */
rt_slot child_start(uint32_t badge, enum helper_mode mode);
void child_kill(rt_slot process);
bool child_is_alive(rt_slot process);

/* A socket for the reports of helpers, and the next report of that mode. */
bool child_reports_open(struct selftest *selftest, net_handle *socket);
bool child_report_wait(struct selftest *selftest, net_handle socket, enum helper_mode mode,
                       uint32_t *count);

#endif
