/* SPDX-License-Identifier: Apache-2.0 */
/* NS16550A, set up by OpenSBI, with its queue in use. */
#include "arch.h"
#include "plat.h"

#define UART_THR          0 /* transmit holding register */
#define UART_LSR          5 /* line status register */
#define UART_LSR_THR_FREE 0x20u
#define UART_QUEUE_BYTES  16u /* taken at once when all before was sent */

uint32_t plat_console_write(const char *bytes, uint32_t len)
{
    volatile uint8_t *uart = arch_direct(PLAT_UART_BASE);
    if (!(uart[UART_LSR] & UART_LSR_THR_FREE))
        return 0;
    uint32_t count = len < UART_QUEUE_BYTES ? len : UART_QUEUE_BYTES;
    for (uint32_t i = 0; i < count; i++)
        uart[UART_THR] = (uint8_t)bytes[i];
    return count;
}
