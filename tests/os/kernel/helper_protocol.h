/* SPDX-License-Identifier: Apache-2.0 */
/* What kernel-helper does for a case: the supervisor fills the box in the memory that both map, the
 * helper carries it out and says so by a notification.
 *
 * The helper waits for its next order in a call on its control endpoint, which the supervisor
 * receives and answers at once: neither side owes a reply while the order is carried out. */
#ifndef HELPER_PROTOCOL_H
#define HELPER_PROTOCOL_H

#include "abi/ipc.h"
#include "abi/memory.h"

#include <stdint.h>

/* Argument of PROCESS_START. A settler answers bits on notification HELPER_SLOT_CONTROL with bits
 * on HELPER_SLOT_DONE, nothing else. At the lowest priority it does so when all others are blocked.
 */
#define HELPER_OBEYS   0
#define HELPER_SETTLES 1

#define HELPER_SLOT_CONTROL 2 /* endpoint, SEND */
#define HELPER_SLOT_DONE    3 /* notification, SEND, badged with the helper's bit */
#define HELPER_SLOT_SHARED  4 /* memory, READ|WRITE */
#define HELPER_SLOT_CASE    8 /* 8, 9, ...: what the case gives */

/* The shared memory: one page with the box, then data. The page before and the page behind stay
 * unmapped. */
#define HELPER_SHARED       0x1000000000ull
#define HELPER_SHARED_BYTES (6 * ABI_PAGE_BYTES)
#define HELPER_DATA         (HELPER_SHARED + ABI_PAGE_BYTES)
#define HELPER_DATA_BYTES   (HELPER_SHARED_BYTES - ABI_PAGE_BYTES)

enum helper_op {
    HELPER_SYSCALL = 1, /* number, arg -> status, result */
    HELPER_ECHO,        /* serve arg[0]: every reply is the message, each byte ^ HELPER_ECHO_MASK */
    HELPER_CALL_LOOP,   /* call arg[0] with an empty message, again and again: counter counts */
    HELPER_COUNT,       /* counter grows until arg[0] ticks from now have passed */
    HELPER_HOLD_REGISTERS, /* status 0: no register changed in arg[0] ticks */
    HELPER_SPIN,           /* counter grows, for ever */
    HELPER_CREATE_MEMORY,  /* create and drop arg[0] bytes of memory, for ever: counter counts */
    HELPER_CREATE_PROCESS, /* create and drop the process whose configuration is at HELPER_DATA,
                            * with the system capability in slot arg[0], for ever: counter counts */
    HELPER_AUDIT,          /* audit with the system capability in slot arg[0], for ever */
    HELPER_INSTRUCTION,    /* go to instruction number arg[0] of helper_traps */
    HELPER_LOAD,           /* load from arg[0] */
    HELPER_STORE,          /* store to arg[0] */
    HELPER_JUMP,           /* fetch from arg[0] */
    HELPER_FETCH_COPY,     /* copy a return instruction to arg[0], then fetch from there */
    HELPER_STORE_TEXT,     /* store to its own text */
    HELPER_STORE_CONSTANT, /* store to its own constants */
    HELPER_FETCH_DATA,     /* fetch from its own data */
    HELPER_FETCH_STACK,    /* fetch from its own stack */
    HELPER_OVERFLOW,       /* recursion without end */
    HELPER_STACK_BYTES,    /* touch each of arg[0] bytes of its stack downwards from the top */
    HELPER_RETURN,         /* return arg[0] from process_main */

    HELPER_OP_COUNT
};

#define HELPER_ECHO_MASK 0x5a

/* Instructions of helper_traps, in its order. */
enum helper_trap {
    HELPER_TRAP_ZERO, /* the all-zero instruction */
    HELPER_TRAP_ONES,
    HELPER_TRAP_CSR_READ,  /* sstatus */
    HELPER_TRAP_CSR_WRITE, /* sepc */
    HELPER_TRAP_CSR_SATP,
    HELPER_TRAP_CSR_MACHINE, /* mstatus */
    HELPER_TRAP_SRET,
    HELPER_TRAP_MRET,
    HELPER_TRAP_WFI,
    HELPER_TRAP_SFENCE,
    HELPER_TRAP_FLOAT, /* floating point is off */
    HELPER_TRAP_EBREAK,
    HELPER_TRAP_EBREAK_SHORT,

    HELPER_TRAP_COUNT
};

struct helper_box {
    uint64_t op; /* enum helper_op */
    uint64_t number;
    uint64_t arg[7];
    int64_t status;
    uint64_t result[2];  /* a1, a2 */
    uint64_t done_ticks; /* time when the order was done */
    uint64_t pc;         /* where the order is expected to fault */
    uint64_t addr;       /* and the address it touches there */
    volatile uint64_t counter;
    struct abi_caps caps; /* for arg to point at: HELPER_CAPS */
};

#define HELPER_CAPS (HELPER_SHARED + __builtin_offsetof(struct helper_box, caps))

#endif
