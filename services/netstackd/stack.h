/* SPDX-License-Identifier: Apache-2.0 */
/* The whole networking part: starts lwIP and the tables, moves time and loopback packets along. */
#ifndef NETSTACKD_STACK_H
#define NETSTACKD_STACK_H

#include <stdint.h>

/* lwIP with its loopback, no wire yet. */
void stack_init(void);

/* After anything happened: delivers loopback packets, runs the timers that are due, signals
 * clients. A bounded piece of work: what is left has its turn when this is called next. */
void stack_run(void);

/* Until stack_run() has something to do, from now. */
uint64_t stack_sleep_ms(void);

#endif
