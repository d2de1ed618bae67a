/* SPDX-License-Identifier: Apache-2.0 */
/* What a service asks of the kernel, for a test on the host: fake_rt.c stands behind it. Shadows
 * lib/rt. */
#ifndef RT_SYSCALL_H
#define RT_SYSCALL_H

#include "abi/cap.h"
#include "abi/error.h"
#include "abi/ipc.h"

#include <stddef.h>
#include <stdint.h>

typedef uint32_t rt_slot;

struct rt_event {
    uint64_t len;
    uint64_t value;
};

int64_t rt_recv(rt_slot endpoint, rt_slot notification, void *recv, size_t recv_capacity,
                struct abi_caps *caps, uint64_t deadline, struct rt_event *event);
int64_t rt_call(rt_slot endpoint, const void *send, size_t send_len, void *recv,
                size_t recv_capacity, struct abi_caps *caps, uint64_t deadline, size_t *recv_len);
int64_t rt_log_read(rt_slot console, uint64_t *pos, void *bytes, size_t capacity,
                    uint64_t *missed_len);
int64_t rt_reply(const void *send, size_t send_len, struct abi_caps *caps);
int64_t rt_memory_phys(rt_slot memory, uint64_t *address);
int64_t rt_irq_bind(rt_slot irq, rt_slot notification);
int64_t rt_irq_ack(rt_slot irq);
void rt_exit(uint64_t code) __attribute__((noreturn));
int64_t rt_cap_copy(rt_slot source, uint32_t rights, uint64_t badge);
int64_t rt_cap_drop(rt_slot slot);
int64_t rt_unmap(uint64_t addr);

#endif
