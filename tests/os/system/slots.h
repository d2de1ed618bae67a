/* SPDX-License-Identifier: Apache-2.0 */
/* The slots of the test programs, beside those of every client (proto/slots.h). */
#ifndef TESTS_OS_SYSTEM_SLOTS_H
#define TESTS_OS_SYSTEM_SLOTS_H

#include "proto/slots.h"

#define CLIENT_SLOT_GATE 4 /* selftest-client: SEND, lets dsoftbusd run (tables.c) */

/* selftest-client in PROFILE=restart, beside a client's slots */
#define RESTART_SLOT_NETSTACKD 5 /* the process, MANAGE */

/* selftest-client in PROFILE=key-restart, beside a client's slots */
#define KEYTEST_SLOT_KEY 5 /* SEND to keystored, with a badge that may not ask */

/* store-client (tests/os/store): SEND to stored, as owner 1, 2, and as nobody */
#define CLIENT_SLOT_STORE 2 /* 2, 3, and 2 + STORE_OWNERS_MAX */

/* bus-peer (tests/os/apps): stands where dsoftbusd stands */
#define BUSPEER_SLOT_ENDPOINT 2 /* RECV */
#define BUSPEER_SLOT_NOTIFY   3 /* RECV: deaths of applications */

/* kernel-test (tests/os/kernel): the supervisor of the PROFILE=kernel image */
#define KTEST_SLOT_SYSTEM      2 /* all rights */
#define KTEST_SLOT_RTC         3 /* the clock's registers: READ|WRITE|GRANT */
#define KTEST_SLOT_RTC_IRQ     4 /* MANAGE|GRANT */
#define KTEST_SLOT_DEVICE      5 /* registers of a virtio slot without a device */
#define KTEST_SLOT_DEVICE_IRQ  6
#define KTEST_SLOT_HELPER_FILE 16 /* program kernel-helper, READ|GRANT */
#define KTEST_SLOT_FUZZ_FILE   17 /* program kernel-fuzz, READ|GRANT */

/* net-test (tests/os/net), beside a client's slots: makes and ends other clients of netstackd */
#define NETTEST_SLOT_SYSTEM      4 /* MANAGE: creates processes */
#define NETTEST_SLOT_ENDPOINT    5 /* netstackd's, SEND|MINT|GRANT */
#define NETTEST_SLOT_DEATHS      6 /* netstackd's notification, SEND|MINT */
#define NETTEST_SLOT_NETSTACKD   7 /* the process, MANAGE|READ */
#define NETTEST_SLOT_HELPER_FILE 8 /* program net-helper, READ */

#endif
