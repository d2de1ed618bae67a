/* SPDX-License-Identifier: Apache-2.0 */
/* kernel-test: supervisor of the PROFILE=kernel image. Runs every case of every group, then ends;
 * init powers the machine off. tests/os/markers/kernel.txt expects each case's marker. */
#include "kt.h"
#include "rt/process.h"

static const struct kt_group *const groups[] = {
    &kt_group_syscall, &kt_group_ipc,    &kt_group_ipc_caps, &kt_group_ipc_death, &kt_group_reply,
    &kt_group_rights,  &kt_group_memory, &kt_group_pointer,  &kt_group_fault,     &kt_group_irq,
    &kt_group_time,    &kt_group_image,  &kt_group_churn,    &kt_group_fuzz,
};

int process_main(uint64_t arg)
{
    (void)arg;
    rt_logf("KTEST: start");
    uint32_t failed_count = kt_run(groups, sizeof groups / sizeof groups[0]);
    if (failed_count != 0) {
        rt_logf("KTEST: %u cases FAILED", failed_count);
        return 1;
    }
    rt_logf("KTEST: end");
    return 0;
}
