/* SPDX-License-Identifier: Apache-2.0 */
# Instructions that end a process. Each symbol is the address of the instruction that must be
# reported; helper_traps lists those of enum helper_trap in its order.
    .option arch, +zicsr
    .text

    .globl helper_load, helper_store, helper_traps, helper_return_code, helper_hold_registers
helper_load:
    ld      a0, 0(a0)
    ret
helper_store:
    sd      a0, 0(a0)
    ret

# uint64_t helper_hold_registers(uint64_t end): fills every register but sp, waits until `time` is end,
# and returns 0 when all of them are as they were, otherwise 1.
helper_hold_registers:
    addi    sp, sp, -256
    .irp    n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd      x\n, (\n * 8)(sp)
    .endr
    mv      t6, a0
    .irp    n, 1,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    li      x\n, 0x5a5a1000 + \n
    .endr
1:  rdtime  a0
    bltu    a0, t6, 1b
    .irp    n, 1,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    li      a0, 0x5a5a1000 + \n
    bne     x\n, a0, 2f
    .endr
    li      a0, 0
    j       3f
2:  li      a0, 1
3:  .irp    n, 1,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld      x\n, (\n * 8)(sp)
    .endr
    addi    sp, sp, 256
    ret

trap_zero:
    .2byte  0x0000
trap_ones:
    .4byte  0xffffffff
trap_csr_read:
    csrr    a0, sstatus
trap_csr_write:
    csrw    sepc, zero
trap_csr_satp:
    csrw    satp, zero
trap_csr_machine:
    csrr    a0, mstatus
trap_sret:
    sret
trap_mret:
    mret
trap_wfi:
    wfi
trap_sfence:
    sfence.vma
trap_float:
    .4byte  0xf2000053                  # fmv.d.x f0, zero
trap_ebreak:
    .option push
    .option norvc
    ebreak
    .option pop
trap_ebreak_short:
    c.ebreak

    .section .rodata
    .balign 8
helper_traps:
    .8byte  trap_zero, trap_ones, trap_csr_read, trap_csr_write, trap_csr_satp, trap_csr_machine
    .8byte  trap_sret, trap_mret, trap_wfi, trap_sfence, trap_float, trap_ebreak, trap_ebreak_short
helper_return_code:                     # "ret", to be copied where nothing may be executed
    .4byte  0x00008067
