/* SPDX-License-Identifier: Apache-2.0 */
/* Control and status registers of S-mode. The CSR instructions are named to the assembler here,
 * because -march does not carry Zicsr (cmake/riscv64-toolchain.cmake says why). */
#ifndef CSR_H
#define CSR_H

#include <stdint.h>

#define CSR_READ(name)                                                                             \
    __extension__({                                                                                \
        uint64_t csr_value;                                                                        \
        __asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, " #name "\n.option pop"     \
                         : "=r"(csr_value)                                                         \
                         :                                                                         \
                         : "memory");                                                              \
        csr_value;                                                                                 \
    })

#define CSR_WRITE(name, value)                                                                     \
    __asm__ volatile(".option push\n.option arch, +zicsr\ncsrw " #name ", %0\n.option pop"         \
                     :                                                                             \
                     : "r"((uint64_t)(value))                                                      \
                     : "memory")

#define CAUSE_INTERRUPT           (1ull << 63)
#define CAUSE_TIMER               (CAUSE_INTERRUPT | 5)
#define CAUSE_EXTERNAL            (CAUSE_INTERRUPT | 9)
#define CAUSE_FETCH_MISALIGNED    0
#define CAUSE_FETCH_ACCESS        1
#define CAUSE_ILLEGAL_INSTRUCTION 2
#define CAUSE_BREAKPOINT          3
#define CAUSE_LOAD_MISALIGNED     4
#define CAUSE_LOAD_ACCESS         5
#define CAUSE_STORE_MISALIGNED    6
#define CAUSE_STORE_ACCESS        7
#define CAUSE_USER_CALL           8
#define CAUSE_FETCH_PAGE          12
#define CAUSE_LOAD_PAGE           13
#define CAUSE_STORE_PAGE          15

#define SIE_TIMER    (1ull << 5)
#define SIE_EXTERNAL (1ull << 9)

#define SSTATUS_SIE  (1ull << 1)
#define SSTATUS_SPIE (1ull << 5)
#define SSTATUS_SPP  (1ull << 8)

#define SCOUNTEREN_CY_TM_IR 7 /* user code reads cycle, time and instret */

#endif
