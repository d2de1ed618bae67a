/* SPDX-License-Identifier: Apache-2.0 */
/* Which capability is in which slot of which process. The system's tables fill the slots by
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

/* keystored */
#define KEYSTORED_SLOT_ENDPOINT 2  /* RECV; its argument says which badges may ask */
#define KEYSTORED_SLOT_STORE    3  /* SEND to stored, when the image has no key */
#define KEYSTORED_SLOT_RNG      4  /* SEND to rngd, then too */
#define KEYSTORED_SLOT_FILE     16 /* the identity file, READ, when it has */

/* stored */
#define STORED_SLOT_ENDPOINT 2 /* RECV; badge of a caller = whose records, proto/store.h */
#define STORED_SLOT_NOTIFY   3 /* RECV|SEND|MINT: the interrupt's bits */
#define STORED_SLOT_DEVICE   4 /* virtio-blk registers */
#define STORED_SLOT_IRQ      5
#define STORED_SLOT_DMA      6 /* DMA memory for the queue and the sectors */

/* Clients of netstackd and rngd. */
#define CLIENT_SLOT_NET  2  /* SEND to netstackd */
#define CLIENT_SLOT_RNG  3  /* SEND to rngd */
#define CLIENT_SLOT_FILE 16 /* 16, 17, ...: data files, READ, in the order of the table */

/* dsoftbusd, beside a client's slots */
#define DSOFTBUSD_SLOT_NOTIFY      4        /* RECV|SEND|MINT */
#define DSOFTBUSD_SLOT_KEY         5        /* SEND to keystored */
#define DSOFTBUSD_NETWORK_BITS     1        /* netstackd: something became ready */
#define DSOFTBUSD_DEATH_BITS       (1 << 8) /* init: netstackd died; 1 << badge: an application did */
#define DSOFTBUSD_SLOT_STORE       7        /* SEND to stored, when it pairs */
#define DSOFTBUSD_SLOT_BUS         6        /* RECV; badge of a caller = its client number, 1 .. */
#define DSOFTBUSD_SLOT_TRUST       CLIENT_SLOT_FILE /* its data files */
#define DSOFTBUSD_SLOT_SERVICES    (CLIENT_SLOT_FILE + 1)
#define DSOFTBUSD_SLOT_ATTESTATION (CLIENT_SLOT_FILE + 2)
#define DSOFTBUSD_SLOT_CODE        (CLIENT_SLOT_FILE + 3) /* when it pairs */
/* Its argument: it may pair; stored is there, and a file says by which code. */
#define DSOFTBUSD_PAIRS 1

/* Applications that offer a service on the bus */
#define APP_SLOT_BUS       2 /* SEND to dsoftbusd; the badge says which names it may publish */
#define APP_SLOT_NOTIFY    3 /* RECV|SEND: dsoftbusd signals it */
#define CLOCKD_SLOT_DEVICE 4 /* clockd: the RTC's registers, READ */

#endif
