/* SPDX-License-Identifier: Apache-2.0 */
/* Typed stubs of the system calls. docs/abi.md says what each does; every stub returns the call's
 * status: >= 0, or the negative of an enum abi_error. Pointers are borrowed for the call only. */
#ifndef RT_SYSCALL_H
#define RT_SYSCALL_H

#include "abi/bundle.h"
#include "abi/cap.h"
#include "abi/error.h"
#include "abi/ipc.h"
#include "abi/memory.h"
#include "abi/process.h"
#include "abi/syscall.h"
#include "abi/system.h"

#include <stddef.h>
#include <stdint.h>

typedef uint32_t rt_slot;

/* What a receive brought. */
struct rt_event {
    uint64_t len;   /* length of the message in bytes; 0 for a notification */
    uint64_t value; /* badge of the caller's capability, or the notification's bits */
};

/* The one place that enters the kernel. r1 and r2 receive a1 and a2. */
static inline int64_t rt_syscall(uint64_t number, const uint64_t arg[7], uint64_t *r1, uint64_t *r2)
{
    register uint64_t a0 __asm__("a0") = arg[0];
    register uint64_t a1 __asm__("a1") = arg[1];
    register uint64_t a2 __asm__("a2") = arg[2];
    register uint64_t a3 __asm__("a3") = arg[3];
    register uint64_t a4 __asm__("a4") = arg[4];
    register uint64_t a5 __asm__("a5") = arg[5];
    register uint64_t a6 __asm__("a6") = arg[6];
    register uint64_t a7 __asm__("a7") = number;
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2)
                     : "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
                     : "memory");
    *r1 = a1;
    *r2 = a2;
    return (int64_t)a0;
}

static inline int64_t rt_syscall4(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
                                  uint64_t a3)
{
    uint64_t r1, r2;
    return rt_syscall(number, (const uint64_t[7]){a0, a1, a2, a3, 0, 0, 0}, &r1, &r2);
}

/* --- log and end ------------------------------------------------------------------------------ */

/* Writes one line; the kernel adds the line end. At most ABI_LOG_BYTES_MAX bytes. */
static inline int64_t rt_log(rt_slot console, const char *line, size_t line_len)
{
    return rt_syscall4(ABI_SYS_LOG, console, (uintptr_t)line, line_len, 0);
}

/* Reads the log from byte *pos on; the status is how many bytes came. *pos becomes the place behind
 * them, *missed_len how many between the two places were gone already. */
static inline int64_t rt_log_read(rt_slot console, uint64_t *pos, void *bytes, size_t capacity,
                                  uint64_t *missed_len)
{
    uint64_t first, unused;
    int64_t status =
        rt_syscall(ABI_SYS_LOG_READ, (const uint64_t[7]){console, *pos, (uintptr_t)bytes, capacity},
                   &first, &unused);
    if (status >= 0) {
        *missed_len = first - *pos;
        *pos = first + (uint64_t)status;
    }
    return status;
}

static inline void __attribute__((noreturn)) rt_exit(uint64_t code)
{
    rt_syscall4(ABI_SYS_EXIT, code, 0, 0, 0);
    __builtin_unreachable();
}

/* --- messages --------------------------------------------------------------------------------- */

/* Sends a message and waits for its reply. *reply_len is set on success alone. caps may be NULL: no
 * capability is sent, none accepted. */
static inline int64_t rt_call(rt_slot endpoint, const void *send, size_t send_len, void *recv,
                              size_t recv_capacity, struct abi_caps *caps, uint64_t deadline,
                              size_t *reply_len)
{
    uint64_t r1, r2;
    int64_t status = rt_syscall(ABI_SYS_CALL,
                                (const uint64_t[7]){endpoint, (uintptr_t)send, (uintptr_t)recv,
                                                    ABI_LENGTHS(send_len, recv_capacity),
                                                    (uintptr_t)caps, deadline, 0},
                                &r1, &r2);
    if (status >= 0)
        *reply_len = r1;
    return status;
}

/* Waits for a message on endpoint, bits on notification (either may be ABI_SLOT_NONE), or the
 * deadline. Returns an enum abi_event. With both ABI_SLOT_NONE this is a sleep. */
static inline int64_t rt_recv(rt_slot endpoint, rt_slot notification, void *recv,
                              size_t recv_capacity, struct abi_caps *caps, uint64_t deadline,
                              struct rt_event *event)
{
    return rt_syscall(ABI_SYS_RECV,
                      (const uint64_t[7]){endpoint, notification, (uintptr_t)recv,
                                          ABI_LENGTHS(0, recv_capacity), (uintptr_t)caps, deadline,
                                          0},
                      &event->len, &event->value);
}

/* Answers the message received last. */
static inline int64_t rt_reply(const void *send, size_t send_len, struct abi_caps *caps)
{
    uint64_t r1, r2;
    return rt_syscall(
        ABI_SYS_REPLY,
        (const uint64_t[7]){0, (uintptr_t)send, 0, ABI_LENGTHS(send_len, 0), (uintptr_t)caps, 0, 0},
        &r1, &r2);
}

/* Puts the answer to the message received last off: the new slot is the reply token that
 * rt_reply_to() answers by. Nothing is owed then, and the next message may be received. */
static inline int64_t rt_reply_later(void)
{
    return rt_syscall4(ABI_SYS_REPLY_LATER, 0, 0, 0, 0);
}

/* Answers the caller of a reply token; the slot is empty then, also after -ABI_E_CANCELLED.
 * Dropping the token instead tells the caller -ABI_E_PEER_DIED. */
static inline int64_t rt_reply_to(rt_slot token, const void *send, size_t send_len,
                                  struct abi_caps *caps)
{
    uint64_t r1, r2;
    return rt_syscall(ABI_SYS_REPLY,
                      (const uint64_t[7]){token, (uintptr_t)send, 0, ABI_LENGTHS(send_len, 0),
                                          (uintptr_t)caps, 0, 0},
                      &r1, &r2);
}

/* rt_reply() then rt_recv() in one call. caps serves both: its send half goes with the reply, its
 * receive half takes what comes. A caller that has gone is no error here. */
static inline int64_t rt_reply_recv(const void *send, size_t send_len, rt_slot endpoint,
                                    rt_slot notification, void *recv, size_t recv_capacity,
                                    struct abi_caps *caps, uint64_t deadline,
                                    struct rt_event *event)
{
    return rt_syscall(ABI_SYS_REPLY_RECV,
                      (const uint64_t[7]){endpoint, notification, (uintptr_t)recv,
                                          ABI_LENGTHS(send_len, recv_capacity), (uintptr_t)caps,
                                          deadline, (uintptr_t)send},
                      &event->len, &event->value);
}

/* Sets the bits that the capability's badge names. */
static inline int64_t rt_notify(rt_slot notification)
{
    return rt_syscall4(ABI_SYS_NOTIFY, notification, 0, 0, 0);
}

/* --- objects and capabilities: the status is the new slot ------------------------------------- */

static inline int64_t rt_endpoint_create(void)
{
    return rt_syscall4(ABI_SYS_ENDPOINT_CREATE, 0, 0, 0, 0);
}

static inline int64_t rt_notification_create(void)
{
    return rt_syscall4(ABI_SYS_NOTIFICATION_CREATE, 0, 0, 0, 0);
}

/* A copy with the rights in the mask that source has; badge 0 keeps source's badge. */
static inline int64_t rt_cap_copy(rt_slot source, uint32_t rights, uint64_t badge)
{
    return rt_syscall4(ABI_SYS_CAP_COPY, source, rights, badge, 0);
}

static inline int64_t rt_cap_drop(rt_slot slot)
{
    return rt_syscall4(ABI_SYS_CAP_DROP, slot, 0, 0, 0);
}

/* Returns the type; *rights and *value (badge, length or number, see abi/cap.h) on success. */
static inline int64_t rt_cap_info(rt_slot slot, uint64_t *rights, uint64_t *value)
{
    return rt_syscall(ABI_SYS_CAP_INFO, (const uint64_t[7]){slot, 0, 0, 0, 0, 0, 0}, rights, value);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* Cleared, contiguous memory. system: ABI_SLOT_NONE, or a system capability with ABI_RIGHT_DMA to
 * get the DMA right on the memory. */
static inline int64_t rt_memory_create(rt_slot system, size_t len)
{
    return rt_syscall4(ABI_SYS_MEMORY_CREATE, system, len, 0, 0);
}

/* Physical address of memory held with ABI_RIGHT_DMA. */
static inline int64_t rt_memory_phys(rt_slot memory, uint64_t *phys)
{
    uint64_t r2;
    return rt_syscall(ABI_SYS_MEMORY_PHYS, (const uint64_t[7]){memory, 0, 0, 0, 0, 0, 0}, phys,
                      &r2);
}

/* Maps a whole memory object or device at a page border. rt/map.h chooses addresses. */
static inline int64_t rt_map(rt_slot slot, uint64_t addr, uint32_t prot)
{
    return rt_syscall4(ABI_SYS_MAP, slot, addr, prot, 0);
}

/* Removes the mapping that starts at addr. */
static inline int64_t rt_unmap(uint64_t addr)
{
    return rt_syscall4(ABI_SYS_UNMAP, addr, 0, 0, 0);
}

/* --- interrupts ------------------------------------------------------------------------------- */

/* From now on the interrupt sets the bits of the badge of notification. */
static inline int64_t rt_irq_bind(rt_slot irq, rt_slot notification)
{
    return rt_syscall4(ABI_SYS_IRQ_BIND, irq, notification, 0, 0);
}

/* The interrupt is silent from now on, and free for another process to bind. */
static inline int64_t rt_irq_unbind(rt_slot irq)
{
    return rt_syscall4(ABI_SYS_IRQ_UNBIND, irq, 0, 0, 0);
}

/* The device was served: the line may interrupt again. */
static inline int64_t rt_irq_ack(rt_slot irq)
{
    return rt_syscall4(ABI_SYS_IRQ_ACK, irq, 0, 0, 0);
}

/* --- processes -------------------------------------------------------------------------------- */

/* Makes a process that does not run yet; the status is its slot. On -ABI_E_IMAGE *fault is an
 * enum abi_image_fault. */
static inline int64_t rt_process_create(rt_slot system, const struct abi_process_config *config,
                                        uint64_t *fault)
{
    uint64_t r2;
    return rt_syscall(ABI_SYS_PROCESS_CREATE,
                      (const uint64_t[7]){system, (uintptr_t)config, 0, 0, 0, 0, 0}, fault, &r2);
}

/* Puts a copy of source into slot target of a process that was not started yet. */
static inline int64_t rt_process_give(rt_slot process, rt_slot source, uint32_t rights,
                                      uint64_t badge, rt_slot target)
{
    uint64_t r1, r2;
    return rt_syscall(ABI_SYS_PROCESS_GIVE,
                      (const uint64_t[7]){process, source, rights, badge, target, 0, 0}, &r1, &r2);
}

/* Runs it: process_main() gets arg. */
static inline int64_t rt_process_start(rt_slot process, uint64_t arg)
{
    return rt_syscall4(ABI_SYS_PROCESS_START, process, arg, 0, 0);
}

static inline int64_t rt_process_kill(rt_slot process)
{
    return rt_syscall4(ABI_SYS_PROCESS_KILL, process, 0, 0, 0);
}

/* The process's death sets the bits of the badge of notification; at once if it is dead. */
static inline int64_t rt_process_watch(rt_slot process, rt_slot notification)
{
    return rt_syscall4(ABI_SYS_PROCESS_WATCH, process, notification, 0, 0);
}

/* Takes these bits of the watch back. */
static inline int64_t rt_process_unwatch(rt_slot process, rt_slot notification)
{
    return rt_syscall4(ABI_SYS_PROCESS_UNWATCH, process, notification, 0, 0);
}

static inline int64_t rt_process_info(rt_slot process, struct abi_process_info *info)
{
    return rt_syscall4(ABI_SYS_PROCESS_INFO, process, (uintptr_t)info, 0, 0);
}

/* --- the machine ------------------------------------------------------------------------------ */

static inline int64_t rt_system_info(rt_slot system, struct abi_system_info *info)
{
    return rt_syscall4(ABI_SYS_SYSTEM_INFO, system, (uintptr_t)info, 0, 0);
}

/* Walks the kernel's tables: 0, or the number of the first invariant that does not hold. */
static inline int64_t rt_system_audit(rt_slot system)
{
    return rt_syscall4(ABI_SYS_SYSTEM_AUDIT, system, 0, 0, 0);
}

/* Powers off or reboots; returns only when refused. */
static inline int64_t rt_system_off(rt_slot system, enum abi_off how)
{
    return rt_syscall4(ABI_SYS_SYSTEM_OFF, system, how, 0, 0);
}

#endif
