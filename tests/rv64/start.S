/* SPDX-License-Identifier: Apache-2.0 */
/* Bare S-mode start: OpenSBI jumps here on one hart, translation off. */
    .section .text.start, "ax"
    .globl _start
_start:
    la      t0, trap
    csrw    stvec, t0
    la      t0, __bss_start
    la      t1, __bss_end
1:  bgeu    t0, t1, 2f
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       1b
2:  la      sp, __stack_top
    call    main
    call    machine_off

    .balign 4
trap:
    csrr    a0, scause
    csrr    a1, sepc
    la      sp, __stack_top
    call    machine_trap
