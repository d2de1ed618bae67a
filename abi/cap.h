/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities: what a process may name, and what it may do with it.
 *
 * A process names a capability by the number of the slot in its own table. A capability is a type,
 * an object, rights and a badge. Copies never gain rights; a badge is set once, on a copy of an
 * unbadged capability that holds MINT, and cannot be changed or removed after. */
#ifndef ABI_CAP_H
#define ABI_CAP_H

#include <stdint.h>

/* Slots of one process: 1 .. ABI_SLOT_COUNT - 1. Slot 0 is never a capability, so a zero in a
 * struct or a call means "none". 128: init holds every file, device and process of the system. */
#define ABI_SLOT_COUNT 128
#define ABI_SLOT_NONE  0

enum abi_cap_type {
    ABI_CAP_NONE = 0,
    ABI_CAP_CONSOLE = 1,      /* write log lines, read the log */
    ABI_CAP_ENDPOINT = 2,     /* synchronous messages */
    ABI_CAP_NOTIFICATION = 3, /* a word of 64 bits that wakes its receiver */
    ABI_CAP_MEMORY = 4,       /* physically contiguous pages */
    ABI_CAP_DEVICE = 5,       /* one device's registers */
    ABI_CAP_IRQ = 6,          /* one interrupt line */
    ABI_CAP_PROCESS = 7,      /* a process, to its supervisor */
    ABI_CAP_SYSTEM = 8,       /* the machine: create processes, DMA memory, audit, power off */

    ABI_CAP_REPLY = 9, /* one caller that waits for its reply: a reply token */

    ABI_CAP_TYPE_COUNT = 10
};

/* Rights, and what each allows on which type. */
#define ABI_RIGHT_SEND  0x01u /* endpoint: call; notification: notify */
#define ABI_RIGHT_RECV  0x02u /* endpoint, notification: receive */
#define ABI_RIGHT_GRANT 0x04u /* any type: give it to another process */
#define ABI_RIGHT_MINT  0x08u /* endpoint, notification: make badged copies */
#define ABI_RIGHT_READ                                                                             \
    0x10u /* memory, device: map; console: read the log; process, system: information, audit */
#define ABI_RIGHT_WRITE 0x20u /* memory, device: map writable; console: log; system: power off */
#define ABI_RIGHT_DMA   0x40u /* memory: learn the physical address; system: create such memory */
#define ABI_RIGHT_MANAGE                                                                           \
    0x80u /* process: give, start, kill, watch; system: create processes;                          \
             irq: bind, acknowledge */
#define ABI_RIGHTS_ALL 0xffu

/* Results of CAP_INFO: a0 the type (ABI_CAP_NONE is an error instead), a1 the rights, a2 the
 * badge of an endpoint or notification, the exact length in bytes of a memory object or device, the
 * number of an interrupt line, 1 for a reply token whose caller still waits, 0 otherwise. */

#endif
