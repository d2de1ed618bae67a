/* SPDX-License-Identifier: Apache-2.0 */
/* The board: QEMU `virt` with 128 MiB and one hart. */
#ifndef PLAT_H
#define PLAT_H

#include "abi/system.h"

#include <stdint.h>

#define PLAT_RAM_BASE   0x80000000ull
#define PLAT_RAM_BYTES  (128ull * 1024 * 1024)
#define PLAT_RAM_END    (PLAT_RAM_BASE + PLAT_RAM_BYTES)
#define PLAT_UART_BASE  0x10000000ull
#define PLAT_PLIC_BASE  0x0c000000ull
#define PLAT_PLIC_BYTES 0x400000ull /* priorities, enables and the contexts of hart 0 */

/* A device that processes may hold: its registers (whole pages) and its interrupt line. */
struct plat_device {
    uint64_t phys;
    uint64_t len;
    uint32_t irq_line;
};

extern const struct plat_device plat_devices[ABI_DEVICE_COUNT];

/* --- console: output only --- */
/* Writes as many of the bytes as it takes at once, and returns how many; never waits. */
uint32_t plat_console_write(const char *bytes, uint32_t len);

/* --- interrupt controller --- */
void plat_irq_init(void);
void plat_irq_enable(uint32_t line);
void plat_irq_disable(uint32_t line);
/* The line that interrupts now, 0 when none does; it stays silent until plat_irq_complete(). */
uint32_t plat_irq_claim(void);
void plat_irq_complete(uint32_t line);

#endif
