/* SPDX-License-Identifier: Apache-2.0 */
/* Which capability is in which slot of which process. system/system.c fills the slots by
 * these names, the processes use them by these names. Slot 1 is the console everywhere
 * (RT_SLOT_CONSOLE). */
#ifndef PROTO_SLOTS_H
#define PROTO_SLOTS_H

/* rngd */
#define RNGD_SLOT_ENDPOINT 2 /* RECV; badge of a caller = its client number */
#define RNGD_SLOT_NOTIFY   3 /* RECV|SEND|MINT: the interrupt's bits */
#define RNGD_SLOT_DEVICE   4 /* virtio-rng registers */
#define RNGD_SLOT_IRQ      5
#define RNGD_SLOT_DMA      6 /* DMA memory for the queue and the buffers */

/* netstackd */
#define NETSTACKD_SLOT_ENDPOINT 2 /* RECV; badge of a caller = its client number, 1 .. */
#define NETSTACKD_SLOT_NOTIFY   3 /* RECV|SEND|MINT; bit n: client n died (1 ..); others free */
#define NETSTACKD_SLOT_DEVICE   4 /* virtio-net registers */
#define NETSTACKD_SLOT_IRQ      5
#define NETSTACKD_SLOT_DMA      6 /* DMA memory for queues and frames */
#define NETSTACKD_SLOT_RNG      7 /* SEND to rngd */

/* Clients of netstackd and rngd: dsoftbusd, selftest-client, test programs. */
#define CLIENT_SLOT_NET  2  /* SEND to netstackd */
#define CLIENT_SLOT_RNG  3  /* SEND to rngd */
#define CLIENT_SLOT_GATE 4  /* selftest-client: SEND, lets dsoftbusd run (system.c) */
#define CLIENT_SLOT_FILE 16 /* 16, 17, ...: data files, READ, in the order of the table */

/* dsoftbusd, beside a client's slots */
#define DSOFTBUSD_SLOT_NOTIFY  4 /* RECV|SEND|MINT */
#define DSOFTBUSD_NETWORK_BITS 1 /* netstackd: something became ready */
#define DSOFTBUSD_DEATH_BITS   2 /* init: netstackd died */

/* selftest-client in PROFILE=restart, beside a client's slots */
#define RESTART_SLOT_NETSTACKD 5 /* the process, MANAGE */

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
