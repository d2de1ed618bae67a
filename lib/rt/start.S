/* SPDX-License-Identifier: Apache-2.0 */
# Where a process begins: the kernel set sp, and a0 to the argument of PROCESS_START.
    .section .text.start, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      tp, __tls_start         # one thread: its thread-local block is part of the data segment
    li      ra, 0
    li      s0, 0
    call    process_main
    li      a7, 2                   # ABI_SYS_EXIT
    ecall
