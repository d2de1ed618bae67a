/* SPDX-License-Identifier: Apache-2.0 */
/* Register accesses of the MMIO transport. */
#include "virtio/registers.h"

/* 4.2.2: control registers, then the device's configuration; QEMU gives each device 512 bytes. */
struct virtio_registers {
    uint8_t bytes[512];
};

uint32_t virtio_register_read(volatile struct virtio_registers *registers, uint32_t offset_len)
{
    uint32_t value = *(volatile uint32_t *)(uintptr_t)&registers->bytes[offset_len];

    /* A full fence (fence iorw,iorw): what is read from memory next is not older than the register.
     */
    __sync_synchronize();
    return value;
}

uint8_t virtio_register_read8(volatile struct virtio_registers *registers, uint32_t offset_len)
{
    return registers->bytes[offset_len];
}

uint16_t virtio_register_read16(volatile struct virtio_registers *registers, uint32_t offset_len)
{
    return *(volatile uint16_t *)(uintptr_t)&registers->bytes[offset_len];
}

void virtio_register_write(volatile struct virtio_registers *registers, uint32_t offset_len,
                           uint32_t value)
{
    __sync_synchronize();
    *(volatile uint32_t *)(uintptr_t)&registers->bytes[offset_len] = value;
}
