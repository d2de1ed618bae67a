/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of the system calls. docs/abi.md describes each call: arguments, rights, errors, bounds.
 *
 * Call:   ecall with the number in a7 and the arguments in a0..a6.
 * Return: a0 is the status, >= 0 on success, -ABI_E_* (abi/error.h) otherwise; a1 and a2 carry
 *         further results where a call has them and are unchanged otherwise. All other registers
 *         are preserved. */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

enum abi_syscall {
    ABI_SYS_LOG = 1,
    ABI_SYS_EXIT = 2,

    ABI_SYS_CALL = 3,
    ABI_SYS_RECV = 4,
    ABI_SYS_REPLY = 5,
    ABI_SYS_REPLY_RECV = 6,
    ABI_SYS_NOTIFY = 7,

    ABI_SYS_ENDPOINT_CREATE = 8,
    ABI_SYS_NOTIFICATION_CREATE = 9,
    ABI_SYS_CAP_COPY = 10,
    ABI_SYS_CAP_DROP = 11,
    ABI_SYS_CAP_INFO = 12,

    ABI_SYS_MEMORY_CREATE = 13,
    ABI_SYS_MEMORY_PHYS = 14,
    ABI_SYS_MAP = 15,
    ABI_SYS_UNMAP = 16,

    ABI_SYS_IRQ_BIND = 17,
    ABI_SYS_IRQ_ACK = 18,

    ABI_SYS_PROCESS_CREATE = 19,
    ABI_SYS_PROCESS_GIVE = 20,
    ABI_SYS_PROCESS_START = 21,
    ABI_SYS_PROCESS_KILL = 22,
    ABI_SYS_PROCESS_WATCH = 23,
    ABI_SYS_PROCESS_INFO = 24,

    ABI_SYS_SYSTEM_INFO = 25,
    ABI_SYS_SYSTEM_AUDIT = 26,
    ABI_SYS_SYSTEM_OFF = 27,

    ABI_SYS_REPLY_LATER = 28,
    ABI_SYS_PROCESS_UNWATCH = 29,
    ABI_SYS_IRQ_UNBIND = 30,

    ABI_SYS_LOG_READ = 31,

    ABI_SYS_COUNT = 32 /* numbers 1 .. ABI_SYS_COUNT - 1 exist */
};

/* Longest line of one LOG call, in bytes. Bytes outside 0x20..0x7e are written as '?', so that one
 * call is one line. */
#define ABI_LOG_BYTES_MAX 240
/* Most bytes that one LOG_READ call brings. */
#define ABI_LOG_READ_BYTES_MAX 1024

#endif
