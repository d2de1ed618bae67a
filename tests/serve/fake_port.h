/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel for one service: what wakes it, and a record of what it did. */
#ifndef SERVE_FAKE_PORT_H
#define SERVE_FAKE_PORT_H

#include "serve/port.h"

extern struct serve_wake fake_wake;      /* what the next wait brings */
extern uint64_t fake_deadline;           /* that the service asked for last */
extern uint32_t fake_signal_count[256];  /* by notification capability */
extern uint32_t fake_dropped_count[256]; /* by capability */
extern uint32_t fake_answer_count;       /* answers sent */
extern uint8_t fake_answer[4096];        /* the last */
extern size_t fake_answer_len;
extern uint32_t fake_given; /* with it */
/* Where generations begin: 0x100, 0x101 ... */
uint32_t fake_random(void);
/* All of it as at the start. */
void fake_port_reset(void);

#endif
