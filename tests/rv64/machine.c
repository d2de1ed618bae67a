/* SPDX-License-Identifier: Apache-2.0 */
/* Console, end and counters by SBI and CSRs. */
#include "rv64/machine.h"

#include <stdbool.h>

/* SBI: legacy console putchar, system reset (function 0, type shutdown, no reason). */
#define SBI_PUTCHAR      1
#define SBI_SYSTEM_RESET 0x53525354

#define PAINT          0x5a
#define NUMBER_MAX_LEN 20 /* digits of 2^64 - 1 */

extern uint8_t __stack_bottom[];

static void sbi_call(uint64_t extension, uint64_t arg)
{
    register uint64_t a0 __asm__("a0") = arg;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a6 __asm__("a6") = 0;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

void machine_print(const char *text)
{
    for (; *text != '\0'; text++)
        sbi_call(SBI_PUTCHAR, (uint8_t)*text);
}

void machine_print_number(uint64_t number)
{
    char digits[NUMBER_MAX_LEN + 1] = {0};
    size_t i = NUMBER_MAX_LEN;

    do {
        digits[--i] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    machine_print(digits + i);
}

void machine_print_pair(const char *name, uint64_t value)
{
    machine_print(name);
    machine_print(" ");
    machine_print_number(value);
    machine_print("\n");
}

void machine_off(void)
{
    sbi_call(SBI_SYSTEM_RESET, 0);
    for (;;)
        __asm__ volatile("wfi");
}

void machine_trap(uint64_t scause, uint64_t sepc)
{
    machine_print("trap ");
    machine_print_number(scause);
    machine_print(" at ");
    machine_print_number(sepc);
    machine_print("\n");
    machine_off();
}

uint64_t machine_instructions(void)
{
    uint64_t count;

    __asm__ volatile("rdinstret %0" : "=r"(count));
    return count;
}

uint64_t machine_instructions_of(void (*call)(void))
{
    uint64_t before = machine_instructions();

    call();
    return machine_instructions() - before;
}

/* Paints the stack below this frame, less a margin for this function's own use of it, and looks
 * afterwards how far down the paint is gone. */
size_t machine_stack_used(void (*call)(void))
{
    volatile uint8_t *here = __builtin_frame_address(0);
    volatile uint8_t *top = here - 128;
    volatile uint8_t *p;

    for (p = __stack_bottom; p < top; p++)
        *p = PAINT;
    call();
    for (p = __stack_bottom; p < top && *p == PAINT; p++)
        ;
    return (size_t)(here - p);
}
