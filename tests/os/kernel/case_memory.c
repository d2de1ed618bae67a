/* SPDX-License-Identifier: Apache-2.0 */
/* Memory objects, mappings, quotas. */
#include "kt.h"
#include "peer.h"

#include <string.h>

#define RW (ABI_PROT_READ | ABI_PROT_WRITE)

static void lengths(void)
{
    static const uint64_t bad[] = {0,          ABI_MEMORY_BYTES_MAX + 1, 1ull << 32,
                                   1ull << 63, UINT64_MAX - 4094,        UINT64_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        kt_step("length", bad[i]);
        kt_eq("memory create", -ABI_E_ARGUMENT, rt_memory_create(ABI_SLOT_NONE, bad[i]));
    }
    static const struct {
        uint64_t len, page_count;
    } good[] = {{1, 1}, {4095, 1}, {4096, 1}, {4097, 2}, {ABI_MEMORY_BYTES_MAX, 1024}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        kt_step("length", good[i].len);
        uint64_t before = kt_info().page_free, rights, len;
        rt_slot memory = kt_memory(good[i].len);
        kt_eq("pages taken", (int64_t)good[i].page_count, (int64_t)(before - kt_info().page_free));
        kt_eq("type", ABI_CAP_MEMORY, rt_cap_info(memory, &rights, &len));
        kt_eq("length", (int64_t)good[i].len, (int64_t)len);
        kt_eq("rights", ABI_RIGHT_READ | ABI_RIGHT_WRITE | ABI_RIGHT_GRANT, (int64_t)rights);
        kt_drop(memory);
        kt_eq("pages given back", (int64_t)before, (int64_t)kt_info().page_free);
    }
}

/* Memory arrives clear, also when somebody wrote to its pages before. */
static void arrives_clear(void)
{
    for (uint32_t round = 0; round < 3; round++) {
        kt_step("round", round);
        rt_slot memory = kt_memory(KT_WINDOW_BYTES);
        kt_map(memory, KT_WINDOW, RW);
        const uint64_t *words = (const uint64_t *)(uintptr_t)KT_WINDOW;
        for (size_t i = 0; i < KT_WINDOW_BYTES / 8; i++)
            kt_eq("word", 0, (int64_t)words[i]);
        memset(kt_at(KT_WINDOW), 0xa5, KT_WINDOW_BYTES);
        kt_unmap(KT_WINDOW);
        kt_drop(memory);
    }
}

static void map_refusals(void)
{
    rt_slot memory = kt_memory(2 * ABI_PAGE_BYTES);
    rt_slot large = kt_memory(KT_WINDOW_BYTES);
    static const struct {
        const char *what;
        uint64_t addr, prot;
        int64_t status;
    } bad[] = {
        {"null", 0, RW, -ABI_E_ARGUMENT},
        {"below user memory", ABI_USER_BASE - ABI_PAGE_BYTES, RW, -ABI_E_ARGUMENT},
        {"not at a page", KT_WINDOW + 1, RW, -ABI_E_ARGUMENT},
        {"not at a page, high", KT_WINDOW + 4095, RW, -ABI_E_ARGUMENT},
        {"over the end", ABI_USER_END - ABI_PAGE_BYTES, RW, -ABI_E_ARGUMENT},
        {"at the end", ABI_USER_END, RW, -ABI_E_ARGUMENT},
        {"kernel", 0xffffffc080000000ull, RW, -ABI_E_ARGUMENT},
        {"not canonical", 1ull << 63, RW, -ABI_E_ARGUMENT},
        {"wraps", -ABI_PAGE_BYTES, RW, -ABI_E_ARGUMENT},
        {"wraps to zero", -2 * ABI_PAGE_BYTES, RW, -ABI_E_ARGUMENT},
        {"write only", KT_WINDOW, ABI_PROT_WRITE, -ABI_E_ARGUMENT},
        {"nothing", KT_WINDOW, 0, -ABI_E_ARGUMENT},
        {"execute", KT_WINDOW, 4, -ABI_E_ARGUMENT},
        {"read and execute", KT_WINDOW, ABI_PROT_READ | 4, -ABI_E_ARGUMENT},
        {"all", KT_WINDOW, 7, -ABI_E_ARGUMENT},
        {"high bits", KT_WINDOW, 1ull << 32 | ABI_PROT_READ, -ABI_E_ARGUMENT},
        {"over the text", ABI_USER_BASE, RW, -ABI_E_OVERLAP},
        {"over a mapping", KT_BUFFER, RW, -ABI_E_OVERLAP},
        {"over its last page", KT_BUFFER + KT_BUFFER_BYTES - ABI_PAGE_BYTES, RW, -ABI_E_OVERLAP},
        {"over its first page", KT_BUFFER - ABI_PAGE_BYTES, RW, -ABI_E_OVERLAP},
        {"over the stack", ABI_STACK_TOP - ABI_PAGE_BYTES, RW, -ABI_E_ARGUMENT},
        {"under the stack", ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 1) * ABI_PAGE_BYTES, RW,
         -ABI_E_ARGUMENT},
        {"into the page under the stack",
         ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 2) * ABI_PAGE_BYTES, RW, -ABI_E_ARGUMENT},
        {"behind the stack", ABI_STACK_TOP, RW, -ABI_E_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t r1, r2;
        kt_step(bad[i].what, bad[i].addr);
        kt_eq("map", bad[i].status,
              rt_syscall(ABI_SYS_MAP, (uint64_t[7]){memory, bad[i].addr, bad[i].prot}, &r1, &r2));
    }
    kt_step("beside the guard pages", 0);
    static const uint64_t good[] = {ABI_STACK_TOP - (ABI_STACK_PAGES_MAX + 3) * ABI_PAGE_BYTES,
                                    ABI_STACK_TOP + ABI_PAGE_BYTES};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        kt_map(memory, good[i], RW);
        kt_unmap(good[i]);
    }
    kt_step("large", 0);
    kt_eq("around a mapping", -ABI_E_OVERLAP,
          rt_map(large, KT_BUFFER - KT_WINDOW_BYTES / 2, ABI_PROT_READ));
    kt_true("into the stack's pages",
            rt_map(large, ABI_STACK_TOP - KT_WINDOW_BYTES / 2, ABI_PROT_READ) < 0);
}

static void unmap_refusals(void)
{
    rt_slot memory = kt_memory(3 * ABI_PAGE_BYTES);
    kt_map(memory, KT_WINDOW, RW);
    static const uint64_t bad[] = {0,
                                   1,
                                   KT_WINDOW + 1,
                                   KT_WINDOW + ABI_PAGE_BYTES,
                                   KT_WINDOW + 3 * ABI_PAGE_BYTES,
                                   KT_WINDOW - ABI_PAGE_BYTES,
                                   0xffffffc080000000ull,
                                   UINT64_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        kt_step("address", bad[i]);
        kt_eq("unmap", -ABI_E_ARGUMENT, rt_unmap(bad[i]));
    }
    kt_at(KT_WINDOW)[2 * ABI_PAGE_BYTES] = 7;
    kt_eq("still mapped", 7, kt_at(KT_WINDOW)[2 * ABI_PAGE_BYTES]);
    kt_unmap(KT_WINDOW);
    kt_eq("unmap again", -ABI_E_ARGUMENT, rt_unmap(KT_WINDOW));
}

/* Mappings have a bound; what is refused takes nothing. */
static void mapping_count(void)
{
    rt_slot memory = kt_memory(ABI_PAGE_BYTES);
    uint32_t count = 0;
    int64_t status = 0;
    while (count < 2 * ABI_MAPPING_COUNT_MAX && status >= 0) {
        status = rt_map(memory, KT_WINDOW + 2 * count * ABI_PAGE_BYTES, RW);
        count += status >= 0;
    }
    kt_eq("one too many", -ABI_E_NO_OBJECT, status);
    kt_true("as many as stated, less the program's own", count <= ABI_MAPPING_COUNT_MAX - 4);
    kt_true("and most of them", count >= ABI_MAPPING_COUNT_MAX - 8);
    for (uint32_t i = 0; i < count; i++)
        kt_ok("unmap", rt_unmap(KT_WINDOW + 2 * i * ABI_PAGE_BYTES));
}

static void shared_between_processes(void)
{
    rt_slot memory = kt_memory(2 * ABI_PAGE_BYTES);
    kt_map(memory, KT_WINDOW, RW);
    struct peer *peer = peer_create("sharer");
    peer_give(peer, memory, ABI_RIGHT_READ, 0, HELPER_SLOT_CASE);
    peer_start(peer);
    memcpy(kt_at(KT_WINDOW) + 4090, "KTEST: was shared", 17);
    kt_eq("map for writing without WRITE", -ABI_E_RIGHTS,
          peer_syscall(peer, ABI_SYS_MAP, (uint64_t[7]){HELPER_SLOT_CASE, 0x3000000000, RW}));
    kt_eq("map for reading", 0,
          peer_syscall(peer, ABI_SYS_MAP,
                       (uint64_t[7]){HELPER_SLOT_CASE, 0x3000000000, ABI_PROT_READ}));
    /* It reads what the supervisor wrote: a system call takes its argument from there. */
    kt_eq("a name that it reads there", 0,
          peer_syscall(peer, ABI_SYS_LOG, (uint64_t[7]){RT_SLOT_CONSOLE, 0x3000000000 + 4090, 17}));
    peer->box->arg[0] = 0x3000000000;
    peer_begin(peer, HELPER_STORE);
    struct abi_process_info info = peer_wait_death(peer);
    kt_eq("a store there", ABI_DEATH_STORE, info.death);
    kt_eq("its address", 0x3000000000, (int64_t)info.death_addr);
    kt_eq("nothing was stored", 0, kt_at(KT_WINDOW)[0]);
}

/* A process takes no more than its quota; what it has within it, it gets. */
static void page_quota(void)
{
    struct peer *peer = peer_new("quota");
    kt_true("runs", !peer_is_done(peer));
    (void)peer_syscall(peer, ABI_SYS_NOTIFY, (uint64_t[7]){0});
    struct abi_process_info info = peer_info(peer);
    kt_eq("quota", PEER_PAGE_QUOTA, info.page_quota);
    uint64_t left = info.page_quota - info.page_count;
    kt_eq("one page too much", -ABI_E_NO_MEMORY,
          peer_syscall(peer, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, (left + 1) * ABI_PAGE_BYTES}));
    int64_t memory =
        peer_syscall(peer, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, left * ABI_PAGE_BYTES});
    kt_ok("all that is left", memory);
    kt_eq("now nothing is left", PEER_PAGE_QUOTA, peer_info(peer).page_count);
    kt_eq("not one page", -ABI_E_NO_MEMORY,
          peer_syscall(peer, ABI_SYS_MEMORY_CREATE, (uint64_t[7]){0, 1}));
    kt_eq("not a page table", -ABI_E_NO_MEMORY,
          peer_syscall(peer, ABI_SYS_MAP,
                       (uint64_t[7]){(uint64_t)memory, 0x3000000000, ABI_PROT_READ}));
    kt_ok("drop", peer_syscall(peer, ABI_SYS_CAP_DROP, (uint64_t[7]){(uint64_t)memory}));
    kt_eq("it comes back", info.page_count, peer_info(peer).page_count);
}

/* Objects of each type are bounded for each process. */
static void object_allowance(void)
{
    struct peer *peer = peer_new("allowance");
    static const struct {
        const char *what;
        uint64_t number, arg[2];
        uint32_t most, own; /* own: what the program itself takes */
    } kinds[] = {
        {"endpoints", ABI_SYS_ENDPOINT_CREATE, {0, 0}, ABI_PROCESS_ENDPOINTS_MAX, 0},
        {"notifications", ABI_SYS_NOTIFICATION_CREATE, {0, 0}, ABI_PROCESS_NOTIFICATIONS_MAX, 0},
        {"memory objects", ABI_SYS_MEMORY_CREATE, {0, 4096}, ABI_PROCESS_MEMORIES_MAX, 4},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        kt_step(kinds[i].what, i);
        int64_t status = 0;
        uint32_t count = 0;
        uint64_t last = 0;
        while (count <= kinds[i].most) {
            status = peer_syscall(peer, kinds[i].number,
                                  (uint64_t[7]){kinds[i].arg[0], kinds[i].arg[1]});
            if (status < 0)
                break;
            last = (uint64_t)status;
            count++;
        }
        kt_eq("one too many", -ABI_E_NO_OBJECT, status);
        kt_eq("as many as stated", kinds[i].most - kinds[i].own, count);
        kt_ok("drop one", peer_syscall(peer, ABI_SYS_CAP_DROP, (uint64_t[7]){last}));
        kt_ok("then one more",
              peer_syscall(peer, kinds[i].number, (uint64_t[7]){kinds[i].arg[0], kinds[i].arg[1]}));
    }
}

/* The physical address is told to holders of DMA alone, and DMA comes from the system capability.
 */
static void dma_addresses(void)
{
    rt_slot plain = kt_memory(ABI_PAGE_BYTES);
    uint64_t phys = 0;
    kt_eq("plain memory", -ABI_E_RIGHTS, rt_memory_phys(plain, &phys));
    rt_slot dma = (rt_slot)kt_ok("DMA memory", rt_memory_create(KTEST_SLOT_SYSTEM, 3 * 4096));
    kt_ok("its address", rt_memory_phys(dma, &phys));
    kt_eq("page aligned", 0, (int64_t)(phys % ABI_PAGE_BYTES));
    kt_true("in RAM", phys >= 0x80000000 && phys < 0x88000000);
    rt_slot narrowed = kt_copy(dma, ABI_RIGHTS_ALL & ~ABI_RIGHT_DMA, 0);
    kt_eq("copy without DMA", -ABI_E_RIGHTS, rt_memory_phys(narrowed, &phys));
    rt_slot no_dma = kt_copy(KTEST_SLOT_SYSTEM, ABI_RIGHTS_ALL & ~ABI_RIGHT_DMA, 0);
    kt_eq("system capability without DMA", -ABI_E_RIGHTS, rt_memory_create(no_dma, 4096));
    kt_eq("a device", -ABI_E_TYPE, rt_memory_phys(KTEST_SLOT_DEVICE, &phys));
}

/* Device registers: mapped by its holder only, and only as its rights allow. */
static void device_registers(void)
{
    enum { MAGIC = 0x74726976 }; /* "virt": every virtio-mmio slot says so, also an empty one */
    kt_map(KTEST_SLOT_DEVICE, KT_WINDOW, ABI_PROT_READ);
    kt_eq("magic number", MAGIC, *(volatile uint32_t *)(uintptr_t)KT_WINDOW);
    kt_unmap(KT_WINDOW);
    rt_slot reader = kt_copy(KTEST_SLOT_DEVICE, ABI_RIGHT_READ, 0);
    kt_eq("writable without WRITE", -ABI_E_RIGHTS, rt_map(reader, KT_WINDOW, RW));
    rt_slot writer = kt_copy(KTEST_SLOT_DEVICE, ABI_RIGHT_WRITE, 0);
    kt_eq("writable without READ", -ABI_E_RIGHTS, rt_map(writer, KT_WINDOW, RW));

    /* Who holds nothing of it reaches it at no address. */
    struct peer *peer = peer_new("no-device");
    peer->box->arg[0] = 0x10008000;
    peer_begin(peer, HELPER_LOAD);
    kt_eq("load from its physical address", ABI_DEATH_LOAD, peer_wait_death(peer).death);
}

static const struct kt_case cases[] = {
    {"memory-lengths", lengths},
    {"memory-arrives-clear", arrives_clear},
    {"memory-map-refusals", map_refusals},
    {"memory-unmap-refusals", unmap_refusals},
    {"memory-mapping-count", mapping_count},
    {"memory-shared-between-processes", shared_between_processes},
    {"memory-page-quota", page_quota},
    {"memory-object-allowance", object_allowance},
    {"memory-dma-addresses", dma_addresses},
    {"memory-device-registers", device_registers},
};

const struct kt_group kt_group_memory = KT_GROUP(cases);
