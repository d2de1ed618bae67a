/* SPDX-License-Identifier: Apache-2.0 */
/* NS16550A, set up by OpenSBI. */
#include "arch.h"
#include "plat.h"

#define UART_THR          0 /* transmit holding register */
#define UART_LSR          5 /* line status register */
#define UART_LSR_THR_FREE 0x20u
/* Reads of LSR before a byte is given up: a dead console must not stop the machine. */
#define UART_POLL_COUNT_MAX 100000

void plat_console_write(char c)
{
    volatile uint8_t *uart = arch_direct(PLAT_UART_BASE);
    for (uint32_t i = 0; i < UART_POLL_COUNT_MAX; i++) {
        if (uart[UART_LSR] & UART_LSR_THR_FREE) {
            uart[UART_THR] = (uint8_t)c;
            return;
        }
    }
}
