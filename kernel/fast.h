/* SPDX-License-Identifier: Apache-2.0 */
/* The short way of CALL and REPLY_RECV (fast.c has the picture). */
#ifndef FAST_H
#define FAST_H

#include "arch.h"

/* kernel_system_call() with the same outcome, sooner where it can be. */
struct arch_frame *fast_system_call(void);

#endif
