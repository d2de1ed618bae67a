/* SPDX-License-Identifier: Apache-2.0 */
# void kt_registers(const uint64_t before[32], uint64_t after[32]): a system call with every register
# but sp set from `before` (x17 = a7 is its number); `after` gets what came back.
    .text
    .globl kt_registers
kt_registers:
    addi    sp, sp, -256
    .irp    n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd      x\n, (\n * 8)(sp)
    .endr
    sd      a1, 0(sp)                           # after
    mv      t6, a0
    .irp    n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    ld      x\n, (\n * 8)(t6)
    .endr
    ld      t6, (31 * 8)(t6)
    ecall
    sd      t6, 16(sp)
    ld      t6, 0(sp)
    .irp    n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    sd      x\n, (\n * 8)(t6)
    .endr
    ld      t5, 16(sp)
    sd      t5, (31 * 8)(t6)
    .irp    n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld      x\n, (\n * 8)(sp)
    .endr
    addi    sp, sp, 256
    ret
