/* SPDX-License-Identifier: Apache-2.0 */
/* noise_promise.c: the Noise library as it is promised. */
#ifndef NOISE_PROMISE_H
#define NOISE_PROMISE_H

#include "noise/noise_xk.h"

/* The first byte of whatever is opened: a driver tries all of them, one after the other. */
extern uint8_t noise_promise_first;

#endif
