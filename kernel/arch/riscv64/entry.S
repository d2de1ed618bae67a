/* SPDX-License-Identifier: Apache-2.0 */
# Kernel entry, trap entry, return to user mode.

    .equ DIRECT_OFFSET, 0xffffffc000000000      # ARCH_DIRECT_OFFSET

# OpenSBI jumps here: S-mode, no paging, physical addresses. The first page table maps the first
# gigabyte of RAM twice, where we run and where we are linked; kernel_main() replaces it.
    .section .text.entry, "ax"
    .globl _entry
_entry:
    csrr    s1, time
    csrr    s2, instret
    csrw    sie, zero
    la      t0, boot_root
    srli    t0, t0, 12
    li      t1, 8 << 60                         # Sv39
    or      t0, t0, t1
    sfence.vma
    csrw    satp, t0
    sfence.vma
    la      t0, high
    li      t1, DIRECT_OFFSET
    add     t0, t0, t1
    jr      t0
high:
    la      t0, bss_start
    la      t1, bss_end
1:  .irp    n, 0,1,2,3,4,5,6,7                  # both ends are a page's
    sd      zero, (\n * 8)(t0)
    .endr
    addi    t0, t0, 64
    bltu    t0, t1, 1b
    la      sp, kernel_stack_top
    la      t0, trap_entry
    csrw    stvec, t0
    csrw    sscratch, zero
    mv      a0, s1
    mv      a1, s2
    call    kernel_main                         # returns the frame of the first process
    j       resume

    .section .data.boot_root, "aw"
    .balign 4096
boot_root:
    .zero   2 * 8
    .quad   (0x80000000 >> 12 << 10) | 0xcf     # V R W X A D
    .zero   255 * 8
    .quad   (0x80000000 >> 12 << 10) | 0xcf
    .zero   253 * 8

# While user code runs sscratch points to its struct arch_frame; while the kernel runs it is 0, so a
# trap taken in the kernel is recognised and ends in a panic.
    .text
    .balign 4
    .globl trap_entry
    .type trap_entry, @function
trap_entry:
    csrrw   a0, sscratch, a0
    beqz    a0, trap_in_kernel
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, (\n * 8)(a0)
    .endr
    csrr    t0, sscratch
    csrr    t1, sepc
    csrw    sscratch, zero
    sd      t0, (10 * 8)(a0)
    sd      t1, 0(a0)
    la      sp, kernel_stack_top
    call    trap_from_user                      # returns the frame to go on with
    .size trap_entry, . - trap_entry
    .type resume, @function
resume:
    csrw    sscratch, a0
    ld      t0, 0(a0)
    csrw    sepc, t0
    sc.d    zero, zero, 0(a0)                   # ends a reservation of whoever ran before: its lr is not this one's
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, (\n * 8)(a0)
    .endr
    ld      a0, (10 * 8)(a0)
    sret
    .size resume, . - resume

trap_in_kernel:
    csrw    sscratch, zero                      # it holds the kernel's a0: a second fault is no user's trap
    la      sp, panic_stack_top                 # the fault may be the kernel stack's guard page
    call    trap_from_kernel

    .section .bss.stack, "aw", @nobits
    .balign 4096
    .globl kernel_stack_guard, kernel_stack_top
kernel_stack_guard:
    .zero   4096                                # stays unmapped
    .zero   8192
kernel_stack_top:
    .zero   2048
panic_stack_top:
