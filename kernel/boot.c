/* SPDX-License-Identifier: Apache-2.0 */
/* From the bundle to a runnable init that holds all there is. */
#include "boot.h"

#include "abi/system.h"
#include "account.h"
#include "arch.h"
#include "bundle.h"
#include "cap.h"
#include "clock.h"
#include "log.h"
#include "memory.h"
#include "pages.h"
#include "plat.h"
#include "process.h"

uint64_t boot_entry_time;
uint64_t boot_entry_instret;

#define INIT_STACK_PAGES 4
#define INIT_PAGE_QUOTA  2048 /* 8 MiB: init also creates the drivers' DMA memory */

_Static_assert(ABI_INIT_SLOT_FILE + ABI_BUNDLE_FILES_MAX <= ABI_SLOT_COUNT,
               "init's table holds every file");

static void give(struct process *init, uint32_t slot, enum abi_cap_type type, uint32_t rights,
                 uint32_t object)
{
    struct cap cap = {.type = (uint8_t)type, .rights = (uint8_t)rights, .object = (uint16_t)object};
    cap_insert(init, slot, &cap);
}

static void give_bundle(struct process *init, const struct abi_bundle_header *bundle,
                        uint64_t bundle_phys)
{
    const uint32_t rights = ABI_RIGHT_READ | ABI_RIGHT_GRANT;
    memory_add_boot(0, bundle_phys, sizeof *bundle);
    give(init, ABI_INIT_SLOT_BUNDLE, ABI_CAP_MEMORY, rights, MEMORY_BOOT_FIRST);
    for (uint32_t i = 0; i < bundle->file_count; i++) {
        memory_add_boot(1 + i, bundle_phys + bundle->file[i].offset, bundle->file[i].len);
        give(init, ABI_INIT_SLOT_FILE + i, ABI_CAP_MEMORY, rights, MEMORY_BOOT_FIRST + 1 + i);
    }
}

static void give_board(struct process *init)
{
    give(init, ABI_INIT_SLOT_CONSOLE, ABI_CAP_CONSOLE,
         ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_GRANT, 0);
    give(init, ABI_INIT_SLOT_SYSTEM, ABI_CAP_SYSTEM,
         ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_DMA | ABI_RIGHT_MANAGE | ABI_RIGHT_GRANT, 0);
    for (uint32_t device = 0; device < ABI_DEVICE_COUNT; device++) {
        give(init, ABI_INIT_SLOT_DEVICE + device, ABI_CAP_DEVICE,
             ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_GRANT, device);
        give(init, ABI_INIT_SLOT_IRQ + device, ABI_CAP_IRQ, ABI_RIGHT_MANAGE | ABI_RIGHT_GRANT,
             device);
    }
}

void boot_start(const struct abi_bundle_header *bundle, uint64_t bundle_phys, uint64_t bundle_len,
                uint64_t free_phys, uint64_t free_end)
{
    uint32_t page_count = (uint32_t)((free_end - free_phys) / PAGE_BYTES);
    pages_init(free_phys, page_count);
    account_init(page_count);
    clock_init();
    plat_irq_init();

    if (!bundle_check(bundle, bundle_len))
        panic("malformed bundle", bundle_len);
    uint32_t file = bundle_find(bundle, "init");
    if (file == bundle->file_count)
        panic("no init in the bundle", 0);
    const struct abi_process_config config = {
        .name = "init",
        .priority = ABI_PRIORITY_COUNT - 1,
        .stack_pages = INIT_STACK_PAGES,
        .page_quota = INIT_PAGE_QUOTA,
    };
    struct process *init;
    enum abi_image_fault fault;
    enum abi_error error =
        process_create(&config, (const uint8_t *)bundle + bundle->file[file].offset,
                       bundle->file[file].len, &init, &fault);
    if (error != ABI_OK)
        panic("init cannot be loaded", (uint64_t)error);
    while (!process_load(init))
        continue;
    object_release_process(init); /* the system does not outlive it: it needs no reference */
    give_board(init);
    give_bundle(init, bundle, bundle_phys);
    process_start(init, 0);

    log_text("kernel: up");
    log_end();
}
