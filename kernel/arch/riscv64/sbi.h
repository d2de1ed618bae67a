/* SPDX-License-Identifier: Apache-2.0 */
/* The two services of the machine below: timer and system reset (SBI specification 1.0, chapters 6
 * and 10). */
#ifndef SBI_H
#define SBI_H

#include <stdbool.h>
#include <stdint.h>

void sbi_set_timer(uint64_t ticks);
void sbi_shutdown(bool failure);
void sbi_reboot(void);

#endif
