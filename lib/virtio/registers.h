/* SPDX-License-Identifier: Apache-2.0 */
/* The one seam between the virtio code and the machine: device registers. registers.c is the
 * machine's; the host tests link a simulated device instead. */
#ifndef VIRTIO_REGISTERS_H
#define VIRTIO_REGISTERS_H

#include <stdint.h>

/* Opaque: the start of one virtio-mmio register block, as mapped. */
struct virtio_registers;

uint32_t virtio_register_read(volatile struct virtio_registers *registers, uint32_t offset_len);
/* Device configuration is read in the width of its fields (4.2.2.2). */
uint8_t virtio_register_read8(volatile struct virtio_registers *registers, uint32_t offset_len);
uint16_t virtio_register_read16(volatile struct virtio_registers *registers, uint32_t offset_len);
/* Ordered after every earlier write to memory, so that a notified device sees them. */
void virtio_register_write(volatile struct virtio_registers *registers, uint32_t offset_len,
                           uint32_t value);

#endif
