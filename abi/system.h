/* SPDX-License-Identifier: Apache-2.0 */
/* The machine as a whole: SYSTEM_INFO, SYSTEM_AUDIT, and what init finds when it starts. */
#ifndef ABI_SYSTEM_H
#define ABI_SYSTEM_H

#include <stdint.h>

/* Result of SYSTEM_INFO. */
struct abi_system_info {
    uint64_t page_total;      /* pages of the allocator */
    uint64_t page_free;       /* of these, unused */
    uint64_t page_unreserved; /* not promised to any process as quota */
    uint64_t entry_instret;   /* instret at kernel entry */
    uint64_t entry_time;      /* time at kernel entry */
    uint32_t process_count;   /* process slots in use, dead ones still referred to included */
    uint32_t endpoint_count;
    uint32_t notification_count;
    uint32_t memory_count;
};

_Static_assert(sizeof(struct abi_system_info) == 56, "part of the ABI");

/* How SYSTEM_OFF ends the machine. */
enum abi_off {
    ABI_OFF_SUCCESS = 0,
    ABI_OFF_FAILURE = 1,
    ABI_OFF_REBOOT = 2, /* after a failure: off and on again */

    ABI_OFF_COUNT = 3
};

/* Devices of the board, by number: index of the device and of its interrupt line in init's slots.
 */
#define ABI_DEVICE_VIRTIO0 0 /* virtio-mmio-bus.0 .. .7 */
#define ABI_DEVICE_RTC     8
#define ABI_DEVICE_COUNT   9

/* What the kernel puts into init's table. Files of the bundle come in the bundle's order. */
#define ABI_INIT_SLOT_CONSOLE 1
#define ABI_INIT_SLOT_SYSTEM  2
#define ABI_INIT_SLOT_BUNDLE  3 /* memory: struct abi_bundle_header */
#define ABI_INIT_SLOT_DEVICE  4
#define ABI_INIT_SLOT_IRQ     (ABI_INIT_SLOT_DEVICE + ABI_DEVICE_COUNT)
#define ABI_INIT_SLOT_FILE    (ABI_INIT_SLOT_IRQ + ABI_DEVICE_COUNT)

#endif
