/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between processes, notifications, and time. */
#ifndef ABI_IPC_H
#define ABI_IPC_H

#include <stdint.h>

/* Longest message in bytes. One page: a copy crosses at most one page border on each side. */
#define ABI_MESSAGE_BYTES_MAX 4096
/* Most capabilities that one message carries. */
#define ABI_MESSAGE_CAPS_MAX 4

/* Reply tokens of one process, those included whose caller has gone: as many as there can be
 * callers. Its other slots stay free of them. */
#define ABI_PROCESS_REPLIES_MAX 32

/* Capabilities that go with a message. The sender keeps its own: the receiver gets a copy with
 * send_rights[i] of the sender's rights. Each one sent must hold ABI_RIGHT_GRANT. The struct is in
 * writable memory; the kernel writes its last two members, and only when a message arrives. */
struct abi_caps {
    uint32_t send_count;                        /* in: how many to send */
    uint32_t send_slot[ABI_MESSAGE_CAPS_MAX];   /* in: sender's slots */
    uint32_t send_rights[ABI_MESSAGE_CAPS_MAX]; /* in: ABI_RIGHT_* that the copy may keep */
    uint32_t recv_capacity;                     /* in: how many are accepted */
    uint32_t recv_count;                        /* out: how many came */
    uint32_t recv_slot[ABI_MESSAGE_CAPS_MAX];   /* out: receiver's slots, chosen by the kernel */
};

_Static_assert(sizeof(struct abi_caps) == 60, "struct abi_caps is part of the ABI");

/* CALL, RECV, REPLY and REPLY_RECV pass both lengths in one register. */
#define ABI_LENGTHS(send_len, recv_capacity)                                                       \
    ((uint64_t)(uint32_t)(send_len) | ((uint64_t)(uint32_t)(recv_capacity) << 32))

/* What a receive brought: status of RECV and REPLY_RECV. */
enum abi_event {
    ABI_EVENT_MESSAGE = 1,      /* a1 = length, a2 = badge of the caller's capability */
    ABI_EVENT_NOTIFICATION = 2, /* a1 = 0, a2 = the bits, now cleared; reported before messages */
};

/* Deadlines are absolute values of the `time` register, which user code reads with rdtime. A
 * deadline in the past still takes what is already there, and otherwise times out at once. */
#define ABI_TICKS_PER_SECOND 10000000ull
#define ABI_TICKS_PER_MS     (ABI_TICKS_PER_SECOND / 1000)
#define ABI_DEADLINE_NONE    UINT64_MAX

/* A deadline is served at most this late on a machine whose higher priorities are idle: the kernel
 * runs with interrupts off, and long operations in pieces. */
#define ABI_DEADLINE_SLACK_TICKS (2 * ABI_TICKS_PER_MS)

#endif
