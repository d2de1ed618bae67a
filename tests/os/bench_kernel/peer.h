/* SPDX-License-Identifier: Apache-2.0 */
/* What kernel-bench and its peers agree on. */
#ifndef PEER_H
#define PEER_H

/* Argument of a peer. */
enum peer_role {
    PEER_ANSWER, /* answers every message with as many bytes */
    PEER_WAKE,   /* waits for bits; tells the instruction count at its wake-up in a call */
    PEER_TELL,   /* tells the instruction count at its start in a call, and ends */
};

#define PRIORITY_PEER   6 /* runs before the client whenever it can */
#define PRIORITY_CLIENT 5

/* The client's slots. */
#define CLIENT_SLOT_SYSTEM    2 /* MANAGE */
#define CLIENT_SLOT_PEER_FILE 3
#define CLIENT_SLOT_TELL      4 /* endpoint where peers tell their instruction counts */
#define CLIENT_SLOT_WAKE      5 /* badged: wakes PEER_WAKE */
#define CLIENT_SLOT_SERVED    6 /* endpoint of PEER_ANSWER */

#define PEER_SLOT_ENDPOINT 2 /* RECV for PEER_ANSWER, SEND for the others */
#define PEER_SLOT_NOTIFY   3 /* RECV, PEER_WAKE alone */

#endif
