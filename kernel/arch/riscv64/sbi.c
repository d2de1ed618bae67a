/* SPDX-License-Identifier: Apache-2.0 */
/* The two ecalls to the machine below. */
#include "sbi.h"

#define SBI_EXT_TIME         0x54494d45u
#define SBI_EXT_SYSTEM_RESET 0x53525354u
#define SBI_RESET_SHUTDOWN   0
#define SBI_RESET_COLD       1
#define SBI_REASON_NONE      0
#define SBI_REASON_FAILURE   1

static void sbi_call(uint64_t extension, uint64_t arg0, uint64_t arg1)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a6 __asm__("a6") = 0;
    register uint64_t a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void sbi_set_timer(uint64_t ticks)
{
    sbi_call(SBI_EXT_TIME, ticks, 0);
}

void sbi_shutdown(bool failure)
{
    sbi_call(SBI_EXT_SYSTEM_RESET, SBI_RESET_SHUTDOWN,
             failure ? SBI_REASON_FAILURE : SBI_REASON_NONE);
}

void sbi_reboot(void)
{
    sbi_call(SBI_EXT_SYSTEM_RESET, SBI_RESET_COLD, SBI_REASON_FAILURE);
}
