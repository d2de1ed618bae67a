/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "arch.h"
#include "plat.h"

void log_text(const char *text)
{
    for (; *text; text++)
        plat_console_write(*text);
}

void log_hex(uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    int shift = 60;
    log_text("0x");
    while (shift > 0 && (value >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        plat_console_write(digits[(value >> shift) & 0xf]);
}

void log_end(void)
{
    plat_console_write('\n');
}

void log_line(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        plat_console_write(bytes[i] >= 0x20 && bytes[i] <= 0x7e ? bytes[i] : '?');
    log_end();
}

void panic(const char *what, uint64_t value)
{
    log_text("kernel: panic: ");
    log_text(what);
    log_text(" ");
    log_hex(value);
    log_end();
    arch_power_off(ABI_OFF_FAILURE);
}
