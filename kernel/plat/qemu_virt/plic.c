/* SPDX-License-Identifier: Apache-2.0 */
/* PLIC (RISC-V platform-level interrupt controller 1.0.0), context 1: hart 0, S-mode. */
#include "arch.h"
#include "plat.h"

#define PLIC_CONTEXT        1
#define PLIC_PRIORITY(line) (4ull * (line))
#define PLIC_ENABLE(line)   (0x2000ull + 0x80 * PLIC_CONTEXT + 4ull * ((line) / 32))
#define PLIC_THRESHOLD      (0x200000ull + 0x1000 * PLIC_CONTEXT)
#define PLIC_CLAIM          (PLIC_THRESHOLD + 4)
#define PLIC_ENABLE_WORDS   3 /* lines 0..95 */

static volatile uint32_t *plic_register(uint64_t offset)
{
    return arch_direct(PLAT_PLIC_BASE + offset);
}

void plat_irq_init(void)
{
    for (uint32_t word = 0; word < PLIC_ENABLE_WORDS; word++)
        *plic_register(PLIC_ENABLE(word * 32)) = 0;
    *plic_register(PLIC_THRESHOLD) = 0;
}

void plat_irq_enable(uint32_t line)
{
    *plic_register(PLIC_PRIORITY(line)) = 1;
    *plic_register(PLIC_ENABLE(line)) |= 1u << (line % 32);
}

void plat_irq_disable(uint32_t line)
{
    *plic_register(PLIC_ENABLE(line)) &= ~(1u << (line % 32));
}

uint32_t plat_irq_claim(void)
{
    return *plic_register(PLIC_CLAIM);
}

void plat_irq_complete(uint32_t line)
{
    *plic_register(PLIC_CLAIM) = line;
}
