/* SPDX-License-Identifier: Apache-2.0 */
/* The board's devices that a process may be given: registers and interrupt of each. */
#include "plat.h"

#define VIRTIO(n)                                                                                  \
    {                                                                                              \
        .phys = 0x10001000ull + (n)*0x1000ull, .len = 0x1000, .irq_line = 1 + (n)                  \
    }

const struct plat_device plat_devices[ABI_DEVICE_COUNT] = {
    VIRTIO(0), VIRTIO(1), VIRTIO(2),
    VIRTIO(3), VIRTIO(4), VIRTIO(5),
    VIRTIO(6), VIRTIO(7), [ABI_DEVICE_RTC] = {.phys = 0x101000, .len = 0x1000, .irq_line = 11},
};
