/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the kernel's half of the address space at boot, each section with its own rights. */
#include "kernel_map.h"

#include "arch.h"
#include "csr.h"
#include "log.h"
#include "plat.h"
#include "sv39.h"

#define PAGE_BYTES   4096ull
#define REGION_BYTES (2ull * 1024 * 1024) /* what one middle entry maps */
#define GIGA_BYTES   (1ull << 30)
/* Kernel and bundle are mapped page by page in this many regions; the rest of RAM by regions. */
#define IMAGE_REGION_COUNT 8

#define KERNEL_FLAGS (PTE_VALID | PTE_GLOBAL | PTE_ACCESSED | PTE_DIRTY)

#define PAGE_TABLE __attribute__((aligned(4096), section(".bss.page_tables")))

static uint64_t root_table[SV39_ENTRIES] PAGE_TABLE;
static uint64_t ram_table[SV39_ENTRIES] PAGE_TABLE;
static uint64_t device_table[SV39_ENTRIES] PAGE_TABLE;
static uint64_t uart_table[SV39_ENTRIES] PAGE_TABLE;
static uint64_t image_table[IMAGE_REGION_COUNT * SV39_ENTRIES] PAGE_TABLE;

extern const char image_start[], text_end[], rodata_end[], data_end[], image_end[];
extern const char kernel_stack_guard[];

static uint64_t link_phys(const void *linked)
{
    return (uint64_t)(uintptr_t)linked - ARCH_DIRECT_OFFSET;
}

static uint64_t root_index(uint64_t phys)
{
    return ((phys + ARCH_DIRECT_OFFSET) / GIGA_BYTES) % SV39_ENTRIES;
}

static uint64_t middle_index(uint64_t phys)
{
    return (phys / REGION_BYTES) % SV39_ENTRIES;
}

/* Of a page in the regions that the image lies in. */
static uint64_t *image_entry(uint64_t phys)
{
    return &image_table[(phys - link_phys(image_start)) / PAGE_BYTES];
}

static void map_image(uint64_t phys, uint64_t end_phys, uint64_t flags)
{
    uint64_t *entry = image_entry(phys);
    for (; phys < end_phys; phys += PAGE_BYTES)
        *entry++ = sv39_entry(phys, flags);
}

static void map_ram(void)
{
    uint64_t image_base = link_phys(image_start);
    uint64_t image_limit = image_base + IMAGE_REGION_COUNT * REGION_BYTES;
    if (image_base % REGION_BYTES != 0 || link_phys(image_end) > image_limit)
        panic("kernel image too large", link_phys(image_end));

    map_image(image_base, link_phys(text_end), KERNEL_FLAGS | PTE_READ | PTE_EXEC);
    map_image(link_phys(text_end), link_phys(rodata_end), KERNEL_FLAGS | PTE_READ);
    map_image(link_phys(rodata_end), link_phys(data_end), KERNEL_FLAGS | PTE_READ | PTE_WRITE);
    map_image(link_phys(data_end), link_phys(image_end), KERNEL_FLAGS | PTE_READ);
    map_image(link_phys(image_end), image_limit, KERNEL_FLAGS | PTE_READ | PTE_WRITE);
    *image_entry(link_phys(kernel_stack_guard)) = 0;
    for (uint64_t region = 0; region < IMAGE_REGION_COUNT; region++)
        ram_table[middle_index(image_base + region * REGION_BYTES)] =
            sv39_entry(link_phys(&image_table[region * SV39_ENTRIES]), PTE_VALID);
    for (uint64_t phys = image_limit; phys < PLAT_RAM_END; phys += REGION_BYTES)
        ram_table[middle_index(phys)] = sv39_entry(phys, KERNEL_FLAGS | PTE_READ | PTE_WRITE);
    root_table[root_index(PLAT_RAM_BASE)] = sv39_entry(link_phys(ram_table), PTE_VALID);
}

/* Interrupt controller and console; other devices are for processes alone. */
static void map_devices(void)
{
    uint64_t flags = KERNEL_FLAGS | PTE_READ | PTE_WRITE;
    for (uint64_t i = 0; i < PLAT_PLIC_BYTES; i += REGION_BYTES) {
        uint64_t phys = PLAT_PLIC_BASE + i;
        device_table[middle_index(phys)] = sv39_entry(phys, flags);
    }
    uart_table[(PLAT_UART_BASE / PAGE_BYTES) % SV39_ENTRIES] = sv39_entry(PLAT_UART_BASE, flags);
    device_table[middle_index(PLAT_UART_BASE)] = sv39_entry(link_phys(uart_table), PTE_VALID);
    root_table[root_index(PLAT_UART_BASE)] = sv39_entry(link_phys(device_table), PTE_VALID);
}

void kernel_map_init(void)
{
    map_ram();
    map_devices();
    arch_space_activate(link_phys(root_table));
}

void arch_space_init_root(uint64_t *root)
{
    root[root_index(PLAT_RAM_BASE)] = root_table[root_index(PLAT_RAM_BASE)];
    root[root_index(PLAT_UART_BASE)] = root_table[root_index(PLAT_UART_BASE)];
}

void arch_space_leave(uint64_t root_phys)
{
    if (CSR_READ(satp) == arch_satp_of(root_phys))
        arch_space_activate(link_phys(root_table));
}

void arch_space_flush(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

void arch_code_written(void)
{
    __asm__ volatile(".option push\n.option arch, +zifencei\nfence.i\n.option pop" ::: "memory");
}
