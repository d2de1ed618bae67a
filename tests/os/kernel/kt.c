/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the cases, and holds each to what it must give back. */
#include "kt.h"

#include "peer.h"

#include <setjmp.h>
#include <string.h>

/* Mappings of one case: the kernel's own bound is lower. */
#define MAPPED_COUNT_MAX ABI_MAPPING_COUNT_MAX

static struct {
    jmp_buf failed;
    const char *name;
    const char *step;
    uint64_t step_number;
    uint64_t mapped[MAPPED_COUNT_MAX];
    uint32_t mapped_count;
    bool slot_is_ours[ABI_SLOT_COUNT]; /* held before the first case: never dropped */
} kt;

/* --- checks ------------------------------------------------------------------------------------
 */

void kt_step(const char *name, uint64_t number)
{
    kt.step = name;
    kt.step_number = number;
}

void kt_fail(const char *what, int64_t expected, int64_t got)
{
    rt_logf("KTEST: %s FAILED: %s, expected %lld, got %lld (%s %llu)", kt.name, what,
            (long long)expected, (long long)got, kt.step, (unsigned long long)kt.step_number);
    longjmp(kt.failed, 1);
}

/* --- what cases use ----------------------------------------------------------------------------
 */

uint8_t *kt_buffer(void)
{
    memset(kt_at(KT_BUFFER), 0, KT_BUFFER_BYTES);
    return kt_at(KT_BUFFER);
}

void kt_map(rt_slot slot, uint64_t addr, uint32_t prot)
{
    kt_true("room to remember a mapping", kt.mapped_count < MAPPED_COUNT_MAX);
    kt_ok("map", rt_map(slot, addr, prot));
    kt.mapped[kt.mapped_count++] = addr;
}

void kt_unmap(uint64_t addr)
{
    kt_ok("unmap", rt_unmap(addr));
    for (uint32_t i = 0; i < kt.mapped_count; i++)
        if (kt.mapped[i] == addr)
            kt.mapped[i] = kt.mapped[--kt.mapped_count];
}

rt_slot kt_endpoint(void)
{
    return (rt_slot)kt_ok("endpoint create", rt_endpoint_create());
}

rt_slot kt_notification(void)
{
    return (rt_slot)kt_ok("notification create", rt_notification_create());
}

rt_slot kt_memory(size_t len)
{
    return (rt_slot)kt_ok("memory create", rt_memory_create(ABI_SLOT_NONE, len));
}

rt_slot kt_copy(rt_slot source, uint32_t rights, uint64_t badge)
{
    return (rt_slot)kt_ok("capability copy", rt_cap_copy(source, rights, badge));
}

void kt_drop(rt_slot slot)
{
    kt_ok("capability drop", rt_cap_drop(slot));
}

struct abi_system_info kt_info(void)
{
    struct abi_system_info info;
    kt_ok("system info", rt_system_info(KTEST_SLOT_SYSTEM, &info));
    return info;
}

void kt_same_info(const struct abi_system_info *before, const struct abi_system_info *after)
{
    kt_eq("free pages", (int64_t)before->page_free, (int64_t)after->page_free);
    kt_eq("unreserved pages", (int64_t)before->page_unreserved, (int64_t)after->page_unreserved);
    kt_eq("processes", before->process_count, after->process_count);
    kt_eq("endpoints", before->endpoint_count, after->endpoint_count);
    kt_eq("notifications", before->notification_count, after->notification_count);
    kt_eq("memory objects", before->memory_count, after->memory_count);
}

/* --- running -----------------------------------------------------------------------------------
 */

/* Page tables stay when mappings go: make those of the windows before anything is counted. */
static void make_windows(void)
{
    rt_slot buffer = (rt_slot)rt_must(rt_memory_create(ABI_SLOT_NONE, KT_BUFFER_BYTES), "buffer");
    rt_must(rt_map(buffer, KT_BUFFER, ABI_PROT_READ | ABI_PROT_WRITE), "buffer map");
    rt_slot window = (rt_slot)rt_must(rt_memory_create(ABI_SLOT_NONE, KT_WINDOW_BYTES), "window");
    rt_must(rt_map(window, KT_WINDOW, ABI_PROT_READ), "window map");
    rt_must(rt_unmap(KT_WINDOW), "window unmap");
    rt_must(rt_cap_drop(window), "window drop");
    peers_init();

    uint64_t rights, value;
    for (rt_slot slot = 1; slot < ABI_SLOT_COUNT; slot++)
        kt.slot_is_ours[slot] = rt_cap_info(slot, &rights, &value) >= 0;
}

/* Errors are for the comparison after the case to find. */
void kt_clean(void)
{
    (void)rt_reply(NULL, 0, NULL);
    peers_kill();
    while (kt.mapped_count > 0)
        (void)rt_unmap(kt.mapped[--kt.mapped_count]);
    for (rt_slot slot = 1; slot < ABI_SLOT_COUNT; slot++)
        if (!kt.slot_is_ours[slot])
            (void)rt_cap_drop(slot);
}

static bool run_case(const struct kt_case *test)
{
    static struct abi_system_info before, after;
    kt.name = test->name;
    kt_step("step", 0);
    if (setjmp(kt.failed) != 0) {
        kt_clean();
        return false;
    }
    before = kt_info();
    test->run();
    kt_step("cleaning up", 0);
    kt_clean();
    after = kt_info();
    kt_same_info(&before, &after);
    kt_eq("audit", 0, rt_system_audit(KTEST_SLOT_SYSTEM));
    rt_logf("KTEST: %s ok", test->name);
    return true;
}

uint32_t kt_run(const struct kt_group *const groups[], uint32_t group_count)
{
    uint32_t failed_count = 0;
    make_windows();
    for (uint32_t i = 0; i < group_count; i++)
        for (uint32_t j = 0; j < groups[i]->count; j++)
            failed_count += !run_case(&groups[i]->cases[j]);
    return failed_count;
}
